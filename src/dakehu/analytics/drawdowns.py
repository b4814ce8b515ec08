"""Compute one client's growth by day and its deepest drawdown. Compiled.

Shape: work arrays have one entry per day of the client, and room for the rest of a step or block.
Meaning: growth is the value of an initial 1; the start (1) is a peak too.
Unit: fractions.
Missing: none; called only for clients with all prices.
"""

import numpy as np

from dakehu.analytics.daily import STEP
from dakehu.analytics.jit import compiled, larger, smaller

BLOCKS = 32  # maximum in the search for the deepest drawdown
ROUNDED = 1e-12  # growth that differs by less is equal up to rounding


@compiled
def growth_by_day(value, first, n, flow_day, flows, returns, wealth, has_nothing):
    """Write growth at the end of each of n days from `first`; return the last.

    Shape: value float64 [first + n + STEP or more]; flow_day int64 [flows], ascending, the first is `first`; returns
        float64 [n]; wealth float64 [n + STEP] → scalar.
    Meaning: between two flows growth moves as value does, so returns are only multiplied on days with a flow and where
        value is 0 (has_nothing: true if any day is such).
    """
    growth = 1.0
    for f in range(flows):
        begin = flow_day[f] - first
        end = flow_day[f + 1] - first if f + 1 < flows else n
        growth *= 1.0 + returns[begin]
        base = value[first + begin]
        if has_nothing and _has_zero(value[first + begin : first + end]):
            wealth[begin] = growth
            for k in range(begin + 1, end):
                growth *= 1.0 + returns[k]
                wealth[k] = growth
            continue
        scale = growth / base
        # Whole steps: values written beyond the stretch are overwritten by the next.
        source, target = value[first + begin :], wealth[begin:]
        for k in range((end - begin + STEP - 1) // STEP * STEP):
            target[k] = source[k] * scale
        growth *= value[first + end - 1] / base
    return growth


@compiled
def _has_zero(values):
    zeros = 0
    for k in range(values.size):
        zeros += 1 if values[k] == 0.0 else 0
    return zeros > 0


@compiled
def block_size(n):
    """Return the days per block in the search for the deepest drawdown: at most BLOCKS blocks, whole vector registers."""
    return 16 * (1 + n // (16 * BLOCKS))


@compiled
def deepest(wealth, n, low, high):
    """Return (deepest drawdown, day of the peak, day of the trough) of n days of growth.

    Shape: wealth float64 [n + block_size(n)], values beyond n days are overwritten; low and high float64 [BLOCKS + 1]
        are work space → three scalars.
    Meaning: the drawdown is measured from the highest growth so far, including the start (1). Days are numbered from
    the first return; a peak before it is day −1. If days differ by less than ROUNDED, the first is used. A division
    takes as long as a dozen comparisons, so only blocks whose lowest day over their highest peak is at least as deep
    as the deepest known are searched.
    Unit: drawdown in [−1, 0].
    Missing: both days are −1 where there was no drawdown.
    """
    block = block_size(n)
    blocks = (n + block - 1) // block
    last = wealth[n - 1]
    for k in range(np.uint64(n), np.uint64(blocks * block)):
        wealth[k] = last
    peak, limit = 1.0, 1.0
    for b in range(blocks):
        least = most = wealth[b * block]
        for k in range(np.uint64(b * block), np.uint64((b + 1) * block)):  # as in daily.value_positions
            least = smaller(least, wealth[k])
            most = larger(most, wealth[k])
        low[b] = least
        high[b] = most
        limit = smaller(limit, least / peak)
        peak = larger(peak, most)

    peak, lowest, trough, at_trough, summit = 1.0, 1.0, -1, 1.0, 1.0
    for b in range(blocks):
        top = larger(peak, high[b])
        if low[b] < 0.0 or low[b] <= limit * top * (1.0 + ROUNDED):
            for k in range(b * block, min((b + 1) * block, n)):
                peak = larger(peak, wealth[k])
                share = wealth[k] / peak
                lowest = smaller(lowest, share)
                if share - at_trough < -ROUNDED:
                    trough, at_trough, summit = k, share, peak
            limit = smaller(limit, lowest)
        peak = top
    if trough < 0:
        return 0.0, -1, -1
    day = -1
    if summit > 1.0 + ROUNDED:
        reached = summit * (1.0 - ROUNDED)
        b = 0
        while high[b] < reached:
            b += 1
        day = b * block
        while wealth[day] < reached:
            day += 1
    return lowest - 1.0, day, trough
