"""Update figures during the day: last night's state plus today's prices and trades.

Each position and each client's running sums are updated once, instead of recomputing every day since the first trade.
Only figures that follow from running sums are updated; those that need all days (value at risk, money-weighted rate,
trade statistics) are computed at the close. The tests compare with the full computation.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from dakehu.analytics import daily
from dakehu.analytics.figures import MINIMUM_DAYS, TRADING_DAYS, Column
from dakehu.analytics.jit import compiled
from dakehu.analytics.kernel import Book

# Running sums of a client, in the order of the columns of State.sums.
VALUE, GROWTH, HIGHEST, DEEPEST, DAYS, FIRST, RETURNS, SQUARES, LOSSES, MARKET, MARKET_SQUARES, PRODUCTS, IN, OUT = (
    range(14)
)

AT_ONCE = 50_000  # clients per task of a thread

INTRADAY_FIGURES = (
    Column.NAV,
    Column.DEPOSITS,
    Column.WITHDRAWALS,
    Column.PNL,
    Column.ROI,
    Column.TWR,
    Column.CAGR,
    Column.VOLATILITY,
    Column.SHARPE,
    Column.SORTINO,
    Column.CALMAR,
    Column.MAX_DRAWDOWN,
    Column.BETA,
    Column.ALPHA,
    Column.DAYS,
)


@dataclass(frozen=True)
class State:
    """The state carried from one close to the next. C clients, P held positions.

    Shape: offsets int64 [C + 1] into the positions; asset int32 [P]; held int64 [P]; sums float64 [C, 14].
    Meaning: sums are named above; FIRST is the ordinal of the first trade. `ordinal` is the day of the state.
    Unit: held in thousandths of a share; money in the currency of the prices.
    Missing: FIRST is NaN without trades.
    """

    offsets: np.ndarray
    asset: np.ndarray
    held: np.ndarray
    sums: np.ndarray
    ordinal: int


@dataclass(frozen=True)
class Day:
    """Prices and trades of the current day. A assets, T trades.

    Shape: prices float64 [A]; client int32, asset int32, quantity int64, flow float64, all [T].
    Meaning: trades are ordered by client, then asset, as in `Book`; market is today's return of the index.
    Unit: as in `Book`.
    Missing: none allowed.
    """

    ordinal: int
    prices: np.ndarray
    market: float
    client: np.ndarray
    asset: np.ndarray
    quantity: np.ndarray
    flow: np.ndarray


@compiled
def _sum_days(
    clients, offsets, asset, day, quantity, flow, prices, ordinals, market, largest, sums, slots, kept_asset, kept_held
):
    """Sum all days of all clients into `sums`, and list their held positions."""
    days = prices.shape[1]
    value, money_in, money_out = np.zeros(days), np.zeros(days), np.zeros(days)
    slot, slot_asset, slot_held = np.empty(largest, np.int32), np.empty(largest, np.int32), np.empty(largest, np.int64)
    position_count = 0
    for client in range(clients):
        start, stop = offsets[client], offsets[client + 1]
        row = sums[client]
        slots[client] = position_count
        if start == stop:
            row[GROWTH] = 1.0
            row[HIGHEST] = 1.0
            row[FIRST] = np.nan
            continue
        first = day[start]
        for i in range(start, stop):
            first = min(first, day[i])
        value[first:] = 0.0
        money_in[first:] = 0.0
        money_out[first:] = 0.0
        slot_count = daily.value_positions(
            start, stop, asset, day, quantity, prices, days, value, slot, slot_asset, slot_held
        )
        for s in range(slot_count):
            if slot_held[s] != 0:
                kept_asset[position_count] = slot_asset[s]
                kept_held[position_count] = slot_held[s]
                position_count += 1
        for i in range(start, stop):
            if flow[i] > 0:
                money_in[day[i]] += flow[i]
            else:
                money_out[day[i]] -= flow[i]
        row[GROWTH] = 1.0
        row[HIGHEST] = 1.0
        row[FIRST] = ordinals[first]
        previous = 0.0
        for t in range(first, days):
            _add_day(row, previous, value[t], money_in[t], money_out[t], market[t])
            previous = value[t]
    slots[clients] = position_count


@compiled
def _add_day(row, before, value, money_in, money_out, market):
    """Add one day to the running sums of a client."""
    base = before + money_in
    change = (value + money_out) / base - 1.0 if base != 0.0 else 0.0
    row[VALUE] = value
    row[GROWTH] *= 1.0 + change
    row[HIGHEST] = max(row[HIGHEST], row[GROWTH])
    row[DEEPEST] = min(row[DEEPEST], row[GROWTH] / row[HIGHEST] - 1.0)
    row[DAYS] += 1.0
    row[RETURNS] += change
    row[SQUARES] += change * change
    row[LOSSES] += min(change, 0.0) ** 2
    row[MARKET] += market
    row[MARKET_SQUARES] += market * market
    row[PRODUCTS] += change * market
    row[IN] += money_in
    row[OUT] += money_out


def initial_state(book: Book) -> State:
    """Return the state after the last day of the book; one full pass, done by the nightly close.

    Clients who hold nothing continue with returns of 0, because the day may add trades; the full computation includes
    such days too, once they have holdings again.
    """
    clients = book.clients
    largest = max(int(np.max(np.diff(book.offsets), initial=0)), 1)
    sums = np.zeros((clients, 14))
    offsets = np.empty(clients + 1, np.int64)
    asset, held = np.empty(len(book.asset), np.int32), np.empty(len(book.asset), np.int64)
    _sum_days(
        clients,
        book.offsets,
        book.asset,
        book.day,
        book.quantity,
        book.flow,
        book.prices,
        book.ordinals,
        daily.market_returns(book.market),
        largest,
        sums,
        offsets,
        asset,
        held,
    )
    position_count = int(offsets[-1])
    return State(offsets, asset[:position_count].copy(), held[:position_count].copy(), sums, int(book.ordinals[-1]))


@compiled
def _value_day(
    initial_state,
    end,
    offsets,
    asset,
    held,
    sums,
    prices,
    first_trade,
    trade_asset,
    quantity,
    flow,
    market,
    ordinal,
    after,
):
    """Add the current day to the sums of the clients begin..end."""
    for client in range(initial_state, end):
        value = 0.0
        for p in range(offsets[client], offsets[client + 1]):
            value += held[p] * prices[asset[p]]
        money_in, money_out = 0.0, 0.0
        for i in range(first_trade[client], first_trade[client + 1]):
            value += quantity[i] * prices[trade_asset[i]]
            if flow[i] > 0:
                money_in += flow[i]
            else:
                money_out -= flow[i]
        row = after[client]
        row[:] = sums[client]
        if not np.isnan(row[FIRST]) or money_in != 0.0 or money_out != 0.0:
            _add_day(row, row[VALUE], value / daily.UNITS, money_in, money_out, market)
            if np.isnan(row[FIRST]):
                row[FIRST] = ordinal


def advance(state: State, day: Day, *, threads: int = 0, out: np.ndarray | None = None) -> np.ndarray:
    """Return the running sums after today's prices and trades.

    Shape: float64 [C, 14]; written into `out` if given, which saves memory allocation in frequent calls.
    Meaning: `state` is not changed, so that the next intraday update starts from last night again. The result is the
        same for any number of threads (0: one per core).
    """
    clients = len(state.offsets) - 1
    first_trade = np.append(0, np.cumsum(np.bincount(day.client, minlength=clients)))
    after = np.empty_like(state.sums) if out is None else out

    def run(initial_state: int) -> None:
        _value_day(
            initial_state,
            min(initial_state + AT_ONCE, clients),
            state.offsets,
            state.asset,
            state.held,
            state.sums,
            day.prices,
            first_trade,
            day.asset,
            day.quantity,
            day.flow,
            day.market,
            float(day.ordinal),
            after,
        )

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        list(pool.map(run, range(0, clients, AT_ONCE)))
    return after


def figures(sums: np.ndarray, ordinal: int) -> np.ndarray:
    """Return the intraday figures from running sums.

    Shape: sums float64 [C, 14] → float64 [C, len(INTRADAY_FIGURES)].
    Meaning: the same formulas as the kernel (docs/figures.md).
    Unit: as analytics.figures.
    Missing: NaN where the full computation has none.
    """
    with np.errstate(all="ignore"):
        n = sums[:, DAYS]
        growth = sums[:, GROWTH]
        mean = sums[:, RETURNS] / n
        market_mean = sums[:, MARKET] / n
        deviation = np.sqrt(np.maximum(sums[:, SQUARES] - n * mean**2, 0.0) / (n - 1))
        deviation = np.where(n >= 2, deviation, np.nan)
        loss = np.sqrt(sums[:, LOSSES] / n)
        market_squares = sums[:, MARKET_SQUARES] - n * market_mean**2
        beta = (sums[:, PRODUCTS] - n * mean * market_mean) / market_squares
        long_enough = (ordinal - sums[:, FIRST] >= MINIMUM_DAYS) & (growth > 0)
        cagr = np.where(long_enough, growth ** (TRADING_DAYS / n) - 1.0, np.nan)
        profit = sums[:, VALUE] + sums[:, OUT] - sums[:, IN]
        root = math.sqrt(TRADING_DAYS)
        columns = np.column_stack(
            [
                sums[:, VALUE],
                sums[:, IN],
                sums[:, OUT],
                profit,
                np.where(sums[:, IN] > 0, profit / sums[:, IN], np.nan),
                growth - 1.0,
                cagr,
                deviation * root,
                np.where(deviation > 0, mean / deviation * root, np.nan),
                np.where((loss > 0) & (n >= 2), mean * root / loss, np.nan),
                np.where(sums[:, DEEPEST] < 0, cagr / -sums[:, DEEPEST], np.nan),
                sums[:, DEEPEST],
                np.where((market_squares > 0) & (n >= 2), beta, np.nan),
                np.where(
                    (market_squares > 0) & (n >= 2), (1.0 + mean - beta * market_mean) ** TRADING_DAYS - 1.0, np.nan
                ),
                n,
            ]
        )
    columns[np.isnan(sums[:, FIRST])] = np.nan
    return columns
