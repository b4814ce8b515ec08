"""Build the kernel's book in one currency, and find held securities without a price.

Pure: numpy only.
"""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.kernel import Book, securities_flow


@dataclass(frozen=True)
class HeldSecurities:
    """Securities held at the end, A' of them.

    index: int64 [A'], rows of the price matrix, ascending. holders: int64 [A'], number of clients who hold each.
    """

    index: np.ndarray
    holders: np.ndarray


def closing_positions(offsets: np.ndarray, asset: np.ndarray, quantity: np.ndarray) -> HeldSecurities:
    """Return the securities that clients hold after all their trades.

    Trades are ordered by client and asset; shapes as in kernel.Book.
    """
    if not len(asset):
        return HeldSecurities(np.array([], np.int64), np.array([], np.int64))
    is_first = np.append(True, asset[1:] != asset[:-1])
    is_first[offsets[:-1][offsets[:-1] < len(asset)]] = True
    first = np.flatnonzero(is_first)
    held_assets = asset[first[np.add.reduceat(quantity, first) != 0]]
    index, holders = np.unique(held_assets.astype(np.int64), return_counts=True)
    return HeldSecurities(index, holders)


def stale_prices(index: np.ndarray, as_of: np.ndarray, last: int, allowed: int) -> np.ndarray:
    """Return which held securities have no price, or a stale one, in the last column: bool [A'].

    index: int64 [A'], their rows. as_of: int32 [A, D], day of each price since 1970-01-01, -1 without a price. `last` is the day closed; a price older
    than `allowed` calendar days is stale.
    """
    priced_on = as_of[index, -1]
    is_stale: np.ndarray = (priced_on < 0) | (last - priced_on > allowed)
    return is_stale


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
    """Return the book of the securities alone, in the firm's currency.

    Purchases are money in, sales and dividends money out (docs/figures.md). `day` and `days` are days since 1970-01-01,
    each of `day` among the ascending `days`; amount and fee are fen of the security's currency; rates: float64 [A, D],
    value of one unit of that currency in the firm's.
    """
    return assemble(
        offsets=offsets,
        asset=asset,
        day=day,
        quantity=quantity,
        amount=amount,
        fee=fee,
        kind=kind,
        prices=matrix * rates,
        days=days,
        rates=rates,
        market=market,
    )


def assemble(
    *,
    offsets: np.ndarray,
    asset: np.ndarray,
    day: np.ndarray,
    quantity: np.ndarray,
    amount: np.ndarray,
    fee: np.ndarray,
    kind: np.ndarray,
    prices: np.ndarray,
    days: np.ndarray,
    rates: np.ndarray,
    market: np.ndarray,
) -> Book:
    """Return the same book from prices that are in the firm's currency already: float64 [A, D]."""
    column_of_day = np.zeros(int(days[-1] - days[0]) + 1, np.int32)
    column_of_day[days - days[0]] = np.arange(len(days), dtype=np.int32)
    column = column_of_day[day - days[0]]
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
        prices=prices,
        ordinals=days.astype(np.int64),
        market=market,
        kind=kind,
    )
