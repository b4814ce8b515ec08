"""What a client's dealing says: turnover, profit taken, how long, how often right, and the disposition to take gains.

Cost is the average cost of what is held, fees included. A sale's profit is its proceeds after fees less the average cost
of what was sold. Short positions work the other way round. A change of quantity without value (a split, bonus shares)
changes neither cost nor profit. The disposition counts follow Odean (1998): on each day with a sale, each security sold
counts as a gain or loss taken, each other security held as a gain or loss kept, at that day's price.
"""

from dakehu.analytics.daily import UNITS
from dakehu.analytics.jit import compiled

SOLD, LISTED = 1, 2
FEW = 40  # up to here inserting is quicker than counting


@compiled
def order_by_day(start, stop, day, first, span, counts, order):
    """Write into `order` the trades start..stop by day, those of one day as they came. Offsets count from start.

    span: days from the first trade's to the last's, both counted. counts: int32 [span + 1], room to work in.
    """
    n = stop - start
    if n <= FEW:
        for i in range(n):
            today = day[start + i]
            j = i
            while j > 0 and day[start + order[j - 1]] > today:
                order[j] = order[j - 1]
                j -= 1
            order[j] = i
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
    """Go through the trades in the order of their days.

    held: int64 [slots]; cost, opened, taken: float64 [slots]; marks: uint8 [slots]; active: int32 [slots]; all come
    zeroed and are room to work in (cost, opened: of what is held; opened is quantity x ordinal of the day opened;
    active lists the slots held, marks say which are SOLD today and which are LISTED in active).
    Returns (closed, won, realised, quantity closed x days held, quantity closed, gains taken, gains kept, losses taken,
    losses kept). `closed` counts securities sold per day; `realised` is money after fees.
    """
    closed, won = 0, 0
    realised, days_held, quantity_closed = 0.0, 0.0, 0.0
    gains_taken, gains_kept, losses_taken, losses_kept = 0, 0, 0, 0
    holdings = 0
    i = 0
    while i < n:
        today = day[start + order[i]]
        date = ordinal[today]
        sales = 0
        while i < n and day[start + order[i]] == today:
            trade = start + order[i]
            at = slot[order[i]]
            i += 1
            change = quantity[trade]
            if change == 0:
                continue
            have = held[at]
            if value[trade] == 0.0:
                if have != 0:
                    opened[at] *= (have + change) / have
                elif change != 0:
                    opened[at] = change * date
            else:
                closing = have != 0 and (have > 0) != (change > 0)
                part = min(abs(change), abs(have)) if closing else 0
                if part:
                    share = part / abs(have)
                    paid = cost[at] * share
                    moved = value[trade] * part / abs(change)
                    charge = fee[trade] * part / abs(change)
                    profit = (moved - paid if have > 0 else paid - moved) - charge
                    realised += profit
                    days_held += part * date - share * abs(opened[at])
                    quantity_closed += part
                    cost[at] -= paid
                    opened[at] -= opened[at] * share
                    if not marks[at] & SOLD:
                        marks[at] |= SOLD
                        taken[at] = 0.0
                        sales += 1
                    taken[at] += profit
                rest = abs(change) - part
                if rest:
                    portion = rest / abs(change)
                    # What a long position cost includes its fees; what a short one brought is without them.
                    cost[at] += portion * (value[trade] + (fee[trade] if change > 0 else -fee[trade]))
                    opened[at] += (rest if change > 0 else -rest) * date
            if not marks[at] & LISTED:
                marks[at] |= LISTED
                active[holdings] = at
                holdings += 1
            held[at] = have + change
        if sales == 0:
            continue
        k = 0
        while k < holdings:
            at = active[k]
            if marks[at] & SOLD:
                marks[at] &= LISTED
                closed += 1
                if taken[at] > 0:
                    won += 1
                    gains_taken += 1
                else:
                    losses_taken += 1
            elif held[at] > 0:
                if held[at] / UNITS * prices[slot_asset[at], today] > cost[at]:
                    gains_kept += 1
                else:
                    losses_kept += 1
            if held[at] == 0:
                cost[at] = 0.0
                opened[at] = 0.0
                marks[at] = 0
                holdings -= 1
                active[k] = active[holdings]
            else:
                k += 1
    return (closed, won, realised, days_held, quantity_closed, gains_taken, gains_kept, losses_taken, losses_kept)
