"""Write one client's figures of growth and risk into its row. Compiled.

Shape: row float64 [COLUMNS], NaN before; why uint8 [COLUMNS], 0 before: the `Reason` of what remains missing.
Meaning: see docs/figures.md.
Unit: as analytics.figures.
Missing: NaN with a reason.
"""

import numpy as np

from dakehu.analytics import daily, tails
from dakehu.analytics.figures import MINIMUM_DAYS, TRADING_DAYS, Column, Reason
from dakehu.analytics.jit import compiled

NEGLIGIBLE = 1e-12  # a deviation of daily returns below this is rounding error of constant returns


@compiled
def write_growth(row, why, growth, fall, peak_day, trough_day, n, elapsed):
    """Write the return of n days and the deepest drawdown; `elapsed` counts the calendar days between first and last."""
    row[Column.TWR.value] = growth - 1.0
    row[Column.MAX_DRAWDOWN.value] = fall
    cagr = np.nan
    if growth <= 0:
        why[Column.CAGR.value] = Reason.ALL_LOST.value
    elif elapsed < MINIMUM_DAYS:
        why[Column.CAGR.value] = Reason.TOO_SHORT.value
    else:
        cagr = growth ** (TRADING_DAYS / n) - 1.0
        row[Column.CAGR.value] = cagr
    if fall < 0:
        row[Column.PEAK_DAY.value] = peak_day
        row[Column.TROUGH_DAY.value] = trough_day
        row[Column.CALMAR.value] = cagr / -fall
        why[Column.CALMAR.value] = why[Column.CAGR.value]
    else:
        for c in (Column.PEAK_DAY.value, Column.TROUGH_DAY.value, Column.CALMAR.value):
            why[c] = Reason.NO_DRAWDOWN.value


@compiled
def write_risk(row, why, returns, n, market, has_market, worst_returns, worst_bits):
    """Write the figures from n daily returns and the index's returns of the same days.

    Shape: returns and market as `daily.moments`; worst_returns float64 [n + 2 × STEP] is work space; worst_bits the
    same
        viewed as uint64.
    """
    if n < 2:
        for c in (
            Column.VOLATILITY.value,
            Column.SHARPE.value,
            Column.SORTINO.value,
            Column.VAR95.value,
            Column.CVAR95.value,
            Column.BETA.value,
            Column.ALPHA.value,
        ):
            why[c] = Reason.TOO_SHORT.value
    else:
        mean, squares, losses, market_mean, market_squares, products = daily.moments(returns, n, market)
        deviation = np.sqrt(squares / (n - 1))
        row[Column.VOLATILITY.value] = deviation * np.sqrt(TRADING_DAYS)
        if deviation > NEGLIGIBLE:
            row[Column.SHARPE.value] = mean / deviation * np.sqrt(TRADING_DAYS)
        else:
            why[Column.SHARPE.value] = Reason.NO_VARIATION.value
        if losses > 0:
            row[Column.SORTINO.value] = mean * TRADING_DAYS / (np.sqrt(losses / n) * np.sqrt(TRADING_DAYS))
        else:
            why[Column.SORTINO.value] = Reason.NO_VARIATION.value
        at_risk, worst = tails.worst_days(returns, n, mean, deviation, worst_returns, worst_bits)
        row[Column.VAR95.value] = at_risk
        row[Column.CVAR95.value] = worst
        if not has_market or np.isnan(products):
            why[Column.BETA.value] = Reason.NO_BENCHMARK.value
            why[Column.ALPHA.value] = Reason.NO_BENCHMARK.value
        elif market_squares > 0:
            beta = products / market_squares
            row[Column.BETA.value] = beta
            row[Column.ALPHA.value] = (1.0 + mean - beta * market_mean) ** TRADING_DAYS - 1.0
        else:
            why[Column.BETA.value] = Reason.NO_VARIATION.value
            why[Column.ALPHA.value] = Reason.NO_VARIATION.value
