"""The arithmetic behind a figure, step by step: the rows it is made of and what is done with them. Pure: numpy only.

Written a second time on purpose, not shared with the kernel: that both come to the same number is what the tests hold.
Formulas with their sources stand in docs/figures.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.analytics.kernel import TRADING_DAYS, Book
from dakehu.analytics.series import Series

UNITS = 1000  # thousandths in a share
YEAR = 365.0  # calendar days of a year for the money-weighted rate


@dataclass(frozen=True)
class Explained:
    """inputs: {name: number} of the last step. rows: what they were added up from; `day` counts from 1970-01-01, `asset`
    is a row of the prices, money is in the firm's currency. number: what follows from them."""

    inputs: dict[str, float]
    rows: list[dict[str, Any]]
    number: float


@dataclass(frozen=True)
class Case:
    """One client's book (a book of one client), its days, and the money-weighted rate that the kernel found."""

    book: Book
    days: Series
    rate: float


def holdings(case: Case) -> list[dict[str, Any]]:
    """What is held at the end: {asset, quantity, price, value, weight}, ordered by asset."""
    book = case.book
    left = np.bincount(book.asset, book.quantity / UNITS, len(book.prices))
    exact = np.zeros(len(book.prices), np.int64)
    np.add.at(exact, book.asset, book.quantity)
    kept = np.flatnonzero(exact)
    price = book.prices[kept, -1]
    value = left[kept] * price
    total = float(value.sum())
    return [{"asset": int(a), "quantity": float(left[a]), "price": float(p), "value": float(v),
             "weight": float(v) / total if total else None}
            for a, p, v in zip(kept, price, value, strict=True)]  # fmt: skip


def flows(case: Case) -> list[dict[str, Any]]:
    """Money in and out by day: {day, money_in, money_out}, days with neither left out."""
    made = case.days
    return [{"day": int(d), "money_in": float(i), "money_out": float(o)}
            for d, i, o in zip(made.ordinals, made.money_in, made.money_out, strict=True) if i or o]  # fmt: skip


def days(case: Case) -> list[dict[str, Any]]:
    """Every day counted: {day, worth, money_in, money_out, return, growth, drawdown}."""
    s = case.days
    columns = (s.worth, s.money_in, s.money_out, s.returns, s.growth, s.drawdown)
    names = ("worth", "money_in", "money_out", "return", "growth", "drawdown")
    rows = zip(s.ordinals.tolist(), *(c.tolist() for c in columns), strict=True)
    return [{"day": int(day), **dict(zip(names, rest, strict=True))} for day, *rest in rows]


def dealings(case: Case) -> list[dict[str, Any]]:
    """Every dealing in securities by day: {day, asset, quantity, value, fee}."""
    b = case.book
    return [{"day": int(b.ordinals[b.day[i]]), "asset": int(b.asset[i]), "quantity": int(b.quantity[i]) / UNITS,
             "value": float(b.value[i]), "fee": float(b.fee[i])} for i in np.argsort(b.day, kind="stable")]  # fmt: skip


def sales(case: Case) -> list[dict[str, Any]]:
    """What was closed, one row for each security and day: {day, asset, quantity, proceeds, fee, cost, profit}.

    Cost is the average of what was held, fees of purchase included. Of something sold short, `proceeds` is what buying it
    back took, `cost` what the short sale had brought, and the profit is the other way round.
    """
    return _walked(case)[0]


def carried(case: Case) -> dict[int, tuple[float, int]]:
    """{asset: (average cost of what is held, fees of purchase included; the day since which something has been held)}."""
    return _walked(case)[1]


def _walked(case: Case) -> tuple[list[dict[str, Any]], dict[int, tuple[float, int]]]:
    """Every dealing in order: what was closed, and what is carried in the end."""
    b = case.book
    held: dict[int, int] = {}
    cost: dict[int, float] = {}
    since: dict[int, int] = {}
    made: dict[tuple[int, int], dict[str, Any]] = {}
    for i in np.argsort(b.day, kind="stable"):
        asset, change, value, fee = int(b.asset[i]), int(b.quantity[i]), float(b.value[i]), float(b.fee[i])
        have, day = held.get(asset, 0), int(b.ordinals[b.day[i]])
        if change and value:
            part = min(abs(change), abs(have)) if have * change < 0 else 0
            if part:
                share = part / abs(change)
                paid = cost[asset] * part / abs(have)
                profit = (value * share - paid if have > 0 else paid - value * share) - fee * share
                row = made.setdefault((day, asset), {"day": day, "asset": asset, "quantity": 0.0, "proceeds": 0.0,
                                                     "fee": 0.0, "cost": 0.0, "profit": 0.0})  # fmt: skip
                told = (part / UNITS, value * share, fee * share, paid, profit)
                for name, more in zip(("quantity", "proceeds", "fee", "cost", "profit"), told, strict=True):
                    row[name] += more
                cost[asset] -= paid
            rest = (abs(change) - part) / abs(change)
            cost[asset] = cost.get(asset, 0.0) + rest * (value + (fee if change > 0 else -fee))
        held[asset] = have + change
        if change and (not have or have * held[asset] < 0):
            since[asset] = day
        if not held[asset]:
            cost[asset] = 0.0
    return list(made.values()), {asset: (cost.get(asset, 0.0), since[asset]) for asset, left in held.items() if left}


