"""Convert the kernel's figures to columns of the figures table. Pure."""

import json
from datetime import date

import numpy as np
import polars as pl

from dakehu.analytics.figures import Column, Figures, Reason
from dakehu.analytics.month_ends import MonthEnds

EPOCH = date(1970, 1, 1)
MONEY = {
    "market_value": Column.NAV,
    "profit": Column.PNL,
    "realised": Column.REALISED,
    "income": Column.INCOME,
    "fees": Column.FEES,
}
NUMBERS = {
    "roi": Column.ROI,
    "twr": Column.TWR,
    "xirr": Column.XIRR,
    "cagr": Column.CAGR,
    "volatility": Column.VOLATILITY,
    "sharpe": Column.SHARPE,
    "sortino": Column.SORTINO,
    "calmar": Column.CALMAR,
    "max_drawdown": Column.MAX_DRAWDOWN,
    "var95": Column.VAR95,
    "cvar95": Column.CVAR95,
    "beta": Column.BETA,
    "alpha": Column.ALPHA,
    "turnover": Column.TURNOVER,
    "cost_drag": Column.COST_DRAG,
    "holding_days": Column.HOLDING_DAYS,
    "win_rate": Column.WIN_RATE,
    "pgr": Column.PGR,
    "plr": Column.PLR,
    "hhi": Column.HHI,
}
COUNTS = {
    "xirr_roots": Column.XIRR_ROOTS,
    "closed_sales": Column.CLOSED,
    "holdings": Column.HOLDINGS,
    "days": Column.DAYS,
}
DAYS = {"peak_on": Column.PEAK_DAY, "trough_on": Column.TROUGH_DAY, "first_on": Column.FIRST_DAY}
SHOWN = {**MONEY, **NUMBERS, **COUNTS, **DAYS}
TOO_LARGE = "too_large"  # a figure beyond 10^15, the limit of the table
REASONS = {
    "no_trades": ("没有交易", "no trades"),
    "no_price": ("持有期间缺少行情", "no price on a day on which something was held"),
    "too_short": ("时间太短", "too short a time"),
    "no_variation": ("收益没有波动", "returns never differed"),
    "no_sign_change": ("资金只进或只出", "money only went in or only came out"),
    "no_root": ("没有适合的利率", "no rate fits"),
    "several_roots": ("不止一个利率适合，请谨慎解读", "more than one rate fits; read with care"),
    "no_sales": ("没有卖出", "nothing was sold"),
    "no_holdings": ("没有持仓", "nothing is held"),
    "no_drawdown": ("没有回撤", "it never fell"),
    "no_deposits": ("没有投入", "nothing was put in"),
    "no_benchmark": ("没有基准指数行情", "no prices of the index to compare with"),
    "all_lost": ("已全部亏损", "all was lost"),
    TOO_LARGE: ("数值过大", "too large a number"),
}
_LARGEST = 1e15
_BEYOND = 255  # represents TOO_LARGE among the codes of Reason


def frame(clients: np.ndarray, figures: Figures, months: MonthEnds, days: np.ndarray, day: date) -> pl.DataFrame:
    """Return the rows of the figures table by its columns: numbers as Float64, series as lists, reasons as JSON.

    clients: int64 [C], ids. days: int [D], days since 1970-01-01, of the columns of the book. A figure that is missing is
    null and has its reason.
    """
    values, codes = figures.values, figures.reasons
    is_valid = _fits(values)
    columns: dict[str, pl.Series] = {"client_id": pl.Series(clients, dtype=pl.Int64)}
    for name, column in {**MONEY, **NUMBERS}.items():
        columns[name] = _numbers(values[:, column], is_valid[:, column])
    inflow = values[:, Column.DEPOSITS] - values[:, Column.WITHDRAWALS]
    columns["net_inflow"] = _numbers(inflow, is_valid[:, Column.DEPOSITS] & is_valid[:, Column.WITHDRAWALS])
    for name, column in COUNTS.items():
        columns[name] = _whole(values[:, column], is_valid[:, column])
    for name, column in DAYS.items():
        place = np.where(is_valid[:, column], values[:, column], 0).astype(np.int64)
        on = pl.Series(days[place] if len(days) else place, dtype=pl.Int32)
        columns[name] = _known(on, is_valid[:, column]).cast(pl.Date)
    for name, numbers in (("day_profit", months.day_profit), ("month_inflow", months.flows[:, -1])):
        columns[name] = _numbers(numbers, _fits(numbers))
    columns["month_values"] = _series(months.values)
    columns["month_inflows"] = _series(months.flows)
    columns["reasons"] = _reasons(codes, is_valid)
    return pl.DataFrame(columns).with_columns(pl.lit(day).alias("as_of"))


def _fits(values: np.ndarray) -> np.ndarray:
    """Return which numbers are finite and fit the table's columns."""
    return np.abs(values) < _LARGEST


def _known(column: pl.Series, is_valid: np.ndarray) -> pl.Series:
    """Return a column with null where it is not valid."""
    return pl.select(pl.when(pl.Series(is_valid)).then(column)).to_series()


def _numbers(values: np.ndarray, is_valid: np.ndarray) -> pl.Series:
    """Return numbers, null where invalid."""
    return pl.Series(np.where(is_valid, values, np.nan), nan_to_null=True)


def _whole(values: np.ndarray, is_valid: np.ndarray) -> pl.Series:
    """Return numbers truncated to integers, null where invalid."""
    return _known(pl.Series(np.where(is_valid, values, 0.0).astype(np.int64)), is_valid)


def _series(values: np.ndarray) -> pl.Series:
    """Return each row of numbers as a list in whole yuan, null where missing: float64 [C, M] → [C] lists."""
    valid = _fits(values)
    whole = pl.Series(np.rint(np.where(valid, values, 0.0)).astype(np.int64).ravel())
    return _known(whole, valid.ravel()).reshape((-1, values.shape[1])).cast(pl.List(pl.Int64))


def _reasons(codes: np.ndarray, is_valid: np.ndarray) -> pl.Series:
    """Return why figures are missing as JSON, {field name: reason} for each client.

    Clients miss the same figures for the same few reasons, so each combination is written once.
    """
    names, columns = list(SHOWN), list(SHOWN.values())
    shown = np.where((codes[:, columns] == Reason.NONE) & ~is_valid[:, columns], _BEYOND, codes[:, columns])
    if not len(shown):
        return pl.Series([], dtype=pl.String)
    packed = np.ascontiguousarray(shown.astype(np.uint8)).view(np.dtype((np.void, len(names)))).ravel()
    _, first, which = np.unique(packed, return_index=True, return_inverse=True)
    texts = [
        json.dumps({name: _reason_name(int(code)) for name, code in zip(names, shown[row], strict=True) if code})
        for row in first.tolist()
    ]
    return pl.Series(texts).gather(which)


def _reason_name(code: int) -> str:
    """Return a reason as it is stored."""
    return TOO_LARGE if code == _BEYOND else Reason(code).name.lower()
