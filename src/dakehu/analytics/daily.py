"""Compute one client's daily values and returns, and measures of the returns. Compiled.

Shape: work arrays have one entry per day of the calendar or per trade of the client.
Meaning: a day's return is (value + out) / (value of the day before + in) − 1: inflows are included from the start of
the day, outflows until its end (Portfolio Performance's TTWROR).
Unit: money in the currency of the prices, returns as fractions.
Missing: NaN on days without a price of a held security; a return is 0 where the denominator is 0.
"""

import numpy as np

from dakehu.analytics.jit import WIDE, WIDTH, compiled, write_changes

UNITS = 1000.0  # quantities are integer thousandths of a share
STEP = 32  # days computed per step


@compiled
def value_positions(start, stop, asset, day, quantity, prices, days, value, slot, slot_asset, slot_held):
    """Value the positions of the trades start..stop, which are ordered by asset and day.

    Shape: value float64 [days], zeroed from the first trade on; slot int32 [trades]; slot_asset int32 and slot_held
        int64 [slots].
    Meaning: writes the value at the end of each day, the slot of each trade (its asset's number within the client), and
        each slot's asset and final quantity. Returns the number of slots. Quantities are integers, so a position
        that was sold is exactly 0.
    Unit: quantity in thousandths of a share.
    Missing: value is NaN on days without a price of a held security.
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
                # An unsigned index cannot be negative, so the loop vectorises without slices.
                for t in range(np.uint64(today), np.uint64(next_day)):
                    value[t] += shares * prices[current_asset, t]
        slot_asset[slots] = current_asset
        slot_held[slots] = units
        slots += 1
    return slots


@compiled
def _divide_each(value, returns):
    """Write the returns of days by division, for values of any size."""
    before_each, after_each, later = value[:-1], value[1:], returns[1 : value.size]
    for k in range(later.size):
        before = before_each[k]
        change = after_each[k] / before - 1.0
        later[k] = change if before != 0.0 else 0.0


@compiled
def daily_returns(value, first, n, flow_day, flow_in, flow_out, flows, returns):
    """Write the n returns of the days first..first + n − 1, and STEP returns of 0 beyond.

    Shape: value float64 [first + n + STEP or more]; returns float64 [n + 2 × STEP]; flows are those of each day, ordered by
        day.
    """
    wrong = 0
    if WIDE:
        for k in range(0, n - 1, WIDTH):
            wrong += write_changes(value, first + k, returns, k + 1)
    if wrong > 0 or not WIDE:
        _divide_each(value[first : first + n], returns)
    returns[0] = 0.0
    for f in range(flows):
        k = flow_day[f] - first
        if k >= n:
            break
        before = (value[first + k - 1] if k > 0 else 0.0) + flow_in[f]
        returns[k] = (value[first + k] + flow_out[f]) / before - 1.0 if before != 0.0 else 0.0
    for k in range(np.uint64(n), np.uint64(n + STEP)):
        returns[k] = 0.0


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
