"""Rules of measures: value, interval and points of one measure, in decimals only (people.md C.2). Pure.

A row is a counted item: `value` is added to the numerator, `weight` to the denominator, so that every value follows from
its rows. Shares are between 0 and 1. Intervals are of 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal, localcontext

VERSION = "1"  # of this calculation; part of the hash of every score
EXACT = Context(prec=28)
Z = Decimal("1.959963984540054")
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
SHARE, RATIO, MEDIAN, COUNT, TRIMMED, NET = "share", "ratio", "median", "count", "trimmed", "net"
TRIM = Decimal("0.01")
INTERVAL_FROM = 6  # minimum number of values for an interval of the median by order statistics


@dataclass(frozen=True, order=True)
class Row:
    """A counted item: a row of a database table, ordered by model and id."""

    model: str
    pk: int
    value: Decimal
    weight: Decimal


@dataclass(frozen=True)
class Value:
    """The value of a measure: numerator, denominator, n as compared with the minimum, raw value and interval."""

    k: Decimal
    n: Decimal
    count: int
    raw: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


def value_of(kind: str, rows: Sequence[Row]) -> Value:
    """Return the value of a measure of a kind from its rows; raw is None if nothing was counted."""
    ordered = sorted(rows)
    with localcontext(EXACT):
        if kind == MEDIAN:
            return _median(sorted(row.value for row in ordered))
        if kind == TRIMMED:
            ordered = trim_outliers(ordered)
        k, n = sum((row.value for row in ordered), ZERO), sum((row.weight for row in ordered), ZERO)
        if kind == COUNT:
            low, high = poisson_interval(len(ordered))
            return Value(k, Decimal(len(ordered)), len(ordered), k, low, high)
        if n == 0:
            return Value(k, n, 0, None)
        if kind == SHARE:
            low, high = wilson(k, n)
            return Value(k, n, int(n.to_integral_value(ROUND_FLOOR)), k / n, low, high)
        if kind == NET:
            low, high = net_interval(ordered)
            return Value(k, n, len(ordered), k / n, low, high)
        return Value(k, n, len(ordered), k / n)


def _median(values: Sequence[Decimal]) -> Value:
    """Return the median with its interval by order statistics."""
    n = len(values)
    if not n:
        return Value(ZERO, ZERO, 0, None)
    middle = (values[(n - 1) // 2] + values[n // 2]) / 2
    low, high = median_ranks(n) if n >= INTERVAL_FROM else (1, n)
    return Value(sum(values, ZERO), Decimal(n), n, middle, values[low - 1], values[high - 1])


def median_ranks(n: int) -> tuple[int, int]:
    """Return the ranks (from 1) of the values that enclose the median of n values, by the normal approximation."""
    half, width = Decimal(n) / 2, Z * Decimal(n).sqrt() / 2
    low = max(1, int((half - width).to_integral_value(ROUND_FLOOR)))
    return low, n + 1 - low


def percentile(values: Sequence[Decimal], share: Decimal) -> Decimal | None:
    """Return the smallest value that at least a share of all values does not exceed; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    rank = -((-share * len(ordered)).to_integral_value(ROUND_FLOOR))
    return ordered[max(0, int(rank) - 1)]


def trim_outliers(rows: Sequence[Row]) -> list[Row]:
    """Return the rows without those with a rate in the lowest or highest 1 %, at least one at each end.

    With fewer than three rows none are left out: an outlier could not be distinguished from the others.
    """
    if len(rows) < 3:
        return list(rows)
    by_rate = sorted((row for row in rows if row.weight > 0), key=lambda row: (row.value / row.weight, row))
    cut = max(1, int((TRIM * len(by_rate)).to_integral_value(ROUND_FLOOR)))
    return sorted(by_rate[cut : len(by_rate) - cut])


def wilson(k: Decimal, n: Decimal) -> tuple[Decimal, Decimal]:
    """Return Wilson's interval of a share (E. B. Wilson 1927)."""
    with localcontext(EXACT):
        share, square = k / n, Z * Z
        middle = (share + square / (2 * n)) / (1 + square / n)
        width = Z / (1 + square / n) * (share * (1 - share) / n + square / (4 * n * n)).sqrt()
        return max(ZERO, middle - width), min(ONE, middle + width)


def net_interval(rows: Sequence[Row]) -> tuple[Decimal, Decimal]:
    """Return the interval of promoters less detractors, each row 1, 0 or -1: variance (p + d - net^2) / n (people.md B.3.2)."""
    with localcontext(EXACT):
        n = Decimal(len(rows))
        net = sum((row.value for row in rows), ZERO) / n
        decided = sum((abs(row.value) for row in rows), ZERO) / n
        width = Z * ((decided - net * net) / n).sqrt()
        return max(-ONE, net - width), min(ONE, net + width)


def poisson_interval(count: int) -> tuple[Decimal, Decimal]:
    """Return the interval of a count by Byar's approximation to the exact Poisson limits."""
    with localcontext(EXACT):
        above = Decimal(count + 1)
        high = above * (1 - 1 / (9 * above) + Z / (3 * above.sqrt())) ** 3
        if not count:
            return ZERO, high
        found = Decimal(count)
        return max(ZERO, found * (1 - 1 / (9 * found) - Z / (3 * found.sqrt())) ** 3), high


def shrink(k: Decimal, n: Decimal, branch_rate: Decimal, strength: Decimal) -> Decimal:
    """Return a share shrunk towards that of the branch: (k + m·μ) ÷ (n + m)."""
    with localcontext(EXACT):
        return (k + strength * branch_rate) / (n + strength)


def points(value: Decimal, floor: Decimal, target: Decimal) -> Decimal:
    """Return 0 to 100 points of a value between floor and target; the target is the lower one if less is better.

    Raises ValueError if both are equal: there is no scale between them.
    """
    if floor == target:
        raise ValueError("floor and target are the same")
    with localcontext(EXACT):
        return min(ONE, max(ZERO, (value - floor) / (target - floor))) * HUNDRED
