"""Compute value at risk and expected shortfall of one client's daily returns. Compiled."""

import math

import numpy as np

from dakehu.analytics.daily import STEP
from dakehu.analytics.jit import WIDE, WIDTH, append_below, compiled

TAIL = 0.05
BEYOND = 1.35  # standard deviations below the mean: the worst 5 % of days are nearly always below
SPREAD = 0.52  # standard deviations: decay scale of a normal distribution's tail there
GUESSES = 24  # then equal returns are at the limit, and are handled by selection


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
def worst_days(returns, n, mean, deviation, worst, worst_bits):
    """Return (value at risk, expected shortfall) at 5 %.

    Shape: returns float64 [n + STEP], 0 beyond n; worst float64 [n + 2 × STEP] is work space; worst_bits is the same viewed
        as uint64 → two scalars.
    Meaning: the 5 % percentile, linear between neighbours; the mean of the int((n − 1) × 0.05) + 1 worst days.
    Unit: returns; a loss is negative.
    Missing: NaN returns are not allowed.
    Source: numpy.percentile; empyrical's conditional_value_at_risk.
    """
    position = (n - 1) * TAIL
    k = int(position)
    limit = mean - BEYOND * deviation
    count, border = 0, 0.0
    if limit < 0.0:
        count = _collect(returns, n, limit, worst)
        if count >= k + 2:
            border = _border(worst, worst_bits, count, k + 1, limit, SPREAD * deviation)
    if border < 0.0:
        total, last, following = _parts(worst, worst_bits, count, border)
    else:
        if count < k + 2:
            for i in range(n):
                worst[i] = returns[i]
            count = n
        total, last, following = _sorted_apart(worst, count, k)
    return last + (position - k) * (following - last), total / (k + 1)


@compiled
def _sorted_apart(values, n, k):
    """Return (sum of the k + 1 smallest of n values, the largest of them, the smallest of the others)."""
    _select(values, n, k)
    total = 0.0
    for i in range(k + 1):
        total += values[i]
    following = math.inf if k + 1 < n else values[k]
    for i in range(k + 1, n):
        following = min(following, values[i])
    return total, values[k], following


# Negative floats read as unsigned integers increase as they decrease, and exceed all others. Integers are
# compared, counted and reduced to extremes in vector registers without a NaN case.


@compiled
def _collect(values, n, limit, collected):
    """Write the numbers below a limit; return how many.

    Shape: values float64 [n + WIDTH or more], those beyond n are not below the limit; collected float64 [n + WIDTH].
    """
    count = 0
    if WIDE:
        for i in range(0, n, WIDTH):
            count = append_below(values, i, limit, collected, count)
    else:  # branch-free: each is written, the index advances only for those below
        for i in range(n):
            collected[count] = values[i]
            count += 1 if values[i] < limit else 0
    return count


@compiled
def _border(values, bits, n, wanted, limit, spread):
    """Return a number above the `wanted` smallest of n values and not above the others; 0 if not found in GUESSES.

    Shape: values float64 [n + 2 × STEP], all below a negative limit, and their bits; the STEP values beyond are
    overwritten.
    Meaning: the first guess assumes an exponential tail with scale `spread`, later ones are within the bracket.
    """
    for i in range(n, n + STEP):
        values[i] = 0.0
    size = (n + STEP - 1) // STEP * STEP  # whole steps: no scalar remainder loop
    low, high = -math.inf, limit
    below, above = 0, n
    border = limit - spread * 2.0 * (n - wanted) / (n + wanted)  # near spread × log(n / wanted)
    for guess in range(GUESSES):
        values[size] = border
        border_bits = bits[size]
        count = 0
        for i in range(size):
            count += 1 if bits[i] > border_bits else 0
        if count == wanted:
            return border
        if count < wanted:
            low, below = border, count
        else:
            high, above = border, count
        border += spread * (wanted + 0.5 - count) / wanted
        if (guess > 0 and low > -math.inf) or border >= high:
            share = 0.5 if guess % 3 == 2 else (wanted + 0.5 - below) / (above - below)
            border = low + share * (high - low)
    return 0.0


@compiled
def _parts(values, bits, n, border):
    """Return (sum of the n values below a border, the largest of them, the smallest of the others).

    Shape: as `_border`; values beyond n are not negative.
    """
    size = (n + STEP - 1) // STEP * STEP
    values[size] = border
    border_bits = bits[size]
    total = 0.0
    nearest_below, nearest_above = ~np.uint64(0), ~np.uint64(0)
    for i in range(size):
        total += values[i] if bits[i] > border_bits else 0.0
        nearest_below = min(nearest_below, bits[i] - border_bits - np.uint64(1))  # others wrap around to large numbers
        nearest_above = min(nearest_above, border_bits - bits[i])
    bits[size] = border_bits + np.uint64(1) + nearest_below
    bits[size + 1] = border_bits - nearest_above
    return total, values[size], values[size + 1]
