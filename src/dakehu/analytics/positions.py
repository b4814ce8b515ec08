"""Replay a client's trades: turnover, realised profit, holding time, win rate, disposition effect.

Cost is the average cost of the holding, fees included. A sale's profit is its proceeds after fees minus the average
cost of the quantity sold; for short positions the reverse. A change of quantity without value (a split, bonus shares)
changes neither cost nor profit. The disposition counts follow Odean (1998): on each day with a sale, each security
sold counts as a gain or loss taken, each other security held as a gain or loss kept, at that day's price.
"""

import numpy as np

from dakehu.analytics.daily import UNITS
from dakehu.analytics.jit import compiled

SOLD, LISTED = 1, 2
LATEST = np.int32(2**31 - 1)
FEW = 64  # up to this many trades, each is compared with all others (vectorised)


@compiled
def order_by_day(start, stop, day, first, span, counts, order):
    """Write into `order` the trades start..stop by day, stable within a day. Offsets count from start.

    Shape: order int32 [trades]; counts int32 [span + 1, at least FEW] is work space.
    Meaning: span is the number of days from the first trade's to the last's, both included.
    """
    n = stop - start
    if n <= FEW:
        for i in range(n):
            counts[i] = (day[start + i] - first) * FEW + i
        for i in range(n, FEW):
            counts[i] = LATEST
        for i in range(n):
            earlier = 0
            for j in range(FEW):
                earlier += np.int32(1) if counts[j] < counts[i] else np.int32(0)
            order[earlier] = i
        return
    for k in range(span + 1):
        counts[k] = 0
    for i in range(n):
        counts[day[start + i] - first + 1] += 1
    for k in range(span):
        counts[k + 1] += counts[k]
    for i in range(n):
        k = day[start + i] - first
        order[counts[k]] = i
        counts[k] += 1


@compiled
def replay(
    start,
    n,
    order,
    day,
    ordinal,
    slot,
    slots,
    slot_asset,
    quantity,
    value,
    fee,
    prices,
    held,
    cost,
    opened,
    taken,
    marks,
    active,
):
    """Replay the trades in the order of their days.

    Shape: held int64 [slots]; cost, opened, taken float64 [slots]; marks uint8 [slots]; active int32 [slots]: zeroed
        work space → nine scalars.
    Meaning: returns (closed, won, realised, quantity closed × days held, quantity closed, gains taken, gains kept,
        losses taken, losses kept). `closed` counts securities sold per day. cost and opened are of the holding, opened
        is quantity × opening day; active lists the held slots, marks flag those SOLD today and those LISTED in active.
    Unit: money in the currency of the prices, after fees; quantity in thousandths of a share.
    Missing: a security without a price on a day with a sale counts as a loss kept; the kernel calls this only for
        clients with all prices.
    """
    closed, won = 0, 0
    realised, days_held, quantity_closed = 0.0, 0.0, 0.0
    gains_taken, gains_kept, losses_taken, losses_kept = 0, 0, 0, 0
    holdings = 0
    i = 0
    while i < n:
        trade_day = day[start + order[i]]
        date = ordinal[trade_day]
        sales = 0
        while i < n and day[start + order[i]] == trade_day:
            trade = start + order[i]
            position = slot[order[i]]
            i += 1
            change = quantity[trade]
            if change == 0:
                continue
            before = held[position]
            if value[trade] == 0.0:
                if before != 0:
                    opened[position] *= (before + change) / before
                elif change != 0:
                    opened[position] = change * date
            else:
                closing = before != 0 and (before > 0) != (change > 0)
                closed_quantity = min(abs(change), abs(before)) if closing else 0
                if closed_quantity:
                    share = closed_quantity / abs(before)
                    closed_cost = cost[position] * share
                    closed_value = value[trade] * closed_quantity / abs(change)
                    charge = fee[trade] * closed_quantity / abs(change)
                    profit = (closed_value - closed_cost if before > 0 else closed_cost - closed_value) - charge
                    realised += profit
                    days_held += closed_quantity * date - share * abs(opened[position])
                    quantity_closed += closed_quantity
                    cost[position] -= closed_cost
                    opened[position] -= opened[position] * share
                    if not marks[position] & SOLD:
                        marks[position] |= SOLD
                        taken[position] = 0.0
                        sales += 1
                    taken[position] += profit
                opened_quantity = abs(change) - closed_quantity
                if opened_quantity:
                    portion = opened_quantity / abs(change)
                    # The cost of a long position includes its fees; the proceeds of a short one exclude them.
                    cost[position] += portion * (value[trade] + (fee[trade] if change > 0 else -fee[trade]))
                    opened[position] += (opened_quantity if change > 0 else -opened_quantity) * date
            if not marks[position] & LISTED:
                marks[position] |= LISTED
                active[holdings] = position
                holdings += 1
            held[position] = before + change
        if sales == 0:
            continue
        k = 0
        while k < holdings:
            position = active[k]
            if marks[position] & SOLD:
                marks[position] &= LISTED
                closed += 1
                if taken[position] > 0:
                    won += 1
                    gains_taken += 1
                else:
                    losses_taken += 1
            elif held[position] > 0:
                if held[position] / UNITS * prices[slot_asset[position], trade_day] > cost[position]:
                    gains_kept += 1
                else:
                    losses_kept += 1
            if held[position] == 0:
                cost[position] = 0.0
                opened[position] = 0.0
                marks[position] = 0
                holdings -= 1
                active[k] = active[holdings]
            else:
                k += 1
    return (closed, won, realised, days_held, quantity_closed, gains_taken, gains_kept, losses_taken, losses_kept)
