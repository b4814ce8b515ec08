"""Portfolio kernel: compute the figures of every client in one pass over the trades.

Stateless by design: each close computes everything from the trades and prices of the day, so a restated price or a
late trade needs no repair. Memory besides the input is a few rows of one client's days per thread.
"""

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from dakehu.analytics import daily, drawdowns, positions, return_figures
from dakehu.analytics.figures import CLASSES, COLUMNS, MINIMUM_DAYS, TRADING_DAYS, Column, Figures, Reason
from dakehu.analytics.jit import compiled
from dakehu.analytics.xirr import GRID, START_AT, discounts, solve

AT_ONCE = 2000  # clients per task of a thread

# The columns of optional steps, skipped where none of their columns is requested.
RATE = frozenset({Column.XIRR, Column.XIRR_ROOTS})
RETURNS = frozenset(range(Column.TWR, Column.ALPHA + 1)) - RATE
DEALING = frozenset(range(Column.HOLDING_DAYS, Column.LOSSES_KEPT + 1)) - {Column.INCOME}


@dataclass(frozen=True)
class Book:
    """The input of the kernel. C clients, T trades, A assets, D days.

    Shape:
      offsets: int64 [C + 1]; client c has the trades offsets[c]..offsets[c + 1], ordered by asset, day and as traded.
      asset: int32 [T], row of `prices`. day: int32 [T], column of `prices`.
      quantity: int64 [T], thousandths of a share, bought positive, sold negative, 0 for money alone (dividends).
      value: float64 [T], money traded before fees, never negative; 0 for a change of quantity alone (splits).
      fee: float64 [T], never negative.
      flow: float64 [T], money moved into the portfolio from outside (positive) or out of it (negative).
      prices: float64 [A, D], carried forward over days without trading.
      ordinals: int64 [D], the calendar day of each column, ascending.
      market: float64 [D], levels of the benchmark index.
      kind: int8 [A], asset class 0..CLASSES - 1.
    Unit: money in the currency of the prices.
    Missing: prices are NaN where unknown, market is NaN throughout without an index.
    """

    offsets: np.ndarray
    asset: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    value: np.ndarray
    fee: np.ndarray
    flow: np.ndarray
    prices: np.ndarray
    ordinals: np.ndarray
    market: np.ndarray
    kind: np.ndarray

    @property
    def clients(self) -> int:
        """Return the number of clients."""
        return len(self.offsets) - 1


def securities_flow(quantity: np.ndarray, value: np.ndarray, fee: np.ndarray) -> np.ndarray:
    """Return `Book.flow` of the securities alone.

    Shape: all arguments [T] → float64 [T].
    Meaning: purchases with their fees are inflows, proceeds and dividends after fees are outflows. With cash kept as
    an asset of
        price 1, flows are deposits and withdrawals instead.
    Unit: as `value`.
    Missing: none allowed.
    """
    return np.where(quantity > 0, value + fee, fee - value)


@compiled
def _ratio(numerator, denominator):
    """Divide; NaN where the denominator is not positive."""
    return numerator / denominator if denominator > 0 else np.nan


@compiled
def _write_rate(
    row,
    why,
    ordinals,
    first,
    flow_day,
    flow_in,
    flow_out,
    flows,
    nav,
    after,
    payments,
    table,
    grid,
    start_at,
    values_on_grid,
):
    """Write the money-weighted rate: inflows are paid; outflows and the final value are received.

    Shape: ordinals int64 [days of the client]; after int64 and payments float64 [flows + 1] are work space.
    """
    for f in range(flows):
        after[f] = ordinals[flow_day[f] - first] - ordinals[0]
        payments[f] = flow_out[f] - flow_in[f]
    count = flows
    if nav != 0.0:
        finish = ordinals[-1] - ordinals[0]
        if count == 0 or after[count - 1] != finish:
            after[count] = finish
            payments[count] = 0.0
            count += 1
        payments[count - 1] += nav
    if after[count - 1] < MINIMUM_DAYS:
        why[Column.XIRR.value] = Reason.TOO_SHORT.value
        why[Column.XIRR_ROOTS.value] = Reason.TOO_SHORT.value
    else:
        rate, roots, reason = solve(after, payments, count, table, grid, start_at, values_on_grid)
        row[Column.XIRR.value] = rate
        row[Column.XIRR_ROOTS.value] = roots
        why[Column.XIRR.value] = reason


