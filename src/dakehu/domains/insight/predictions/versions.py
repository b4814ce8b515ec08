"""Train a version of a model on the desk's history and back-test it; check whether a version in use is still calibrated."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.analytics import probabilities as measures
from dakehu.analytics.scorecards import Scorecard, counts_of
from dakehu.domains.insight.predictions import back_test, eligible, rules, sources
from dakehu.domains.insight.predictions.cases import Cases, past_cases, reach_of
from dakehu.domains.insight.predictions.features import OF_KIND, QUARTER
from dakehu.domains.insight.predictions.groups import groups_of
from dakehu.domains.insight.predictions.history import History
from dakehu.domains.insight.predictions.training import fit

LOOK_BACK = 1_100  # days of history for training


@dataclass(frozen=True)
class Trained:
    """A model with its back-test. card: None if there is too little data. used_until: the last day of its cases."""

    card: Scorecard | None
    report: dict[str, Any]
    failures: list[str]
    used_until: int


@dataclass(frozen=True)
class Material:
    """The training data of models: the clients, and their history up to a day."""

    chosen: eligible.Eligible
    history: History
    until: date


def read_material(until: date) -> Material:
    """Return the history of the clients for training. Read as the system."""
    chosen = eligible.for_training()
    return Material(chosen, sources.read_history(chosen.clients, until - timedelta(days=LOOK_BACK), until), until)


def train(kind: str, material: Material) -> Trained:
    """Train on the history and back-test; nothing is stored. Raises Refused if scikit-learn is required and missing."""
    chosen, history = material.chosen, material.history
    first = sources.day_number(material.until) - LOOK_BACK + QUARTER
    cases = past_cases(kind, history, chosen.clients, _begin(kind, history, first))
    between = groups_of(chosen.clients, material.until)
    report = back_test.back_test(OF_KIND[kind], cases, reach_of(kind), groups=between)
    report |= {
        "clients": len(chosen.clients),
        "excluded": {"restricted": chosen.restricted, "refused": chosen.refused},
        "history": describe_history(history),
    }
    failures = rules.failures(report)
    card = None if "history" in failures else _train_final(kind, cases)
    return Trained(card, report, failures, int(cases.day.max()) if len(cases) else 0)


def describe_history(history: History) -> dict[str, Any]:
    """Return {source: {rows, first, last}} of the training data; rows 0 if there are none."""
    found = {}
    for name in ("trades", "contacts", "activity", "balances", "attempts"):
        events = getattr(history, name)
        days = events.day if events is not None else np.zeros(0, np.int64)
        found[name] = {
            "rows": len(days),
            "first": sources.day_of(days.min()).isoformat() if len(days) else None,
            "last": sources.day_of(days.max()).isoformat() if len(days) else None,
        }
    return found


def last_quarter(kind: str, card: Scorecard, used_until: int, until: date) -> dict[str, Any]:
    """Return the calibration of a version on cases of the last quarter that are later than its training cases.

    {cases, events, predicted, slope, is_lost}; cases 0 if there are none.
    """
    chosen = eligible.for_training()
    start = until - timedelta(days=2 * QUARTER + reach_of(kind) + back_test.PERIOD)
    history = sources.read_history(chosen.clients, start, until)
    first = max(used_until + 1, sources.day_number(until) - reach_of(kind) - back_test.PERIOD)
    cases = past_cases(kind, history, chosen.clients, first)
    if not len(cases):
        return {"cases": 0, "events": 0, "predicted": None, "slope": None, "is_lost": False}
    probability = card.probabilities(cases.values)
    _, slope = measures.calibration_line(cases.outcome, probability)
    known_slope = float(slope) if np.isfinite(slope) else None
    hits, predicted = int(cases.outcome.sum()), float(probability.mean())
    return {
        "cases": len(cases),
        "events": hits,
        "predicted": predicted,
        "slope": known_slope,
        "is_lost": rules.is_lost(len(cases), hits, predicted, known_slope),
    }


def shifts(card: Scorecard, values: np.ndarray) -> dict[str, float]:
    """Return {feature: population stability index} of tonight's clients against those of training; {} for too few."""
    if len(values) < rules.LEAST_CHECK:
        return {}
    return {
        one.name: measures.stability(np.array(count, float), counts_of(values[:, place], one.cuts).astype(float))
        for place, (one, count) in enumerate(zip(card.features, card.counts, strict=True))
    }


def _begin(kind: str, history: History, first: int) -> int:
    """Return the first day with a case: a quarter of balances must precede it if balances are required."""
    if kind == "churn" and history.balances is not None and len(history.balances.day):
        return max(first, int(history.balances.day.min()) + QUARTER)
    return first


def _train_final(kind: str, cases: Cases) -> Scorecard:
    """Return the scorecard to use: trained on all cases but those of the last quarter, calibrated on these."""
    is_late = cases.day > cases.day.max() - back_test.PERIOD
    train_on, later = cases.where(~is_late), cases.where(is_late)
    card, _ = fit(OF_KIND[kind], train_on.values, train_on.outcome, later.values, later.outcome)
    return card
