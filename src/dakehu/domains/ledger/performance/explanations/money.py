"""The arithmetic behind a figure, step by step: the rows it is made of and what is done with them. Pure: numpy only.

Written a second time on purpose, not shared with the kernel: that both come to the same number is what the tests hold.
Formulas with their sources stand in docs/figures.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.analytics.kernel import TRADING_DAYS, Book
from dakehu.analytics.series import Series

UNITS = 1000  # thousandths in a share
YEAR = 365.0  # calendar days of a year for the money-weighted rate


@dataclass(frozen=True)
class Explanation:
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
    return [
        {
            "asset": int(a),
            "quantity": float(left[a]),
            "price": float(p),
            "value": float(v),
            "weight": float(v) / total if total else None,
        }
        for a, p, v in zip(kept, price, value, strict=True)
    ]


def flows(case: Case) -> list[dict[str, Any]]:
    """Money in and out by day: {day, money_in, money_out}, days with neither left out."""
    made = case.days
    return [
        {"day": int(d), "money_in": float(i), "money_out": float(o)}
        for d, i, o in zip(made.ordinals, made.money_in, made.money_out, strict=True)
        if i or o
    ]


def days(case: Case) -> list[dict[str, Any]]:
    """Every day counted: {day, worth, money_in, money_out, return, growth, drawdown}."""
    s = case.days
    columns = (s.worth, s.money_in, s.money_out, s.returns, s.growth, s.drawdown)
    names = ("worth", "money_in", "money_out", "return", "growth", "drawdown")
    rows = zip(s.ordinals.tolist(), *(c.tolist() for c in columns), strict=True)
    return [{"day": int(day), **dict(zip(names, rest, strict=True))} for day, *rest in rows]


def trade_lines(case: Case) -> list[dict[str, Any]]:
    """Every dealing in securities by day: {day, asset, quantity, value, fee}."""
    b = case.book
    return [
        {
            "day": int(b.ordinals[b.day[i]]),
            "asset": int(b.asset[i]),
            "quantity": int(b.quantity[i]) / UNITS,
            "value": float(b.value[i]),
            "fee": float(b.fee[i]),
        }
        for i in np.argsort(b.day, kind="stable")
    ]


@dataclass(frozen=True)
class ReturnSteps:
    """Every dealing gone through in order. sales: what was closed, one row for each security and day: {day, asset,
    quantity, proceeds, fee, cost, profit, held_days}. carried: {asset: (average cost of what is held, fees of purchase
    included; the day since which something has been held)}. evenings: {day with a sale: [(asset, quantity in thousandths,
    cost of what is held)]} of what was still held in its evening.

    Cost is the average of what was held, fees of purchase included; held_days are counted from the average day on which
    it was bought. Of something sold short, `proceeds` is what buying it back took, `cost` what the short sale had
    brought, and the profit is the other way round.
    """

    sales: list[dict[str, Any]]
    carried: dict[int, tuple[float, int]]
    evenings: dict[int, list[tuple[int, int, float]]]


TRADE_COLUMNS = ("quantity", "proceeds", "fee", "cost", "profit", "held_days")


def sales(case: Case) -> list[dict[str, Any]]:
    """What was closed; see Walk."""
    return steps(case).sales


def steps(case: Case) -> ReturnSteps:
    """The walk through all dealings of a client."""
    b = case.book
    held: dict[int, int] = {}
    cost: dict[int, float] = {}
    since: dict[int, int] = {}
    bought: dict[int, float] = {}  # the average day on which what is held was bought
    made: dict[tuple[int, int], dict[str, Any]] = {}
    evenings: dict[int, list[tuple[int, int, float]]] = {}
    order = np.argsort(b.day, kind="stable").tolist()
    for place, i in enumerate(order):
        asset, change, value, fee = int(b.asset[i]), int(b.quantity[i]), float(b.value[i]), float(b.fee[i])
        have, day = held.get(asset, 0), int(b.ordinals[b.day[i]])
        if change and value:
            part = min(abs(change), abs(have)) if have * change < 0 else 0
            if part:
                share = part / abs(change)
                paid = cost[asset] * part / abs(have)
                profit = (value * share - paid if have > 0 else paid - value * share) - fee * share
                row = made.setdefault((day, asset), {"day": day, "asset": asset, **dict.fromkeys(TRADE_COLUMNS, 0.0)})
                told = (part / UNITS, value * share, fee * share, paid, profit, part / UNITS * (day - bought[asset]))
                for name, more in zip(TRADE_COLUMNS, told, strict=True):
                    row[name] += more
                cost[asset] -= paid
                evenings[day] = []
            rest = (abs(change) - part) / abs(change)
            cost[asset] = cost.get(asset, 0.0) + rest * (value + (fee if change > 0 else -fee))
        held[asset] = have + change
        if change and (not have or have * held[asset] < 0):
            since[asset], bought[asset] = day, float(day)
        elif change * have > 0 and value:
            bought[asset] += (day - bought[asset]) * change / held[asset]
        if not held[asset]:
            cost[asset] = 0.0
        if day in evenings and (place + 1 == len(order) or b.day[order[place + 1]] != b.day[i]):
            evenings[day] = [(one, left, cost.get(one, 0.0)) for one, left in held.items() if left]
    for row in made.values():
        row["held_days"] /= row["quantity"]
    carried = {asset: (cost.get(asset, 0.0), since[asset]) for asset, left in held.items() if left}
    return ReturnSteps(list(made.values()), carried, evenings)


def _summed(rows: list[dict[str, Any]], name: str) -> float:
    return float(sum(row[name] for row in rows))


def market_value(case: Case) -> Explanation:
    rows = holdings(case)
    value = _summed(rows, "value")
    return Explanation({"market_value": value}, rows, value)


def hhi(case: Case) -> Explanation:
    rows = holdings(case)
    return Explanation({"market_value": _summed(rows, "value")}, rows, float(sum(row["weight"] ** 2 for row in rows)))


def _net_flows(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    rows = flows(case)
    inputs = {"money_in": _summed(rows, "money_in"), "money_out": _summed(rows, "money_out")}
    return {**inputs, "market_value": _summed(holdings(case), "value")}, rows


def net_inflow(case: Case) -> Explanation:
    inputs, rows = _net_flows(case)
    del inputs["market_value"]
    return Explanation(inputs, rows, inputs["money_in"] - inputs["money_out"])


def profit(case: Case) -> Explanation:
    inputs, rows = _net_flows(case)
    return Explanation(inputs, rows, inputs["market_value"] + inputs["money_out"] - inputs["money_in"])


def roi(case: Case) -> Explanation:
    whole = profit(case)
    return Explanation({"profit": whole.number, **whole.inputs}, whole.rows, whole.number / whole.inputs["money_in"])


def twr(case: Case) -> Explanation:
    growth = float(np.prod(1.0 + case.days.returns))
    return Explanation({"growth": growth, "days": len(case.days.returns)}, days(case), growth - 1.0)


def _spread(case: Case) -> dict[str, float]:
    returns = case.days.returns
    return {"mean": float(returns.mean()), "deviation": float(returns.std(ddof=1)), "days": len(returns)}


def volatility(case: Case) -> Explanation:
    inputs = _spread(case)
    return Explanation(inputs, days(case), inputs["deviation"] * TRADING_DAYS**0.5)


def sharpe(case: Case) -> Explanation:
    inputs = _spread(case)
    return Explanation(inputs, days(case), inputs["mean"] / inputs["deviation"] * TRADING_DAYS**0.5)


def present_values(case: Case, rate: float) -> list[dict[str, Any]]:
    """Money taken out less money put in by day, what is left counted as taken out at the end, and what each is worth on
    the first day at a yearly rate: {day, after, amount, factor, present}."""
    s = case.days
    paid = {row["day"]: row["money_out"] - row["money_in"] for row in flows(case)}
    left = _summed(holdings(case), "value")
    if left:
        paid[int(s.ordinals[-1])] = paid.get(int(s.ordinals[-1]), 0.0) + left
    rows = []
    for day, amount in sorted(paid.items()):
        after = day - int(s.ordinals[0])
        factor = (1.0 + rate) ** (-after / YEAR)
        rows.append({"day": day, "after": after, "amount": amount, "factor": factor, "present": amount * factor})
    return rows


def xirr(case: Case) -> Explanation:
    """The rate is the kernel's (its root rule is in docs/figures.md); the rows show that it makes the flows worth 0."""
    rows = present_values(case, case.rate)
    left = _summed(holdings(case), "value")
    return Explanation({"market_value": left, "present": _summed(rows, "present")}, rows, case.rate)


