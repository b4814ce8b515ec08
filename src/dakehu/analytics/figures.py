"""Columns of a client's figures, and the reasons why one may be missing.

Shape: one row per client, one column per figure (Column).
Meaning: every formula is in `docs/figures.md` with its source.
Unit: rates and shares are plain numbers (0.05 is 5 %), money is in the currency of the prices, days are calendar days
    unless stated otherwise.
Missing: NaN, with a Reason.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

TRADING_DAYS = 252.0  # per year
MINIMUM_DAYS = 30  # calendar days; an annual rate from fewer is misleading
CLASSES = 6  # asset classes: stock, fund, bond, repo and cash, private and structured, other


class Column(IntEnum):
    """Index of each figure in the row of a client."""

    NAV = 0
    DEPOSITS = 1
    WITHDRAWALS = 2
    FEES = 3
    PNL = 4
    ROI = 5
    TWR = 6
    CAGR = 7
    XIRR = 8
    XIRR_ROOTS = 9
    VOLATILITY = 10
    SHARPE = 11
    SORTINO = 12
    CALMAR = 13
    MAX_DRAWDOWN = 14
    PEAK_DAY = 15
    TROUGH_DAY = 16
    VAR95 = 17
    CVAR95 = 18
    BETA = 19
    ALPHA = 20
    TURNOVER = 21
    COST_DRAG = 22
    HOLDING_DAYS = 23
    WIN_RATE = 24
    CLOSED = 25
    REALISED = 26
    INCOME = 27
    PGR = 28
    PLR = 29
    GAINS_TAKEN = 30
    GAINS_KEPT = 31
    LOSSES_TAKEN = 32
    LOSSES_KEPT = 33
    HHI = 34
    HOLDINGS = 35
    FIRST_DAY = 36
    DAYS = 37
    CLASS_0 = 38
    CLASS_1 = 39
    CLASS_2 = 40
    CLASS_3 = 41
    CLASS_4 = 42
    CLASS_5 = 43


COLUMNS = len(Column)


class Reason(IntEnum):
    """Why a figure is missing or, for SEVERAL_ROOTS, should be read with care."""

    NONE = 0
    NO_TRADES = 1
    NO_PRICE = 2  # a held security had no price on some day
    TOO_SHORT = 3  # fewer than two daily returns, or less than 30 days for an annual rate
    NO_VARIATION = 4  # the returns never differed, so their deviation is 0
    NO_SIGN_CHANGE = 5  # only inflows or only outflows: no rate gives a present value of 0
    NO_ROOT = 6  # no rate within the range searched
    SEVERAL_ROOTS = 7  # several roots; the published one follows the rule in xirr
    NO_SALES = 8
    NO_HOLDINGS = 9
    NO_DRAWDOWN = 10
    NO_DEPOSITS = 11
    NO_BENCHMARK = 12
    ALL_LOST = 13  # the final value is 0, so there is no annual rate
    NOT_ASKED = 14  # the step that computes it was skipped


@dataclass(frozen=True)
class Figures:
    """The figures of all clients, C rows.

    Shape: values float64 [C, COLUMNS], reasons uint8 [C, COLUMNS].
    Meaning: reasons holds `Reason`, never NONE where a value is NaN; day columns hold the index into the calendar.
    Unit: see the module.
    Missing: NaN.
    """

    values: np.ndarray
    reasons: np.ndarray

    def column(self, name: Column) -> np.ndarray:
        """Return one figure of every client: float64 [C]."""
        return self.values[:, name]
