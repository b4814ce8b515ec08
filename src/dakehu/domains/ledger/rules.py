"""Rules of investments: returns, round trips and benchmarks. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import fmean, stdev


def simple_return(amount: Decimal | None, value: Decimal | None) -> Decimal | None:
    """Return (value − amount) / amount as a fraction, 4 digits; None without both or for an amount of 0."""
    if amount is None or value is None or amount == 0:
        return None
    return ((value - amount) / amount).quantize(Decimal("0.0001"))


def annual_return(amount: Decimal | None, value: Decimal | None, start: date, end: date) -> float | None:
    """Return the simple return annualised to 365 days.

    None when the return is unknown, is −100 % or less, or covers less than 30 days.
    """
    total_return, days = simple_return(amount, value), (end - start).days
    if total_return is None or days < 30 or total_return <= -1:
        return None
    return float(1 + total_return) ** (365 / days) - 1


def by_month(flows: Sequence[tuple[date, Decimal]]) -> dict[str, Decimal]:
    """Return {"2025-04": sum invested up to the end of the month}, from the first flow to the last.

    Months without a flow are included, so that a chart has an even axis. Empty without flows.
    """
    if not flows:
        return {}
    ordered = sorted(flows)
    first, last = ordered[0][0], ordered[-1][0]
    months = [(n // 12, n % 12 + 1) for n in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)]
    return {
        f"{year:04d}-{month:02d}": sum((a for day, a in ordered if (day.year, day.month) <= (year, month)), Decimal(0))
        for year, month in months
    }


NEGLIGIBLE = 1e-12  # a deviation below this is the rounding of returns that are all equal


def risk_adjusted_return(annual: Sequence[float], risk_free: float) -> float | None:
    """Return (mean − risk-free) / sample standard deviation of annual returns per investment.

    A Sharpe ratio across investments. None with fewer than two, or when all are equal.
    """
    if len(annual) < 2:
        return None
    spread = stdev(annual)
    return None if spread < NEGLIGIBLE else (fmean(annual) - risk_free) / spread


@dataclass(frozen=True)
class Step:
    """One trade. Quantity in thousandths of a share (bought positive, 0 for money alone), money in fen."""

    asset: int
    day: date
    quantity: int
    net: int
    fee: int


@dataclass
class RoundTrip:
    """A position from its first trade until it is closed (`closed` None while open).

    `pnl` in fen is cash received less cash paid, fees included. For an open position it is the cash still invested,
    with the opposite sign.
    """

    asset: int
    opened: date
    closed: date | None = None
    quantity: int = 0
    pnl: int = 0
    fees: int = 0
    trades: int = 0

    @property
    def days(self) -> int | None:
        """Return calendar days from opening to closing, None while open."""
        return None if self.closed is None else (self.closed - self.opened).days


def round_trips(steps: Iterable[Step]) -> list[RoundTrip]:
    """Return the round trips of one client in order of closing, open ones last.

    `steps` are in the order traded. Money without shares (dividends) counts towards the open trip of the security, if
    any.
    """
    open_trips: dict[int, RoundTrip] = {}
    closed_trips: list[RoundTrip] = []
    for step in steps:
        trip = open_trips.get(step.asset)
        if trip is None:
            if step.quantity == 0:
                continue
            trip = open_trips[step.asset] = RoundTrip(step.asset, step.day)
        trip.quantity += step.quantity
        trip.pnl += step.net
        trip.fees += step.fee
        trip.trades += 1
        if trip.quantity == 0:
            trip.closed = step.day
            closed_trips.append(open_trips.pop(step.asset))
    return [*closed_trips, *open_trips.values()]


def win_rate(steps: Iterable[Step]) -> float | None:
    """Return the share of securities whose cash effects sum to more than 0; None without trades.

    Open positions count like closed ones.
    """
    sums: dict[int, int] = {}
    for step in steps:
        sums[step.asset] = sums.get(step.asset, 0) + step.net
    return sum(total > 0 for total in sums.values()) / len(sums) if sums else None


CLASS_CODES = ("stock", "fund", "bond", "cash", "private", "other")  # in the numbering of analytics.figures


def class_benchmark(text: str) -> dict[int, tuple[float, str]]:
    """Parse a benchmark by asset class into {class: (share, measure)}.

    Example: "stock 60% 000300.SH, bond 30% 000012.SH, cash 10% 2%". The measure is an index (code.market) or an annual
    rate; shares sum to 100 %. Returns {} for an empty text. Raises ValueError with the part that is not understood.
    """
    benchmark: dict[int, tuple[float, str]] = {}
    for part in filter(None, (text_part.strip() for text_part in text.replace("，", ",").split(","))):
        tokens = part.split()
        if len(tokens) != 3 or tokens[0] not in CLASS_CODES or CLASS_CODES.index(tokens[0]) in benchmark:
            raise ValueError(part)
        share = _percent(tokens[1])
        rate = _percent(tokens[2])
        code, _, market = tokens[2].partition(".")
        if share is None or share < 0 or not (rate > -1 if rate is not None else code and market.isalpha()):
            raise ValueError(part)
        benchmark[CLASS_CODES.index(tokens[0])] = (share, tokens[2])
    if benchmark and abs(sum(share for share, _ in benchmark.values()) - 1) > 1e-9:
        raise ValueError(text)
    return benchmark


def rate_of(measure: str) -> float | None:
    """Return the annual rate of a measure such as "2%", None for an index."""
    return _percent(measure)


def _percent(text: str) -> float | None:
    """Parse "2%" as 0.02; None for any other text."""
    try:
        number = float(text.removesuffix("%")) / 100 if text.endswith("%") else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
