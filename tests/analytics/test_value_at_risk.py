"""Value at risk and its back-test against published figures (tests/data is not shipped: they are typed with their source)."""

import math

import numpy as np
import pytest

from dakehu.analytics import value_at_risk as var

# Basel Committee, January 1996, table of 250 days at 99 %.
PUBLISHED = {
    0: ("green", 3.00),
    1: ("green", 3.00),
    2: ("green", 3.00),
    3: ("green", 3.00),
    4: ("green", 3.00),
    5: ("yellow", 3.40),
    6: ("yellow", 3.50),
    7: ("yellow", 3.65),
    8: ("yellow", 3.75),
    9: ("yellow", 3.85),
    10: ("red", 4.00),
    11: ("red", 4.00),
}
# Cumulative probabilities of the same distribution, 250 days at 99 % (computed independently).
CUMULATIVE = {0: 0.0811, 2: 0.5432, 3: 0.7581, 5: 0.9588, 6: 0.9863, 8: 0.9989, 9: 0.9997}


@pytest.mark.parametrize(("exceptions", "expected"), PUBLISHED.items())
def test_the_traffic_light_is_that_of_the_published_table(exceptions, expected):
    assert (var.zone(250, exceptions, 0.99), var.multiplier(250, exceptions, 0.99)) == expected


@pytest.mark.parametrize(("exceptions", "expected"), CUMULATIVE.items())
def test_the_cumulative_probability_is_binomial(exceptions, expected):
    assert var.cumulative(250, exceptions, 0.99) == pytest.approx(expected, abs=5e-5)


def test_other_numbers_of_days_have_zones_of_their_own_and_no_multiplier():
    zones = {n: var.zone(750, n, 0.995) for n in (6, 7, 12, 13)}
    assert zones == {6: "green", 7: "yellow", 12: "yellow", 13: "red"}  # printed for credit default back-tests
    assert var.zone(250, 40, 0.90) == "yellow" and var.multiplier(250, 40, 0.90) is None


def test_the_proportion_of_failures_is_the_published_example():
    ratio, p_value = var.proportion_of_failures(1043, 57, 0.95)
    assert (ratio, p_value) == (pytest.approx(0.46147, abs=1e-5), pytest.approx(0.49694, abs=1e-5))


def test_250_days_at_99_percent_expect_two_and_a_half_exceptions():
    found = var.back_test(np.zeros(250), np.full(250, 0.01), 0.99)
    assert (found.expected, found.exceptions, found.zone) == (pytest.approx(2.5), 0, "green")


def test_a_forecast_knows_nothing_of_its_own_day():
    returns = np.r_[np.full(250, 0.001), -0.5, -0.5, -0.5, np.full(5, 0.001)]
    forecasts = var.rolling(returns, 0.99)
    assert np.isnan(forecasts[:250]).all() and forecasts[250] == pytest.approx(-0.001)
    assert forecasts[252] == pytest.approx(-0.001) and forecasts[253] > 0.2
    assert var.back_test(returns, forecasts, 0.99).exceptions == 3


def test_days_without_a_return_or_a_forecast_do_not_count():
    found = var.back_test(np.array([np.nan, -0.02, 0.0]), np.array([0.01, 0.01, np.nan]), 0.99)
    assert (found.observations, found.exceptions) == (1, 1)


def test_without_any_day_nothing_is_claimed():
    found = var.back_test(np.array([]), np.array([]), 0.99)
    assert found.observations == 0 and math.isnan(found.p_value)


def test_normal_returns_stay_green_and_doubled_ones_turn_red():
    drawn = np.random.default_rng(7).normal(0, 0.01, 500)
    calm = var.back_test(drawn, np.full(500, 0.0233), 0.99)
    wild = var.back_test(2 * drawn, np.full(500, 0.0233), 0.99)
    assert calm.zone == "green" and wild.zone == "red" and wild.p_value < 0.001
