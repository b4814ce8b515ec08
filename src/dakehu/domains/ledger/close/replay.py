"""Replay the trades of many clients: what each holds after every trade, and at the close of any day. Pure."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from dakehu.analytics import average_cost, kernel
from dakehu.domains.ledger.close.rows import EPOCH

UNITS = 1000  # thousandths in a share
COLUMNS = {
    "client": pl.Int64,
    "product": pl.Int64,
    "quantity": pl.Float64,
    "value": pl.Float64,
    "weight": pl.Float64,
    "cost": pl.Float64,
}


@dataclass(frozen=True)
class Replay:
    """Every position of the firm after each of its trades. P positions, T trades, A securities, D days.

    client: int64 [P], ids. product: int64 [P], ids. row: int64 [P], the position's row of `prices`. start: int64
    [P + 1], its trades. day: int32 [T], days since 1970-01-01, ascending within a position. held: int64 [T], thousandths
    of a share, and cost: float64 [T], CNY, after each trade. prices: float64 [A, D], CNY, carried forward, NaN before
    the first. days: int32 [D], ascending.
    """

    client: np.ndarray
    product: np.ndarray
    row: np.ndarray
    start: np.ndarray
    day: np.ndarray
    held: np.ndarray
    cost: np.ndarray
    prices: np.ndarray
    days: np.ndarray

    def on(self, day: date) -> pl.DataFrame:
        """Return the holdings at the close of a day (see frame)."""
        ordinal = (day - EPOCH).days
        last = int(np.searchsorted(self.days, ordinal, "right")) - 1
        if last < 0 or not len(self.day):
            return pl.DataFrame(schema=COLUMNS)
        traded = np.add.reduceat((self.day <= ordinal).astype(np.int64), self.start[:-1])
        trade = self.start[:-1] + traded - 1
        is_held = (traded > 0) & (self.held[trade] != 0)
        trade, client = trade[is_held], self.client[is_held]
        quantity = self.held[trade] / UNITS
        value = quantity * self.prices[self.row[is_held], last]
        return pl.DataFrame(
            {
                "client": client,
                "product": self.product[is_held],
                "quantity": quantity,
                "value": value,
                "weight": _weights(client, value),
                "cost": self.cost[trade],
            },
            schema=COLUMNS,
        ).with_columns(pl.col("value", "weight").fill_nan(None))


def _weights(client: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return each value's share of its client's total, NaN without one. client: int64 [N], ascending."""
    if not len(client):
        return value
    first = np.flatnonzero(np.append(True, client[1:] != client[:-1]))
    total = np.repeat(np.add.reduceat(value, first), np.diff(np.append(first, len(client))))
    return np.divide(value, total, out=np.full(len(value), np.nan), where=total != 0)


def replay_book(clients: np.ndarray, assets: np.ndarray, book: kernel.Book) -> Replay:
    """Replay the trades of a book. clients: int64 [C]; assets: int64 [A], product ids of the rows of its prices."""
    start = average_cost.position_starts(book.offsets, book.asset)
    held, cost = np.empty(len(book.asset), np.int64), np.empty(len(book.asset))
    average_cost.replay(start, book.quantity, book.value, book.fee, held, cost)
    first = start[:-1]
    owner = np.searchsorted(book.offsets, first, "right") - 1
    row = book.asset[first].astype(np.int64)
    days = book.ordinals.astype(np.int32)
    return Replay(clients[owner], assets[row], row, start, days[book.day], held, cost, book.prices, days)
