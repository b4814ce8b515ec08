"""Measures of one series of returns, at any frequency, in plain NumPy.

Shape: `returns` and `market` are float64 [N], N at least 1, of equal length.
Meaning: `least` is the minimum acceptable return per period (MAR); `per_year` is the number of periods in a year.
Unit: 0.01 is 1 %. The riskless rate is 0 throughout.
Missing: a gap (NaN) in a series makes its measures NaN; so does a division by 0.
Source: Carl Bacon, Practical Portfolio Performance Measurement and Attribution (2nd ed. 2008); the tests contain its
printed values.
"""

import numpy as np


def _ratio(numerator: float, denominator: float) -> float:
    """Divide; NaN where the denominator is 0."""
    return float(numerator / denominator) if denominator else float("nan")


def annualised(returns: np.ndarray, per_year: float) -> float:
    """Return the geometric mean return per year.

    Shape: [N] → scalar.
    Meaning: Π(1 + r) ^ (per_year / N) − 1.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.prod(1.0 + returns) ** (per_year / len(returns)) - 1.0)


def downside_deviation(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the root mean square shortfall below `least`.

    Shape: [N] → scalar.
    Meaning: √ mean(min(r − least, 0)²), over all periods.
    Unit: return per period, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.sqrt(np.mean(np.minimum(returns - least, 0.0) ** 2)))


def downside_potential(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the mean shortfall below `least`.

    Shape: [N] → scalar.
    Meaning: mean(max(least − r, 0)), over all periods; never negative.
    Unit: return per period, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.mean(np.maximum(least - returns, 0.0)))


def downside_frequency(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the share of periods below `least`.

    Shape: [N] → scalar.
    Meaning: number of r < least / N.
    Unit: share in [0, 1].
    Missing: a NaN return is treated as not below.
    """
    return float(np.mean(returns < least))


def upside_risk(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the root mean square excess above `least`.

    Shape: [N] → scalar.
    Meaning: √ mean(max(r − least, 0)²), over all periods.
    Unit: return per period, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.sqrt(np.mean(np.maximum(returns - least, 0.0) ** 2)))


def upside_potential(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the mean excess above `least`.

    Shape: [N] → scalar.
    Meaning: mean(max(r − least, 0)), over all periods.
    Unit: return per period, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.mean(np.maximum(returns - least, 0.0)))


