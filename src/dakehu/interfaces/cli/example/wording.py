"""Wording of the demonstration: one entry that compliance added, and two texts, waiting for review or refused."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.deliveries import handover, outbox
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.gates import perform

TEXTS = (
    ("您好，您询问的产品不保本，请先阅读风险揭示书再作决定。（演示）", "产品说明"),
    ("您转来的广告写着“稳赚不赔”，请勿参与，有疑问可以来电核实。（演示）", "风险提醒"),
    ("这款产品保本保息，请尽快认购。（演示）", "被拦截的说法"),
)


def add_wording(acting: Callable[[str], AbstractContextManager[Any]], compliance: str, manager: str) -> None:
    """Add an entry of the lexicon, and queue texts to clients that the check stops. acting(username) → their context."""
    with acting(compliance):
        perform(
            "compliance.add_wording_entry", {"group": "W01", "pattern": "稳如泰山", "note": "投诉中出现的说法（演示）"}
        )
    with acting(manager):
        for number, client in enumerate(clients.clients().order_by("code")[: len(TEXTS)]):
            text, title = TEXTS[number]
            outbox.queue(
                channel="mail",
                address=f"{client.code.lower()}@example.com",
                subject="（演示）",
                text=text,
                key=f"demonstration:wording:{number}",
                kind="duty",
                client=client.pk,
                title=title,
            )
    with acting_as(system_actor("texts of the demonstration brokerage（演示）", "cli")):
        for _ in TEXTS:
            handover.claim_delivery(worker="demonstration-1-1", channels=("mail",))
