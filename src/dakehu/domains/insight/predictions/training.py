"""Fit a scorecard to cases with scikit-learn, an optional extra: without it the desk works and states what to install.

Two methods, both sums of steps over the same bins of the same features: logistic regression, and boosted trees without
feature interactions. The one with the smaller error on the later calibration cases is used.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from dakehu.analytics import scorecards
from dakehu.analytics.probabilities import brier, calibration_line
from dakehu.analytics.scorecards import Calibration, Feature, Scorecard
from dakehu.domains.insight.predictions.rules import ISOTONIC_FROM
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

PACKAGE, EXTRA = "sklearn", "dakehu[models]"
HOW_TO = bilingual(
    "训练需要 scikit-learn：请管理员安装 {extra}。已训练的模型无需它也能使用。",
    "Training needs scikit-learn: ask the administrator to install {extra}. Models that are trained work without it.",
    extra=EXTRA,
)
WAYS = ("logistic", "boosted")
PENALTY = 0.2  # inverse strength of the ridge on the steps
SEED = 1


def is_installed() -> bool:
    """Return whether models can be trained here."""
    return find_spec(PACKAGE) is not None


def fit(
    names: tuple[str, ...],
    values: np.ndarray,
    outcome: np.ndarray,
    later_values: np.ndarray,
    later_outcome: np.ndarray,
) -> tuple[Scorecard, dict[str, float]]:
    """Return the better scorecard of WAYS, and the Brier score of each on the later calibration cases.

    Shape: values float64 [N, features], outcome [N] of 0 and 1, both present; later_* the same. Raises Refused without
    the extra.
    """
    if not is_installed():
        raise Refused({"model": [HOW_TO]})
    cuts = [scorecards.cuts_of(values[:, place]) for place in range(values.shape[1])]
    coded = np.column_stack([scorecards.codes(values[:, place], one) for place, one in enumerate(cuts)])
    counts = tuple(
        tuple(np.bincount(coded[:, place], minlength=len(one) + 2).tolist()) for place, one in enumerate(cuts)
    )
    usual = [scorecards.usual_of(values[:, place]) for place in range(values.shape[1])]
    cards, errors = {}, {}
    for way, steps in (("logistic", _logistic), ("boosted", _train_boosted_trees)):
        # One thread: the cases are few, and waiting threads take far longer on a busy machine.
        with import_module("threadpoolctl").threadpool_limits(limits=1):
            intercept, points = steps(coded, outcome, cuts)
        features = tuple(Feature(*one) for one in zip(names, cuts, points, usual, strict=True))
        card = Scorecard(intercept, features, Calibration(line=(0.0, 1.0)), counts)
        calibration = calibrate(card.scores(later_values), later_outcome)
        cards[way] = Scorecard(intercept, features, calibration, counts)
        errors[way] = brier(later_outcome, cards[way].probabilities(later_values))
    return cards[min(WAYS, key=lambda way: errors[way])], errors


def calibrate(score: np.ndarray, outcome: np.ndarray) -> Calibration:
    """Return a line for few outcomes, isotonic steps from 1,000 on."""
    if outcome.sum() >= ISOTONIC_FROM:
        return scorecards.pooled(outcome, score)
    intercept, slope = calibration_line(outcome, 1 / (1 + np.exp(-np.clip(score, -13, 13))))
    return scorecards.straight(outcome, score, (intercept, slope))


def _logistic(coded: np.ndarray, outcome: np.ndarray, cuts: list[Any]) -> tuple[float, list[tuple[float, ...]]]:
    """Return intercept and points of a ridge logistic regression on one column per bin."""
    sizes = [len(one) + 2 for one in cuts]
    design = np.concatenate([np.eye(size)[coded[:, place]] for place, size in enumerate(sizes)], axis=1)
    model = import_module("sklearn.linear_model").LogisticRegression(C=PENALTY, max_iter=1_000)
    model.fit(design, outcome)
    parts = np.split(model.coef_[0], np.cumsum(sizes)[:-1])
    return float(model.intercept_[0]), [tuple(map(float, part)) for part in parts]


def _train_boosted_trees(
    coded: np.ndarray, outcome: np.ndarray, cuts: list[Any]
) -> tuple[float, list[tuple[float, ...]]]:
    """Return intercept and points of boosted trees, each of which uses one feature only.

    Their sum is evaluated bin by bin: the contribution of a bin does not depend on the other features.
    """
    model = import_module("sklearn.ensemble").HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=120,
        max_leaf_nodes=4,
        min_samples_leaf=max(20, len(outcome) // 200),
        l2_regularization=5.0,
        interaction_cst="no_interactions",
        early_stopping=False,
        random_state=SEED,
    )
    model.fit(coded.astype(float), outcome)
    nothing = np.zeros((1, coded.shape[1]))
    base = float(model.decision_function(nothing)[0])
    points = []
    for place, one in enumerate(cuts):
        tried = np.repeat(nothing, len(one) + 2, axis=0)
        tried[:, place] = np.arange(len(one) + 2)
        points.append(tuple((model.decision_function(tried) - base).tolist()))
    return base, points
