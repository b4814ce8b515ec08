"""Evaluate probabilities against outcomes: error, ranking, calibration, drift, and differences with intervals. Pure.

Sources: Brier (1950); Hanley & McNeil (1982) for the area under the curve; Wilson (1927) for shares; Cox (1958) for
the line of calibration. Arrays have one entry for each case; `outcome` is 0 or 1.
"""

from dataclasses import dataclass

import numpy as np

Z = 1.959964  # for a 95 % interval
DRAWS, SEED = 1_000, 20261129  # seed of the bootstrap; the same cases give the same interval
TOP = 0.1  # share of cases in a list of the most likely ones
SMALLEST = 1e-6


@dataclass(frozen=True)
class Bin:
    """A row of a calibration table: cases, mean probability, share with the outcome and its 95 % interval."""

    cases: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """A difference with its 95 % interval; positive means the first of the two compared is better."""

    size: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Return whether the whole interval is above zero."""
        return self.low > 0


def brier(outcome: np.ndarray, probability: np.ndarray) -> float:
    """Return the mean squared error of probabilities, NaN without cases."""
    return float(np.mean((probability - outcome) ** 2)) if len(outcome) else float("nan")


def area(outcome: np.ndarray, score: np.ndarray) -> float:
    """Return the probability that a case with the outcome scores above one without (AUC); ties count as half.

    NaN where all cases have the same outcome.
    """
    positive = outcome > 0
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    _, place, many = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(many) - (many - 1) / 2)[place]
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def area_interval(outcome: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of the area by Hanley & McNeil; NaN where the area is NaN."""
    a, n = area(outcome, score), float((outcome > 0).sum())
    m = len(outcome) - n
    if np.isnan(a):
        return a, a
    one, two = a / (2 - a), 2 * a * a / (1 + a)
    error = np.sqrt((a * (1 - a) + (n - 1) * (one - a * a) + (m - 1) * (two - a * a)) / (n * m))
    return max(0.0, float(a - Z * error)), min(1.0, float(a + Z * error))


def top_of(score: np.ndarray, share: float = TOP) -> np.ndarray:
    """Return the weight of each case in the top share: 1 above the cut, a fraction for ties at it. float64 [N]."""
    count = share * len(score)
    order = np.sort(score)[::-1]
    if not len(order):
        return np.zeros(0)
    cut = order[min(int(np.ceil(count)), len(order)) - 1]
    above, tied = score > cut, score == cut
    return above + tied * ((count - above.sum()) / max(tied.sum(), 1))


def lift(outcome: np.ndarray, score: np.ndarray, share: float = TOP) -> float:
    """Return the lift of the top share: its rate of outcomes over the overall rate; NaN without an outcome."""
    weight, rate = top_of(score, share), outcome.mean() if len(outcome) else 0.0
    return float((weight * outcome).sum() / weight.sum() / rate) if rate > 0 else float("nan")


def share_interval(hits: float, cases: float) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson; (0, 1) without cases."""
    if cases <= 0:
        return 0.0, 1.0
    p, z2 = hits / cases, Z * Z
    middle = (p + z2 / (2 * cases)) / (1 + z2 / cases)
    half = Z * np.sqrt(p * (1 - p) / cases + z2 / (4 * cases * cases)) / (1 + z2 / cases)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def calibration_table(outcome: np.ndarray, probability: np.ndarray, bins: int = 10) -> list[Bin]:
    """Return cases in groups of increasing probability, of equal size as far as ties allow."""
    if not len(outcome):
        return []
    cuts = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(cuts, probability, side="right")
    found = []
    for one in np.unique(group):
        at = group == one
        low, high = share_interval(float(outcome[at].sum()), float(at.sum()))
        found.append(Bin(int(at.sum()), float(probability[at].mean()), float(outcome[at].mean()), low, high))
    return found


def calibration_line(outcome: np.ndarray, probability: np.ndarray) -> tuple[float, float]:
    """Return (intercept, slope) of actual on predicted log odds; (0, 1) is calibrated, a slope below 1 overconfident.

    NaN where all cases have one outcome or one probability, or where the line does not converge.
    """
    x = log_odds(probability)
    missing = (float("nan"), float("nan"))
    if not len(outcome) or outcome.min() == outcome.max() or np.ptp(x) < 1e-9:
        return missing
    design, line = np.column_stack([np.ones_like(x), x]), np.zeros(2)
    for _ in range(50):
        p = logistic(design @ line)
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (outcome - p))
        line = line + step
        if np.abs(step).max() < 1e-8:
            return float(line[0]), float(line[1])
    return missing


def compare(of_cases: np.ndarray, clients: np.ndarray, draws: int = DRAWS) -> Difference:
    """Return the sum of the cases' contributions, with its bootstrap interval over clients.

    Shape: of_cases float64 [N], clients [N] → one difference. Cases of a client are resampled together.
    """
    _, place = np.unique(clients, return_inverse=True)
    own = np.bincount(place, weights=of_cases) if len(of_cases) else np.zeros(0)
    if not len(own):
        return Difference(float("nan"), float("nan"), float("nan"))
    random, count = np.random.default_rng(SEED), len(own)
    drawn = np.array([own @ random.multinomial(count, np.full(count, 1 / count)) for _ in range(draws)])
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Difference(float(own.sum()), float(low), float(high))


def stability(expected: np.ndarray, seen: np.ndarray) -> float:
    """Return the population stability index of counts in equal bins: 0 identical, above 0.2 shifted; NaN if empty."""
    if not expected.sum() or not seen.sum():
        return float("nan")
    e = np.maximum(expected / expected.sum(), 1e-4)
    s = np.maximum(seen / seen.sum(), 1e-4)
    return float(np.sum((s - e) * np.log(s / e)))


def logistic(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def log_odds(p: np.ndarray) -> np.ndarray:
    """Return the log odds of probabilities clipped away from 0 and 1."""
    kept = np.clip(p, SMALLEST, 1 - SMALLEST)
    return np.log(kept / (1 - kept))
