"""Forecast a price level as a band of probabilities, and back-test such bands. Pure.

Never a point, never advice: the middle of the band is today's level.

The model: log levels follow a random walk without drift; the variance of a day is 0.7 times the exponentially weighted
mean of squared returns (decay 0.97, RiskMetrics 1996) and 0.3 times the mean of all squared returns so far. Volatility
can be forecast; on 20 US shares from 1990 to 2022 no method beat the walk's own centre significantly,
while this mixture reduced the loss of volatility forecasts by a quarter against the variance of the last 21 days.

The plain walk used for comparison has the mean of all squared returns so far as its variance. Both use the normal
distribution.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

DECAY, RECENT = 0.97, 0.7
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MINIMUM = 250  # returns before the first band
_Z = np.array([NormalDist().inv_cdf(q) for q in QUANTILES])


@dataclass(frozen=True)
class Backtest:
    """Back-test of bands of one horizon.

    Shape: inner, outer and loss are pairs: (the band's, the plain walk's).
    Meaning: origins is the number of start days, none of which overlap; inner and outer are the shares of levels
        between the 25 % and 75 % lines (0.5 if the band is right) and between the 5 % and 95 % lines (0.9); loss is the
        mean pinball loss of the five lines, less is better.
    Unit: shares in [0, 1]; loss in log levels.
    Missing: NaN without origins.
    Source: Koenker & Bassett 1978 (pinball loss).
    """

    horizon: int
    origins: int
    inner: tuple[float, float]
    outer: tuple[float, float]
    loss: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Return the band's loss / the plain walk's: below 1 the band was closer. NaN without origins."""
        return self.loss[0] / self.loss[1] if self.origins and self.loss[1] > 0 else float("nan")


def variances(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the one-day variances known after each level: (the band's, the plain walk's).

    Shape: levels float64 [N] → two of float64 [N].
    Meaning: see the module; an unchanged level gives 0.
    Unit: squared log return per day. Levels must be positive and without gaps.
    Missing: NaN at the first level.
    """
    squares = np.diff(np.log(levels)) ** 2
    plain, recent = np.full(len(levels), np.nan), np.full(len(levels), np.nan)
    if len(squares):
        plain[1:] = np.cumsum(squares) / np.arange(1, len(squares) + 1)
        mean = squares[0]
        for i, square in enumerate(squares):
            mean = mean + (1 - DECAY) * (square - mean)
            recent[i + 1] = mean
    return RECENT * recent + (1 - RECENT) * plain, plain


def band(levels: np.ndarray, horizon: int) -> np.ndarray | None:
    """Return the band of levels after 0..horizon days.

    Shape: levels float64 [N] → float64 [horizon + 1, 5].
    Meaning: the quantiles of the level at the probabilities QUANTILES.
    Unit: as the levels.
    Missing: None before MINIMUM returns.
    """
    if len(levels) <= MINIMUM:
        return None
    spread = np.sqrt(variances(levels)[0][-1] * np.arange(horizon + 1))
    return levels[-1] * np.exp(spread[:, None] * _Z)


def backtest(levels: np.ndarray, horizon: int) -> Backtest:
    """Back-test the band of `horizon` days on every horizon-th day of the past; see Backtest."""
    mixture, plain = variances(levels)
    origins = np.arange(MINIMUM, len(levels) - horizon, horizon)
    if not len(origins):
        missing = (float("nan"), float("nan"))
        return Backtest(horizon, 0, missing, missing, missing)
    moves = np.log(levels[origins + horizon] / levels[origins])
    scores = [_scores(moves, np.sqrt(variance[origins] * horizon)) for variance in (mixture, plain)]
    inner, outer, loss = zip(*scores, strict=True)
    return Backtest(horizon, len(origins), inner, outer, loss)


def _scores(moves: np.ndarray, spread: np.ndarray) -> tuple[float, float, float]:
    """Return (inner share, outer share, pinball loss) of log moves against a band.

    Shape: moves and spread float64 [origins] → three scalars.
    """
    lines = spread[:, None] * _Z
    inner = np.mean((moves >= lines[:, 1]) & (moves <= lines[:, 3]))
    outer = np.mean((moves >= lines[:, 0]) & (moves <= lines[:, 4]))
    error, quantiles = moves[:, None] - lines, np.array(QUANTILES)
    return float(inner), float(outer), float(np.mean(np.maximum(quantiles * error, (quantiles - 1) * error)))
