"""Score cases by a sum of step functions, one per feature, and convert the score to a calibrated probability. Pure.

A feature's value falls in a bin between two cuts, or is missing; each bin has its points in log odds. The contribution
of a feature to a case is therefore exact. Stored as plain lists of numbers, never as a pickled object.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.analytics.probabilities import SMALLEST, log_odds, logistic

BINS = 6


@dataclass(frozen=True)
class Feature:
    """Cuts and points of a feature. points: len(cuts) + 2 entries: below the first cut, …, above the last, missing.

    usual: the median in training, None without known values.
    """

    name: str
    cuts: tuple[float, ...]
    points: tuple[float, ...]
    usual: float | None = None


@dataclass(frozen=True)
class Calibration:
    """Mapping of a score to a probability: interpolated `knots` of (log odds, probability), or a line.

    line: (intercept, slope) of the log odds. Exactly one of both is set.
    """

    line: tuple[float, float] | None = None
    knots: tuple[tuple[float, float], ...] = ()

    def __call__(self, score: np.ndarray) -> np.ndarray:
        if self.line is not None:
            return logistic(self.line[0] + self.line[1] * score)
        at, value = np.array(self.knots).T
        return np.clip(np.interp(score, at, value), SMALLEST, 1 - SMALLEST)


@dataclass(frozen=True)
class Scorecard:
    """A model: intercept, features, calibration, and the number of training cases in each bin (`counts`)."""

    intercept: float
    features: tuple[Feature, ...]
    calibration: Calibration
    counts: tuple[tuple[int, ...], ...]

    def scores(self, values: np.ndarray) -> np.ndarray:
        """Return log odds before calibration: float64 [N, features] → float64 [N]."""
        return self.intercept + self.parts(values).sum(axis=1)

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities: float64 [N, features] → float64 [N]."""
        return self.calibration(self.scores(values))

    def parts(self, values: np.ndarray) -> np.ndarray:
        """Return the contribution of each feature to the log odds: float64 [N, features] → the same shape."""
        found = np.zeros(values.shape)
        for place, one in enumerate(self.features):
            found[:, place] = np.array(one.points)[codes(values[:, place], one.cuts)]
        return found

    def contributions(self, values: np.ndarray) -> np.ndarray:
        """Return each feature's contribution minus that for the usual training case. Shapes as of `parts`."""
        usual = [
            float(np.average(one.points, weights=count)) if sum(count) else 0.0
            for one, count in zip(self.features, self.counts, strict=True)
        ]
        return self.parts(values) - np.array(usual)

    def as_plain(self) -> dict[str, Any]:
        """Return the model as plain values, for JSON."""
        return {
            "intercept": self.intercept,
            "features": [
                {"name": one.name, "cuts": list(one.cuts), "points": list(one.points), "usual": one.usual}
                for one in self.features
            ],
            "line": list(self.calibration.line) if self.calibration.line else None,
            "knots": [list(knot) for knot in self.calibration.knots],
            "counts": [list(count) for count in self.counts],
        }


def read_scorecard(plain: dict[str, Any]) -> Scorecard:
    """Return the model from plain values. Raises ValueError where they are inconsistent."""
    try:
        features = tuple(
            Feature(
                str(one["name"]),
                tuple(map(float, one["cuts"])),
                tuple(map(float, one["points"])),
                None if one["usual"] is None else float(one["usual"]),
            )
            for one in plain["features"]
        )
        line = plain["line"]
        calibration = Calibration(
            (float(line[0]), float(line[1])) if line else None, tuple((float(a), float(b)) for a, b in plain["knots"])
        )
        counts = tuple(tuple(int(n) for n in count) for count in plain["counts"])
        intercept = float(plain["intercept"])
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("not a scorecard") from error
    fits = all(len(one.points) == len(one.cuts) + 2 for one in features) and len(counts) == len(features)
    steps = (number for one in features for number in (*one.cuts, *one.points, one.usual or 0.0))
    numbers = [intercept, *steps, *(line or [])]
    if not fits or not np.isfinite(numbers).all() or bool(line) == bool(calibration.knots):
        raise ValueError("not a scorecard")
    return Scorecard(intercept, features, calibration, counts)


def cuts_of(values: np.ndarray, bins: int = BINS) -> tuple[float, ...]:
    """Return cuts between bins of about equal counts of known values; fewer with many ties."""
    known = values[np.isfinite(values)]
    if not len(known):
        return ()
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1], method="higher"))
    return tuple(float(cut) for cut in cuts if cut > known.min())


def usual_of(values: np.ndarray) -> float | None:
    """Return the median of the known values, None without one."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def codes(values: np.ndarray, cuts: tuple[float, ...]) -> np.ndarray:
    """Return the bin of each value: 0 below the first cut, len(cuts) from the last, len(cuts) + 1 missing. int64 [N]."""
    place = np.searchsorted(np.array(cuts), values, side="right")
    return np.where(np.isfinite(values), place, len(cuts) + 1)


def counts_of(values: np.ndarray, cuts: tuple[float, ...]) -> np.ndarray:
    """Return the number of values in each bin: int64 [len(cuts) + 2]."""
    return np.bincount(codes(values, cuts), minlength=len(cuts) + 2)


def pooled(outcome: np.ndarray, score: np.ndarray) -> Calibration:
    """Return the best-fitting increasing steps of outcomes by score (isotonic regression, pool adjacent violators)."""
    order = np.argsort(score, kind="stable")
    blocks: list[list[float]] = []  # [sum of outcomes, cases, first score, last score]
    for x, y in zip(score[order].tolist(), outcome[order].tolist(), strict=True):
        blocks.append([y, 1.0, x, x])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [blocks[-1][0] + last[0], blocks[-1][1] + last[1], blocks[-1][2], last[3]]
    knots = [
        (x, block[0] / block[1])
        for block in blocks
        for x in ((block[2], block[3]) if block[2] < block[3] else block[2:3])
    ]
    return Calibration(knots=tuple(knots))


def straight(outcome: np.ndarray, score: np.ndarray, line: tuple[float, float]) -> Calibration:
    """Return the fitted line; without one, the score itself shifted to the mean of the outcomes."""
    if np.isfinite(line).all() and line[1] > 0:
        return Calibration(line=line)
    rate = float(np.clip(outcome.mean(), SMALLEST, 1 - SMALLEST)) if len(outcome) else 0.5
    return Calibration(line=(float(log_odds(np.array([rate]))[0] - score.mean()) if len(score) else 0.0, 1.0))