@compiled
def _run(
    begin,
    end,
    offsets,
    asset,
    day,
    quantity,
    value,
    fee,
    flow,
    prices,
    ordinals,
    market,
    has_market,
    kind,
    has_rate,
    has_returns,
    has_dealing,
    table,
    grid,
    start_at,
    largest,
    values,
    reasons,
):
    """Compute the figures of the clients begin..end into values and reasons."""
    days = prices.shape[1]
    value_by_day, returns = np.zeros(days + daily.STEP), np.empty(days + 2 * daily.STEP)
    wealth = np.empty(days + max(daily.STEP, drawdowns.block_size(days)))
    low, high = np.empty(drawdowns.BLOCKS + 1), np.empty(drawdowns.BLOCKS + 1)
    worst_returns = np.empty(days + 2 * daily.STEP)
    worst_bits = worst_returns.view(np.uint64)
    counts = np.zeros(max(days + 2, positions.FEW), np.int32)
    order, slot, active = np.empty(largest, np.int32), np.empty(largest, np.int32), np.empty(largest, np.int32)
    slot_asset, slot_held, held = np.empty(largest, np.int32), np.empty(largest, np.int64), np.zeros(largest, np.int64)
    cost, opened, taken = np.zeros(largest), np.zeros(largest), np.zeros(largest)
    marks = np.zeros(largest, np.uint8)
    flow_day, after = np.empty(largest + 1, np.int64), np.empty(largest + 1, np.int64)
    flow_in, flow_out, payments = np.empty(largest + 1), np.empty(largest + 1), np.empty(largest + 1)
    values_on_grid = np.empty(grid.size)

    for client in range(begin, end):
        row = values[client]
        why = reasons[client]
        row[:] = np.nan
        start, stop = offsets[client], offsets[client + 1]
        n_trades = stop - start
        if n_trades == 0:
            why[:] = Reason.NO_TRADES.value
            continue
        first, last_trade = day[start], day[start]
        for i in range(start, stop):
            first = min(first, day[i])
            last_trade = max(last_trade, day[i])

        value_by_day[first:] = 0.0
        slots = daily.value_positions(
            start, stop, asset, day, quantity, prices, days, value_by_day, slot, slot_asset, slot_held
        )
        positions.order_by_day(start, stop, day, first, last_trade - first + 1, counts, order)
        holdings = 0
        for s in range(slots):
            holdings += 1 if slot_held[s] != 0 else 0
        n = (days if holdings else last_trade + 1) - first
        total, days_of_nothing = 0.0, 0
        for amount in value_by_day[first : first + n]:
            total += amount
            days_of_nothing += 1 if amount == 0.0 else 0

        # Flows by day, with the sums of deposits, trades and fees.
        flows, deposits, withdrawals, fees, bought, sold, income = 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        today, day_in, day_out = -1, 0.0, 0.0
        for i in range(n_trades):  # selections, not branches: a branch misprediction takes as long as a trade
            trade = start + order[i]
            same_day = day[trade] == today
            today = day[trade]
            flows += 0 if same_day else 1
            money_in, money_out = max(flow[trade], 0.0), max(-flow[trade], 0.0)
            day_in = (day_in if same_day else 0.0) + money_in
            day_out = (day_out if same_day else 0.0) + money_out
            flow_day[flows - 1] = today
            flow_in[flows - 1] = day_in
            flow_out[flows - 1] = day_out
            deposits += money_in
            withdrawals += money_out
            fees += fee[trade]
            bought += value[trade] if quantity[trade] > 0 else 0.0
            sold += value[trade] if quantity[trade] < 0 else 0.0
            income += value[trade] if quantity[trade] == 0 else 0.0

        row[Column.DEPOSITS.value] = deposits
        row[Column.WITHDRAWALS.value] = withdrawals
        row[Column.FEES.value] = fees
        row[Column.INCOME.value] = income
        row[Column.HOLDINGS.value] = holdings
        row[Column.FIRST_DAY.value] = first
        row[Column.DAYS.value] = n
        if np.isnan(total):
            for c in range(COLUMNS):
                if np.isnan(row[c]):
                    why[c] = Reason.NO_PRICE.value
            continue

        nav = value_by_day[first + n - 1]
        row[Column.NAV.value] = nav
        row[Column.PNL.value] = nav + withdrawals - deposits
        if deposits > 0:
            row[Column.ROI.value] = row[Column.PNL.value] / deposits
        else:
            why[Column.ROI.value] = Reason.NO_DEPOSITS.value

        if has_rate:
            _write_rate(
                row,
                why,
                ordinals[first : first + n],
                first,
                flow_day,
                flow_in,
                flow_out,
                flows,
                nav,
                after,
                payments,
                table,
                grid,
                start_at,
                values_on_grid,
            )
        if has_returns:
            daily.daily_returns(value_by_day, first, n, flow_day, flow_in, flow_out, flows, returns)
            growth = drawdowns.growth_by_day(
                value_by_day, first, n, flow_day, flows, returns, wealth, days_of_nothing > 0
            )
            fall, top, bottom = drawdowns.deepest(wealth, n, low, high)
            elapsed = ordinals[first + n - 1] - ordinals[first]
            return_figures.write_growth(row, why, growth, fall, first + max(top, 0), first + bottom, n, elapsed)
            return_figures.write_risk(
                row, why, returns, n, market[first : first + n], has_market, worst_returns, worst_bits
            )
        average = total / n
        years = n / TRADING_DAYS
        row[Column.TURNOVER.value] = _ratio((bought + sold) / 2, average * years)
        row[Column.COST_DRAG.value] = _ratio(fees, average * years)
        if not average > 0:
            why[Column.TURNOVER.value] = Reason.NO_HOLDINGS.value
            why[Column.COST_DRAG.value] = Reason.NO_HOLDINGS.value

        if has_dealing:
            closed, won, realised, days_held, quantity_closed, gt, gk, lt, lk = positions.replay(
                start,
                n_trades,
                order,
                day,
                ordinals,
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
            )
            for s in range(slots):
                held[s] = 0
                cost[s] = 0.0
                opened[s] = 0.0
                taken[s] = 0.0
                marks[s] = 0
            row[Column.CLOSED.value] = closed
            row[Column.REALISED.value] = realised
            row[Column.GAINS_TAKEN.value] = gt
            row[Column.GAINS_KEPT.value] = gk
            row[Column.LOSSES_TAKEN.value] = lt
            row[Column.LOSSES_KEPT.value] = lk
            row[Column.WIN_RATE.value] = _ratio(won, closed)
            row[Column.HOLDING_DAYS.value] = _ratio(days_held, quantity_closed)
            row[Column.PGR.value] = _ratio(gt, gt + gk)
            row[Column.PLR.value] = _ratio(lt, lt + lk)
            for c in (Column.WIN_RATE.value, Column.HOLDING_DAYS.value, Column.PGR.value, Column.PLR.value):
                if np.isnan(row[c]):
                    why[c] = Reason.NO_SALES.value

        if holdings and nav > 0:
            concentration = 0.0
            for c in range(CLASSES):
                row[Column.CLASS_0.value + c] = 0.0
            for s in range(slots):
                if slot_held[s] != 0:
                    weight = slot_held[s] / daily.UNITS * prices[slot_asset[s], days - 1] / nav
                    concentration += weight * weight
                    row[Column.CLASS_0.value + kind[slot_asset[s]]] += weight
            row[Column.HHI.value] = concentration
        else:
            why[Column.HHI.value] = Reason.NO_HOLDINGS.value
            for c in range(CLASSES):
                why[Column.CLASS_0.value + c] = Reason.NO_HOLDINGS.value


