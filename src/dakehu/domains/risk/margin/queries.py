"""Queries of margin contracts: their terms, and the state of the contracts of a client."""

from typing import Any

import polars as pl

from dakehu.domains.ledger.feeds import reader
from dakehu.domains.risk.margin import rules
from dakehu.domains.risk.margin.table import contracts_on, with_levels
from dakehu.domains.risk.models import MarginTerms
from dakehu.domains.risk.parameters import CLIENT, FILTERS, ORDER
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query

TONES = {"close": "bad", "warn": "bad", "near": "warn", "": "good"}


@query(
    "risk.margin_terms",
    needs=Permission.RISK_READ,
    zh="两融合同约定列表",
    en="Terms of margin contracts",
    parameters=(FILTERS, ORDER),
)
def margin_terms(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the terms of the margin contracts of visible clients."""
    return filter_rows(MarginTerms.objects.all(), filters or {}, order or "contract")


@query(
    "risk.terms_of_client",
    needs=Permission.RISK_READ,
    zh="某客户的两融约定",
    en="Margin terms of one client",
    parameters=CLIENT,
)
def terms_of_client(*, client: Any) -> Any:
    """Return the terms of a client's margin contracts."""
    return MarginTerms.objects.filter(client=client).order_by("contract")


@query(
    "risk.margin_of_client",
    needs=Permission.RISK_READ,
    zh="客户两融合约状况",
    en="Where a client's margin contracts stand",
    parameters=CLIENT,
)
def margin_of_client(*, client: Any) -> list[dict[str, Any]]:
    """Return the state of each margin contract of a client at the newest delivery.

    [{contract, day, debt, assets, ratio, level, tone, warn_line, close_line, instant_line, withdraw_line, target,
    topup_days, drop_to_warn, drop_to_close, add_cash, repay, lines_from, ends_on}]. Assets follow from ratio × debt;
    cash is not separated, as the delivery does not give it. add_cash and repay: CNY to reach `target`, None without
    one.
    """
    day = reader.newest_day("margin_contracts", clock.today())
    if day is None:
        return []
    frame = with_levels(contracts_on(day).filter(pl.col("client") == client.pk)).sort("contract")
    return [_contract(row, day.isoformat()) for row in frame.to_dicts()]


def _contract(row: dict[str, Any], day: str) -> dict[str, Any]:
    """Return one contract with its distances and the required top-up."""
    debt, ratio = row["debt"] or 0.0, row["ratio"] or 0.0
    target = row["target_ratio"] or row["warn_line"]
    return {
        "contract": row["contract"],
        "day": day,
        "debt": debt,
        "assets": ratio * debt,
        "ratio": ratio,
        "level": row["level"],
        "tone": TONES[row["level"]],
        **{
            name: row[name]
            for name in ("warn_line", "close_line", "instant_line", "withdraw_line", "topup_days", "lines_from")
        },
        "target": target,
        "drop_to_warn": None if row["warn_line"] is None else rules.drop_by_ratio(ratio, row["warn_line"]),
        "drop_to_close": None if row["close_line"] is None else rules.drop_by_ratio(ratio, row["close_line"]),
        "add_cash": None if target is None else rules.top_up_by_collateral(ratio * debt, debt, target),
        "repay": None if target is None else rules.top_up_by_repayment(ratio * debt, debt, target),
        "ends_on": row["ends_on"].isoformat() if row["ends_on"] else "",
    }
