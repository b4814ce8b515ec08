"""One client's days: worth, returns, and what follows from the returns. Compiled, on arrays that fit the nearest cache.

A day's return is (worth + out) / (worth of the day before + in) - 1, and 0 where the denominator is 0: money that comes
in works from that morning, money that goes out has worked until that evening. (Portfolio Performance's TTWROR.)
"""

import math

import numpy as np

from dakehu.analytics.jit import compiled

UNITS = 1000.0  # quantities are whole thousandths of a share
TAIL = 0.05
BLOCK = 32  # days looked at together for the deepest fall
ROUNDED = 1.0 + 1e-12  # a block on the edge is looked at


@compiled
def value_positions(start, stop, asset, day, quantity, prices, days, worth, slot, slot_asset, slot_held):
    """Add up the positions of the trades start..stop, which are ordered by asset and day.

    Writes worth[t] for each day of the calendar from the first trade on (it must come zeroed), the slot of each trade
    (its asset's number within the client), and the asset and what is held of it at the end for each slot.
    Returns the number of slots. Whole numbers are added, so a position that was sold is exactly gone.
    """
    slots = 0
    i = start
    while i < stop:
        which = asset[i]
        held = 0
        while i < stop and asset[i] == which:
            today = day[i]
            while i < stop and asset[i] == which and day[i] == today:
                held += quantity[i]
                slot[i - start] = slots
                i += 1
            until = day[i] if i < stop and asset[i] == which else days
            if held != 0:
                shares = held / UNITS
                stretch = worth[today:until]  # counted from 0, so that the loop fills vector registers
                price = prices[which, today:until]
                for t in range(stretch.size):
                    stretch[t] += shares * price[t]
        slot_asset[slots] = which
        slot_held[slots] = held
        slots += 1
    return slots


@compiled
def daily_returns(worth, first, n, flow_day, flow_in, flow_out, flows, returns):
    """Write the n returns of the days first..first + n - 1. The flows are those of each day, ordered by day."""
    returns[0] = 0.0
    before_each = worth[first : first + n - 1]
    after_each = worth[first + 1 : first + n]
    later = returns[1:n]
    for k in range(later.size):
        before = before_each[k]
        change = after_each[k] / before - 1.0
        later[k] = change if before != 0.0 else 0.0
    for f in range(flows):
        k = flow_day[f] - first
        if k >= n:
            break
        before = (worth[first + k - 1] if k > 0 else 0.0) + flow_in[f]
        returns[k] = (worth[first + k] + flow_out[f]) / before - 1.0 if before != 0.0 else 0.0


@compiled
def moments(returns, n, market):
    """(mean, sum of squares about it, sum of squared losses, market mean, market squares, products) of n returns.

    market: the index's returns of the same days.
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
    """Write what 1 became since the stretch began, and the highest it had been, for four stretches of n days.

    Each step waits for the one before; four stretches side by side keep the processor busy meanwhile.
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
    """(growth, deepest fall, day of the peak, day of the trough), days counted from the first return.

    growth: what 1 became. The fall is in [-1, 0], measured from the highest so far, the start (1) included; a peak
    before the first return is day -1, and so are both days where nothing ever fell.
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
        level = highest / growth  # the highest before this stretch, in its own measure
        least, where = _deepest(wealth[begin:end], peak[begin:end], level)
        if least - 1.0 < deepest:
            deepest = least - 1.0
            trough = begin + where
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
    """(least share of the highest so far, its first day) of a stretch: a over the larger of b, which ascends, and level.

    A division takes as long as a dozen comparisons, so a block of days is looked at only where its lowest day over its
    highest peak would be deeper than what was found before.
    """
    least, where = 1.0, 0
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
        if min(min(m0, m1), min(m2, m3)) < least * top * ROUNDED:
            for k in range(start, stop):
                share = a[k] / (b[k] if b[k] > level else level)
                if share < least:
                    least, where = share, k
    return least, where


@compiled
def _settle(values, n, k):
    """Move the k + 1 smallest of n values to the front, the largest of them to place k (Hoare's selection)."""
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
def worst_days(returns, n, mean, deviation, room):
    """(value at risk, mean of the worst) at 5 %, as returns (a loss is negative).

    The first is the 5 % percentile, linear between neighbours; the second the mean of the int((n - 1) * 0.05) + 1
    worst days. Sources: numpy.percentile; empyrical's conditional_value_at_risk.
    """
    position = (n - 1) * TAIL
    k = int(position)
    wanted = min(k + 2, n)
    limit = mean - 1.35 * deviation
    found = 0
    for i in range(n):  # without a branch: each value is written, the place moves on only for the bad days
        room[found] = returns[i]
        found += 1 if returns[i] < limit else 0
    if found < wanted:
        for i in range(n):
            room[i] = returns[i]
        found = n
    _settle(room, found, k)
    total = 0.0
    for i in range(k + 1):
        total += room[i]
    following = room[k]
    if k + 1 < found:
        following = math.inf
        for i in range(k + 1, found):
            following = min(following, room[i])
    return room[k] + (position - k) * (following - room[k]), total / (k + 1)


def market_returns(levels: np.ndarray) -> np.ndarray:
    """Daily returns of an index: float64 [days], 0 on the first day; NaN where a level is missing."""
    made = np.zeros(len(levels))
    made[1:] = levels[1:] / levels[:-1] - 1.0
    return made
