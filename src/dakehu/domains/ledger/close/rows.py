"""Convert the kernel's figures to columns of the figures table. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

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


def columns(figures: Figures, days: np.ndarray) -> dict[str, list[Any]]:
    """Return {field name: value of each client, None where missing}.

    `reasons` is {field name: reason} for each client. days: int [D], days since 1970-01-01, of the columns of the book.
    """
    result: dict[str, list[Any]] = {}
    values, codes = figures.values, figures.reasons
    is_valid = np.isfinite(values) & (np.abs(np.nan_to_num(values)) < _LARGEST)
    for names, places in ((MONEY, 2), (NUMBERS, 8)):
        for name, column in names.items():
            result[name] = _decimals(values[:, column], is_valid[:, column], places)
    inflow = values[:, Column.DEPOSITS] - values[:, Column.WITHDRAWALS]
    result["net_inflow"] = _decimals(inflow, is_valid[:, Column.DEPOSITS] & is_valid[:, Column.WITHDRAWALS], 2)
    for name, column in COUNTS.items():
        result[name] = [
            int(value) if valid else None
            for value, valid in zip(values[:, column].tolist(), is_valid[:, column], strict=True)
        ]
    for name, column in DAYS.items():
        result[name] = [
            EPOCH + timedelta(days=int(days[int(value)])) if valid else None
            for value, valid in zip(values[:, column].tolist(), is_valid[:, column], strict=True)
        ]
    reasons: list[dict[str, str]] = [{} for _ in range(len(values))]
    for name, column in SHOWN.items():
        missing = np.flatnonzero((codes[:, column] != Reason.NONE) | ~is_valid[:, column])
        for row in missing.tolist():
            code = int(codes[row, column])
            reasons[row][name] = Reason(code).name.lower() if code else TOO_LARGE
    result["reasons"] = reasons
    return result


def month_columns(months: MonthEnds) -> dict[str, list[Any]]:
    """Return the columns that follow from month ends, as `columns` does; series are in whole yuan."""
    profit, inflow = months.day_profit, months.flows[:, -1]
    return {
        "day_profit": _decimals(profit, _is_money(profit), 2),
        "month_inflow": _decimals(inflow, _is_money(inflow), 2),
        "month_values": _series(months.values),
        "month_inflows": _series(months.flows),
    }


def _is_money(values: np.ndarray) -> np.ndarray:
    """Return which numbers fit the table's money columns."""
    return np.isfinite(values) & (np.abs(np.nan_to_num(values)) < _LARGEST)


def _series(values: np.ndarray) -> list[list[int | None]]:
    """Return rows of whole numbers, None where missing."""
    valid = _is_money(values)
    whole = np.where(valid, np.rint(np.nan_to_num(values, posinf=0, neginf=0)), 0).astype(np.int64).tolist()
    if valid.all():
        return whole
    return [
        [number if ok else None for number, ok in zip(row, good, strict=True)]
        for row, good in zip(whole, valid.tolist(), strict=True)
    ]


def _decimals(values: np.ndarray, is_valid: np.ndarray, places: int) -> list[Decimal | None]:
    """Round values to decimals, None where invalid."""
    return [
        Decimal(f"{value:.{places}f}") if valid else None
        for value, valid in zip(values.tolist(), is_valid.tolist(), strict=True)
    ]
