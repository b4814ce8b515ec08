"""The demonstration's shock: the calls of a week ago, three of them made by one manager, one escalated, and the report."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.care.outreach import nightly as outreach_night
from dakehu.domains.service.shocks import nightly as shock_night
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.cli.example.market import SHOCKS

Acting = Callable[[str], AbstractContextManager[Any]]
LATER = SHOCKS[1][0], SHOCKS[0][0]  # the two newest shocks, in trading days from the end
CALM_NOTE = "（演示）倾听：客户有些担心，希望先看清楚。计划：资金用途和期限没有变化，半年内不用钱。客户决定：维持不动，下周再谈。"
HARD_NOTE = "（演示）客户情绪低落，说话断断续续；未谈任何买卖，约定次日回电。"
WORDS = "（演示）钱有一半是跟亲戚借来炒股的，老伴跟我吵翻了，这几天都睡不着。"
JOINED = "（演示）与客户及其女儿三方通话，说明账户情况和客服电话；客户同意下周到营业部面谈。"
OLDER = 65
MEASURED_AFTER = 4  # trading days after a shock


def add_outreach(today: date, acting: Acting) -> None:
    """Open the calls of two shocks, and record the results of those of the newer one."""
    days = trading_days.trading_days_between(today - timedelta(days=120), today - timedelta(days=1))
    with acting_as(system_actor("calls after a shock in the demonstration（演示）", "cli")):
        for back in LATER:
            shock_night.run(days[-back])
            outreach_night.run(days[-back])
            outreach_night.measure(days[-back + MEASURED_AFTER])
    shock = days[-LATER[1]]
    for name in ("lin", "wang"):
        with acting(name):
            _call(shock, today, is_first=name == "lin")
    with acting("zhou"):
        for case in ask("care.distress_cases", {}):
            if case["can_join"]:
                perform("care.join_distress_case", {"case": case["id"], "confirmation": JOINED})


def _call(shock: date, today: date, *, is_first: bool) -> None:
    """Make three calls of the actor's list: reached, not reached, and for the first manager one in distress."""
    found = ask("care.outreach_list", {"mine": True})
    lines = [line for group in found["groups"] for line in group["lines"] if line["state"] == "open"]
    if len(lines) < 4:
        return
    soon = trading_days.next_trading_day(today + timedelta(days=3)).isoformat()
    at = f"{trading_days.next_trading_day(shock + timedelta(days=1))} "
    hard = _older(lines, today) if is_first else None
    others = [line for line in lines if line is not hard]
    made: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (
            others[0],
            {"outcome": "reached", "note": CALM_NOTE, "mood": "worried", "next_on": soon, "held_at": at + "10:10"},
        ),
        (others[1], {"outcome": "not_reached", "held_at": at + "10:40"}),
    ]
    if hard is not None:
        made.append(
            (
                hard,
                {
                    "outcome": "reached",
                    "note": HARD_NOTE,
                    "distress_words": WORDS,
                    "next_on": soon,
                    "held_at": at + "11:05",
                },
            )
        )
    else:
        made.append((others[2], {"outcome": "call_back", "next_on": soon, "held_at": at + "15:20"}))
    for line, values in made:
        perform("care.log_outreach_call", {"call": line["id"], **values})


def _older(lines: list[dict[str, Any]], today: date) -> dict[str, Any]:
    """Return the first line of an older client, or the first line."""
    born = today.replace(year=today.year - OLDER, day=1)
    clients = model_of("clients.Client").objects.filter(birth_on__lt=born, kind="person")
    older = set(clients.filter(pk__in=[line["client"]["id"] for line in lines]).values_list("pk", flat=True))
    return next((line for line in lines if line["client"]["id"] in older), lines[0])