def compute(book: Book, threads: int | None = None, columns: Collection[Column] = tuple(Column)) -> Figures:
    """Compute the figures of every client as of the book's last day.

    Shape: C clients → Figures [C, COLUMNS].
    Meaning: see docs/figures.md. Bit-equal for any number of threads; `threads` None means one per core. Steps that no
    column of `columns` needs are skipped; the results of the others are bit-equal.
    Unit: as analytics.figures.
    Missing: NaN with a reason, NOT_ASKED for the columns of a skipped step.
    """
    clients = book.clients
    values = np.empty((clients, COLUMNS))
    reasons = np.zeros((clients, COLUMNS), np.uint8)
    if clients == 0:
        return Figures(values, reasons)
    has_rate, has_returns, has_dealing = steps = [not step.isdisjoint(columns) for step in (RATE, RETURNS, DEALING)]
    market = daily.market_returns(book.market)
    has_market = not bool(np.isnan(book.market).all())
    has_table = has_rate and len(book.ordinals)
    table = discounts(int(book.ordinals[-1] - book.ordinals[0])) if has_table else np.empty((0, len(GRID)))
    largest = max(int(np.max(np.diff(book.offsets))), 1)

    def run(begin: int) -> None:
        _run(
            begin,
            min(begin + AT_ONCE, clients),
            book.offsets,
            book.asset,
            book.day,
            book.quantity,
            book.value,
            book.fee,
            book.flow,
            book.prices,
            book.ordinals,
            market,
            has_market,
            book.kind,
            has_rate,
            has_returns,
            has_dealing,
            table,
            GRID,
            START_AT,
            largest,
            values,
            reasons,
        )

    if threads == 1 or clients <= AT_ONCE:
        for begin in range(0, clients, AT_ONCE):
            run(begin)
    else:
        with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            list(pool.map(run, range(0, clients, AT_ONCE)))
    for step, is_asked in zip((RATE, RETURNS, DEALING), steps, strict=True):
        if not is_asked:
            reasons[:, sorted(step)] = Reason.NOT_ASKED
    return Figures(values, reasons)
