"""Compute one client's daily values and returns, and measures of the returns. Compiled.

Shape: work arrays have one entry per day of the calendar or per trade of the client.
Meaning: a day's return is (value + out) / (value of the day before + in) − 1: money in counts from that morning, money
    out until that evening (Portfolio Performance's TTWROR).
Unit: money in the currency of the prices, returns as fractions.
Missing: NaN on days without a price of something held; a return is 0 where the denominator is 0.
"""

import math

import numpy as np

from dakehu.analytics.jit import compiled

UNITS = 1000.0  # quantities are whole thousandths of a share
TAIL = 0.05
BLOCK = 32  # days per block in the search for the deepest drawdown
ROUNDED = 1.0 + 1e-12  # margin, so that a block at the limit is searched


@compiled
def value_positions(start, stop, asset, day, quantity, prices, days, value, slot, slot_asset, slot_held):
    """Value the positions of the trades start..stop, which are ordered by asset and day.

    Shape: value float64 [days], zeroed from the first trade on; slot int32 [trades]; slot_asset int32 and slot_held
        int64 [slots].
    Meaning: writes the value at the end of each day, the slot of each trade (its asset's number within the client), and
        each slot's asset and final quantity. Returns the number of slots. Quantities are whole numbers, so a position
        that was sold is exactly 0.
    Unit: quantity in thousandths of a share.
    Missing: value is NaN on days without a price of something held.
    """
    slots = 0
    i = start
    while i < stop:
        current_asset = asset[i]
        units = 0
        while i < stop and asset[i] == current_asset:
            today = day[i]
            while i < stop and asset[i] == current_asset and day[i] == today:
                units += quantity[i]
                slot[i - start] = slots
                i += 1
            next_day = day[i] if i < stop and asset[i] == current_asset else days
            if units != 0:
                shares = units / UNITS
                values = value[today:next_day]  # counted from 0, so that the loop fills vector registers
                price_row = prices[current_asset, today:next_day]
                for t in range(values.size):
                    values[t] += shares * price_row[t]
        slot_asset[slots] = current_asset
        slot_held[slots] = units
        slots += 1
    return slots


@compiled
def daily_returns(value, first, n, flow_day, flow_in, flow_out, flows, returns):
    """Write the n returns of the days first..first + n − 1. Flows are those of each day, ordered by day."""
    returns[0] = 0.0
    before_each = value[first : first + n - 1]
    after_each = value[first + 1 : first + n]
    later = returns[1:n]
    for k in range(later.size):
        before = before_each[k]
        change = after_each[k] / before - 1.0
        later[k] = change if before != 0.0 else 0.0
    for f in range(flows):
        k = flow_day[f] - first
        if k >= n:
            break
        before = (value[first + k - 1] if k > 0 else 0.0) + flow_in[f]
        returns[k] = (value[first + k] + flow_out[f]) / before - 1.0 if before != 0.0 else 0.0


@compiled
def moments(returns, n, market):
    """Return the moments of n daily returns and of the index's returns of the same days.

    Shape: returns and market float64 [n] → six scalars.
    Meaning: (mean, sum of squares about it, sum of squared losses, market mean, market sum of squares, sum of
        products).
    Unit: fractions.
    Missing: market moments are NaN where a market return is NaN.
    """
    total = 0.0
    market_total = 0.0
    losses = 0.0
    for k in range(n):
        total += returns[k]
        market_total += market[k]
        below = min(returns[k], 0.0)
        losses += below * below
    mean = total / n
    market_mean = market_total / n
    squares = 0.0
    market_squares = 0.0
    products = 0.0
    for k in range(n):
        a = returns[k] - mean
        b = market[k] - market_mean
        squares += a * a
        market_squares += b * b
        products += a * b
    return mean, squares, losses, market_mean, market_squares, products


@compiled
def _compound(returns, n, wealth, peak):
    """Write growth and its running maximum within each of four stretches of n days.

    Each step depends on the one before; four stretches side by side keep the processor busy.
    """
    s = n // 4
    r0, r1, r2, r3 = returns[:s], returns[s : 2 * s], returns[2 * s : 3 * s], returns[3 * s : n]
    a0, a1, a2, a3 = wealth[:s], wealth[s : 2 * s], wealth[2 * s : 3 * s], wealth[3 * s : n]
    b0, b1, b2, b3 = peak[:s], peak[s : 2 * s], peak[2 * s : 3 * s], peak[3 * s : n]
    w0, w1, w2, w3 = 1.0, 1.0, 1.0, 1.0
    p0, p1, p2, p3 = 0.0, 0.0, 0.0, 0.0
    for k in range(r0.size):
        w0 *= 1.0 + r0[k]
        w1 *= 1.0 + r1[k]
        w2 *= 1.0 + r2[k]
        w3 *= 1.0 + r3[k]
        p0 = w0 if w0 > p0 else p0
        p1 = w1 if w1 > p1 else p1
        p2 = w2 if w2 > p2 else p2
        p3 = w3 if w3 > p3 else p3
        a0[k] = w0
        a1[k] = w1
        a2[k] = w2
        a3[k] = w3
        b0[k] = p0
        b1[k] = p1
        b2[k] = p2
        b3[k] = p3
    for k in range(s, r3.size):
        w3 *= 1.0 + r3[k]
        p3 = w3 if w3 > p3 else p3
        a3[k] = w3
        b3[k] = p3


