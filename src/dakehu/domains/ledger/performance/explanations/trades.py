"""The arithmetic behind figures made from a client's dealings: counts, how long, and the disposition. Pure: numpy only.

Written a second time on purpose, like arithmetic.py, whose rows it uses. Formulas with their sources: docs/figures.md.
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
    """Money that came without a change of quantity: dividends and interest, before tax on them."""
    rows = [row for row in trade_lines(case) if row["quantity"] == 0]
    summed = float(sum(row["value"] for row in rows))
    return Explanation({"value": summed}, rows, summed)


def open_positions(case: Case) -> Explanation:
    rows = holdings(case)
    return Explanation({"holdings": len(rows)}, rows, len(rows))


def first_trade_date(case: Case) -> Explanation:
    rows = trade_lines(case)
    first = min(row["day"] for row in rows)
    return Explanation({}, [row for row in rows if row["day"] == first], first)


def closed_sales(case: Case) -> Explanation:
    rows = sales(case)
    return Explanation({"sales": len(rows)}, rows, len(rows))


def holding_days(case: Case) -> Explanation:
    """Each sale with the days that passed, on average, since what it sold was bought."""
    rows = sales(case)
    quantity = float(sum(row["quantity"] for row in rows))
    together = float(sum(row["quantity"] * row["held_days"] for row in rows))
    return Explanation({"quantity": quantity, "share_days": together}, rows, together / quantity)


def roots(case: Case) -> Explanation:
    """What the flows are worth at each rate tried (the range and the steps of docs/figures.md); a root lies wherever the
    sign changes from one to the next."""
    paid = present_values(case, 0.0)
    after = np.array([row["after"] for row in paid], np.float64) / YEAR
    amount = np.array([row["amount"] for row in paid])
    lowest = -SHRINK / after[-1]
    tried = [lowest, *GRID[lowest <= GRID].tolist()] if (lowest > GRID).any() else GRID.tolist()
    rows: list[dict[str, Any]] = []
    for rate in tried:
        worth = float((amount * np.exp(-rate * after)).sum())
        changed = bool(rows) and (worth > 0) != (rows[-1]["present"] > 0)
        rows.append({"rate": float(np.expm1(rate)), "present": worth, "root": int(changed)})
    changes = sum(row["root"] for row in rows)
    return Explanation({"tried": len(rows), "roots": changes}, rows, changes)


def _disposition(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Day by day with a sale: how many gains and losses were taken and how many were kept, at that day's prices."""
    book, walk = case.book, steps(case)
    by_day: dict[int, list[dict[str, Any]]] = {}
    for row in walk.sales:
        by_day.setdefault(row["day"], []).append(row)
    rows = []
    for day, closed in by_day.items():
        won = sum(row["profit"] > 0 for row in closed)
        gone = {row["asset"] for row in closed}
        column = int(np.searchsorted(book.ordinals, day))
        kept = [
            quantity / UNITS * float(book.prices[asset, column]) > cost
            for asset, quantity, cost in walk.evenings[day]
            if quantity > 0 and asset not in gone
        ]
        told = (won, sum(kept), len(closed) - won, len(kept) - sum(kept))
        rows.append({"day": day, **dict(zip(COST_BASIS, told, strict=True))})
    return {name: int(sum(row[name] for row in rows)) for name in COST_BASIS}, rows


def pgr(case: Case) -> Explanation:
    inputs, rows = _disposition(case)
    return Explanation(inputs, rows, inputs["gains_taken"] / (inputs["gains_taken"] + inputs["gains_kept"]))


def plr(case: Case) -> Explanation:
    inputs, rows = _disposition(case)
    return Explanation(inputs, rows, inputs["losses_taken"] / (inputs["losses_taken"] + inputs["losses_kept"]))