def _annualised(case: Case) -> dict[str, float]:
    return {"mean_value": float(case.days.worth.mean()), "years": len(case.days.worth) / TRADING_DAYS}


def turnover(case: Case) -> Explanation:
    rows, inputs = trade_lines(case), _annualised(case)
    inputs["bought"] = float(sum(row["value"] for row in rows if row["quantity"] > 0))
    inputs["sold"] = float(sum(row["value"] for row in rows if row["quantity"] < 0))
    number = (inputs["bought"] + inputs["sold"]) / 2 / (inputs["mean_value"] * inputs["years"])
    return Explanation(inputs, rows, number)


def fees(case: Case) -> Explanation:
    rows = trade_lines(case)
    return Explanation({"fees": _summed(rows, "fee")}, rows, _summed(rows, "fee"))


def cost_drag(case: Case) -> Explanation:
    inputs, paid = _annualised(case), fees(case)
    number = paid.number / (inputs["mean_value"] * inputs["years"])
    return Explanation({**paid.inputs, **inputs}, paid.rows, number)


def realised(case: Case) -> Explanation:
    rows = sales(case)
    inputs = {name: _summed(rows, name) for name in ("proceeds", "fee", "cost")}
    return Explanation(inputs, rows, _summed(rows, "profit"))


def win_rate(case: Case) -> Explanation:
    rows = sales(case)
    inputs = {"sales": len(rows), "won": sum(row["profit"] > 0 for row in rows)}
    return Explanation(inputs, rows, inputs["won"] / inputs["sales"])
