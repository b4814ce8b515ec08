"""Explain figures of money step by step: their rows and the formula. Pure: numpy only.

Implemented independently of the kernel on purpose: the tests compare the two. Formulas and sources: docs/figures.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.analytics.figures import TRADING_DAYS
from dakehu.analytics.kernel import Book
from dakehu.analytics.series import Series

UNITS = 1000  # thousandths in a share
YEAR = 365.0  # calendar days of a year for the money-weighted rate


@dataclass(frozen=True)
class Explanation:
    """The explanation of a figure.

    inputs: {name: number} of the last step. rows: what the inputs were summed from; `day` counts from 1970-01-01,
    `asset` is a row of the price matrix, money is in the firm's currency. number: the result.
    """

    inputs: dict[str, float]
    rows: list[dict[str, Any]]
    number: float


@dataclass(frozen=True)
class Case:
    """One client's book, daily series, and the money-weighted rate found by the kernel."""

    book: Book
    days: Series
    rate: float


def holdings(case: Case) -> list[dict[str, Any]]:
    """Return {asset, quantity, price, value, weight} of securities held at the end, by asset."""
    book = case.book
    left = np.bincount(book.asset, book.quantity / UNITS, len(book.prices))
    exact = np.zeros(len(book.prices), np.int64)
    np.add.at(exact, book.asset, book.quantity)
    held = np.flatnonzero(exact)
    price = book.prices[held, -1]
    value = left[held] * price
    total = float(value.sum())
    return [
        {
            "asset": int(a),
            "quantity": float(left[a]),
            "price": float(p),
            "value": float(v),
            "weight": float(v) / total if total else None,
        }
        for a, p, v in zip(held, price, value, strict=True)
    ]


def flows(case: Case) -> list[dict[str, Any]]:
    """Return {day, money_in, money_out} of days with a flow."""
    series = case.days
    return [
        {"day": int(d), "money_in": float(i), "money_out": float(o)}
        for d, i, o in zip(series.ordinals, series.money_in, series.money_out, strict=True)
        if i or o
    ]


def days(case: Case) -> list[dict[str, Any]]:
    """Return {day, worth, money_in, money_out, return, growth, drawdown} of every day counted."""
    series = case.days
    columns = (series.value, series.money_in, series.money_out, series.returns, series.growth, series.drawdown)
    names = ("worth", "money_in", "money_out", "return", "growth", "drawdown")
    rows = zip(series.ordinals.tolist(), *(c.tolist() for c in columns), strict=True)
    return [{"day": int(day), **dict(zip(names, rest, strict=True))} for day, *rest in rows]


def trade_lines(case: Case) -> list[dict[str, Any]]:
    """Return {day, asset, quantity, value, fee} of every security trade, by day."""
    book = case.book
    return [
        {
            "day": int(book.ordinals[book.day[i]]),
            "asset": int(book.asset[i]),
            "quantity": int(book.quantity[i]) / UNITS,
            "value": float(book.value[i]),
            "fee": float(book.fee[i]),
        }
        for i in np.argsort(book.day, kind="stable")
    ]


@dataclass(frozen=True)
class TradeSteps:
    """The result of replaying all trades in order.

    sales: closed quantity, one row per security and day: {day, asset, quantity, proceeds, fee, cost, profit,
    held_days}. carried: {asset: (cost of what is held, purchase fees included; day since which it is held)}. evenings:
    {day with a sale: [(asset, quantity in thousandths, cost)]} held at the end of that day.

    Cost is the average cost of what was held, purchase fees included; held_days count from the average purchase day.
    For a short position, `proceeds` is the cost of buying back, `cost` the proceeds of the short sale, and the profit
    is reversed.
    """

    sales: list[dict[str, Any]]
    carried: dict[int, tuple[float, int]]
    evenings: dict[int, list[tuple[int, int, float]]]


SALE_COLUMNS = ("quantity", "proceeds", "fee", "cost", "profit", "held_days")


def sales(case: Case) -> list[dict[str, Any]]:
    """Return closed quantities; see TradeSteps."""
    return steps(case).sales


