"""Measures of one series of returns, for the page of a client and for reports: at any frequency, in plain numpy.

returns, market: float64 [N], of equal length and without gaps; 0.01 is 1 %. `least`: the return per period one wants at
least (MAR). `per_year`: periods in a year. Where a measure divides by nothing it is NaN. Definitions after Carl Bacon,
Practical Portfolio Performance Measurement and Attribution (2nd ed. 2008); the tests hold the values printed there.
"""

import numpy as np


def _over(above: float, below: float) -> float:
    return float(above / below) if below else float("nan")


def annualised(returns: np.ndarray, per_year: float) -> float:
    """The geometric mean return, per year."""
    return float(np.prod(1.0 + returns) ** (per_year / len(returns)) - 1.0)


def downside_deviation(returns: np.ndarray, least: float = 0.0) -> float:
    """Root mean square of the shortfalls below `least`, over all periods."""
    return float(np.sqrt(np.mean(np.minimum(returns - least, 0.0) ** 2)))


def downside_potential(returns: np.ndarray, least: float = 0.0) -> float:
    """Mean shortfall below `least`, over all periods; positive."""
    return float(np.mean(np.maximum(least - returns, 0.0)))


def downside_frequency(returns: np.ndarray, least: float = 0.0) -> float:
    """The share of periods below `least`, in [0, 1]."""
    return float(np.mean(returns < least))


def upside_risk(returns: np.ndarray, least: float = 0.0) -> float:
    """Root mean square of the excesses above `least`, over all periods."""
    return float(np.sqrt(np.mean(np.maximum(returns - least, 0.0) ** 2)))


def upside_potential(returns: np.ndarray, least: float = 0.0) -> float:
    """Mean excess above `least`, over all periods."""
    return float(np.mean(np.maximum(returns - least, 0.0)))


def upside_frequency(returns: np.ndarray, least: float = 0.0) -> float:
    """The share of periods above `least`, in [0, 1]."""
    return float(np.mean(returns > least))


def bernardo_ledoit(returns: np.ndarray) -> float:
    """All gains over all losses; above 1, more was gained than lost."""
    return _over(np.sum(np.maximum(returns, 0.0)), np.sum(np.maximum(-returns, 0.0)))


def d_ratio(returns: np.ndarray) -> float:
    """Losses weighed by their number over gains weighed by theirs; lower is better."""
    losses, gains = returns[returns < 0], returns[returns > 0]
    return _over(len(losses) * -np.sum(losses), len(gains) * np.sum(gains))


def omega_sharpe(returns: np.ndarray, least: float = 0.0) -> float:
    """(mean gain - mean shortfall) / mean shortfall, both about `least`."""
    below = downside_potential(returns, least)
    return _over(upside_potential(returns, least) - below, below)


def kappa(returns: np.ndarray, least: float = 0.0, order: int = 2) -> float:
    """Mean excess over the `order`-th root of the mean shortfall to that power; of order 2, the Sortino ratio."""
    below = np.mean(np.maximum(least - returns, 0.0) ** order) ** (1.0 / order)
    return _over(float(np.mean(returns)) - least, below)


def upside_potential_ratio(returns: np.ndarray, least: float = 0.0) -> float:
    """Mean excess over downside deviation."""
    return _over(upside_potential(returns, least), downside_deviation(returns, least))


def volatility_skewness(returns: np.ndarray, least: float = 0.0) -> float:
    """Upside variance over downside variance; above 1, the surprises were good ones."""
    return _over(upside_risk(returns, least) ** 2, downside_deviation(returns, least) ** 2)


def variability_skewness(returns: np.ndarray, least: float = 0.0) -> float:
    """Upside risk over downside risk."""
    return _over(upside_risk(returns, least), downside_deviation(returns, least))


def mean_absolute_deviation(returns: np.ndarray) -> float:
    """Mean distance from the mean."""
    return float(np.mean(np.abs(returns - np.mean(returns))))


def falls(returns: np.ndarray) -> np.ndarray:
    """How far below the highest so far each period ended: float64 [N] in [-1, 0]; the start counts as a height."""
    worth = np.cumprod(1.0 + returns)
    return worth / np.maximum.accumulate(np.maximum(worth, 1.0)) - 1.0


def pain_index(returns: np.ndarray) -> float:
    """Mean depth below the highest so far; positive."""
    return float(np.mean(-falls(returns)))


def ulcer_index(returns: np.ndarray) -> float:
    """Root mean square depth below the highest so far."""
    return float(np.sqrt(np.mean(falls(returns) ** 2)))


def martin_ratio(returns: np.ndarray, per_year: float) -> float:
    """Annualised return over the ulcer index."""
    return _over(annualised(returns, per_year), ulcer_index(returns))


def beta(returns: np.ndarray, market: np.ndarray) -> float:
    """Covariance with the market over its variance."""
    about = market - np.mean(market)
    return _over(float(np.mean((returns - np.mean(returns)) * about)), float(np.mean(about**2)))


def jensen_alpha(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Annualised return less beta times the market's; the riskless rate is 0."""
    return annualised(returns, per_year) - beta(returns, market) * annualised(market, per_year)


def _yearly_risk(returns: np.ndarray, per_year: float) -> float:
    return float(np.std(returns) * np.sqrt(per_year))


def fama_beta(returns: np.ndarray, market: np.ndarray) -> float:
    """The beta that all of the series' risk would be worth: its deviation over the market's."""
    return _over(float(np.std(returns)), float(np.std(market)))


def m_squared(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """The return at the market's risk, per year; the riskless rate is 0 (Modigliani)."""
    return _over(annualised(returns, per_year) * _yearly_risk(market, per_year), _yearly_risk(returns, per_year))


def systematic_risk(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Beta times the market's yearly deviation."""
    return beta(returns, market) * _yearly_risk(market, per_year)


def specific_risk(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Yearly deviation of what beta does not explain."""
    return _yearly_risk(returns - beta(returns, market) * market, per_year)


def skewness(returns: np.ndarray) -> float:
    """Third moment about the mean, in deviations, over all periods."""
    return _over(float(np.mean((returns - np.mean(returns)) ** 3)), float(np.std(returns) ** 3))


def kurtosis(returns: np.ndarray) -> float:
    """Fourth moment about the mean, in deviations, over all periods; 3 for a normal distribution."""
    return _over(float(np.mean((returns - np.mean(returns)) ** 4)), float(np.std(returns) ** 4))


def sample_kurtosis(returns: np.ndarray) -> float:
    """The fourth moment with the sample deviation, corrected for the number of periods; NaN below four periods."""
    n = len(returns)
    if n < 4:
        return float("nan")
    scaled = np.sum(((returns - np.mean(returns)) / np.std(returns, ddof=1)) ** 4)
    return float(n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * scaled)
