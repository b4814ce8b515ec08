"""The demonstration's campaigns (one sent, one awaiting approval, a draft) and client events (past and to come)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from dakehu.domains.service.deliveries import outbox
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of

Acting = Callable[[str], AbstractContextManager[Any]]
REFUSING = 7  # every so many clients, one without consent
DAYS = 21  # since the first campaign was sent
NEWS = "（演示）{{客户姓名}}：您好！附上年末服务安排与交易日历，如需面谈请回复。客户经理 {{客户经理}}"
NEWS_EN = "(Demonstration) Dear {{客户姓名}}, please find our services at the end of the year. {{客户经理}}"


def fill(acting: Acting) -> None:
    """Add three campaigns of Lin, whose clients mostly agree to them; Zhou approves the first."""
    with acting("lin"):
        for place, client in enumerate(model_of("clients.Client").objects.order_by("code")):
            if place % REFUSING:
                stated = {"purpose": "营销推广", "state": "同意", "evidence": "开户协议（演示）"}
                perform("clients.record_consent", {"client": client.code, **stated})
        sent = _write("年末服务安排（演示）", outcome="met", control_percent=20, control_minimum=100)
    with acting("zhou"):
        waiting = next(
            row
            for row in ask("compliance.approvals", {})
            if row["subject_id"] == sent and row["kind"] == "growth.campaign"
        )
        perform("compliance.approve", {"approval": waiting["id"]})
    with acting("lin"):
        _write("两融客户风险提示沟通（演示）", filters={"assets.ge": "1000000"}, control_percent=10)
        perform("growth.add_campaign", {"name": "新年固收产品说明会（演示）", "aim": "了解客户对固定收益产品的兴趣"})
        _send(sent)
        _plan_events()
    _age(sent)


def _plan_events() -> None:
    """Add a seminar today with some attendees, and a future salon whose invitation is a draft."""
    text = {
        "subject": "邀请{{客户姓名}}参加研讨会",
        "body": "（演示）{{客户姓名}}：诚邀您参加年末市场研讨会。{{客户经理}}",
    }
    now = clock.now()
    seminar = perform(
        "growth.add_event",
        {
            "name": "年末市场研讨会（演示）",
            "starts_at": now,
            "place": "营业部三楼会议室",
            "cost": "3600",
            "capacity": 20,
            **text,
        },
    )
    perform("growth.invite_clients", {"event": seminar.pk, "filters": {"assets.ge": "1000000"}})
    answers = ("yes", "yes", "maybe", "no", "open")
    for place, row in enumerate(model_of("growth.Invitation").objects.filter(event=seminar).order_by("pk")[:15]):
        perform("growth.answer_invitation", {"invitation": row.pk, "answer": answers[place % len(answers)]})
        if answers[place % len(answers)] == "yes":
            perform("growth.mark_attendance", {"invitation": row.pk})
    later = {"starts_at": now + timedelta(days=19), "kind": "salon", "place": "滨江会所（演示）", "budget": "8000"}
    salon = perform("growth.add_event", {"name": "新年客户沙龙（演示）", **later, **text})
    perform("growth.invite_clients", {"event": salon.pk, "filters": {"assets.ge": "3000000"}})


def _write(name: str, **values: Any) -> int:
    """Add a campaign with texts in both languages and submit it; return its number."""
    row = perform("growth.add_campaign", {"name": name, "english_tag": "英文", **values})
    for language, subject, body in (("zh", "给{{客户姓名}}的信", NEWS), ("en", "A letter", NEWS_EN)):
        text = {"channel": "mail", "language": language, "subject": subject, "body": body}
        perform("growth.set_campaign_text", {"campaign": row.pk, **text})
    perform("growth.submit_campaign", {"campaign": row.pk})
    return int(row.pk)


def _send(number: int) -> None:
    """Queue the mails of a campaign as if sent in the daytime, at any hour of the demonstration; the last two are refused."""
    rows = model_of("growth.CampaignMember").objects.filter(campaign=number, group="contacted").order_by("pk")
    members = list(rows)
    with act("example.send"):
        for member in members[:-2]:
            address = f"client{member.client_id}@example.com"
            text = {
                "subject": "（演示）",
                "text": "（演示）年末服务安排",
                "kind": "campaign",
                "client": member.client_id,
            }
            key = f"campaign:{number}:client:{member.client_id}"
            member.delivery_ref = outbox.queue(
                channel="mail", address=address, key=key, title="年末服务安排（演示）", **text
            )
            member.save()
        for member, rule in zip(members[-2:], ("open_complaint", "too_often"), strict=False):
            member.refused_by = rule
            member.save()


def _age(number: int) -> None:
    """Backdate a campaign by some weeks; its mails to invented addresses are never sent."""
    then = clock.now() - timedelta(days=DAYS)
    with acting_as(system_actor("age the demonstration（演示）", "cli")), act("example.age"):
        row = model_of("growth.Campaign").objects.get(pk=number)
        row.sent_at, row.frozen_at, row.state = then, then, "sent"
        row.save()
        for one in model_of("service.Delivery").objects.filter(key__startswith=f"campaign:{number}:", state="queued"):
            one.state, one.sent_at = "accepted", then
            one.save()
