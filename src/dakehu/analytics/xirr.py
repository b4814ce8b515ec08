"""Compute the money-weighted return (XIRR): the annual rate at which the present value of flows is 0.

Shape: flows [n] with the days of each.
Meaning: the rate at which money in and money out have the same present value. Money put in is negative; money taken out
    and the final value are positive. With several roots: if the present value at 10 % a year is positive, the next
    root above is returned, otherwise the next below; if that side has none, the nearest on the other. This agrees with
    the result of spreadsheets from their first guess of 10 %. The number of roots is published too, because with
    several the figure is ambiguous.
Unit: rate per year, 0.05 is 5 %; days are actual/365 from the first flow.
Missing: NaN with a Reason.

The search range is up to 10,000 % a year and down to −99.9999 %, but no lower than the rate at which money shrinks
below 10^-15 of itself between the first and the last flow, where double precision no longer separates value from noise.
Roots are counted on GRID rates; two roots between neighbours of the grid are missed together.
"""

import math

import numpy as np

from dakehu.analytics.figures import Reason
from dakehu.analytics.jit import compiled

YEAR = 365.0
START = math.log(1.10)
LOWEST = math.log(1e-6)
SHRINK = 15 * math.log(10)
CLOSE, BENT = 1e-7, 1e-4


def _grid() -> np.ndarray:
    """Return log(1 + rate), ascending: dense where clients' actual rates are, 10 % included."""
    low = np.linspace(LOWEST, -1.6, 16, endpoint=False)
    middle = np.linspace(-1.6, 1.6, 39)
    high = np.linspace(1.6, math.log(101), 9)[1:]
    return np.unique(np.concatenate([low, middle, high, [START]]))


GRID = _grid()
START_AT = int(np.searchsorted(GRID, START))


def discounts(days: int) -> np.ndarray:
    """Return the present value of 1 after each number of days at each rate of GRID.

    Shape: float64 [days + 1, len(GRID)].
    """
    return np.exp(-np.arange(days + 1)[:, None] / YEAR * GRID[None, :])


@compiled
def _present_value(after, flows, n, log_rate):
    """Return (present value, its first and second derivative in log_rate) of n flows, `after` in days."""
    present_value, slope, curvature = 0.0, 0.0, 0.0
    for i in range(n):
        years = after[i] / YEAR
        term = flows[i] * math.exp(-log_rate * years)
        present_value += term
        slope -= years * term
        curvature += years * years * term
    return present_value, slope, curvature


@compiled
def _refine(after, flows, n, low, high, low_value, high_value):
    """Return the root between two log rates whose present values differ in sign.

    Halley's method from where a straight line between both would be 0, with bisection where a step would leave the
    interval. The new error is about the cube of the old one times the squared curvature, so after a step of CLOSE with
    little curvature only rounding error remains.
    """
    log_rate = low + (high - low) * (low_value / (low_value - high_value))
    if not (low < log_rate < high):
        log_rate = 0.5 * (low + high)
    for _ in range(200):
        present_value, slope, curvature = _present_value(after, flows, n, log_rate)
        if present_value == 0.0:
            return log_rate
        if (present_value > 0) == (low_value > 0):
            low = log_rate
        else:
            high = log_rate
        step = present_value / slope if slope != 0.0 else math.inf
        bend = 0.5 * step * curvature / slope if slope != 0.0 else math.inf
        next_rate = log_rate - step / (1.0 - bend)
        if not (low < next_rate < high):
            next_rate, bend = 0.5 * (low + high), math.inf
        moved = abs(next_rate - log_rate) / (1.0 + abs(log_rate))
        if moved <= 1e-15 or (moved <= CLOSE and abs(bend) <= BENT) or next_rate in (low, high):
            return next_rate
        log_rate = next_rate
    return log_rate


@compiled
def solve(after, flows, n, table, grid, start_at, values_on_grid):
    """Return (rate, number of roots, reason) of n flows ordered by day.

    Shape: after int64 [n], days since the first flow; flows float64 [n]; table as `discounts`, or empty to compute
    each value directly; values_on_grid float64 [len(grid)], work space.
    Unit: rate per year.
    Missing: rate NaN with reason NO_SIGN_CHANGE, TOO_SHORT or NO_ROOT.
    """
    paid, received = False, False
    for i in range(n):
        paid |= flows[i] < 0
        received |= flows[i] > 0
    if not (paid and received):
        return np.nan, 0, Reason.NO_SIGN_CHANGE.value
    span = after[n - 1] / YEAR
    if span == 0:
        return np.nan, 0, Reason.TOO_SHORT.value

    size = grid.size
    if table.shape[0] > after[n - 1]:
        values_on_grid[:size] = 0.0
        for i in range(n):
            row = after[i]
            amount = flows[i]
            for j in range(size):
                values_on_grid[j] += amount * table[row, j]
    else:
        for j in range(size):
            values_on_grid[j] = _present_value(after, flows, n, grid[j])[0]

    floor = -SHRINK / span
    first = 0
    while first < size and grid[first] < floor:
        first += 1
    if first > start_at:
        return np.nan, 0, Reason.NO_ROOT.value
    edge = floor if first > 0 else grid[0]
    edge_value = _present_value(after, flows, n, edge)[0] if first > 0 else values_on_grid[0]

    # Of the intervals with a sign change, the last at or below the start and the first above it are used.
    roots = 0
    below, above = -1, -1
    left_value = edge_value
    for j in range(first, size):
        if (values_on_grid[j] > 0) != (left_value > 0):
            roots += 1
            if j <= start_at:
                below = j
            elif above < 0:
                above = j
        left_value = values_on_grid[j]
    if roots == 0:
        return np.nan, 0, Reason.NO_ROOT.value
    go_up = above >= 0 and (values_on_grid[start_at] > 0 or below < 0)
    right = above if go_up else below
    left, left_value = (grid[right - 1], values_on_grid[right - 1]) if right > first else (edge, edge_value)
    root = _refine(after, flows, n, left, grid[right], left_value, values_on_grid[right])
    return math.expm1(root), roots, Reason.SEVERAL_ROOTS.value if roots > 1 else Reason.NONE.value


_NO_TABLE = np.empty((0, GRID.size))


def xirr(days: np.ndarray, flows: np.ndarray) -> tuple[float, int, Reason]:
    """Return (rate, number of roots, reason) of dated flows in any order.

    Shape: days int [n], ordinals of calendar days; flows float [n].
    Meaning: see the module.
    Unit: rate per year, 0.05 is 5 %.
    Missing: rate NaN, with the reason.
    """
    if len(days) == 0:
        return math.nan, 0, Reason.NO_SIGN_CHANGE
    order = np.argsort(days, kind="stable")
    after = (np.asarray(days)[order] - np.min(days)).astype(np.int64)
    amounts = np.asarray(flows, dtype=np.float64)[order]
    rate, roots, reason = solve(after, amounts, len(after), _NO_TABLE, GRID, START_AT, np.empty(GRID.size))
    return float(rate), int(roots), Reason(reason)


def present_value(days: np.ndarray, flows: np.ndarray, rate: float) -> float:
    """Return the present value of flows on their first day at a yearly rate above −1.

    Shape: days int [n], flows float [n] → scalar.
    Meaning: Σ flow × (1 + rate) ^ (−days / 365).
    Unit: as the flows.
    Missing: NaN where a flow is NaN.
    """
    after = np.asarray(days) - np.min(days)
    return float(np.sum(np.asarray(flows, dtype=np.float64) * (1.0 + rate) ** (-after / YEAR)))
