"""The features of a prediction: money flows, sign-ins, trades, contacts. Each is read only through `Past`. Pure.

Never among them: age, sex, health, family, nationality, region, mood, complaints, tendencies in trading, and anything that
the firm earns. A prediction is used only for the order of contacts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dakehu.domains.insight.predictions.history import Past, ratio
from dakehu.foundation.base.i18n import Bilingual, bilingual

MONTH, TWO_MONTHS, QUARTER, YEAR, TWO_YEARS = 30, 60, 90, 365, 730  # days of the windows


@dataclass(frozen=True)
class Feature:
    """One feature of a prediction. unit: share, days, years, number or change (0 is as before)."""

    name: str
    label: Bilingual
    unit: str
    read: Callable[[Past], np.ndarray]


def mean_assets(past: Past, length: int, ago: int = 0) -> np.ndarray:
    """Return the mean total assets of a number of days, NaN without a balance."""
    return ratio(past.total("balances", "total", length, ago), past.total("balances", "days", length, ago))


def outflow(past: Past, length: int, ago: int = 0) -> np.ndarray:
    """Return the net outflow of a number of days as a share of the mean assets of the sixty days before the last thirty."""
    return ratio(-past.total("balances", "inflow", length, ago), mean_assets(past, TWO_MONTHS, MONTH))


def _cash(past: Past) -> np.ndarray:
    return ratio(past.total("balances", "cash", MONTH), past.total("balances", "total", MONTH))


def _login_change(past: Past) -> np.ndarray:
    before = past.total("activity", "logins", TWO_MONTHS, MONTH) / 2
    return np.log((past.total("activity", "logins", MONTH) + 1) / (before + 1))


def _trade_change(past: Past) -> np.ndarray:
    return np.log((past.count("trades", QUARTER) + 1) / (past.count("trades", QUARTER, QUARTER) + 1))


def _answered_share(past: Past) -> np.ndarray:
    tried = past.count("attempts", TWO_YEARS)
    return np.where(tried > 0, (past.total("attempts", "answered", TWO_YEARS) + 1) / (tried + 2), np.nan)


FEATURES = {
    one.name: one
    for one in (
        Feature(
            "outflow_30",
            bilingual("近30天净转出占资产", "Net outflow of 30 days ÷ assets"),
            "share",
            lambda past: outflow(past, MONTH),
        ),
        Feature(
            "outflow_before",
            bilingual("前31至90天净转出占资产", "Net outflow of days 31–90 ÷ assets"),
            "share",
            lambda past: outflow(past, TWO_MONTHS, MONTH),
        ),
        Feature("cash_share", bilingual("近30天现金占比", "Share of cash, 30 days"), "share", _cash),
        Feature(
            "logins_30",
            bilingual("近30天登录次数", "Sign-ins in 30 days"),
            "number",
            lambda past: past.total("activity", "logins", MONTH),
        ),
        Feature(
            "logins_change",
            bilingual("登录次数较前两个月", "Sign-ins against the two months before"),
            "change",
            _login_change,
        ),
        Feature(
            "trades_90",
            bilingual("近90天交易笔数", "Trades in 90 days"),
            "number",
            lambda past: past.count("trades", QUARTER),
        ),
        Feature(
            "trades_change", bilingual("交易笔数较前90天", "Trades against the 90 days before"), "change", _trade_change
        ),
        Feature(
            "trade_days",
            bilingual("距上次交易天数", "Days since the last trade"),
            "days",
            lambda past: past.since("trades"),
        ),
        Feature(
            "trades_730",
            bilingual("近两年交易笔数", "Trades in two years"),
            "number",
            lambda past: past.count("trades", TWO_YEARS),
        ),
        Feature(
            "years",
            bilingual("首次交易至今年数", "Years since the first trade"),
            "years",
            lambda past: past.since_first("trades") / YEAR,
        ),
        Feature(
            "contact_days",
            bilingual("距上次联系天数", "Days since the last contact"),
            "days",
            lambda past: past.since("contacts"),
        ),
        Feature(
            "contacts_90",
            bilingual("近90天联系次数", "Contacts in 90 days"),
            "number",
            lambda past: past.count("contacts", QUARTER),
        ),
        Feature("answered_share", bilingual("两年内接通率", "Share answered in two years"), "share", _answered_share),
        Feature(
            "attempts_365",
            bilingual("一年内致电次数", "Attempts in a year"),
            "number",
            lambda past: past.count("attempts", YEAR),
        ),
    )
}
COMMON = ("logins_30", "logins_change", "trade_days", "contact_days", "contacts_90", "years")
OF_KIND = {
    "churn": ("outflow_30", "outflow_before", "cash_share", "trades_90", "trades_change", *COMMON),
    "reactivation": ("cash_share", "trades_730", *COMMON),
    "answer": ("answered_share", "attempts_365", "trades_90", *COMMON),
}


def read_features(kind: str, past: Past) -> np.ndarray:
    """Return the features of a kind: float64 [N, features], NaN for unknown values."""
    return np.column_stack([FEATURES[name].read(past) for name in OF_KIND[kind]])
