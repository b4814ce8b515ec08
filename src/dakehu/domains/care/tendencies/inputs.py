"""Inputs of the measures for one client: trades, the market around them, money in and out by month, margin debt."""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.analytics.trade_counts import Market, Trades
from dakehu.domains.care.tendencies.rules import Quarter
from dakehu.domains.ledger.close import firm_book
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.feeds import reader as feeds
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.domains.risk.margin.table import contracts_on
from dakehu.foundation.base import firm_settings
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import model_of

EPOCH = date(1970, 1, 1)
MOVED = (TransactionType.MOVE_IN, TransactionType.MOVE_OUT)
MONTHS = 24
SHARE = "stock"  # the kind of product whose prices form the market


def days_of(first: date, last: date) -> np.ndarray:
    """Return the trading days of a period as days since 1970-01-01: int32 [D]."""
    return np.array([(day - EPOCH).days for day in trading_days.trading_days_between(first, last)], np.int32)


def trades_of(table: pa.Table, market_days: np.ndarray, assets: np.ndarray) -> Trades:
    """Return the trades of a client's journal rows in shares that the market contains, by day.

    Earlier trades are dated to the first day of the market. Assets transferred in or out are left out: their cost is
    unknown.
    """
    moved = table.filter(pc.is_in(table["side"], pa.array([int(side) for side in MOVED], pa.int8())))["asset"]
    table = table.filter(pc.invert(pc.is_in(table["asset"], moved.combine_chunks())))
    rows = close_inputs.group_by_client(table)
    owned = rows.assets[rows.asset] if len(rows.asset) else np.zeros(0, np.int64)
    place = np.searchsorted(assets, owned)
    known = (place < len(assets)) & (rows.quantity != 0)
    known[known] &= assets[place[known]] == owned[known]
    known &= rows.day <= (market_days[-1] if len(market_days) else -1)
    order = np.argsort(rows.day[known], kind="stable")
    day = np.searchsorted(market_days, rows.day[known][order])
    return Trades(
        day=day.astype(np.int64),
        asset=place[known][order].astype(np.int64),
        quantity=rows.quantity[known][order] / 1000,
        value=np.abs(rows.amount[known][order]) / 100,
        fee=np.abs(rows.fee[known][order]) / 100,
    )


def market_of(quarter: Quarter) -> tuple[Market, np.ndarray, np.ndarray]:
    """Return (prices of all shares with prices, their product ids int64 [A], the days int32 [D]) up to the end of a quarter.

    The days begin with the first stored price, at most six years before: holdings are replayed from there.
    """
    newest = model_of("ledger.PriceFile").objects.order_by("-pk").values_list("pk", flat=True).first()
    return _market(quarter.last, newest or 0)


@lru_cache(maxsize=2)
def _market(last: date, newest_file: int) -> tuple[Market, np.ndarray, np.ndarray]:
    """Read the prices; cached until another price file is imported."""
    first = model_of("ledger.PriceFile").objects.order_by("day").values_list("day", flat=True).first() or last
    days = days_of(max(first, last - timedelta(days=6 * 365)), last)
    shares = model_of("ledger.Product").objects.filter(kind=SHARE).order_by("pk").values_list("pk", flat=True)
    assets = np.array(list(shares), np.int64)
    matrix = close_inputs.price_matrix(assets, days).matrix
    priced = ~np.isnan(matrix).all(axis=1) if len(days) else np.zeros(len(assets), bool)
    levels = firm_book.index_levels(firm_settings.current("BENCHMARK"), days) if len(days) else np.zeros(0)
    return Market(np.ascontiguousarray(matrix[priced].T), levels), assets[priced], days


def rows_of(quarter: Quarter, days: np.ndarray) -> tuple[int, int]:
    """Return the first and last row of a quarter in the days; the first is after the last if there is none."""
    first, last = (
        int(np.searchsorted(days, (day - EPOCH).days, side=side))
        for day, side in ((quarter.first, "left"), (quarter.last, "right"))
    )
    return first, last - 1


def inflows_of(table: pa.Table, quarter: Quarter) -> tuple[np.ndarray, np.ndarray] | None:
    """Return (net inflow of each of 24 months in CNY, return of the index in the month before) of a client's journal rows.

    None if data are missing.
    """
    ends = [quarter.last]
    for _ in range(MONTHS + 1):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    ends.reverse()
    levels = firm_book.index_levels(
        firm_settings.current("BENCHMARK"), np.array([(day - EPOCH).days for day in ends], np.int32)
    )
    money = table.filter(
        pc.is_in(table["side"], pa.array([int(TransactionType.CASH_IN), int(TransactionType.CASH_OUT)], pa.int8()))
    )
    if np.isnan(levels).any() or not money.num_rows:
        return None
    day = money["day"].cast(pa.int32()).to_numpy()
    month = np.searchsorted([(end - EPOCH).days for end in ends[1:]], day) - 1
    inside = (month >= 0) & (month < MONTHS)
    flows = np.bincount(month[inside], money["net"].to_numpy()[inside] / 100, MONTHS)
    return flows, levels[1:-1] / levels[:-2] - 1


def debt_ratio_of(client: int, day: date) -> float:
    """Return margin debt by net assets of all contracts by a day; nan without a contract or without net assets."""
    delivered = feeds.newest_day("margin_contracts", day)
    if delivered is None:
        return float("nan")
    rows = contracts_on(delivered).filter(pl.col("client") == client)
    debt = float(rows["debt"].fill_null(0.0).sum())
    net = float((rows["ratio"].fill_null(0.0) * rows["debt"].fill_null(0.0)).sum()) - debt
    return debt / net if rows.height and net > 0 else float("nan")