def upside_frequency(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the share of periods above `least`.

    Shape: [N] → scalar.
    Meaning: number of r > least / N.
    Unit: share in [0, 1].
    Missing: a NaN return is treated as not above.
    """
    return float(np.mean(returns > least))


def bernardo_ledoit(returns: np.ndarray) -> float:
    """Return the Bernardo-Ledoit gain-loss ratio.

    Shape: [N] → scalar.
    Meaning: sum of gains / sum of losses; above 1, gains exceed losses.
    Unit: plain number.
    Missing: NaN where a return is NaN or the denominator is 0.
    """
    return _ratio(np.sum(np.maximum(returns, 0.0)), np.sum(np.maximum(-returns, 0.0)))


def d_ratio(returns: np.ndarray) -> float:
    """Return the d ratio: sum of losses times their number over sum of gains times theirs.

    Shape: [N] → scalar.
    Meaning: (n₋ × Σ losses) / (n₊ × Σ gains); lower is better.
    Unit: plain number.
    Missing: NaN where there are no gains.
    """
    losses, gains = returns[returns < 0], returns[returns > 0]
    return _ratio(len(losses) * -np.sum(losses), len(gains) * np.sum(gains))


def omega_sharpe(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the Omega-Sharpe ratio.

    Shape: [N] → scalar.
    Meaning: (mean excess − mean shortfall) / mean shortfall, both about `least`.
    Unit: plain number.
    Missing: NaN where a return is NaN or the denominator is 0.
    """
    shortfall = downside_potential(returns, least)
    return _ratio(upside_potential(returns, least) - shortfall, shortfall)


def kappa(returns: np.ndarray, least: float = 0.0, order: int = 2) -> float:
    """Return the kappa ratio; of order 2 it is the Sortino ratio.

    Shape: [N] → scalar.
    Meaning: (mean(r) − least) / (mean(max(least − r, 0) ^ order)) ^ (1 / order).
    Unit: plain number.
    Missing: NaN where a return is NaN or the denominator is 0.
    """
    shortfall = np.mean(np.maximum(least - returns, 0.0) ** order) ** (1.0 / order)
    return _ratio(float(np.mean(returns)) - least, shortfall)


def upside_potential_ratio(returns: np.ndarray, least: float = 0.0) -> float:
    """Return the upside potential ratio.

    Shape: [N] → scalar.
    Meaning: mean excess / downside deviation, both about `least`.
    Unit: plain number.
    Missing: NaN where a return is NaN or the denominator is 0.
    """
    return _ratio(upside_potential(returns, least), downside_deviation(returns, least))


def volatility_skewness(returns: np.ndarray, least: float = 0.0) -> float:
    """Return volatility skewness.

    Shape: [N] → scalar.
    Meaning: upside variance / downside variance, both about `least`; above 1, deviations are mostly gains.
    Unit: plain number.
    Missing: NaN where a return is NaN or the denominator is 0.
    """
    return _ratio(upside_risk(returns, least) ** 2, downside_deviation(returns, least) ** 2)


def variability_skewness(returns: np.ndarray, least: float = 0.0) -> float:
    """Return variability skewness.

    Shape: [N] → scalar.
    Meaning: upside risk / downside deviation, both about `least`.
    Unit: plain number.
    Missing: NaN where a return is NaN or the denominator is 0.
    """
    return _ratio(upside_risk(returns, least), downside_deviation(returns, least))


def mean_absolute_deviation(returns: np.ndarray) -> float:
    """Return the mean absolute deviation.

    Shape: [N] → scalar.
    Meaning: mean |r − mean(r)|.
    Unit: return per period, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.mean(np.abs(returns - np.mean(returns))))


def drawdowns(returns: np.ndarray) -> np.ndarray:
    """Return the drawdown at the end of each period.

    Shape: [N] → float64 [N].
    Meaning: growth / highest growth so far − 1; the start (1) is a peak too.
    Unit: fraction in [−1, 0].
    Missing: NaN from the first NaN return on.
    """
    growth = np.cumprod(1.0 + returns)
    return growth / np.maximum.accumulate(np.maximum(growth, 1.0)) - 1.0


def pain_index(returns: np.ndarray) -> float:
    """Return the pain index: the mean drawdown, positive.

    Shape: [N] → scalar.
    Meaning: mean(−drawdown).
    Unit: fraction in [0, 1].
    Missing: NaN where a return is NaN.
    """
    return float(np.mean(-drawdowns(returns)))


def ulcer_index(returns: np.ndarray) -> float:
    """Return the ulcer index: the root mean square drawdown.

    Shape: [N] → scalar.
    Meaning: √ mean(drawdown²).
    Unit: fraction in [0, 1].
    Missing: NaN where a return is NaN.
    """
    return float(np.sqrt(np.mean(drawdowns(returns) ** 2)))


def martin_ratio(returns: np.ndarray, per_year: float) -> float:
    """Return the Martin ratio.

    Shape: [N] → scalar.
    Meaning: annualised return / ulcer index.
    Unit: plain number.
    Missing: NaN where a return is NaN or there was no drawdown.
    """
    return _ratio(annualised(returns, per_year), ulcer_index(returns))


def beta(returns: np.ndarray, market: np.ndarray) -> float:
    """Return beta.

    Shape: [N], [N] → scalar.
    Meaning: covariance with the market / variance of the market.
    Unit: plain number.
    Missing: NaN where a return is NaN or the market did not vary.
    """
    deviation = market - np.mean(market)
    return _ratio(float(np.mean((returns - np.mean(returns)) * deviation)), float(np.mean(deviation**2)))


def jensen_alpha(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Return Jensen's alpha per year.

    Shape: [N], [N] → scalar.
    Meaning: annualised return − beta × annualised market return.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN where a return is NaN or the market did not vary.
    """
    return annualised(returns, per_year) - beta(returns, market) * annualised(market, per_year)


def _yearly_risk(returns: np.ndarray, per_year: float) -> float:
    """Return the population deviation per year.

    Shape: [N] → scalar.
    Meaning: standard deviation × √per_year.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN where a return is NaN.
    """
    return float(np.std(returns) * np.sqrt(per_year))


def fama_beta(returns: np.ndarray, market: np.ndarray) -> float:
    """Return Fama's beta: the beta that would explain the series' total risk.

    Shape: [N], [N] → scalar.
    Meaning: deviation / deviation of the market.
    Unit: plain number.
    Missing: NaN where a return is NaN or the market did not vary.
    """
    return _ratio(float(np.std(returns)), float(np.std(market)))


def m_squared(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Return Modigliani's M²: the return per year at the market's risk.

    Shape: [N], [N] → scalar.
    Meaning: annualised return × deviation of the market / deviation.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN where a return is NaN or the series did not vary.
    """
    return _ratio(annualised(returns, per_year) * _yearly_risk(market, per_year), _yearly_risk(returns, per_year))


def systematic_risk(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Return systematic risk per year.

    Shape: [N], [N] → scalar.
    Meaning: beta × the market's yearly deviation.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN where a return is NaN or the market did not vary.
    """
    return beta(returns, market) * _yearly_risk(market, per_year)


def specific_risk(returns: np.ndarray, market: np.ndarray, per_year: float) -> float:
    """Return specific risk per year: the deviation that beta does not explain.

    Shape: [N], [N] → scalar.
    Meaning: yearly deviation of r − beta × market.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN where a return is NaN or the market did not vary.
    """
    return _yearly_risk(returns - beta(returns, market) * market, per_year)


def skewness(returns: np.ndarray) -> float:
    """Return population skewness.

    Shape: [N] → scalar.
    Meaning: mean((r − mean)³) / deviation³.
    Unit: plain number.
    Missing: NaN where a return is NaN or the returns did not vary.
    """
    return _ratio(float(np.mean((returns - np.mean(returns)) ** 3)), float(np.std(returns) ** 3))


def kurtosis(returns: np.ndarray) -> float:
    """Return population kurtosis.

    Shape: [N] → scalar.
    Meaning: mean((r − mean)⁴) / deviation⁴; 3 for a normal distribution.
    Unit: plain number.
    Missing: NaN where a return is NaN or the returns did not vary.
    """
    return _ratio(float(np.mean((returns - np.mean(returns)) ** 4)), float(np.std(returns) ** 4))


def sample_kurtosis(returns: np.ndarray) -> float:
    """Return sample kurtosis, corrected for the number of periods.

    Shape: [N] → scalar.
    Meaning: n(n + 1) / ((n − 1)(n − 2)(n − 3)) × Σ((r − mean) / sample deviation)⁴.
    Unit: plain number.
    Missing: NaN where N < 4.
    """
    n = len(returns)
    if n < 4:
        return float("nan")
    scaled = np.sum(((returns - np.mean(returns)) / np.std(returns, ddof=1)) ** 4)
    return float(n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * scaled)
