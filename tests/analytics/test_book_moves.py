"""Volatility and bands of a book: weights, gaps, bands centred on today's value, and their back-test."""

import numpy as np
import pytest

from dakehu.analytics import book_moves

RANDOM = np.random.default_rng(6)
RETURNS = RANDOM.normal(0.001, 0.01, 900)


def test_the_return_of_a_book_is_weighted_by_value():
    prices = np.array([[10.0, 11.0], [10.0, 9.0]])
    assert book_moves.book_returns(prices, np.array([300.0, 100.0])) == pytest.approx([0.3 / 4 - 0.1 / 4])


def test_a_day_with_less_than_half_of_the_value_priced_is_a_gap():
    prices = np.array([[10.0, 11.0, 12.0], [np.nan, np.nan, 9.0]])
    assert np.isnan(book_moves.book_returns(prices, np.array([100.0, 300.0]))).all()
    assert book_moves.book_returns(prices, np.array([300.0, 100.0]))[0] == pytest.approx(0.1)


def test_volatility_is_that_of_the_returns():
    assert book_moves.plain_volatility(RETURNS, 250) == pytest.approx(0.01 * 252**0.5, rel=0.12)
    assert book_moves.weighted_volatility(RETURNS)[-1] == pytest.approx(0.01 * 252**0.5, rel=0.3)
    assert np.isnan(book_moves.plain_volatility(RETURNS[:10], 60))


def test_recent_days_weigh_more():
    calm_then_wild = np.r_[np.full(200, 0.001), np.full(60, 0.03)]
    assert book_moves.weighted_volatility(calm_then_wild)[-1] > book_moves.plain_volatility(calm_then_wild, 250)


@pytest.mark.parametrize("drift", [-0.01, 0.0, 0.01])
@pytest.mark.parametrize("horizon", [1, 20, 60])
def test_the_middle_of_a_band_is_today_whatever_the_past_did(drift, horizon):
    band = book_moves.worth_band(RETURNS + drift, horizon)
    assert band[2] == pytest.approx(1)
    assert (np.diff(band) > 0).all()


def test_less_than_a_year_gives_no_band():
    assert book_moves.worth_band(RETURNS[:249], 20) is None


def test_the_record_is_near_what_the_band_says():
    record = book_moves.band_record(RANDOM.normal(0, 0.01, 3_000), 5)
    assert record.origins == 550
    assert record.outer == pytest.approx(0.9, abs=0.06) and record.inner == pytest.approx(0.5, abs=0.08)


def test_no_origin_leaves_the_record_empty():
    record = book_moves.band_record(RETURNS[:200], 5)
    assert record.origins == 0 and np.isnan(record.outer)
