"""Replay trades by position: the held quantity and its average cost after each trade."""

import numpy as np

from dakehu.analytics.jit import compiled


@compiled
def replay(start, quantity, value, fee, held, cost):
    """Write the held quantity and its cost after each trade of each position.

    Shape: start int64 [P + 1], position i has the trades start[i]..start[i + 1] in the order traded; quantity int64,
        value and fee float64 [T]; held int64 and cost float64 [T] are written.
    Meaning: the cost of a long position includes its fees, that of a short one is its proceeds minus fees. A sale
    reduces the cost at the average cost; a change of quantity without value (split, bonus shares) does not change it.
    The same
        rules as analytics.positions.
    Unit: quantity in thousandths of a share, money in the currency of value.
    Missing: none.
    """
    for position in range(len(start) - 1):
        units = 0
        carried = 0.0
        for trade in range(start[position], start[position + 1]):
            change = quantity[trade]
            if change != 0 and value[trade] != 0.0:
                closed = 0
                if units != 0 and (units > 0) != (change > 0):
                    closed = min(abs(change), abs(units))
                    carried -= carried * closed / abs(units)
                opened = (abs(change) - closed) / abs(change)
                carried += opened * (value[trade] + (fee[trade] if change > 0 else -fee[trade]))
            units += change
            if units == 0:
                carried = 0.0
            held[trade] = units
            cost[trade] = carried


def position_starts(offsets: np.ndarray, asset: np.ndarray) -> np.ndarray:
    """Return the start of each position (client and security), and the number of trades: int64 [P + 1].

    offsets: int64 [C + 1]; asset: int32 [T], ascending within a client.
    """
    if not len(asset):
        return np.zeros(1, np.int64)
    is_first = np.append(True, asset[1:] != asset[:-1])
    is_first[offsets[:-1][offsets[:-1] < len(asset)]] = True
    return np.append(np.flatnonzero(is_first), len(asset)).astype(np.int64)
