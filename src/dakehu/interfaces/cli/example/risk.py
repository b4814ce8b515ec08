"""The demonstration's limits, reminder lines, terms of margin contracts, securities and strategy reviews."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.risk.breaches import run
from dakehu.domains.risk.reviews import schedule
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of

Acting = Callable[[str], AbstractContextManager[Any]]
SECURITIES = (
    ("605990", "半导体", "82000000"),
    ("605991", "食品饮料", "46000000"),
    ("605992", "医药生物", "9000000"),
    ("605993", "食品饮料", "31000000"),
    ("688990", "半导体", "15000000"),
    ("301990", "电力设备", "6000000"),
    ("002990", "汽车", "24000000"),
)  # 300990 has no profile: its industry and turnover are not known
# (place of the client, security, kind, basis, threshold)
LINES = (
    (0, "", "stop_loss", "trailing", "0.08"),
    (1, "", "stop_loss", "percent", "0.10"),
    (2, "", "take_profit", "percent", "0.20"),
)
FINDINGS = (
    "（演示）目标、资金期限与风险承受能力未变；单一证券占比高于内部限额，已告知客户集中度的影响，由客户自行决定。"
)


def fill(today: date, acting: Acting, codes: Callable[[int], list[str]]) -> None:
    """Add what people record about risk; `codes(n)` names clients of the present actor."""
    with acting("zhou"):
        for code, industry, turnover in SECURITIES:
            values = {"security": code, "industry": industry, "daily_turnover": turnover}
            perform("risk.add_security_profile", values)
        perform(
            "risk.set_house_limit",
            {
                "measure": "single_security",
                "tier": "T4",
                "value": "0.35",
                "strong_value": "0.5",
                "effective_from": today.isoformat(),
                "tag": "D",
                "note": "（演示）高净值客户集中度从严",
            },
        )
    with acting("lin"):
        mine = codes(8)
        _lines(today, mine)
        _reviews(today, mine)
    with acting("zhou"):
        perform(
            "risk.set_client_limit",
            {
                "client": mine[0],
                "measure": "drawdown_60",
                "value": "0.06",
                "effective_from": today.isoformat(),
                "note": "（演示）客户要求回撤 6% 即联系",
            },
        )
        waiting: Any = model_of("risk.StrategyReview").objects.filter(state="waiting").order_by("pk")
        for row in waiting[:1]:
            perform("risk.sign_review", {"review": row.pk})


def flag_days(today: date) -> None:
    """Hold two days against limits and lines: a week ago, so that some breaches have cleared since, and the last one."""
    days = trading_days.trading_days_between(today - timedelta(days=30), today - timedelta(days=1))
    with acting_as(system_actor("limits of the demonstration brokerage（演示）", "cli")):
        for day in (days[-6], days[-1]):
            run.flag(day)
        schedule.open_reviews_due(days[-1])


def _lines(today: date, mine: list[str]) -> None:
    """Record lines of the actor's clients, on the account and on what they hold."""
    set_on = (today - timedelta(days=45)).isoformat()
    for place, security, kind, basis, threshold in LINES:
        more = {"security": security} if security else {}
        values = {"client": mine[place], "kind": kind, "basis": basis, "threshold": threshold, "set_on": set_on}
        perform("risk.set_line", {**values, **more, "channel": "phone", "note": "（演示）客户电话设定"})
    for place, (code, *_) in enumerate(SECURITIES[:4]):
        for kind, threshold in (("stop_loss", "0.08"), ("take_profit", "0.30")):
            perform(
                "risk.set_line",
                {
                    "client": mine[place],
                    "security": code,
                    "kind": kind,
                    "basis": "cost",
                    "threshold": threshold,
                    "set_on": set_on,
                    "channel": "written",
                },
            )


def _reviews(today: date, mine: list[str]) -> None:
    """Plan reviews of the actor's clients; two are written, one is late."""
    rows = []
    for place, code in enumerate(mine[:4]):
        due = (today + timedelta(days=6 * place - 8)).isoformat()
        rows.append(perform("risk.plan_review", {"client": code, "due_on": due}))
    for row in rows[1:3]:
        perform(
            "risk.write_review",
            {
                "review": row.pk,
                "held_on": (today - timedelta(days=1)).isoformat(),
                "findings": FINDINGS,
                "agreed": "（演示）下季度再看一次提醒线",
            },
        )
