"""Deliveries of the demonstration: sent notices and one with unknown result, mail to clients, and messages blocked by rules.

A demonstration sends nothing: no mail server is set, and results shown as sent are set manually.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import cycle
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.deliveries import handover, outbox
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.messages.outcome import Outcome, Result

MAIL = ("mail",)
WORKER = "demonstration-1-1"
ENDS = (
    Outcome(Result.ACCEPTED, "250 2.0.0 OK"),
    Outcome(Result.ACCEPTED, "250 2.0.0 OK"),
    Outcome(Result.FINAL, "550 5.1.1 no such mailbox"),
    Outcome(Result.UNKNOWN, "timed out"),
    Outcome(Result.TEMPORARY, "451 4.7.1 try again later"),
)


def send_messages(acting: Callable[[str], AbstractContextManager[Any]], managers: tuple[str, ...]) -> None:
    """Queue messages of some managers to themselves and to their clients, and set their results. acting(username) → their context."""
    for name in managers:
        with acting(name):
            _queue(name, current_actor().user_id)
    with acting_as(system_actor("deliveries of the demonstration brokerage（演示）", "cli")):
        ends = cycle(ENDS)
        while (claimed := handover.claim_delivery(worker=WORKER, channels=MAIL)) is not None:
            if isinstance(claimed, handover.Claimed):
                handover.settle_delivery(delivery=claimed.id, worker=WORKER, outcome=next(ends))


def _queue(name: str, user: int | None) -> None:
    """Queue notices to a manager, mail to three clients, and an invitation checked by the rules."""
    for number in range(3):
        outbox.queue(
            channel="mail",
            address=f"{name}@example.com",
            subject="大客户服务台：提醒（演示）",
            text="· 2 项跟进今天到期",
            key=f"demonstration:notice:{name}:{number}",
            kind="notice",
            recipient=user,
            title=f"{number + 1} 条提醒",
        )
    for number, client in enumerate(clients.clients().order_by("-code")[:4]):
        kind = ("duty", "duty", "event", "campaign")[number]
        outbox.queue(
            channel="mail",
            address=f"{client.code.lower()}@example.com",
            subject="（演示）",
            text="（演示）您好，附上您需要的资料。",
            key=f"demonstration:{kind}:{name}:{client.pk}",
            kind=kind,
            client=client.pk,
            title=("风险测评到期告知", "融资融券合同到期告知", "年度策略会邀请", "产品介绍")[number],
        )
    perform("service.set_notice_preferences", {"timing": "digest"})
    outbox.queue(
        channel="mail",
        address=f"{name}@example.com",
        subject="大客户服务台：今天的提醒（演示）",
        text="· 3 项跟进今天到期",
        key=f"demonstration:digest:{name}",
        kind="digest",
        recipient=user,
        not_before=clock.now() + timedelta(hours=20),
        held_by="quiet_hours",
        title="今天的 3 条提醒",
    )
