"""Measures of probabilities: known values, ties, intervals, and cases without a result."""

import numpy as np
import pytest

from dakehu.analytics import probabilities as p

RANDOM = np.random.default_rng(4)


def test_brier_is_the_mean_squared_error():
    assert p.brier(np.array([1.0, 0.0]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)
    assert np.isnan(p.brier(np.zeros(0), np.zeros(0)))


@pytest.mark.parametrize(
    ("outcome", "score", "area"),
    [([0, 1], [1, 2], 1.0), ([1, 0], [1, 2], 0.0), ([0, 1], [1, 1], 0.5), ([0, 0, 1, 1], [1, 2, 2, 3], 0.875)],
)
def test_the_area_counts_pairs_in_order_and_ties_half(outcome, score, area):
    assert p.area(np.array(outcome, float), np.array(score, float)) == area


def test_the_area_of_one_outcome_is_not_known():
    assert np.isnan(p.area(np.ones(3), np.arange(3.0)))


def test_the_interval_of_the_area_holds_it():
    y = (RANDOM.random(500) < 0.2).astype(float)
    low, high = p.area_interval(y, y + RANDOM.normal(size=500))
    assert low < p.area(y, y + 0.0) and 0 <= low < high <= 1


def test_ties_at_the_cut_share_the_top_tenth():
    weight = p.top_of(np.array([3.0] * 1 + [2.0] * 4 + [1.0] * 15))
    assert weight.sum() == pytest.approx(2)
    assert weight[0] == 1 and weight[1:5] == pytest.approx([0.25] * 4) and weight[5:].sum() == 0


@pytest.mark.parametrize(("score", "lift"), [(np.arange(20.0), 5.0), (-np.arange(20.0), 0.0), (np.zeros(20), 1.0)])
def test_lift_compares_the_top_tenth_with_everybody(score, lift):
    outcome = np.array([0.0] * 16 + [1.0] * 4)
    assert p.lift(outcome, score) == pytest.approx(lift)


def test_the_interval_of_a_share_is_wilsons():
    low, high = p.share_interval(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert p.share_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("boast", "slope"), [(1.0, 1.0), (2.0, 0.5), (0.5, 2.0)])
def test_the_slope_of_calibration_shows_boasting(boast, slope):
    x = RANDOM.normal(-1, 1.2, 40_000)
    y = (RANDOM.random(40_000) < p.logistic(x)).astype(float)
    assert p.calibration_line(y, p.logistic(boast * x))[1] == pytest.approx(slope, rel=0.06)


def test_the_slope_of_one_probability_is_not_known():
    assert np.isnan(p.calibration_line(np.array([0.0, 1.0]), np.array([0.5, 0.5]))[1])


def test_the_calibration_table_holds_every_case_once():
    x = RANDOM.random(1_000)
    table = p.calibration_table((RANDOM.random(1_000) < x).astype(float), x)
    assert sum(one.cases for one in table) == 1_000
    assert all(one.low <= one.observed <= one.high for one in table)
    assert [one.predicted for one in table] == sorted(one.predicted for one in table)


def test_a_difference_without_effect_has_an_interval_around_zero():
    of_cases = RANDOM.normal(0, 1, 600)
    found = p.compare(of_cases - of_cases.mean(), np.arange(600) // 3)
    assert found.low < 0 < found.high and not found.is_better


def test_cases_of_one_client_count_together():
    """Ten equal cases of each client weigh as much as one."""
    own = RANDOM.normal(0.1, 1, 60)
    alone = p.compare(own, np.arange(60))
    tenfold = p.compare(np.repeat(own, 10), np.repeat(np.arange(60), 10))
    assert (tenfold.high - tenfold.low) / 10 == pytest.approx(alone.high - alone.low, rel=0.1)


@pytest.mark.parametrize(
    ("seen", "is_shifted"), [([50, 50], False), ([48, 52], False), ([15, 85], True), ([0, 100], True)]
)
def test_stability_shows_a_shift(seen, is_shifted):
    assert (p.stability(np.array([50.0, 50.0]), np.array(seen, float)) > 0.2) is is_shifted
