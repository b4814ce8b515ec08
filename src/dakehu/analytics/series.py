"""One client's days, on demand: what a chart draws. Nothing of it is stored; it takes microseconds to compute."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics import daily
from dakehu.analytics.kernel import Book


@dataclass(frozen=True)
class Series:
    """From the first trade to the last day counted, N days.

    ordinals: int64 [N]. worth, money_in, money_out: float64 [N], in the currency of the prices. returns: float64 [N].
    growth: float64 [N], what 1 became by the end of each day. drawdown: float64 [N], in [-1, 0] below the highest growth.
    """

    ordinals: np.ndarray
    worth: np.ndarray
    money_in: np.ndarray
    money_out: np.ndarray
    returns: np.ndarray
    growth: np.ndarray
    drawdown: np.ndarray


def series_of(book: Book, client: int) -> Series:
    """The days of client number `client`; of no days where there are no trades. The same arithmetic as the figures."""
    start, stop = int(book.offsets[client]), int(book.offsets[client + 1])
    days = book.prices.shape[1]
    if start == stop:
        nothing = np.empty(0)
        return Series(np.empty(0, np.int64), nothing, nothing, nothing, nothing, nothing, nothing)
    own = book.day[start:stop]
    first = int(own.min())
    worth = np.zeros(days)
    room = np.empty(stop - start, np.int32)
    held = np.empty(stop - start, np.int64)
    slots = daily.value_positions(
        start, stop, book.asset, book.day, book.quantity, book.prices, days, worth, room, room.copy(), held
    )
    last = days - 1 if np.any(held[:slots] != 0) else int(own.max())
    n = last - first + 1

    money_in, money_out = np.zeros(n), np.zeros(n)
    flow = book.flow[start:stop]
    np.add.at(money_in, own - first, np.maximum(flow, 0.0))
    np.add.at(money_out, own - first, np.maximum(-flow, 0.0))
    dealt = np.unique(own)
    returns = np.empty(n)
    daily.daily_returns(worth, first, n, dealt, money_in[dealt - first], money_out[dealt - first], len(dealt), returns)
    growth = np.cumprod(1.0 + returns)
    highest = np.maximum.accumulate(np.maximum(growth, 1.0))
    return Series(
        book.ordinals[first : last + 1],
        worth[first : last + 1],
        money_in,
        money_out,
        returns,
        growth,
        growth / highest - 1.0,
    )
