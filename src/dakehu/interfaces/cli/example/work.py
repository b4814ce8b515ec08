"""Work of the demonstration's teams: checklists, tasks, duties, an absence with a deputy, and hand-overs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.hand_over import queries as hand_overs
from dakehu.domains.service.tasks import queries as tasks
from dakehu.domains.team import queries as team
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform

OWN = (
    ("补齐受益所有人资料", -2, "1", 30),
    ("准备季度回顾材料", 0, "2", 60),
    ("寄送私募产品说明书", 1, "2", 15),
    ("核对两融担保比例", 3, "1", 20),
    ("安排客户见面会", 6, "3", 45),
)
LEADS = {"zhou": ("lin", "gu", "shen"), "meng": ("wang", "hao")}


def write(today: date, acting: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Write the work of two teams. acting(username) → a context that acts as that user."""
    for lead, members in LEADS.items():
        with acting(lead):
            perform("service.add_default_checklists", {})
        for name in members:
            with acting(name):
                _work_of(today)
        with acting(lead):
            served = clients.clients().filter(coverage__until=None, coverage__user__username=members[0])
            codes = [row.code for row in served.order_by("code")[:3]]
            for place, code in enumerate(codes):
                raw = {
                    "client": code,
                    "subject": "复核适当性材料（演示）",
                    "due_on": _day(today, place + 2),
                    "owner": members[0],
                }
                perform("service.create_task", {**raw, "minutes": 30})
    with acting("lin"):
        for code, user, role, more in _appointments():
            perform("clients.appoint", {"client": code, "user": user, "role": role, **more})
        last = _day(today, 9)
        perform(
            "service.record_absence",
            {"first_on": _day(today, 5), "last_on": last, "deputy": "gu", "note": "年假（演示）"},
        )
    with acting("shen"):
        perform("service.record_absence", {"first_on": _day(today, 0), "last_on": _day(today, 2), "deputy": "lin"})
    _hand_over(today, acting)


def _day(today: date, days: int) -> str:
    """Return a trading day so many days from today."""
    day = today + timedelta(days=days)
    return (trading_days.next_trading_day(day) if days > 0 else day).isoformat()


def _work_of(today: date) -> None:
    """Write the tasks and one checklist of the present actor."""
    codes = [row.code for row in clients.clients().order_by("code")[:8]]
    for (subject, days, priority, minutes), code in zip(OWN, codes, strict=False):
        raw = {
            "client": code,
            "subject": subject,
            "due_on": _day(today, days),
            "priority": priority,
            "minutes": minutes,
        }
        perform("service.create_task", raw)
    perform(
        "service.create_task", {"subject": "整理部门月报", "due_on": _day(today, 4), "every": "month", "minutes": 90}
    )
    template = tasks.checklists().first()
    whole = perform("service.start_checklist", {"client": codes[-1], "template": template.pk})
    first = whole.parts.order_by("position").first()
    perform("service.finish_task", {"task": first.pk})
    for state, row in zip(
        ("working", "waiting"), tasks.tasks(mine=True, is_open=True).filter(parent=None), strict=False
    ):
        perform("service.move_task", {"task": row.pk, "state": state})


def _appointments() -> list[tuple[str, str, str, dict[str, str]]]:
    """Return (client, user, duty, more) of a few duties in addition to the main manager."""
    codes = [row.code for row in clients.clients().order_by("code")[:2]]
    return [(codes[0], "gu", "deputy", {}), (codes[1], "lu", "specialist", {"subject": "融资融券"})]


def _hand_over(today: date, acting: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Hand three clients of Lu over to Gu and Lin, of which Gu has signed; and plan the rest for later."""
    giver, gu, lin = (team.find_user(name) for name in ("lu", "gu", "lin"))
    with acting("zhou"):
        served = clients.clients().filter(coverage__until=None, coverage__role="main", coverage__user=giver)
        codes = [row.code for row in served.order_by("code")[:6]]
        raw = {
            "user": giver.pk,
            "receiver": gu.pk,
            "clients": codes[:3],
            "reason": "片区调整（演示）",
            "note": "请本周内签收",
        }
        row = perform("service.plan_hand_over", raw)
        perform("service.apply_hand_over", {"hand_over": row.pk})
        later = {"user": giver.pk, "receiver": lin.pk, "clients": codes[3:], "reason": "轮岗（演示）"}
        perform("service.plan_hand_over", {**later, "effective_on": _day(today, 12)})
    with acting("gu"):
        waiting = hand_overs.hand_over(hand_over=row.pk)["to_sign"]
        perform("service.sign_packs", {"packs": waiting[:1]})
