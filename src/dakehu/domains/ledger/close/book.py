"""The arrays of a close as the kernel's book, in one currency, and what of them has no price. Pure: numpy only."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.kernel import Book, securities_flow


@dataclass(frozen=True)
class ClosingPosition:
    """Securities held at the end. A' of them: index: int64 [A'], rows of the price matrix, ascending; holders: int64
    [A'], how many clients hold each."""

    index: np.ndarray
    holders: np.ndarray


def closing_positions(offsets: np.ndarray, asset: np.ndarray, quantity: np.ndarray) -> ClosingPosition:
    """What clients still hold after all their trades, which stand by client and asset. Shapes as in kernel.Book."""
    if not len(asset):
        return ClosingPosition(np.array([], np.int64), np.array([], np.int64))
    begins = np.append(True, asset[1:] != asset[:-1])
    begins[offsets[:-1][offsets[:-1] < len(asset)]] = True
    first = np.flatnonzero(begins)
    held = asset[first[np.add.reduceat(quantity, first) != 0]]
    index, holders = np.unique(held.astype(np.int64), return_counts=True)
    return ClosingPosition(index, holders)


def stale_prices(held: ClosingPosition, as_of: np.ndarray, last: int, allowed: int) -> np.ndarray:
    """Which of the held securities have no price on the last column, or one made more than `allowed` calendar days before
    the day `last` (days since 1970-01-01): bool [A']. as_of: int32 [A, D], -1 where there is no price."""
    made = as_of[held.index, -1]
    found: np.ndarray = (made < 0) | (last - made > allowed)
    return found


def build_book(
    *,
    offsets: np.ndarray,
    asset: np.ndarray,
    day: np.ndarray,
    quantity: np.ndarray,
    amount: np.ndarray,
    fee: np.ndarray,
    kind: np.ndarray,
    matrix: np.ndarray,
    days: np.ndarray,
    rates: np.ndarray,
    market: np.ndarray,
) -> Book:
    """A book of the securities alone (purchases are money in, sales and dividends money out; docs/figures.md).

    `day` and `days` are days since 1970-01-01, every one of `day` among the ascending `days`; amount and fee are fen of
    each security's currency; rates: float64 [A, D], what one unit of that currency is worth in the firm's.
    """
    place = np.zeros(int(days[-1] - days[0]) + 1, np.int32)
    place[days - days[0]] = np.arange(len(days), dtype=np.int32)
    column = place[day - days[0]]
    rate = rates[asset, column]
    value, cost = amount / 100 * rate, fee / 100 * rate
    return Book(
        offsets=offsets,
        asset=asset,
        day=column,
        quantity=quantity,
        value=value,
        fee=cost,
        flow=securities_flow(quantity, value, cost),
        prices=matrix * rates,
        ordinals=days.astype(np.int64),
        market=market,
        kind=kind,
    )


def slice_book(whole: Book, begin: int, end: int) -> Book:
    """The clients begin..end of a book, on the same days and prices."""
    a, b = int(whole.offsets[begin]), int(whole.offsets[end])
    return Book(
        offsets=whole.offsets[begin : end + 1] - a,
        asset=whole.asset[a:b],
        day=whole.day[a:b],
        quantity=whole.quantity[a:b],
        value=whole.value[a:b],
        fee=whole.fee[a:b],
        flow=whole.flow[a:b],
        prices=whole.prices,
        ordinals=whole.ordinals,
        market=whole.market,
        kind=whole.kind,
    )