def _added(rows: list[dict[str, Any]], name: str) -> float:
    return float(sum(row[name] for row in rows))


def _market_value(case: Case) -> Explained:
    rows = holdings(case)
    value = _added(rows, "value")
    return Explained({"market_value": value}, rows, value)


def _hhi(case: Case) -> Explained:
    rows = holdings(case)
    return Explained({"market_value": _added(rows, "value")}, rows, float(sum(row["weight"] ** 2 for row in rows)))


def _put_in(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    rows = flows(case)
    inputs = {"money_in": _added(rows, "money_in"), "money_out": _added(rows, "money_out")}
    return {**inputs, "market_value": _added(holdings(case), "value")}, rows


def _net_inflow(case: Case) -> Explained:
    inputs, rows = _put_in(case)
    del inputs["market_value"]
    return Explained(inputs, rows, inputs["money_in"] - inputs["money_out"])


def _profit(case: Case) -> Explained:
    inputs, rows = _put_in(case)
    return Explained(inputs, rows, inputs["market_value"] + inputs["money_out"] - inputs["money_in"])


def _roi(case: Case) -> Explained:
    whole = _profit(case)
    return Explained({"profit": whole.number, **whole.inputs}, whole.rows, whole.number / whole.inputs["money_in"])


def _twr(case: Case) -> Explained:
    growth = float(np.prod(1.0 + case.days.returns))
    return Explained({"growth": growth, "days": len(case.days.returns)}, days(case), growth - 1.0)


def _spread(case: Case) -> dict[str, float]:
    returns = case.days.returns
    return {"mean": float(returns.mean()), "deviation": float(returns.std(ddof=1)), "days": len(returns)}


def _volatility(case: Case) -> Explained:
    inputs = _spread(case)
    return Explained(inputs, days(case), inputs["deviation"] * TRADING_DAYS**0.5)


def _sharpe(case: Case) -> Explained:
    inputs = _spread(case)
    return Explained(inputs, days(case), inputs["mean"] / inputs["deviation"] * TRADING_DAYS**0.5)


def _max_drawdown(case: Case) -> Explained:
    deepest = float(min(case.days.drawdown))
    trough = int(np.argmin(case.days.drawdown))
    highest = float(max(1.0, case.days.growth[: trough + 1].max()))
    return Explained({"highest": highest, "lowest": float(case.days.growth[trough])}, days(case), deepest)


def _xirr(case: Case) -> Explained:
    """The rate is the kernel's (its root rule is in docs/figures.md); the rows show that it makes the flows worth 0."""
    s = case.days
    paid = {row["day"]: row["money_out"] - row["money_in"] for row in flows(case)}
    left = _added(holdings(case), "value")
    if left:
        paid[int(s.ordinals[-1])] = paid.get(int(s.ordinals[-1]), 0.0) + left
    rows = []
    for day, amount in sorted(paid.items()):
        after = day - int(s.ordinals[0])
        factor = (1.0 + case.rate) ** (-after / YEAR)
        rows.append({"day": day, "after": after, "amount": amount, "factor": factor, "present": amount * factor})
    return Explained({"market_value": left, "present": _added(rows, "present")}, rows, case.rate)


def _yearly(case: Case) -> dict[str, float]:
    return {"mean_value": float(case.days.worth.mean()), "years": len(case.days.worth) / TRADING_DAYS}


def _turnover(case: Case) -> Explained:
    rows, inputs = dealings(case), _yearly(case)
    inputs["bought"] = float(sum(row["value"] for row in rows if row["quantity"] > 0))
    inputs["sold"] = float(sum(row["value"] for row in rows if row["quantity"] < 0))
    number = (inputs["bought"] + inputs["sold"]) / 2 / (inputs["mean_value"] * inputs["years"])
    return Explained(inputs, rows, number)


def _fees(case: Case) -> Explained:
    rows = dealings(case)
    return Explained({"fees": _added(rows, "fee")}, rows, _added(rows, "fee"))


def _cost_drag(case: Case) -> Explained:
    inputs, paid = _yearly(case), _fees(case)
    number = paid.number / (inputs["mean_value"] * inputs["years"])
    return Explained({**paid.inputs, **inputs}, paid.rows, number)


def _realised(case: Case) -> Explained:
    rows = sales(case)
    inputs = {name: _added(rows, name) for name in ("proceeds", "fee", "cost")}
    return Explained(inputs, rows, _added(rows, "profit"))


def _win_rate(case: Case) -> Explained:
    rows = sales(case)
    inputs = {"sales": len(rows), "won": sum(row["profit"] > 0 for row in rows)}
    return Explained(inputs, rows, inputs["won"] / inputs["sales"])


# By the name of the field in the table of figures, whose label and formula in words stand there.
EXPLAINED: dict[str, Callable[[Case], Explained]] = {
    "market_value": _market_value, "net_inflow": _net_inflow, "profit": _profit, "realised": _realised, "fees": _fees,
    "roi": _roi, "twr": _twr, "xirr": _xirr, "volatility": _volatility, "sharpe": _sharpe,
    "max_drawdown": _max_drawdown, "turnover": _turnover, "cost_drag": _cost_drag, "win_rate": _win_rate, "hhi": _hhi,
}  # fmt: skip
