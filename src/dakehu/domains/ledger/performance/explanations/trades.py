"""Explain figures of a client's trades: counts, holding time, disposition effect. Pure: numpy only.

Implemented independently of the kernel on purpose, like money.py, whose rows it uses: the tests compare the two.
Formulas and sources: docs/figures.md.
"""

from typing import Any

import numpy as np

from dakehu.analytics.xirr import GRID, SHRINK
from dakehu.domains.ledger.performance.explanations.money import (
    UNITS,
    YEAR,
    Case,
    Explanation,
    holdings,
    present_values,
    sales,
    steps,
    trade_lines,
)

COST_BASIS = ("gains_taken", "gains_kept", "losses_taken", "losses_kept")


def income(case: Case) -> Explanation:
    """Explain income: money without a change of quantity (dividends, interest), before tax on it."""
    rows = [row for row in trade_lines(case) if row["quantity"] == 0]
    summed = float(sum(row["value"] for row in rows))
    return Explanation({"value": summed}, rows, summed)


def open_positions(case: Case) -> Explanation:
    """Explain the number of securities held."""
    rows = holdings(case)
    return Explanation({"holdings": len(rows)}, rows, len(rows))


def first_trade_date(case: Case) -> Explanation:
    """Explain the day of the first trade, in days since 1970-01-01."""
    rows = trade_lines(case)
    first = min(row["day"] for row in rows)
    return Explanation({}, [row for row in rows if row["day"] == first], first)


def closed_sales(case: Case) -> Explanation:
    """Explain the number of sales, one per security and day."""
    rows = sales(case)
    return Explanation({"sales": len(rows)}, rows, len(rows))


def holding_days(case: Case) -> Explanation:
    """Explain average holding time: days since the average purchase, weighted by quantity sold."""
    rows = sales(case)
    quantity = float(sum(row["quantity"] for row in rows))
    share_days = float(sum(row["quantity"] * row["held_days"] for row in rows))
    return Explanation({"quantity": quantity, "share_days": share_days}, rows, share_days / quantity)


def roots(case: Case) -> Explanation:
    """Explain the number of rates that fit: the present value of the flows at each rate tried.

    Range and steps are in docs/figures.md; a root is between two rates at which the sign differs.
    """
    flows = present_values(case, 0.0)
    after = np.array([row["after"] for row in flows], np.float64) / YEAR
    amount = np.array([row["amount"] for row in flows])
    lowest_rate = -SHRINK / after[-1]
    rates = [lowest_rate, *GRID[lowest_rate <= GRID].tolist()] if (lowest_rate > GRID).any() else GRID.tolist()
    rows: list[dict[str, Any]] = []
    for rate in rates:
        present_value = float((amount * np.exp(-rate * after)).sum())
        changed = bool(rows) and (present_value > 0) != (rows[-1]["present"] > 0)
        rows.append({"rate": float(np.expm1(rate)), "present": present_value, "root": int(changed)})
    changes = sum(row["root"] for row in rows)
    return Explanation({"tried": len(rows), "roots": changes}, rows, changes)


def _disposition(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Count gains and losses taken and kept on each day with a sale, at that day's prices."""
    book, trade_steps = case.book, steps(case)
    by_day: dict[int, list[dict[str, Any]]] = {}
    for row in trade_steps.sales:
        by_day.setdefault(row["day"], []).append(row)
    rows = []
    for day, sales_of_day in by_day.items():
        won = sum(row["profit"] > 0 for row in sales_of_day)
        sold_assets = {row["asset"] for row in sales_of_day}
        column = int(np.searchsorted(book.ordinals, day))
        unrealised_gains = [
            quantity / UNITS * float(book.prices[asset, column]) > cost
            for asset, quantity, cost in trade_steps.evenings[day]
            if quantity > 0 and asset not in sold_assets
        ]
        counts = (won, sum(unrealised_gains), len(sales_of_day) - won, len(unrealised_gains) - sum(unrealised_gains))
        rows.append({"day": day, **dict(zip(COST_BASIS, counts, strict=True))})
    return {name: int(sum(row[name] for row in rows)) for name in COST_BASIS}, rows


def pgr(case: Case) -> Explanation:
    """Explain the proportion of gains realised: gains taken / (taken + kept)."""
    inputs, rows = _disposition(case)
    return Explanation(inputs, rows, inputs["gains_taken"] / (inputs["gains_taken"] + inputs["gains_kept"]))


def plr(case: Case) -> Explanation:
    """Explain the proportion of losses realised: losses taken / (taken + kept)."""
    inputs, rows = _disposition(case)
    return Explanation(inputs, rows, inputs["losses_taken"] / (inputs["losses_taken"] + inputs["losses_kept"]))
