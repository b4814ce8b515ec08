"""Betas agree with scipy's regression, ignore days with missing values, and are missing where data are insufficient."""

import numpy as np
import pytest
from scipy.stats import linregress

from dakehu.analytics.betas import betas


@pytest.fixture(scope="module")
def made_up():
    rng = np.random.default_rng(7)
    market = rng.normal(0, 0.012, 250)
    slopes = np.linspace(-0.5, 2.5, 40)[:, None]
    returns = 0.0002 + slopes * market + rng.normal(0, 0.02, (40, 250))
    returns[rng.random(returns.shape) < 0.15] = np.nan
    market[17] = np.nan
    return returns, market


def test_slope_and_standard_error_are_those_of_scipy(made_up):
    returns, market = made_up
    beta, error, days = betas(returns, market, 120)
    for row in range(len(returns)):
        known = np.isfinite(returns[row]) & np.isfinite(market)
        expected = linregress(market[known], returns[row][known])
        assert (beta[row], error[row]) == pytest.approx((expected.slope, expected.stderr), rel=1e-10)
        assert days[row] == known.sum()


def test_too_few_days_and_a_market_that_stands_still_give_nothing(made_up):
    returns, market = made_up
    few = returns.copy()
    few[0, 119:] = np.nan
    beta, error, days = betas(few, market, 120)
    assert np.isnan(beta[0]) and np.isnan(error[0]) and days[0] < 120 and np.isfinite(beta[1:]).all()
    assert np.isnan(betas(returns, np.zeros(250))[0]).all()
    assert np.isnan(betas(np.empty((3, 0)), np.empty(0))[0]).all()


def test_a_share_that_is_its_market_has_a_beta_of_one_without_error():
    market = np.array([0.01, -0.02, 0.005, 0.0, 0.03])
    beta, error, days = betas(np.stack([market, 2 * market]), market)
    assert beta == pytest.approx([1, 2]) and error == pytest.approx([0, 0], abs=1e-8) and list(days) == [5, 5]
