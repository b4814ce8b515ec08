"""The day that is running: what the close of last night leaves, carried on by today's prices and trades.

Touches each position once and each client's running sums once, instead of every day since the first trade. Gives the
figures that follow from running sums; what needs every day again (value at risk, the money-weighted rate, dealing)
waits for the close. Asserted equal to the full computation in the tests.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from dakehu.analytics import daily
from dakehu.analytics.figures import Column
from dakehu.analytics.jit import compiled
from dakehu.analytics.kernel import MINIMUM_DAYS, TRADING_DAYS, Book

# The running sums of a client, in the order of the columns of State.sums.
WORTH, GROWTH, HIGHEST, DEEPEST, DAYS, FIRST, RETURNS, SQUARES, LOSSES, MARKET, MARKET_SQUARES, PRODUCTS, IN, OUT = (
    range(14)
)

AT_ONCE = 50_000  # clients handed to a thread at a time

GIVEN = (
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
    """What is carried from one close to the next. C clients, P positions held.

    offsets: int64 [C + 1] into the positions. asset: int32 [P]. held: int64 [P], thousandths of a share.
    sums: float64 [C, 14], see the names above; FIRST is the ordinal of the first trade, NaN where there was none.
    ordinal: the day it stands for.
    """

    offsets: np.ndarray
    asset: np.ndarray
    held: np.ndarray
    sums: np.ndarray
    ordinal: int


@dataclass(frozen=True)
class Day:
    """Today. prices: float64 [A]. trades ordered by client, then asset: client int32, asset int32, quantity int64,
    flow float64, all [T], as in `Book`. market: today's return of the index."""

    ordinal: int
    prices: np.ndarray
    market: float
    client: np.ndarray
    asset: np.ndarray
    quantity: np.ndarray
    flow: np.ndarray


@compiled
def _sum_up(
    clients, offsets, asset, day, quantity, flow, prices, ordinals, market, largest, sums, slots, kept_asset, kept_held
):
    days = prices.shape[1]
    worth, money_in, money_out = np.zeros(days), np.zeros(days), np.zeros(days)
    slot, slot_asset, slot_held = np.empty(largest, np.int32), np.empty(largest, np.int32), np.empty(largest, np.int64)
    kept = 0
    for client in range(clients):
        start, stop = offsets[client], offsets[client + 1]
        row = sums[client]
        slots[client] = kept
        if start == stop:
            row[GROWTH] = 1.0
            row[HIGHEST] = 1.0
            row[FIRST] = np.nan
            continue
        first = day[start]
        for i in range(start, stop):
            first = min(first, day[i])
        worth[first:] = 0.0
        money_in[first:] = 0.0
        money_out[first:] = 0.0
        found = daily.value_positions(
            start, stop, asset, day, quantity, prices, days, worth, slot, slot_asset, slot_held
        )
        for s in range(found):
            if slot_held[s] != 0:
                kept_asset[kept] = slot_asset[s]
                kept_held[kept] = slot_held[s]
                kept += 1
        for i in range(start, stop):
            if flow[i] > 0:
                money_in[day[i]] += flow[i]
            else:
                money_out[day[i]] -= flow[i]
        row[GROWTH] = 1.0
        row[HIGHEST] = 1.0
        row[FIRST] = ordinals[first]
        before = 0.0
        for t in range(first, days):
            _carry(row, before, worth[t], money_in[t], money_out[t], market[t])
            before = worth[t]
    slots[clients] = kept


@compiled
def _carry(row, before, worth, money_in, money_out, market):
    """Take one day into the running sums of a client."""
    base = before + money_in
    change = (worth + money_out) / base - 1.0 if base != 0.0 else 0.0
    row[WORTH] = worth
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


def begin(book: Book) -> State:
    """The state after the last day of the book. One full pass; done by the nightly close.

    Clients who hold nothing are carried on with returns of 0, as the day may bring them back; the full computation
    counts such days as well as soon as they hold something again.
    """
    clients = book.clients
    largest = max(int(np.max(np.diff(book.offsets), initial=0)), 1)
    sums = np.zeros((clients, 14))
    offsets = np.empty(clients + 1, np.int64)
    asset, held = np.empty(len(book.asset), np.int32), np.empty(len(book.asset), np.int64)
    _sum_up(
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
    kept = int(offsets[-1])
    return State(offsets, asset[:kept].copy(), held[:kept].copy(), sums, int(book.ordinals[-1]))


@compiled
def _value(
    begin, end, offsets, asset, held, sums, prices, first_trade, trade_asset, quantity, flow, market, ordinal, after
):
    for client in range(begin, end):
        worth = 0.0
        for p in range(offsets[client], offsets[client + 1]):
            worth += held[p] * prices[asset[p]]
        money_in, money_out = 0.0, 0.0
        for i in range(first_trade[client], first_trade[client + 1]):
            worth += quantity[i] * prices[trade_asset[i]]
            if flow[i] > 0:
                money_in += flow[i]
            else:
                money_out -= flow[i]
        row = after[client]
        row[:] = sums[client]
        if not np.isnan(row[FIRST]) or money_in != 0.0 or money_out != 0.0:
            _carry(row, row[WORTH], worth / daily.UNITS, money_in, money_out, market)
            if np.isnan(row[FIRST]):
                row[FIRST] = ordinal


def advance(state: State, day: Day, *, threads: int = 0, out: np.ndarray | None = None) -> np.ndarray:
    """The running sums after today's prices and trades, float64 [C, 14], the same at any number of threads (0: one for
    each core); written into `out` where given, as whoever asks every few seconds saves the system fresh memory. The state
    itself stays last night's, so that the next price of the same day starts from it again."""
    clients = len(state.offsets) - 1
    first_trade = np.append(0, np.cumsum(np.bincount(day.client, minlength=clients)))
    after = np.empty_like(state.sums) if out is None else out

    def run(begin: int) -> None:
        _value(
            begin,
            min(begin + AT_ONCE, clients),
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
    """The figures of GIVEN from running sums: float64 [C, len(GIVEN)], NaN where the full computation has none."""
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
        gained = sums[:, WORTH] + sums[:, OUT] - sums[:, IN]
        root = math.sqrt(TRADING_DAYS)
        made = np.column_stack(
            [
                sums[:, WORTH],
                sums[:, IN],
                sums[:, OUT],
                gained,
                np.where(sums[:, IN] > 0, gained / sums[:, IN], np.nan),
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
    made[np.isnan(sums[:, FIRST])] = np.nan
    return made
