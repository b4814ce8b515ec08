"""Back-test a model as it would have been used: trained before each period, evaluated on it, compared with the plain rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from dakehu.analytics import probabilities as measures
from dakehu.domains.insight.predictions import rules
from dakehu.domains.insight.predictions.cases import Cases
from dakehu.domains.insight.predictions.training import fit

PERIOD = 91  # days of a test period
RANDOM_SEED, RANDOM_PARTS = 7, (0.6, 0.8)  # training below the first, calibration up to the second, test above
SMOOTHING = 20.0  # pseudo-cases at the base rate, added to each score of the rule
BANDS = ("elevated", "usual", "low")


@dataclass(frozen=True)
class Judged:
    """Test cases with the probability of the model, of the rule and of the base rate: float64 [N] each."""

    cases: Cases
    model: np.ndarray
    rule: np.ndarray
    constant: np.ndarray


def back_test(
    names: tuple[str, ...],
    cases: Cases,
    reach: int,
    length: int = PERIOD,
    least: tuple[int, int, int] = rules.LEAST,
    groups: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the performance of a model by period, over all periods, and after a random split.

    {cases, events, periods: [figures with first and last, the days of the cases], skipped: periods without enough outcomes,
    pooled: figures with brier_gain and hits_gain {size, low, high}, table and bands, random: figures, ways: Brier of each way on
    the calibration cases, groups: [calibration of each group]}; pooled, random and ways are None without a period. figures: {cases, events, rate, predicted,
    brier, brier_rule, brier_constant, area, area_low, area_high, area_rule, lift, lift_rule, slope, intercept}. None for values
    that are not a number. `names` are those of the features, `least` the outcomes required for
    training, calibration and test, `groups` the clients of each group for which calibration is compared. Raises Refused without scikit-learn.
    """
    judged, ways, skipped = [], [], 0
    for folds in rules.rolling_folds(cases.day, reach, length):
        if not rules.has_enough(cases.outcome, folds, least):
            skipped += 1
            continue
        one, errors = _train_and_evaluate(names, cases, folds)
        judged.append(one)
        ways.append(errors)
    found: dict[str, Any] = {
        "cases": len(cases),
        "events": int(cases.outcome.sum()) if len(cases) else 0,
        "periods": [
            {"first": int(one.cases.day.min()), "last": int(one.cases.day.max()), **figures(one)} for one in judged
        ],
        "skipped": skipped,
        "pooled": None,
        "random": None,
        "ways": None,
        "groups": [],
    }
    if judged:
        whole = join_periods(judged)
        found["pooled"] = pooled_figures(whole, judged)
        found["groups"] = [one for name, clients in groups.items() if (one := group_figures(name, whole, clients))]
        found["random"] = figures(_train_and_evaluate(names, cases, random_folds(len(cases)))[0])
        found["ways"] = {way: float(np.mean([one[way] for one in ways])) for way in ways[0]}
    return found


def random_folds(count: int) -> rules.Folds:
    """Return a random split: methodologically wrong, shown as a warning."""
    drawn = np.random.default_rng(RANDOM_SEED).random(count)
    first, second = RANDOM_PARTS
    return rules.Folds(drawn < first, (drawn >= first) & (drawn < second), drawn >= second)


def figures(judged: Judged) -> dict[str, Any]:
    """Return the figures of evaluated cases, see back_test."""
    outcome, model = judged.cases.outcome, judged.model
    low, high = measures.area_interval(outcome, model)
    intercept, slope = measures.calibration_line(outcome, model)
    return {
        "cases": len(outcome),
        "events": int(outcome.sum()),
        "rate": float(outcome.mean()),
        "predicted": float(model.mean()),
        "brier": measures.brier(outcome, model),
        "brier_rule": measures.brier(outcome, judged.rule),
        "brier_constant": measures.brier(outcome, judged.constant),
        "area": _finite(measures.area(outcome, model)),
        "area_low": _finite(low),
        "area_high": _finite(high),
        "area_rule": _finite(measures.area(outcome, judged.cases.rule)),
        "lift": _finite(measures.lift(outcome, model)),
        "lift_rule": _finite(measures.lift(outcome, judged.cases.rule)),
        "slope": _finite(slope),
        "intercept": _finite(intercept),
    }


