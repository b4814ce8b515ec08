"""What is decided about investments. Pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from statistics import fmean, stdev


def simple_return(amount: Decimal | None, value: Decimal | None) -> Decimal | None:
    """(value − amount) / amount as a fraction; None without both, or for an amount of nothing."""
    if amount is None or value is None or amount == 0:
        return None
    return ((value - amount) / amount).quantize(Decimal("0.0001"))


def annual_return(amount: Decimal | None, value: Decimal | None, start: date, end: date) -> float | None:
    """The simple return brought to a year of 365 days; None when it is unknown or held less than 30 days,
    where a yearly figure would say more than is known."""
    made, days = simple_return(amount, value), (end - start).days
    if made is None or days < 30 or made <= -1:
        return None
    return float(1 + made) ** (365 / days) - 1


def by_month(flows: Sequence[tuple[date, Decimal]]) -> dict[str, Decimal]:
    """{"2025-04": sum invested up to the end of that month} for every month from the first flow to the last,
    the quiet ones included, so that a line over them keeps its pace. Empty without flows."""
    if not flows:
        return {}
    ordered = sorted(flows)
    first, last = ordered[0][0], ordered[-1][0]
    months = [(n // 12, n % 12 + 1) for n in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)]
    return {
        f"{year:04d}-{month:02d}": sum((a for day, a in ordered if (day.year, day.month) <= (year, month)), Decimal(0))
        for year, month in months
    }


def risk_adjusted_return(annual: Sequence[float], risk_free: float) -> float | None:
    """(mean − risk-free) / sample standard deviation of a client's annual returns per investment: a Sharpe
    ratio across investments. None with fewer than two, or when all are equal."""
    if len(annual) < 2:
        return None
    spread = stdev(annual)
    return None if spread == 0 else (fmean(annual) - risk_free) / spread
