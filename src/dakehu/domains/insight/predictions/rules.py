"""Decide whether a model may be switched on, whether it is still calibrated, and the band of a probability. Pure.

The bounds are house defaults, not rules of law: those of the product's reference.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.analytics.probabilities import share_interval

LEAST_PERIODS = 4
LEAST_EVENTS, LEAST_TRAINING, LEAST_CALIBRATION = 20, 100, 30  # outcomes in a test period, in training, in calibration
LEAST = (LEAST_TRAINING, LEAST_CALIBRATION, LEAST_EVENTS)
ISOTONIC_FROM = 1_000  # outcomes from which isotonic steps are fitted instead of a line
SLOPES = (0.8, 1.25)
FAR = 0.2  # permitted deviation of the mean probability, relative to the rate
SHIFTED = 0.2  # population stability index
HIGH, LOW = 2.0, 0.5  # multiples of the base rate: elevated from the first, low below the second
LEAST_GROUP = 100  # minimum clients of a group for comparing calibration
LEAST_CHECK = 200  # minimum cases of a quarter for checking calibration
FAILURES = ("history", "brier", "brier_rule", "hits_rule", "slope", "level")


@dataclass(frozen=True)
class Folds:
    """The cases for training, calibration and test of a test period: boolean [N] each."""

    train: np.ndarray
    calibrate: np.ndarray
    test: np.ndarray


def rolling_folds(days: np.ndarray, reach: int, length: int) -> list[Folds]:
    """Return the folds of each test period, the earliest first: periods of `length` days, counted back from the last day.

    Training and calibration use only cases with an outcome known (`reach` days later) before the period began; calibration
    uses the last `length` days of those.
    """
    if not len(days):
        return []
    found, begin = [], int(days.max()) - length + 1
    while begin > days.min():
        known = days + reach < begin
        if not known.any():
            break
        calibrate = known & (days > days[known].max() - length)
        found.append(Folds(known & ~calibrate, calibrate, (days >= begin) & (days < begin + length)))
        begin -= length
    return found[::-1]


def has_enough(outcome: np.ndarray, folds: Folds, least: tuple[int, int, int] = LEAST) -> bool:
    """Return whether a period has enough outcomes, and enough cases without, for training, calibration and test."""
    parts = zip((folds.train, folds.calibrate, folds.test), least, strict=True)
    return all(min(outcome[at].sum(), (1 - outcome[at]).sum()) >= count for at, count in parts)


def failures(report: dict[str, Any]) -> list[str]:
    """Return the failed criteria of a model, by the names of FAILURES; [] if none.

    `report` as of back_test.back_test. In every period the Brier score must be better than the base rate's; over all
    periods it must be better than the rule's and the top tenth have more hits, both by an interval above zero.
    """
    periods, pooled = report["periods"], report["pooled"]
    if len(periods) < LEAST_PERIODS or pooled is None:
        return ["history"]
    found = []
    if any(one["brier"] >= one["brier_constant"] for one in periods):
        found.append("brier")
    if not pooled["brier_gain"]["low"] > 0:
        found.append("brier_rule")
    if not pooled["hits_gain"]["low"] > 0:
        found.append("hits_rule")
    if pooled["slope"] is None or not SLOPES[0] <= pooled["slope"] <= SLOPES[1]:
        found.append("slope")
    if abs(pooled["predicted"] - pooled["rate"]) > FAR * pooled["rate"]:
        found.append("level")
    return found


def band_of(probability: np.ndarray, rate: float) -> np.ndarray:
    """Return elevated, usual or low for each probability, by the base rate: text [N]."""
    return np.where(probability >= HIGH * rate, "elevated", np.where(probability < LOW * rate, "low", "usual"))


def rule_band_of(score: np.ndarray) -> np.ndarray:
    """Return the band of the plain rule: elevated if its score is 2, else usual. Text [N]."""
    return np.where(score >= 2, "elevated", "usual")


def is_lost(cases: int, hits: int, predicted: float, slope: float | None) -> bool:
    """Return whether a quarter's outcomes show that calibration is lost; False if there are too few.

    Lost: the mean probability is outside the interval of the observed share and differs by more than a fifth of it, or
    the slope is outside its bounds, which is checked only from 100 outcomes.
    """
    if cases < LEAST_CHECK or hits < LEAST_EVENTS:
        return False
    rate, (low, high) = hits / cases, share_interval(hits, cases)
    is_off = not low <= predicted <= high and abs(predicted - rate) > FAR * rate
    return is_off or (hits >= LEAST_TRAINING and slope is not None and not SLOPES[0] <= slope <= SLOPES[1])