@compiled
def growth_and_drawdown(returns, n, wealth, peak):
    """Return (growth, deepest drawdown, day of the peak, day of the trough).

    Shape: returns float64 [n]; wealth and peak are work space of the same size → four scalars.
    Meaning: growth is what 1 became. The drawdown is measured from the highest growth so far, the start (1) included.
        Days count from the first return; a peak before it is day −1.
    Unit: drawdown in [−1, 0].
    Missing: both days are −1 where there was no drawdown.
    """
    _compound(returns, n, wealth, peak)
    s = n // 4
    growth, highest, deepest, trough = 1.0, 1.0, 0.0, -1
    for part in range(4):
        begin = part * s
        end = n if part == 3 else begin + s
        if begin == end:
            continue
        last, top = wealth[end - 1], peak[end - 1]
        level = highest / growth  # highest growth before this stretch, relative to its start
        lowest, offset = _deepest(wealth[begin:end], peak[begin:end], level)
        if lowest - 1.0 < deepest:
            deepest = lowest - 1.0
            trough = begin + offset
        highest = max(highest, growth * top)
        growth *= last
    if trough < 0:
        return growth, 0.0, -1, -1

    high, day, level = 1.0, -1, 1.0
    for part in range(4):
        begin = part * s
        end = min(n if part == 3 else begin + s, trough + 1)
        if begin >= end:
            break
        most = peak[end - 1]
        if level * most > high:
            high = level * most
            day = begin + np.searchsorted(peak[begin:end], most)  # ascending: the first day that was as high
        level *= wealth[end - 1]
    return growth, deepest, day, trough


@compiled
def _deepest(a, b, level):
    """Return (lowest share of the highest growth so far, its first day) of a stretch.

    The share is `a` over the larger of `b`, which ascends, and `level`. A division takes as long as a dozen
    comparisons, so a block of days is searched only where its lowest day over its highest peak would be deeper than the
    deepest so far.
    """
    lowest, offset = 1.0, 0
    for start in range(0, a.size, BLOCK):
        stop = min(start + BLOCK, a.size)
        top = b[stop - 1] if b[stop - 1] > level else level
        m0, m1, m2, m3 = a[start], a[start], a[start], a[start]
        for k in range(start, stop - 3, 4):  # four side by side, as in _compound
            m0 = a[k] if a[k] < m0 else m0
            m1 = a[k + 1] if a[k + 1] < m1 else m1
            m2 = a[k + 2] if a[k + 2] < m2 else m2
            m3 = a[k + 3] if a[k + 3] < m3 else m3
        for k in range(stop - (stop - start) % 4, stop):
            m0 = a[k] if a[k] < m0 else m0
        if min(min(m0, m1), min(m2, m3)) < lowest * top * ROUNDED:
            for k in range(start, stop):
                share = a[k] / (b[k] if b[k] > level else level)
                if share < lowest:
                    lowest, offset = share, k
    return lowest, offset


@compiled
def _select(values, n, k):
    """Move the k + 1 smallest of n values to the front (Hoare's selection).

    The largest of them ends at index k.
    """
    low, high = 0, n - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            return


@compiled
def worst_days(returns, n, mean, deviation, worst):
    """Return (value at risk, expected shortfall) at 5 %.

    Shape: returns float64 [n]; worst float64 [n + 1] is work space → two scalars.
    Meaning: the 5 % percentile, linear between neighbours; the mean of the int((n − 1) × 0.05) + 1 worst days.
    Unit: returns; a loss is negative.
    Missing: NaN returns are not allowed.
    Source: numpy.percentile; empyrical's conditional_value_at_risk.
    """
    position = (n - 1) * TAIL
    k = int(position)
    wanted = min(k + 2, n)
    limit = mean - 1.35 * deviation
    count = 0
    for i in range(n):  # without a branch: each value is written, the index advances only for the worst days
        worst[count] = returns[i]
        count += 1 if returns[i] < limit else 0
    if count < wanted:
        for i in range(n):
            worst[i] = returns[i]
        count = n
    _select(worst, count, k)
    total = 0.0
    for i in range(k + 1):
        total += worst[i]
    following = worst[k]
    if k + 1 < count:
        following = math.inf
        for i in range(k + 1, count):
            following = min(following, worst[i])
    return worst[k] + (position - k) * (following - worst[k]), total / (k + 1)


def market_returns(levels: np.ndarray) -> np.ndarray:
    """Return the daily returns of an index.

    Shape: levels float64 [D] → float64 [D].
    Meaning: level / level of the day before − 1; 0 on the first day.
    Unit: fractions.
    Missing: NaN where a level is missing.
    """
    returns = np.zeros(len(levels))
    returns[1:] = levels[1:] / levels[:-1] - 1.0
    return returns
