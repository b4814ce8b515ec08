"""Explain figures of daily returns: growth, drawdown, tail risk, comparison with the index. Pure.

Implemented independently of the kernel on purpose, like money.py, whose rows it uses: the tests compare the two.
Formulas and sources: docs/figures.md.
"""

from typing import Any

import numpy as np

from dakehu.analytics.drawdowns import ROUNDED
from dakehu.analytics.figures import TRADING_DAYS
from dakehu.domains.ledger.performance.explanations.money import Case, Explanation, days

TAIL = 0.05  # share of days in the tail


def count_days(case: Case) -> Explanation:
    """Explain the number of trading days counted."""
    rows = days(case)
    return Explanation({"days": len(rows)}, rows, len(rows))


def cagr(case: Case) -> Explanation:
    """Explain yearly growth: growth ^ (252 / days) − 1, a fraction."""
    growth, number = float(np.prod(1.0 + case.days.returns)), len(case.days.returns)
    inputs = {"growth": growth, "days": number, "exponent": TRADING_DAYS / number}
    return Explanation(inputs, days(case), growth ** inputs["exponent"] - 1.0)


def sortino(case: Case) -> Explanation:
    """Explain the Sortino ratio. Rows are the days with a loss; the deviation is over all days."""
    returns = case.days.returns
    rows = [
        {"day": int(day), "return": float(r), "squared": float(r) ** 2}
        for day, r in zip(case.days.ordinals, returns, strict=True)
        if r < 0
    ]
    squares = float(sum(row["squared"] for row in rows))
    inputs = {
        "mean": float(returns.mean()),
        "days": len(returns),
        "fallen": len(rows),
        "squares": squares,
        "downside": (squares / len(returns)) ** 0.5,
    }
    return Explanation(inputs, rows, inputs["mean"] * TRADING_DAYS / (inputs["downside"] * TRADING_DAYS**0.5))


def _peak_and_trough(case: Case) -> tuple[int, int]:
    """Return the indexes of the peak before the deepest drawdown and of its trough.

    The peak is the first day if the start itself is the highest. If days differ by rounding only, the first
    is used, as in analytics.drawdowns.
    """
    trough = int(np.argmax(case.days.drawdown <= case.days.drawdown.min() + ROUNDED))
    before = case.days.growth[: trough + 1]
    peak = int(np.argmax(before >= before.max() * (1.0 - ROUNDED))) if before.max() > 1.0 + ROUNDED else 0
    return peak, trough


def _drawdown_rows(case: Case) -> tuple[dict[str, float], list[dict[str, Any]], int, int]:
    """Return (growth at peak and trough, the days between them, peak index, trough index)."""
    peak, trough = _peak_and_trough(case)
    growth = case.days.growth
    inputs = {"highest": max(1.0, float(growth[peak])), "lowest": float(growth[trough])}
    return inputs, days(case)[peak : trough + 1], peak, trough


def max_drawdown(case: Case) -> Explanation:
    """Explain the maximal drawdown: lowest / highest − 1, 0 without a fall."""
    if not (case.days.drawdown < 0).any():
        return Explanation({"highest": float(case.days.growth.max())}, days(case), 0.0)
    inputs, rows, _, _ = _drawdown_rows(case)
    return Explanation(inputs, rows, inputs["lowest"] / inputs["highest"] - 1.0)


def calmar(case: Case) -> Explanation:
    """Explain the Calmar ratio: yearly growth / −maximal drawdown."""
    inputs, rows, _, _ = _drawdown_rows(case)
    yearly, fall = cagr(case), inputs["lowest"] / inputs["highest"] - 1.0
    values = {**yearly.inputs, "cagr": yearly.number, **inputs, "max_drawdown": fall}
    return Explanation(values, rows, yearly.number / -fall)


def peak_date(case: Case) -> Explanation:
    """Explain the day of the peak before the maximal drawdown, in days since 1970-01-01."""
    inputs, rows, peak, _ = _drawdown_rows(case)
    return Explanation(inputs, rows, int(case.days.ordinals[peak]))


def trough_date(case: Case) -> Explanation:
    """Explain the day of the maximal drawdown, in days since 1970-01-01."""
    inputs, rows, _, trough = _drawdown_rows(case)
    return Explanation(inputs, rows, int(case.days.ordinals[trough]))


def _worst_days(case: Case, number: int) -> list[dict[str, Any]]:
    """Return the `number` worst days, worst first."""
    order = np.argsort(case.days.returns, kind="stable")[:number].tolist()
    return [
        {"rank": rank, "day": int(case.days.ordinals[index]), "return": float(case.days.returns[index])}
        for rank, index in enumerate(order, 1)
    ]


def var95(case: Case) -> Explanation:
    """Explain value at risk: the 5 % percentile of daily returns.

    Rows are the worst days up to the percentile, which is between the last two of them (linear interpolation).
    """
    number = len(case.days.returns)
    place = (number - 1) * TAIL
    below = int(place)
    rows = _worst_days(case, min(below + 2, number))
    lower, upper = rows[below]["return"], rows[-1]["return"]
    inputs = {"days": number, "place": place + 1.0, "lower": lower, "upper": upper}
    return Explanation(inputs, rows, lower + (place - below) * (upper - lower))


def cvar95(case: Case) -> Explanation:
    """Explain expected shortfall: the mean of the worst 5 % of daily returns."""
    number = len(case.days.returns)
    rows = _worst_days(case, int((number - 1) * TAIL) + 1)
    summed = float(sum(row["return"] for row in rows))
    return Explanation({"days": number, "worst": len(rows), "summed": summed}, rows, summed / len(rows))


def _against_index(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Return each day's return and the index's, both as deviations from their means.

    The index's return is 0 on the first day of the prices.
    """
    levels = case.book.market
    index = np.concatenate([[0.0], levels[1:] / levels[:-1] - 1.0])
    first = int(np.searchsorted(case.book.ordinals, case.days.ordinals[0]))
    index, own = index[first : first + len(case.days.returns)], case.days.returns
    mean, index_mean = float(own.mean()), float(index.mean())
    rows = [
        {
            "day": int(day),
            "return": float(r),
            "index_return": float(level),
            "product": (float(r) - mean) * (float(level) - index_mean),
            "squared": (float(level) - index_mean) ** 2,
        }
        for day, r, level in zip(case.days.ordinals, own, index, strict=True)
    ]
    summed = {name: float(sum(row[name] for row in rows)) for name in ("product", "squared")}
    inputs = {
        "days": len(rows),
        "mean": mean,
        "index_mean": index_mean,
        "products": summed["product"],
        "squares": summed["squared"],
    }
    return inputs, rows


def beta(case: Case) -> Explanation:
    """Explain beta: covariance with the index / variance of the index."""
    inputs, rows = _against_index(case)
    return Explanation(inputs, rows, inputs["products"] / inputs["squares"])


def alpha(case: Case) -> Explanation:
    """Explain yearly alpha: (1 + mean(return − beta × index return)) ^ 252 − 1."""
    inputs, rows = _against_index(case)
    slope = inputs["products"] / inputs["squares"]
    left = inputs["mean"] - slope * inputs["index_mean"]
    return Explanation({**inputs, "beta": slope, "left": left}, rows, (1.0 + left) ** TRADING_DAYS - 1.0)
