"""The training cases of a prediction: client, day, features known then, and outcome. Pure.

There is a gap between the day and the outcome window, so that clients already leaving are not counted as successes.
"""

from dataclasses import dataclass

import numpy as np

from dakehu.domains.insight.predictions.features import MONTH, QUARTER, TWO_MONTHS, mean_assets, outflow, read_features
from dakehu.domains.insight.predictions.history import History, Past, ratio

GAP, HORIZON = 7, 90  # days
REACH = GAP + HORIZON  # days after which the outcome is known
EVERY = 30  # days between two observation days
LEAVING = 0.5  # net outflow by assets that counts as churn
FLOOR, EMPTY = 10_000.0, 1_000.0  # CNY: minimum assets of a client included; maximum remaining assets of one who left
LAST_DAYS = 7  # at the end of the horizon, with hardly any assets remaining
DORMANT = 180  # days without a trade
SILENT, RULE_OUTFLOW = 90, 0.2  # of the plain rule of churn
RECENT_TRADE = 365  # of the plain rule of reactivation


@dataclass(frozen=True)
class Cases:
    """N cases. client, day int64 [N]; values float64 [N, features]; outcome 0 or 1; rule: the plain rule's score, 0 to 2."""

    client: np.ndarray
    day: np.ndarray
    values: np.ndarray
    outcome: np.ndarray
    rule: np.ndarray

    def where(self, chosen: np.ndarray) -> "Cases":
        """Return a selection of the cases."""
        return Cases(
            self.client[chosen], self.day[chosen], self.values[chosen], self.outcome[chosen], self.rule[chosen]
        )

    def __len__(self) -> int:
        return len(self.day)


def reach_of(kind: str) -> int:
    """Return the days after which the outcome of a case is known."""
    return 0 if kind == "answer" else REACH


def origins(first: int, until: int) -> np.ndarray:
    """Return the observation days: every 30 days back from the last with a known outcome. int64, ascending."""
    last = until - REACH
    return np.arange(last, first - 1, -EVERY, dtype=np.int64)[::-1]


def past_cases(kind: str, history: History, clients: np.ndarray, first: int) -> Cases:
    """Return the cases of given clients from a day on with a known outcome.

    clients: int64, unique. For answers every attempt is a case, with features as of the day before it.
    """
    if kind == "answer":
        return _answers(history, clients, first)
    until = history.until if kind == "reactivation" else history.balances_until
    days = origins(first, until) if until is not None else np.zeros(0, np.int64)
    past = Past(history, np.tile(clients, len(days)), np.repeat(days, len(clients)))
    found = known_cases(kind, past)
    outcome = _outcome(kind, history, found)
    kept = np.isfinite(outcome)
    cases = Cases(found.client, found.day, found.values, outcome, found.rule)
    return cases.where(kept)


def known_cases(kind: str, past: Past) -> Cases:
    """Return the cases of given clients and days to which the prediction applies, with unknown outcome (NaN)."""
    if kind == "churn":
        is_asked = (mean_assets(past, MONTH) >= FLOOR) & (outflow(past, QUARTER) < LEAVING)
    elif kind == "reactivation":
        is_asked = past.since("trades") >= DORMANT
    else:
        is_asked = np.ones(len(past.clients), bool)
    kept = Past(past.history, past.clients[is_asked], past.days[is_asked])
    missing = np.full(len(kept.clients), np.nan)
    return Cases(kept.clients, kept.days, read_features(kind, kept), missing, rule_scores(kind, kept))


def rule_scores(kind: str, past: Past) -> np.ndarray:
    """Return the score of the plain rule: 2 likely, 1 possible, 0 otherwise. float64 [N]."""
    if kind == "churn":
        leaves = outflow(past, QUARTER) > RULE_OUTFLOW
        return leaves.astype(float) + (leaves & ~(past.since("contacts") <= SILENT))
    if kind == "reactivation":
        looks_in = past.total("activity", "logins", MONTH) > 0
        return np.where(looks_in, 2.0, (past.since("trades") <= RECENT_TRADE).astype(float))
    answered = past.total("attempts", "answered", TWO_MONTHS * 12) > 0
    return np.where(answered, 2.0, (past.count("attempts", TWO_MONTHS * 12) > 0).astype(float))


def _outcome(kind: str, history: History, cases: Cases) -> np.ndarray:
    """Return the outcome 1 or 0, NaN if unknown: float64 [N]."""
    first, last = GAP + 1, REACH
    if kind == "reactivation":
        return (
            (history.trades.future(cases.client, cases.day, first, last) > 0).astype(float)
            if history.trades is not None
            else np.zeros(0)
        )
    if history.balances is None:
        return np.zeros(0)
    later = history.balances.future
    before = mean_assets(Past(history, cases.client, cases.day), TWO_MONTHS)
    moved = ratio(-later(cases.client, cases.day, first, last, of="inflow"), before)
    at_end = later(cases.client, cases.day, last - LAST_DAYS + 1, last, of="days")
    left = ratio(later(cases.client, cases.day, last - LAST_DAYS + 1, last, of="total"), at_end)
    gone = (moved >= LEAVING) | (left < EMPTY)
    return np.where(gone, 1.0, np.where(at_end > 0, 0.0, np.nan))


def _answers(history: History, clients: np.ndarray, first: int) -> Cases:
    attempts = history.attempts
    if attempts is None:
        nothing = np.zeros(0)
        return Cases(nothing.astype(np.int64), nothing.astype(np.int64), np.zeros((0, 0)), nothing, nothing)
    chosen = np.isin(attempts.client, clients) & (attempts.day >= first) & (attempts.day <= history.until)
    client, day = attempts.client[chosen].astype(np.int64), attempts.day[chosen].astype(np.int64)
    past = Past(history, client, day - 1)
    outcome = np.asarray(attempts.amounts["answered"], float)[chosen]
    return Cases(client, day, read_features("answer", past), outcome, rule_scores("answer", past))
