"""What is decided about investments. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Step:
    """One trade as the rules see it: quantity in thousandths of a share (bought positive, 0 for money alone), `net` and
    `fee` in fen."""

    asset: int
    day: date
    quantity: int
    net: int
    fee: int


@dataclass
class RoundTrip:
    """A position from the first trade until it was nothing again (`closed` None while it is open). `pnl` is what came in
    less what went out, fees included, in fen; for an open one that is the money still in it, with its sign turned."""

    asset: int
    opened: date
    closed: date | None = None
    quantity: int = 0
    pnl: int = 0
    fees: int = 0
    trades: int = 0

    @property
    def days(self) -> int | None:
        return None if self.closed is None else (self.closed - self.opened).days


def round_trips(steps: Iterable[Step]) -> list[RoundTrip]:
    """Round trips of one client, in the order in which they ended, open ones last. `steps` in the order dealt. Money
    without shares (dividends) counts to the trip that is open in the security, else to none."""
    open_ones: dict[int, RoundTrip] = {}
    made: list[RoundTrip] = []
    for step in steps:
        trip = open_ones.get(step.asset)
        if trip is None:
            if step.quantity == 0:
                continue
            trip = open_ones[step.asset] = RoundTrip(step.asset, step.day)
        trip.quantity += step.quantity
        trip.pnl += step.net
        trip.fees += step.fee
        trip.trades += 1
        if trip.quantity == 0:
            trip.closed = step.day
            made.append(open_ones.pop(step.asset))
    return [*made, *open_ones.values()]


def win_rate(steps: Iterable[Step]) -> float | None:
    """The share of securities whose cash effects sum to more than nothing, whatever is still held; None without trades."""
    sums: dict[int, int] = {}
    for step in steps:
        sums[step.asset] = sums.get(step.asset, 0) + step.net
    return sum(total > 0 for total in sums.values()) / len(sums) if sums else None


CLASS_CODES = ("stock", "fund", "bond", "cash", "private", "other")  # in the numbering of analytics.figures


def class_benchmark(text: str) -> dict[int, tuple[float, str]]:
    """{asset class: (share, measure)} of a benchmark such as "stock 60% 000300.SH, bond 30% 000012.SH, cash 10% 2%": the
    measure is an index (code.market) or a rate a year. Shares come to 100 %. {} for no text. Raises ValueError with the part
    that is not understood."""
    made: dict[int, tuple[float, str]] = {}
    for part in filter(None, (one.strip() for one in text.replace("，", ",").split(","))):
        words = part.split()
        if len(words) != 3 or words[0] not in CLASS_CODES or CLASS_CODES.index(words[0]) in made:
            raise ValueError(part)
        share = _percent(words[1])
        rate = _percent(words[2])
        code, _, market = words[2].partition(".")
        if share is None or share < 0 or not (rate > -1 if rate is not None else code and market.isalpha()):
            raise ValueError(part)
        made[CLASS_CODES.index(words[0])] = (share, words[2])
    if made and abs(sum(share for share, _ in made.values()) - 1) > 1e-9:
        raise ValueError(text)
    return made


def rate_of(measure: str) -> float | None:
    """The rate a year of a measure such as "2%"; None for an index."""
    return _percent(measure)


def _percent(text: str) -> float | None:
    try:
        number = float(text.removesuffix("%")) / 100 if text.endswith("%") else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
