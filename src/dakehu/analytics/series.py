"""Compute one client's daily series on demand, for charts and explanations. Nothing is stored."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics import daily
from dakehu.analytics.kernel import Book


@dataclass(frozen=True)
class Series:
    """A client's days from the first trade to the last day included, N days.

    Shape: ordinals int64 [N], all others float64 [N].
    Meaning: value is market value at the end of the day, money_in and money_out are the day's flows, growth is the
    value of an initial 1 at the end of the day, drawdown is relative to the highest growth.
    Unit: ordinals are calendar days; money is in the currency of the prices; returns are fractions; drawdown is in [−1,
        0].
    Missing: value and returns are NaN on days without a price of a held security.
    """

    ordinals: np.ndarray
    value: np.ndarray
    money_in: np.ndarray
    money_out: np.ndarray
    returns: np.ndarray
    growth: np.ndarray
    drawdown: np.ndarray


def series_of(book: Book, client: int) -> Series:
    """Return the series of client number `client`; empty without trades.

    The same arithmetic as the kernel's figures.
    """
    start, stop = int(book.offsets[client]), int(book.offsets[client + 1])
    days = book.prices.shape[1]
    if start == stop:
        empty = np.empty(0)
        return Series(np.empty(0, np.int64), empty, empty, empty, empty, empty, empty)
    own = book.day[start:stop]
    first = int(own.min())
    value = np.zeros(days + daily.STEP)
    slots_of_trades = np.empty(stop - start, np.int32)
    held = np.empty(stop - start, np.int64)
    slot_count = daily.value_positions(
        start,
        stop,
        book.asset,
        book.day,
        book.quantity,
        book.prices,
        days,
        value,
        slots_of_trades,
        slots_of_trades.copy(),
        held,
    )
    last = days - 1 if np.any(held[:slot_count] != 0) else int(own.max())
    n = last - first + 1

    money_in, money_out = np.zeros(n), np.zeros(n)
    flow = book.flow[start:stop]
    np.add.at(money_in, own - first, np.maximum(flow, 0.0))
    np.add.at(money_out, own - first, np.maximum(-flow, 0.0))
    flow_days = np.unique(own)
    returns = np.empty(n + 2 * daily.STEP)
    daily.daily_returns(
        value,
        first,
        n,
        flow_days,
        money_in[flow_days - first],
        money_out[flow_days - first],
        len(flow_days),
        returns,
    )
    returns = returns[:n]
    growth = np.cumprod(1.0 + returns)
    highest = np.maximum.accumulate(np.maximum(growth, 1.0))
    return Series(
        book.ordinals[first : last + 1],
        value[first : last + 1],
        money_in,
        money_out,
        returns,
        growth,
        growth / highest - 1.0,
    )
