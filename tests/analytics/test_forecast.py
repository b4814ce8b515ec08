"""Probability bands cover their stated share and report their back-test; breadth and volatility match their definitions."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from dakehu.analytics import forecast, market

SP500 = Path(__file__).parents[2] / "../shared/data/prices_sp500_5yr/all_stocks_5yr.csv.gz"


def walk(days: int, seed: int, volatility: float = 0.01) -> np.ndarray:
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, volatility, days)))


def test_a_band_begins_at_the_last_level_and_widens_with_the_root_of_time():
    levels = walk(600, 1)
    made = forecast.band(levels, 40)
    assert made.shape == (41, 5) and np.allclose(made[0], levels[-1])
    width = np.log(made[:, 4] / made[:, 0])
    assert width[40] == pytest.approx(2 * width[10]) and (np.diff(width) > 0).all()


def test_the_middle_of_a_band_is_the_level_of_today_so_nothing_is_foretold():
    assert np.allclose(forecast.band(walk(600, 2), 20)[:, 2], walk(600, 2)[-1])


def test_there_is_no_band_before_a_year_of_returns():
    assert forecast.band(walk(forecast.MINIMUM, 3), 20) is None
    assert forecast.backtest(walk(forecast.MINIMUM, 3), 20).origins == 0


def test_of_a_true_random_walk_half_and_nine_tenths_fall_where_they_should():
    report = forecast.backtest(walk(60_000, 4), 10)
    assert report.origins > 5_000
    for share, wanted in ((report.inner, 0.5), (report.outer, 0.9)):
        assert share[0] == pytest.approx(wanted, abs=0.03) and share[1] == pytest.approx(wanted, abs=0.03)
    assert report.ratio == pytest.approx(1, abs=0.02)  # no improvement: a random walk cannot be predicted


def test_where_volatility_comes_in_spells_the_band_beats_the_plain_walk():
    dice = np.random.default_rng(5)
    spells = np.repeat(np.where(dice.random(120) < 0.5, 0.005, 0.025), 100)
    levels = 100 * np.exp(np.cumsum(dice.normal(0, 1, len(spells)) * spells))
    report = forecast.backtest(levels, 5)
    assert report.ratio < 0.97 and report.outer[0] == pytest.approx(0.9, abs=0.04)


def test_origins_do_not_overlap_and_none_looks_ahead():
    levels = walk(1000, 6)
    report = forecast.backtest(levels, 20)
    assert report.origins == len(range(250, 980, 20))
    longer = np.append(levels, levels[-1] * 10)  # a future day
    assert forecast.backtest(longer, 20).loss == report.loss


def test_a_level_that_never_moves_has_a_band_without_width():
    assert np.allclose(forecast.band(np.full(400, 7.0), 20), 7.0)


def test_breadth_counts_what_rose_fell_and_stands_above_its_mean():
    up = np.linspace(10, 20, 260)
    prices = np.stack([up, up[::-1], np.full(260, 5.0), np.where(np.arange(260) < 255, np.nan, up)])
    report = market.breadth(prices)
    assert (report.rose, report.fell, report.stayed, report.highs, report.lows) == (2, 1, 1, 2, 2)
    assert report.above == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert market.breadth(prices[:, :1]).rose == 0


def test_volatility_is_the_sample_deviation_of_a_window_in_a_year():
    levels = walk(100, 7)
    made = market.volatility(levels, 20)
    returns = levels[-20:] / levels[-21:-1] - 1
    assert np.isnan(made[:20]).all() and made[-1] == pytest.approx(np.std(returns, ddof=1) * np.sqrt(252))


def test_concentration_runs_from_one_over_n_to_one():
    assert market.concentration(np.array([5.0])) == 1.0
    assert market.concentration(np.full(4, 2.0)) == pytest.approx(0.25)
    assert np.isnan(market.concentration(np.array([])))


def test_on_real_prices_the_outer_band_holds_about_nine_in_ten():
    if not SP500.exists():
        pytest.skip("the real data is absent: ../shared/data")
    rows: dict[str, list[float]] = {}
    with gzip.open(SP500, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["close"]:
                rows.setdefault(row["Name"], []).append(float(row["close"]))
    report = [forecast.backtest(np.array(levels), 21) for levels in rows.values() if len(levels) > 1200]
    held = sum(one.outer[0] * one.origins for one in report) / sum(one.origins for one in report)
    assert len(report) > 100 and 0.86 < held < 0.95
