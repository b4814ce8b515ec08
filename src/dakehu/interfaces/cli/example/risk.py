"""The demonstration's limits, reminder lines, terms of margin contracts, securities and strategy reviews."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.risk.breaches import run
from dakehu.domains.risk.reviews import schedule
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
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
# Lines of an account, one client each: (kind, basis, threshold).
ACCOUNTS = (
    ("stop_loss", "trailing", "0.08"),
    ("stop_loss", "percent", "0.10"),
    ("take_profit", "percent", "0.05"),
)
# Lines on a holding: (kind, basis, threshold).
HOLDINGS = (
    ("stop_loss", "cost", "0.08"),
    ("take_profit", "cost", "0.30"),
    ("stop_loss", "trailing", "0.10"),
    ("stop_loss", "percent", "0.10"),
)
CLIENTS = 6
FINDINGS = (
    "（演示）目标、资金期限与风险承受能力未变；单一证券占比高于内部限额，已告知客户集中度的影响，由客户自行决定。"
)


def fill(today: date, acting: Acting) -> None:
    """Add the risk records entered by people."""
    with acting("zhou"):
        for code, industry, turnover in SECURITIES:
            values = {"security": code, "industry": industry, "daily_turnover": turnover}
            perform("risk.add_security_profile", values)
        limit = {"measure": "single_security", "tier": "T4", "value": "0.35", "strong_value": "0.5", "tag": "D"}
        note = {"effective_from": today.isoformat(), "note": "（演示）高净值客户集中度从严"}
        perform("risk.set_house_limit", {**limit, **note})
    with acting("lin"):
        mine = _invested()
        _lines(today, mine)
        rows = _reviews(today, mine)
    with acting("zhou"):
        own: dict[str, Any] = {
            "client": mine[0],
            "measure": "drawdown_60",
            "value": "0.06",
            "effective_from": today.isoformat(),
        }
        perform("risk.set_client_limit", {**own, "note": "（演示）客户要求回撤 6% 即联系"})
        perform("risk.sign_review", {"review": rows[1]})
        for client, contract in _contracts():
            terms = {"client": client, "contract": contract, "warn_line": "145%", "close_line": "130%"}
            perform("risk.add_margin_terms", {**terms, "target_ratio": "155%", "topup_days": 2})


def _invested() -> list[int]:
    """Return the actor's clients with the largest holdings."""
    rows = model_of("ledger.Figures").objects.filter(holdings__gte=2).order_by("-market_value")
    return list(rows.values_list("client_id", flat=True)[:CLIENTS])


def _contracts() -> list[tuple[int, str]]:
    """Return a margin contract that the counter delivers with the lines of another contract text."""
    kinds = model_of("clients.Client").objects.order_by("pk").values_list("pk", flat=True)
    for client in kinds:
        found = ask("risk.margin_of_client", {"client": client})
        if found:
            return [(client, found[0]["contract"])]
    return []


def flag_days(today: date) -> None:
    """Check two days against limits and lines: a week ago, so that some breaches have cleared since, and the last one."""
    days = trading_days.trading_days_between(today - timedelta(days=30), today - timedelta(days=1))
    with acting_as(system_actor("limits of the demonstration brokerage（演示）", "cli")):
        for day in (days[-6], days[-1]):
            run.flag(day)
        schedule.open_reviews_due(days[-1])


def _lines(today: date, mine: list[int]) -> None:
    """Record lines of the actor's clients, on the account and on holdings."""
    set_on = (today - timedelta(days=45)).isoformat()
    told = {"set_on": set_on, "channel": "phone", "note": "（演示）客户电话设定"}
    for client, (kind, basis, threshold) in zip(mine, ACCOUNTS, strict=False):
        perform("risk.set_line", {"client": client, "kind": kind, "basis": basis, "threshold": threshold, **told})
    for client in mine[:4]:
        held = ask("ledger.portfolio", {"client": client})["holdings"]
        for row, (kind, basis, threshold) in zip(held * 2, HOLDINGS, strict=False):
            line = {"client": client, "security": row["code"], "kind": kind, "basis": basis, "threshold": threshold}
            perform("risk.set_line", {**line, **told})


def _reviews(today: date, mine: list[int]) -> list[int]:
    """Plan reviews of the actor's clients and return them; two are written, one is late."""
    rows = []
    for place, client in enumerate(mine[:4]):
        due = (today + timedelta(days=6 * place - 8)).isoformat()
        rows.append(perform("risk.plan_review", {"client": client, "due_on": due}).pk)
    held = {"held_on": (today - timedelta(days=1)).isoformat(), "findings": FINDINGS}
    for row in rows[1:3]:
        perform("risk.write_review", {"review": row, **held, "agreed": "（演示）下季度再看一次提醒线"})
    return rows
