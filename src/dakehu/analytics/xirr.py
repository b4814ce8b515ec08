"""The yearly rate at which money in and money out are worth the same: XIRR, and how many such rates there are.

Days are counted actual/365 from the first flow, as spreadsheets do. Money put in is negative, money taken out and the
worth at the end are positive.

The rule for the root: value the flows at 10 % a year. If they are worth more than nothing there, the rate is higher: the
next root above is taken; otherwise the next below; if that side has none, the nearest on the other. This agrees with
what spreadsheets reach from their first guess of 10 %. The count of roots is published beside it, because with several
the figure is ambiguous.

The range searched: up to 10,000 % a year, and down to -99.9999 %, but no lower than the rate at which money held from
the first flow to the last would shrink below 10^-15 of itself, where double precision no longer tells worth from noise.
Roots are counted on GRID rates; two roots between neighbours of the grid go unseen together.
"""

import math

import numpy as np

from dakehu.analytics.figures import Reason
from dakehu.analytics.jit import compiled

YEAR = 365.0
START = math.log(1.10)
LOWEST = math.log(1e-6)
SHRINK = 15 * math.log(10)


def _grid() -> np.ndarray:
    """Logarithms of 1 + rate, ascending: dense where real clients are, 10 % among them."""
    low = np.linspace(LOWEST, -1.6, 16, endpoint=False)
    middle = np.linspace(-1.6, 1.6, 39)
    high = np.linspace(1.6, math.log(101), 9)[1:]
    return np.unique(np.concatenate([low, middle, high, [START]]))


GRID = _grid()
START_AT = int(np.searchsorted(GRID, START))


def discounts(days: int) -> np.ndarray:
    """What one unit after each number of days is worth at each rate of GRID: float64 [days + 1, len(GRID)]."""
    return np.exp(-np.arange(days + 1)[:, None] / YEAR * GRID[None, :])


@compiled
def _worth(after, flows, n, log_rate):
    """(worth, its slope in log_rate) of n flows, each `after` so many days."""
    worth = 0.0
    slope = 0.0
    for i in range(n):
        years = after[i] / YEAR
        part = flows[i] * math.exp(-log_rate * years)
        worth += part
        slope -= years * part
    return worth, slope


@compiled
def _refine(after, flows, n, low, high, low_is_positive):
    """The root between two log rates whose worths differ in sign: Newton's steps, halving where one would leave."""
    at = 0.5 * (low + high)
    for _ in range(200):
        worth, slope = _worth(after, flows, n, at)
        if worth == 0.0:
            return at
        if (worth > 0) == low_is_positive:
            low = at
        else:
            high = at
        step = worth / slope if slope != 0.0 else math.inf
        following = at - step
        if not (low < following < high):
            following = 0.5 * (low + high)
        if abs(following - at) <= 1e-15 * (1.0 + abs(at)) or following in (low, high):
            return following
        at = following
    return at


@compiled
def solve(after, flows, n, table, grid, start_at, worths):
    """(rate, roots, reason) of n flows ordered by day.

    after: int64 [n], days since the first flow. flows: float64 [n]. table: `discounts`, or of no rows, when each
    worth is computed directly. worths: float64 [len(grid)], room to work in.
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
        worths[:size] = 0.0
        for i in range(n):
            row = after[i]
            amount = flows[i]
            for j in range(size):
                worths[j] += amount * table[row, j]
    else:
        for j in range(size):
            worths[j] = _worth(after, flows, n, grid[j])[0]

    floor = -SHRINK / span
    first = 0
    while first < size and grid[first] < floor:
        first += 1
    if first > start_at:
        return np.nan, 0, Reason.NO_ROOT.value
    edge = floor if first > 0 else grid[0]
    edge_positive = _worth(after, flows, n, edge)[0] > 0 if first > 0 else worths[0] > 0

    # Intervals in which the sign changes; the last at or below the start and the first above it are remembered.
    roots = 0
    below_low, below_high, below_positive = 0.0, 0.0, False
    above_low, above_high, above_positive = 0.0, 0.0, False
    has_below, has_above = False, False
    left, left_positive = edge, edge_positive
    for j in range(first, size):
        positive = worths[j] > 0
        if positive != left_positive:
            roots += 1
            if j <= start_at:
                below_low, below_high, below_positive, has_below = left, grid[j], left_positive, True
            elif not has_above:
                above_low, above_high, above_positive, has_above = left, grid[j], left_positive, True
        left, left_positive = grid[j], positive
    if roots == 0:
        return np.nan, 0, Reason.NO_ROOT.value
    go_up = has_above and (worths[start_at] > 0 or not has_below)
    if go_up:
        root = _refine(after, flows, n, above_low, above_high, above_positive)
    else:
        root = _refine(after, flows, n, below_low, below_high, below_positive)
    return math.expm1(root), roots, Reason.SEVERAL_ROOTS.value if roots > 1 else Reason.NONE.value


_NO_TABLE = np.empty((0, GRID.size))


def xirr(days: np.ndarray, flows: np.ndarray) -> tuple[float, int, Reason]:
    """(rate, number of roots, reason) of dated flows in any order.

    days: int [n], any count of calendar days (ordinals will do). flows: float [n]. The rate is NaN, with the reason,
    where there is none.
    """
    if len(days) == 0:
        return math.nan, 0, Reason.NO_SIGN_CHANGE
    order = np.argsort(days, kind="stable")
    after = (np.asarray(days)[order] - np.min(days)).astype(np.int64)
    amounts = np.asarray(flows, dtype=np.float64)[order]
    rate, roots, reason = solve(after, amounts, len(after), _NO_TABLE, GRID, START_AT, np.empty(GRID.size))
    return float(rate), int(roots), Reason(reason)


def worth(days: np.ndarray, flows: np.ndarray, rate: float) -> float:
    """What the flows are worth on the first day at a yearly rate above -1."""
    after = np.asarray(days) - np.min(days)
    return float(np.sum(np.asarray(flows, dtype=np.float64) * (1.0 + rate) ** (-after / YEAR)))