def steps(case: Case) -> TradeSteps:
    """Replay all trades of a client in order."""
    book = case.book
    quantity_held: dict[int, int] = {}
    cost: dict[int, float] = {}
    since: dict[int, int] = {}
    average_day: dict[int, float] = {}  # average purchase day of what is held
    sales_rows: dict[tuple[int, int], dict[str, Any]] = {}
    evenings: dict[int, list[tuple[int, int, float]]] = {}
    order = np.argsort(book.day, kind="stable").tolist()
    for index, trade in enumerate(order):
        asset, change, value, fee = (
            int(book.asset[trade]),
            int(book.quantity[trade]),
            float(book.value[trade]),
            float(book.fee[trade]),
        )
        quantity_before, day = quantity_held.get(asset, 0), int(book.ordinals[book.day[trade]])
        if change and value:
            closed_quantity = min(abs(change), abs(quantity_before)) if quantity_before * change < 0 else 0
            if closed_quantity:
                closed_share = closed_quantity / abs(change)
                closed_cost = cost[asset] * closed_quantity / abs(quantity_before)
                profit = (
                    value * closed_share - closed_cost if quantity_before > 0 else closed_cost - value * closed_share
                ) - fee * closed_share
                row = sales_rows.setdefault(
                    (day, asset), {"day": day, "asset": asset, **dict.fromkeys(SALE_COLUMNS, 0.0)}
                )
                increments = (
                    closed_quantity / UNITS,
                    value * closed_share,
                    fee * closed_share,
                    closed_cost,
                    profit,
                    closed_quantity / UNITS * (day - average_day[asset]),
                )
                for name, more in zip(SALE_COLUMNS, increments, strict=True):
                    row[name] += more
                cost[asset] -= closed_cost
                evenings[day] = []
            rest = (abs(change) - closed_quantity) / abs(change)
            cost[asset] = cost.get(asset, 0.0) + rest * (value + (fee if change > 0 else -fee))
        quantity_held[asset] = quantity_before + change
        if change and (not quantity_before or quantity_before * quantity_held[asset] < 0):
            since[asset], average_day[asset] = day, float(day)
        elif change * quantity_before > 0 and value:
            average_day[asset] += (day - average_day[asset]) * change / quantity_held[asset]
        if not quantity_held[asset]:
            cost[asset] = 0.0
        if day in evenings and (index + 1 == len(order) or book.day[order[index + 1]] != book.day[trade]):
            evenings[day] = [
                (held_asset, left, cost.get(held_asset, 0.0)) for held_asset, left in quantity_held.items() if left
            ]
    for row in sales_rows.values():
        row["held_days"] /= row["quantity"]
    carried = {asset: (cost.get(asset, 0.0), since[asset]) for asset, left in quantity_held.items() if left}
    return TradeSteps(list(sales_rows.values()), carried, evenings)


def _summed(rows: list[dict[str, Any]], name: str) -> float:
    """Sum a column of rows."""
    return float(sum(row[name] for row in rows))


def market_value(case: Case) -> Explanation:
    """Explain market value: Σ quantity × closing price."""
    rows = holdings(case)
    value = _summed(rows, "value")
    return Explanation({"market_value": value}, rows, value)


def hhi(case: Case) -> Explanation:
    """Explain concentration: Σ weight², 1 for a single holding."""
    rows = holdings(case)
    return Explanation({"market_value": _summed(rows, "value")}, rows, float(sum(row["weight"] ** 2 for row in rows)))