def join_periods(judged: list[Judged]) -> Judged:
    """Return the cases of all periods."""
    return Judged(
        Cases(*(np.concatenate([getattr(one.cases, name) for one in judged]) for name in Cases.__dataclass_fields__)),
        *(np.concatenate([getattr(one, name) for one in judged]) for name in ("model", "rule", "constant")),
    )


def group_figures(name: str, whole: Judged, clients: np.ndarray) -> dict[str, Any] | None:
    """Return {group, clients, predicted, observed, low, high, is_off} of some clients; None if they are too few.

    The interval counts clients, not their repeated cases. is_off: the mean probability is outside of it, and differs by
    more than a fifth of the observed share.
    """
    at = np.isin(whole.cases.client, clients)
    count = len(np.unique(whole.cases.client[at]))
    if count < rules.LEAST_GROUP:
        return None
    predicted, observed = float(whole.model[at].mean()), float(whole.cases.outcome[at].mean())
    low, high = measures.share_interval(observed * count, count)
    is_off = not low <= predicted <= high and abs(predicted - observed) > rules.FAR * observed
    found = {"clients": count, "predicted": predicted, "observed": observed, "low": low, "high": high}
    return {"group": name, **found, "is_off": is_off}


def pooled_figures(whole: Judged, judged: list[Judged]) -> dict[str, Any]:
    """Return the figures over all periods, with the differences to the rule, the calibration table and the bands.

    The top tenth is selected within each period, as in a weekly list; differences are bootstrapped over clients.
    """
    outcome, clients = whole.cases.outcome, whole.cases.client
    gain = ((whole.rule - outcome) ** 2 - (whole.model - outcome) ** 2) / len(outcome)
    tops = [(measures.top_of(one.model), measures.top_of(one.cases.rule)) for one in judged]
    own, rule = (np.concatenate([pair[place] for pair in tops]) for place in (0, 1))
    hits = (own - rule) * outcome
    rate = outcome.mean()
    lift = {"lift": own, "lift_rule": rule}
    table = measures.calibration_table(outcome, whole.model)
    return {
        **figures(whole),
        **{name: _finite(float((at * outcome).sum() / at.sum() / rate)) for name, at in lift.items()},
        "brier_gain": vars(measures.compare(gain, clients)),
        "hits_gain": vars(measures.compare(hits, clients)),
        "table": [vars(one) for one in table],
        "bands": _bands(whole, judged),
    }


def rule_probabilities(training: Cases, score: np.ndarray) -> np.ndarray:
    """Return the share of outcomes of each score of the rule in training, shrunk towards the base rate."""
    rate = training.outcome.mean()
    shares = {
        one: (training.outcome[training.rule == one].sum() + SMOOTHING * rate)
        / ((training.rule == one).sum() + SMOOTHING)
        for one in np.unique(score).tolist()
    }
    return np.array([shares[one] for one in score.tolist()])


def _train_and_evaluate(names: tuple[str, ...], cases: Cases, folds: rules.Folds) -> tuple[Judged, dict[str, float]]:
    """Train, calibrate and evaluate on the cases of a period."""
    train, later, test = (cases.where(at) for at in (folds.train, folds.calibrate, folds.test))
    card, errors = fit(names, train.values, train.outcome, later.values, later.outcome)
    known = cases.where(folds.train | folds.calibrate)
    constant = np.full(len(test), known.outcome.mean())
    return Judged(test, card.probabilities(test.values), rule_probabilities(known, test.rule), constant), errors


def _bands(whole: Judged, judged: list[Judged]) -> dict[str, Any]:
    """Return {band: {cases, observed, low, high}}: the frequency of the outcome in each band."""
    called = np.concatenate([rules.band_of(one.model, float(one.constant[0])) for one in judged])
    found = {}
    for band in BANDS:
        at = called == band
        hits, count = float(whole.cases.outcome[at].sum()), int(at.sum())
        low, high = measures.share_interval(hits, count)
        found[band] = {"cases": count, "observed": hits / count if count else None, "low": low, "high": high}
    return found


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
