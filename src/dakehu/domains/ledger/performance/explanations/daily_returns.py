"""The arithmetic behind figures made from a client's daily returns: growth, falls, bad days, the index. Pure: numpy only.

Written a second time on purpose, like arithmetic.py, whose rows it uses. Formulas with their sources: docs/figures.md.
"""

from typing import Any

import numpy as np

from dakehu.analytics.kernel import TRADING_DAYS
from dakehu.domains.ledger.performance.explanations.money import Case, Explanation, days

TAIL = 0.05  # the share of days that count as the worst


def sum_days(case: Case) -> Explanation:
    rows = days(case)
    return Explanation({"days": len(rows)}, rows, len(rows))


def cagr(case: Case) -> Explanation:
    growth, number = float(np.prod(1.0 + case.days.returns)), len(case.days.returns)
    inputs = {"growth": growth, "days": number, "exponent": TRADING_DAYS / number}
    return Explanation(inputs, days(case), growth ** inputs["exponent"] - 1.0)


def sortino(case: Case) -> Explanation:
    """The rows are the days that fell; the deviation is over all days."""
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


def _drawdown_step(case: Case) -> tuple[int, int]:
    """The places of the highest day before the deepest fall and of the deepest day; the first day where the highest was
    the start itself."""
    trough = int(np.argmin(case.days.drawdown))
    before = case.days.growth[: trough + 1]
    peak = int(np.argmax(before)) if before.max() > 1.0 else 0
    return peak, trough


def _drawdown_steps(case: Case) -> tuple[dict[str, float], list[dict[str, Any]], int, int]:
    """What the growth was at the peak and the trough, and the days from the one to the other."""
    peak, trough = _drawdown_step(case)
    growth = case.days.growth
    inputs = {"highest": max(1.0, float(growth[peak])), "lowest": float(growth[trough])}
    return inputs, days(case)[peak : trough + 1], peak, trough


def max_drawdown(case: Case) -> Explanation:
    if not (case.days.drawdown < 0).any():
        return Explanation({"highest": float(case.days.growth.max())}, days(case), 0.0)
    inputs, rows, _, _ = _drawdown_steps(case)
    return Explanation(inputs, rows, inputs["lowest"] / inputs["highest"] - 1.0)


def calmar(case: Case) -> Explanation:
    inputs, rows, _, _ = _drawdown_steps(case)
    yearly, fall = cagr(case), inputs["lowest"] / inputs["highest"] - 1.0
    told = {**yearly.inputs, "cagr": yearly.number, **inputs, "max_drawdown": fall}
    return Explanation(told, rows, yearly.number / -fall)


def peak_date(case: Case) -> Explanation:
    inputs, rows, peak, _ = _drawdown_steps(case)
    return Explanation(inputs, rows, int(case.days.ordinals[peak]))


def trough_date(case: Case) -> Explanation:
    inputs, rows, _, trough = _drawdown_steps(case)
    return Explanation(inputs, rows, int(case.days.ordinals[trough]))


def _worst(case: Case, number: int) -> list[dict[str, Any]]:
    """The worst days, the worst first."""
    order = np.argsort(case.days.returns, kind="stable")[:number].tolist()
    return [
        {"rank": rank, "day": int(case.days.ordinals[place]), "return": float(case.days.returns[place])}
        for rank, place in enumerate(order, 1)
    ]


def var95(case: Case) -> Explanation:
    """The rows are the worst days as far as the percentile; it lies between the last two of them."""
    number = len(case.days.returns)
    place = (number - 1) * TAIL
    below = int(place)
    rows = _worst(case, min(below + 2, number))
    lower, upper = rows[below]["return"], rows[-1]["return"]
    inputs = {"days": number, "place": place + 1.0, "lower": lower, "upper": upper}
    return Explanation(inputs, rows, lower + (place - below) * (upper - lower))


def cvar95(case: Case) -> Explanation:
    number = len(case.days.returns)
    rows = _worst(case, int((number - 1) * TAIL) + 1)
    summed = float(sum(row["return"] for row in rows))
    return Explanation({"days": number, "worst": len(rows), "summed": summed}, rows, summed / len(rows))


def _against_index(case: Case) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Each day's return beside the index's, both about their means; the index counts 0 on the first day of the prices."""
    levels = case.book.market
    index = np.concatenate([[0.0], levels[1:] / levels[:-1] - 1.0])
    first = int(np.searchsorted(case.book.ordinals, case.days.ordinals[0]))
    index, own = index[first : first + len(case.days.returns)], case.days.returns
    mean, index_mean = float(own.mean()), float(index.mean())
    rows = [
        {
            "day": int(day),
            "return": float(r),
            "index_return": float(b),
            "product": (float(r) - mean) * (float(b) - index_mean),
            "squared": (float(b) - index_mean) ** 2,
        }
        for day, r, b in zip(case.days.ordinals, own, index, strict=True)
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
    inputs, rows = _against_index(case)
    return Explanation(inputs, rows, inputs["products"] / inputs["squares"])


def alpha(case: Case) -> Explanation:
    inputs, rows = _against_index(case)
    slope = inputs["products"] / inputs["squares"]
    left = inputs["mean"] - slope * inputs["index_mean"]
    return Explanation({**inputs, "beta": slope, "left": left}, rows, (1.0 + left) ** TRADING_DAYS - 1.0)