def _net_flows(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Return (money in, money out and market value; rows of flows)."""
    rows = flows(case)
    inputs = {"money_in": _summed(rows, "money_in"), "money_out": _summed(rows, "money_out")}
    return {**inputs, "market_value": _summed(holdings(case), "value")}, rows


def net_inflow(case: Case) -> Explanation:
    """Explain net inflow: money in − money out."""
    inputs, rows = _net_flows(case)
    del inputs["market_value"]
    return Explanation(inputs, rows, inputs["money_in"] - inputs["money_out"])


def profit(case: Case) -> Explanation:
    """Explain profit: market value + money out − money in."""
    inputs, rows = _net_flows(case)
    return Explanation(inputs, rows, inputs["market_value"] + inputs["money_out"] - inputs["money_in"])


def roi(case: Case) -> Explanation:
    """Explain return on investment: profit / money in, a fraction."""
    total = profit(case)
    return Explanation({"profit": total.number, **total.inputs}, total.rows, total.number / total.inputs["money_in"])


def twr(case: Case) -> Explanation:
    """Explain the time-weighted return: Π(1 + daily return) − 1, a fraction."""
    growth = float(np.prod(1.0 + case.days.returns))
    return Explanation({"growth": growth, "days": len(case.days.returns)}, days(case), growth - 1.0)


def _mean_and_deviation(case: Case) -> dict[str, float]:
    """Return mean, sample deviation and number of daily returns."""
    returns = case.days.returns
    return {"mean": float(returns.mean()), "deviation": float(returns.std(ddof=1)), "days": len(returns)}


def volatility(case: Case) -> Explanation:
    """Explain yearly volatility: deviation of daily returns × √252."""
    inputs = _mean_and_deviation(case)
    return Explanation(inputs, days(case), inputs["deviation"] * TRADING_DAYS**0.5)


def sharpe(case: Case) -> Explanation:
    """Explain the Sharpe ratio: mean / deviation × √252, riskless rate 0."""
    inputs = _mean_and_deviation(case)
    return Explanation(inputs, days(case), inputs["mean"] / inputs["deviation"] * TRADING_DAYS**0.5)


def present_values(case: Case, rate: float) -> list[dict[str, Any]]:
    """Return the present value of each day's net payment at an annual rate.

    {day, after, amount, factor, present}; amount is money out − money in, and the closing value is paid out at the
    end. Days are actual, a year is 365 days.
    """
    series = case.days
    amounts = {row["day"]: row["money_out"] - row["money_in"] for row in flows(case)}
    final_value = _summed(holdings(case), "value")
    if final_value:
        amounts[int(series.ordinals[-1])] = amounts.get(int(series.ordinals[-1]), 0.0) + final_value
    rows = []
    for day, amount in sorted(amounts.items()):
        after = day - int(series.ordinals[0])
        factor = (1.0 + rate) ** (-after / YEAR)
        rows.append({"day": day, "after": after, "amount": amount, "factor": factor, "present": amount * factor})
    return rows


def xirr(case: Case) -> Explanation:
    """Explain the money-weighted return: the annual rate at which the flows are worth 0.

    The rate is the kernel's (root rule: docs/figures.md); the rows show that it fits.
    """
    rows = present_values(case, case.rate)
    final_value = _summed(holdings(case), "value")
    return Explanation({"market_value": final_value, "present": _summed(rows, "present")}, rows, case.rate)


def _annualised(case: Case) -> dict[str, float]:
    """Return the mean daily market value and the number of years (252 trading days each)."""
    return {"mean_value": float(case.days.value.mean()), "years": len(case.days.value) / TRADING_DAYS}


def turnover(case: Case) -> Explanation:
    """Explain turnover: half of bought and sold / mean value / years."""
    rows, inputs = trade_lines(case), _annualised(case)
    inputs["bought"] = float(sum(row["value"] for row in rows if row["quantity"] > 0))
    inputs["sold"] = float(sum(row["value"] for row in rows if row["quantity"] < 0))
    number = (inputs["bought"] + inputs["sold"]) / 2 / (inputs["mean_value"] * inputs["years"])
    return Explanation(inputs, rows, number)


def fees(case: Case) -> Explanation:
    """Explain fees paid."""
    rows = trade_lines(case)
    return Explanation({"fees": _summed(rows, "fee")}, rows, _summed(rows, "fee"))


def cost_drag(case: Case) -> Explanation:
    """Explain cost drag: fees / mean value / years."""
    inputs, fees_paid = _annualised(case), fees(case)
    number = fees_paid.number / (inputs["mean_value"] * inputs["years"])
    return Explanation({**fees_paid.inputs, **inputs}, fees_paid.rows, number)


def realised(case: Case) -> Explanation:
    """Explain realised profit: proceeds − fees − average cost of what was sold."""
    rows = sales(case)
    inputs = {name: _summed(rows, name) for name in ("proceeds", "fee", "cost")}
    return Explanation(inputs, rows, _summed(rows, "profit"))


def win_rate(case: Case) -> Explanation:
    """Explain win rate: share of sales with a profit."""
    rows = sales(case)
    inputs = {"sales": len(rows), "won": sum(row["profit"] > 0 for row in rows)}
    return Explanation(inputs, rows, inputs["won"] / inputs["sales"])
