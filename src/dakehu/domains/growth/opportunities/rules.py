"""Rules of opportunities: age, hit rates and expectations. Pure: no Django, clock or database.

A forecast uses the desk's own history only: of the opportunities that reached a stage and have ended, the share that
was won, with Wilson's interval of 95 %. With fewer than `MINIMUM` ended ones no rate is stated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import sqrt

MINIMUM = 20  # minimum of ended opportunities for showing a hit rate
HISTORY_DAYS = 730  # period of ended opportunities included
Z = 1.959963984540054  # of 95 %, two-sided
MONTHS_OF_QUARTER = 3


@dataclass(frozen=True)
class HitRate:
    """Won among ended; `rate`, `low` and `high` are shares from 0 to 1, None below the minimum."""

    won: int
    ended: int
    rate: float | None = None
    low: float | None = None
    high: float | None = None


def hit_rate(won: int, ended: int) -> HitRate:
    """Return the share won with Wilson's interval of 95 % (E. B. Wilson 1927)."""
    if ended < MINIMUM:
        return HitRate(won, ended)
    share, square = won / ended, Z * Z
    centre = (share + square / (2 * ended)) / (1 + square / ended)
    half = Z * sqrt(share * (1 - share) / ended + square / (4 * ended * ended)) / (1 + square / ended)
    return HitRate(won, ended, share, max(0.0, centre - half), min(1.0, centre + half))


def furthest_rates(positions: Iterable[int], ended: Iterable[tuple[int, bool]]) -> dict[int, HitRate]:
    """Return {position of a stage: hit rate of those that reached it}.

    `ended`: (the furthest open stage an opportunity reached, whether it was won). A won one counts as having reached every stage.
    """
    known = list(ended)
    return {
        position: hit_rate(
            sum(won for _, won in known), sum(1 for furthest, won in known if won or furthest >= position)
        )
        for position in positions
    }


@dataclass(frozen=True)
class Expectation:
    """Expected amounts of open opportunities of a stage: sums in yuan, None if too little is known."""

    count: int
    amount: Decimal
    without_amount: int
    rate: HitRate
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None


def expectation(amounts: Iterable[Decimal | None], rate: HitRate) -> Expectation:
    """Return the sum of amounts weighted by a hit rate and its bounds."""
    every = list(amounts)
    total = sum((amount for amount in every if amount is not None), Decimal(0))
    weighted = [
        None if share is None else (total * Decimal(repr(share))).quantize(Decimal("0.01"))
        for share in (rate.rate, rate.low, rate.high)
    ]
    return Expectation(len(every), total, sum(amount is None for amount in every), rate, *weighted)


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first day of a day's quarter, and that of the next quarter."""
    first = date(day.year, (day.month - 1) // MONTHS_OF_QUARTER * MONTHS_OF_QUARTER + 1, 1)
    beyond = first.month + MONTHS_OF_QUARTER
    return first, date(first.year + (beyond > 12), (beyond - 1) % 12 + 1, 1)


def is_stale(age_days: int, stale_days: int | None) -> bool:
    """Return whether an opportunity has stayed in its stage for too long."""
    return stale_days is not None and age_days > stale_days
