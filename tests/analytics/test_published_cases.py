"""Published cases of returns, beta, drawdown and attribution (FinanceIQ, CFLUE, analystforum): facts only, recomputed.

The answer key of ri001 (8.84 %) is wrong and not used: 1.045 × 0.98 × 0.95 × 1.09 − 1 is 6.04 %. Cases of Sharpe, Treynor and
CAPM (ri008 to ri019) have a riskless rate above 0, which the desk sets to 0 throughout (docs/figures.md); they are here as
ratios of excess returns, by which the desk's ratio is theirs. Cases of value at risk are in the tests of its back-test; ri023 (an
interval) and ri025 (a rate by linear interpolation, which the desk solves exactly) are about nothing that the desk computes.
"""

import numpy as np
import pytest

from dakehu.analytics import attribution, measures

ONE, OTHER = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])  # uncorrelated, of deviation 1


def test_ri001_four_quarters_make_6_04_percent():
    assert measures.annualised(np.array([0.045, -0.02, -0.05, 0.09]), 4) == pytest.approx(0.0604, abs=1e-4)


def test_ri002_a_dividend_is_no_loss():
    assert measures.annualised(np.array([1.7 / 1.0 - 1, 1.6 / (1.7 - 0.2) - 1]), 2) == pytest.approx(0.8133, abs=5e-5)


def test_ri004_beta_from_correlation_and_deviations():
    market = 4.3 * ONE
    returns = 6 * (0.4 * ONE + np.sqrt(1 - 0.4**2) * OTHER)
    assert measures.beta(returns, market) == pytest.approx(0.558, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "betas", "expected"),
    [
        pytest.param([0.36, 0.24, 0.18, 0.22], [0.8, 1.6, 2.1, 2.5], 1.6, id="ri005"),
        pytest.param([0.5, 0.2, 0.3], [1.5, 1.0, 0.5], 1.1, id="ri007"),
        pytest.param([0.5, 0.5], [0.6, 1.2], (0.092 - 0.02) / (0.10 - 0.02), id="ri008"),
    ],
)
def test_the_beta_of_a_portfolio_is_the_mean_of_its_betas(weights, betas, expected):
    market = 0.01 * ONE
    portfolio = sum(weight * beta * market for weight, beta in zip(weights, betas, strict=True))
    assert measures.beta(portfolio, market) == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(
    ("mean", "riskless", "deviation", "ratio"),
    [
        pytest.param(0.10, 0.04, 0.095, 0.63, id="ri011"),
        pytest.param(0.22, 0.10, 0.09**0.5, 0.4, id="ri013"),
        pytest.param(0.1371, 0.0664, 0.3298, 0.2144, id="ri014a"),
        pytest.param(0.0694, 0.0664, 0.2258, 0.0133, id="ri014b"),
        pytest.param(0.0877, 0.0664, 0.2356, 0.0904, id="ri014c"),
        pytest.param(0.10, 0.04, 0.12, 0.5, id="ri016"),
    ],
)
def test_the_ratio_of_excess_return_to_deviation(mean, riskless, deviation, ratio):
    excess = mean - riskless + deviation * ONE
    assert np.mean(excess) / np.std(excess) == pytest.approx(ratio, abs=2e-3)


@pytest.mark.parametrize(
    ("mean", "riskless", "beta", "ratio"),
    [
        pytest.param(0.16, 0.04, 1.5, 0.08, id="ri017"),
        pytest.param(0.12, 0.03, 0.6, 0.15, id="ri019"),
        pytest.param(0.18, 0.10, 2.0, 0.14 - 0.10, id="ri010"),
    ],
)
def test_excess_return_for_each_unit_of_beta(mean, riskless, beta, ratio):
    market = 0.1 * ONE
    own = mean - riskless + beta * market
    assert np.mean(own) / measures.beta(own, market) == pytest.approx(ratio)


def test_ri020_the_deepest_fall():
    assert np.max(np.abs(measures.drawdowns(np.array([-0.10, 0.85 / 0.90 - 1, 0.05])))) == pytest.approx(0.15, abs=1e-9)


def test_ri028_the_effect_of_a_segment_held_below_its_weight():
    made = attribution.brinson(
        np.array([0.51, 0.49]),
        np.array([0.0, 0.0]),
        np.array([0.605, 0.395]),
        np.array([0.1148, (0.0925 - 0.605 * 0.1148) / 0.395]),
    )
    assert made.allocation[0] == pytest.approx(-0.00212, abs=5e-6)
