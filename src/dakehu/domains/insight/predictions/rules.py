"""Decide whether a model may be switched on, whether it still holds, and what a probability is called. Pure.

The bounds are house defaults, not rules of law: those of the reference on which the product is built.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.analytics.probabilities import share_interval

LEAST_PERIODS = 4
LEAST_EVENTS, LEAST_TRAINING, LEAST_CALIBRATION = 20, 100, 30  # outcomes in a test period, in training, in calibration
LEAST = (LEAST_TRAINING, LEAST_CALIBRATION, LEAST_EVENTS)
ISOTONIC_FROM = 1_000  # outcomes from which steps are fitted instead of a line
SLOPES = (0.8, 1.25)
FAR = 0.2  # of the rate, that the mean probability may be off
SHIFTED = 0.2  # population stability index
HIGH, LOW = 2.0, 0.5  # times the usual rate, from which a probability is called elevated, below which low
LEAST_GROUP = 100  # clients of a group that calibration is compared between
LEAST_CHECK = 200  # cases of a quarter that calibration is checked by
FAILURES = ("history", "brier", "brier_rule", "hits_rule", "slope", "level")


@dataclass(frozen=True)
class Folds:
    """Which cases a test period is trained, calibrated and tested on: boolean [N] each."""

    train: np.ndarray
    calibrate: np.ndarray
    test: np.ndarray


def rolling_folds(days: np.ndarray, reach: int, length: int) -> list[Folds]:
    """Return the folds of each test period, the earliest first: periods of `length` days, counted back from the last day.

    Trained and calibrated only on cases whose outcome was known (`reach` days later) before the period began; calibrated on
    the last `length` days of those.
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
    """Return whether a period has enough outcomes, and enough cases without, to be trained, calibrated and judged by."""
    parts = zip((folds.train, folds.calibrate, folds.test), least, strict=True)
    return all(min(outcome[at].sum(), (1 - outcome[at]).sum()) >= count for at, count in parts)


def failures(report: dict[str, Any]) -> list[str]:
    """Return what keeps a model off, by the names of FAILURES; [] where nothing does.

    `report` as of back_test.back_test. In every period the Brier score must be better than the usual rate's; over all
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
    """Return elevated, usual or low for each probability, by the usual rate: text [N]."""
    return np.where(probability >= HIGH * rate, "elevated", np.where(probability < LOW * rate, "low", "usual"))


def rule_band_of(score: np.ndarray) -> np.ndarray:
    """Return what the plain rule says: elevated where it names a client, else usual. Text [N]."""
    return np.where(score >= 2, "elevated", "usual")


def is_lost(cases: int, hits: int, predicted: float, slope: float | None) -> bool:
    """Return whether a quarter's outcomes show that probabilities no longer hold; False where too few came to say.

    Lost: the mean probability lies outside the interval of the share that came and is off by more than a fifth of it, or
    the slope is outside its bounds, which fewer than 100 outcomes cannot show.
    """
    if cases < LEAST_CHECK or hits < LEAST_EVENTS:
        return False
    rate, (low, high) = hits / cases, share_interval(hits, cases)
    is_off = not low <= predicted <= high and abs(predicted - rate) > FAR * rate
    return is_off or (hits >= LEAST_TRAINING and slope is not None and not SLOPES[0] <= slope <= SLOPES[1])
