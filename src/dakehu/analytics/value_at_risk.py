"""Value at risk from past returns, and its back-test: exceptions, traffic light, proportion of failures."""

from dataclasses import dataclass
from math import comb, erfc, log, sqrt

import numpy as np

WINDOW = 250  # past trading days used by a forecast
GREEN_BELOW, RED_FROM = (
    0.95,
    0.9999,
)  # cumulative probabilities at which the zones begin (Basel Committee, January 1996)
BASE, PLUS, LARGEST = 3.0, {5: 0.40, 6: 0.50, 7: 0.65, 8: 0.75, 9: 0.85}, 4.0  # for 250 days at 99 %


@dataclass(frozen=True)
class BackTest:
    """Back-test of the value at risk: how often losses exceeded it.

    observations: days with a forecast; exceptions: days whose loss was larger; level: confidence of the value at risk,
    0.99 or 0.95;
    zone: green, yellow, red; multiplier: of the published table, None except for 250 days at 99 %; ratio, p_value: of
    the proportion of failures.
    """

    observations: int
    exceptions: int
    level: float
    zone: str
    multiplier: float | None
    ratio: float
    p_value: float

    @property
    def expected(self) -> float:
        """Return the expected number of exceptions."""
        return self.observations * (1 - self.level)


def historical(returns: np.ndarray, level: float) -> float:
    """Return the historical value at risk: the loss not exceeded on a share `level` of the days.

    Shape: [N] → scalar.
    Unit: a positive number is a loss, 0.01 is 1 %.
    Missing: NaN without returns or where one is NaN.
    Source: numpy.percentile, linear between the two nearest days.
    """
    return float(-np.quantile(returns, 1 - level)) if len(returns) else float("nan")


def rolling(returns: np.ndarray, level: float, window: int = WINDOW) -> np.ndarray:
    """Return the value at risk of each day from the `window` days before it.

    Shape: [N] → float64 [N].
    Missing: NaN for the first `window` days.
    """
    found = np.full(len(returns), np.nan)
    if len(returns) > window:
        past = np.lib.stride_tricks.sliding_window_view(returns, window)[:-1]
        found[window:] = -np.quantile(past, 1 - level, axis=1)
    return found


def back_test(returns: np.ndarray, forecasts: np.ndarray, level: float) -> BackTest:
    """Count the days whose loss exceeded the forecast and test the number.

    Shape: returns and forecasts [N], a forecast made before its day.
    Missing: days without a forecast or a return are excluded.
    """
    known = ~(np.isnan(returns) | np.isnan(forecasts))
    observations = int(known.sum())
    exceptions = int((returns[known] < -forecasts[known]).sum())
    ratio, p_value = proportion_of_failures(observations, exceptions, level)
    return BackTest(
        observations,
        exceptions,
        level,
        zone(observations, exceptions, level),
        multiplier(observations, exceptions, level),
        ratio,
        p_value,
    )


def cumulative(observations: int, exceptions: int, level: float) -> float:
    """Return the probability of at most this many exceptions if the value at risk is correct (binomial)."""
    rate = 1 - level
    return float(sum(comb(observations, k) * rate**k * level ** (observations - k) for k in range(exceptions + 1)))


def zone(observations: int, exceptions: int, level: float) -> str:
    """Return the zone of the traffic light: green, yellow or red.

    Source: Basel Committee on Banking Supervision, "Supervisory framework for the use of backtesting", January 1996.
    """
    probability = cumulative(observations, exceptions, level)
    return "green" if probability < GREEN_BELOW else "red" if probability >= RED_FROM else "yellow"


def multiplier(observations: int, exceptions: int, level: float) -> float | None:
    """Return the multiplier of the published table, None except for 250 days at 99 %."""
    if observations != 250 or level != 0.99:
        return None
    return LARGEST if exceptions >= 10 else BASE + PLUS.get(exceptions, 0.0)


def proportion_of_failures(observations: int, exceptions: int, level: float) -> tuple[float, float]:
    """Return the likelihood ratio of the share of exceptions and its p-value (chi-squared, one degree of freedom).

    Missing: NaN without observations.
    Source: Kupiec, Journal of Derivatives 3 (1995).
    """
    if not observations:
        return float("nan"), float("nan")
    rate, share = 1 - level, exceptions / observations
    expected = _log_likelihood(rate, observations, exceptions)
    ratio = max(0.0, -2 * (expected - _log_likelihood(share, observations, exceptions)))
    return ratio, erfc(sqrt(ratio / 2))


def _log_likelihood(rate: float, observations: int, exceptions: int) -> float:
    """Return the log likelihood of exceptions at a rate; 0 × log 0 is 0."""
    hits = exceptions * log(rate) if exceptions else 0.0
    misses = observations - exceptions
    return hits + (misses * log(1 - rate) if misses else 0.0)
