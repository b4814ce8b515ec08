"""Movement of a book of holdings: volatility of today's book on past prices, and bands of its value. Pure.

Historical simulation: today's holdings are valued at past prices. The middle of a band is today's value; the direction
is not forecast. Sources: RiskMetrics (1996) for the decay; Basel Committee (1996) for the simulation.
"""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.forecast import DECAY, QUANTILES
from dakehu.analytics.market import TRADING_DAYS

MINIMUM, WINDOW = 250, 500  # returns before the first band; latest returns that a band is computed from


@dataclass(frozen=True)
class BandRecord:
    """Back-test of bands: non-overlapping origins, and the shares of outcomes within the 50 % and the 90 % band."""

    origins: int
    inner: float
    outer: float


def book_returns(prices: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the daily returns of a book with constant weights.

    Shape: prices float64 [A, D], values float64 [A] → float64 [D - 1].
    Meaning: each day, the securities priced on it and the day before are weighted by their present value.
    Missing: NaN on days when less than half of the value is priced.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        moves = prices[:, 1:] / prices[:, :-1] - 1
    known = np.isfinite(moves)
    weight = np.where(known, values[:, None], 0.0).sum(axis=0)
    moved = np.where(known, moves, 0.0) * values[:, None]
    enough = weight >= 0.5 * values.sum() if values.sum() > 0 else np.zeros(moves.shape[1], bool)
    return np.divide(moved.sum(axis=0), weight, out=np.full(moves.shape[1], np.nan), where=enough & (weight > 0))


def weighted_volatility(returns: np.ndarray) -> np.ndarray:
    """Return exponentially weighted annual volatility after each return, decay 0.97; NaN at gaps. float64 [N]."""
    found, mean = np.full(len(returns), np.nan), float("nan")
    for place, one in enumerate(returns.tolist()):
        if np.isfinite(one):
            mean = one * one if np.isnan(mean) else DECAY * mean + (1 - DECAY) * one * one
            found[place] = np.sqrt(mean * TRADING_DAYS)
    return found


def plain_volatility(returns: np.ndarray, days: int) -> float:
    """Return the annual volatility of the last `days` returns; NaN with fewer."""
    known = returns[np.isfinite(returns)][-days:]
    return float(known.std(ddof=1) * np.sqrt(TRADING_DAYS)) if len(known) == days else float("nan")


def worth_band(returns: np.ndarray, horizon: int) -> np.ndarray | None:
    """Return the quantiles QUANTILES of value after `horizon` days as multiples of today's, 1 in the middle.

    Shape: returns float64 [N] → float64 [5].
    Missing: None with fewer than MINIMUM returns.
    """
    known = returns[np.isfinite(returns)][-WINDOW:]
    if len(known) < MINIMUM or horizon < 1:
        return None
    sums = np.concatenate([[0.0], np.cumsum(np.log1p(np.maximum(known, -0.999)))])
    moves = sums[horizon:] - sums[:-horizon]
    lines = np.quantile(moves, QUANTILES)
    return np.exp(lines - np.median(moves))


def band_record(returns: np.ndarray, horizon: int) -> BandRecord:
    """Back-test bands computed from earlier returns on later ones, from origins `horizon` days apart."""
    known = returns[np.isfinite(returns)]
    inner, outer, count = 0, 0, 0
    for origin in range(MINIMUM, len(known) - horizon + 1, horizon):
        band = worth_band(known[:origin], horizon)
        if band is None:
            continue
        came = float(np.prod(1 + known[origin : origin + horizon]))
        count += 1
        inner += bool(band[1] <= came <= band[3])
        outer += bool(band[0] <= came <= band[4])
    missing = float("nan")
    return BandRecord(count, inner / count if count else missing, outer / count if count else missing)
