"""Sample sizes and intervals of experiments against published values."""

import numpy as np
import pytest

from dakehu.analytics.experiments import (
    detectable_mean,
    detectable_share,
    drawn_in,
    mean_sample_size,
    share_power,
    share_sample_size,
    t_quantile,
    welch_interval,
)

# power.prop.test of R: its documented examples, and people.md C.3.
SHARES = [(0.10, 0.03, 1774), (0.10, 0.02, 3841), (0.05, 0.01, 8158), (0.50, 0.25, 58)]
# Cohen, Statistical Power Analysis (1988), table 2.4.1, two-sided 0.05: d, power, n of each group.
MEANS = [(0.20, 0.80, 393), (0.30, 0.80, 175), (0.50, 0.80, 64), (0.80, 0.80, 26), (1.00, 0.80, 17), (0.50, 0.90, 85)]


@pytest.mark.parametrize(("base", "effect", "cases"), SHARES)
def test_two_shares_need_as_many_cases_as_published(base, effect, cases):
    found = share_sample_size(base, effect)
    assert (found.treatment, found.control) == (cases, cases)
    assert share_power(base, effect, cases, cases) >= 0.80 > share_power(base, effect, cases - 1, cases - 1)
    assert detectable_share(base, cases, cases) == pytest.approx(effect, abs=1e-3)


def test_power_of_fifty_cases_a_group_is_that_of_r():
    assert share_power(0.50, 0.25, 50, 50) == pytest.approx(
        0.740, abs=5e-4
    )  # power.prop.test(n = 50, p1 = .5, p2 = .75)
    assert share_sample_size(0.50, 0.25, power=0.90).treatment == 77  # n = 76.7


@pytest.mark.parametrize(("effect", "power", "cases"), MEANS)
def test_two_means_need_as_many_cases_as_published(effect, power, cases):
    assert mean_sample_size(1.0, effect, power=power).treatment in (cases, cases + 1)  # the table rounds 393.4 down
    assert detectable_mean(1.0, cases, cases, power=power) == pytest.approx(effect, rel=0.02)


def test_a_share_that_falls_needs_as_many_as_its_complement_that_rises():
    assert share_sample_size(0.30, -0.10) == share_sample_size(0.70, 0.10)


def test_a_smaller_control_group_needs_more_cases_in_all():
    even, uneven = share_sample_size(0.10, 0.03), share_sample_size(0.10, 0.03, ratio=0.25)
    assert uneven.control < even.control and uneven.treatment + uneven.control > even.treatment + even.control
    assert share_power(0.10, 0.03, uneven.treatment, uneven.control) == pytest.approx(0.80, abs=0.002)


@pytest.mark.parametrize(("base", "effect"), [(0.95, 0.10), (0.5, 0.0), (0.05, -0.10)])
def test_a_share_beyond_its_bounds_has_no_sample_size(base, effect):
    assert share_sample_size(base, effect) is None


def test_groups_that_can_show_nothing_say_so():
    assert detectable_share(0.5, 3, 3) is None
    assert detectable_share(1.0, 500, 500) is None
    assert detectable_mean(0.0, 500, 500) is None
    assert detectable_mean(1.0, 1, 500) is None
    assert mean_sample_size(0.0, 1.0) is None


def test_nobody_and_everybody_is_shown_with_certainty_or_not_at_all():
    assert share_power(0.0, 1.0, 30, 30) == 1.0
    assert share_power(0.0, 0.0, 30, 30) == 0.0


# Student's sleep data: t.test(extra ~ group, data = sleep) of R.
SLEEP = ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_the_interval_of_means_is_that_of_r():
    found = welch_interval(*SLEEP)
    assert (found.difference, found.low, found.high) == pytest.approx((-1.58, -3.3654832, 0.2054832), abs=5e-4)
    assert welch_interval([2.0, 2.0], [1.0, 1.0]) == welch_interval([2.0, 2.0, 2.0], [1.0, 1.0])


@pytest.mark.parametrize(
    ("alpha", "freedom", "value"),
    [(0.05, 10, 2.2281), (0.05, 30, 2.0423), (0.05, 120, 1.9799), (0.01, 30, 2.7500), (0.025, 60, 2.2990)],
)
def test_quantiles_of_t_are_those_of_the_tables(alpha, freedom, value):
    assert t_quantile(alpha, freedom) == pytest.approx(value, abs=1e-3)


def test_an_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(20261129)
    covered = 0
    for _ in range(1000):
        found = welch_interval(random.normal(1, 1, 40), random.normal(0, 3, 60))
        covered += found.low <= 1 <= found.high
    assert 930 <= covered <= 970


def test_extreme_values_are_drawn_in_to_the_hundredths():
    low, high = drawn_in([*range(1, 100), 10_000])
    assert (low, high) == pytest.approx((1.99, 198.01), abs=0.02)
