"""The measures of one series against the values printed by Bacon (figures quoted from PerformanceAnalytics)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from dakehu.analytics import measures

BACON = Path(__file__).parents[2] / "../shared/data/reference/portfolio_bacon.csv"
LEAST = 0.005

PRINTED = [
    (lambda r, b: measures.bernardo_ledoit(r), 1.78, 2),
    (lambda r, b: measures.d_ratio(r), 0.401, 3),
    (lambda r, b: measures.downside_deviation(r, LEAST), 0.0255, 4),
    (lambda r, b: measures.downside_potential(r, LEAST), 0.0137, 4),
    (lambda r, b: measures.downside_frequency(r, LEAST), 0.458, 3),
    (lambda r, b: measures.upside_frequency(r, LEAST), 0.542, 3),
    (lambda r, b: measures.upside_risk(r, LEAST), 0.02937, 5),
    (lambda r, b: measures.upside_potential(r, LEAST), 0.01771, 5),
    (lambda r, b: measures.volatility_skewness(r, LEAST), 1.32, 2),
    (lambda r, b: measures.variability_skewness(r, LEAST), 1.15, 2),
    (lambda r, b: measures.omega_sharpe(r, LEAST), 0.29, 2),
    (lambda r, b: measures.kappa(r, LEAST, 2), 0.157, 3),
    (lambda r, b: measures.mean_absolute_deviation(r), 0.031, 3),
    (lambda r, b: measures.pain_index(r), 0.04, 2),
    (lambda r, b: measures.martin_ratio(r, 12), 1.7, 1),
    (lambda r, b: measures.fama_beta(r, b), 1.03, 2),
    (lambda r, b: measures.jensen_alpha(r, b, 12), -0.014, 3),
    (lambda r, b: measures.m_squared(r, b, 12), 0.10062, 5),
    (lambda r, b: measures.specific_risk(r, b, 12), 0.0329, 4),
    (lambda r, b: measures.skewness(r) / measures.kurtosis(r), -0.034, 3),
    (lambda r, b: measures.sample_kurtosis(r), 3.03, 2),
]


def test_the_printed_values_come_out_to_the_last_digit_printed():
    if not BACON.exists():
        pytest.skip("the real data is absent: ../shared/data")
    rows = list(csv.reader(BACON.read_text().splitlines()))[1:]
    returns, market = (np.array([float(row[i]) for row in rows]) for i in (1, 2))
    for number, (measure, printed, digits) in enumerate(PRINTED):
        assert round(measure(returns, market), digits) == printed, number


def test_a_series_without_losses_has_no_ratio_to_them():
    always_up = np.array([0.01, 0.02, 0.01])
    assert np.isnan(measures.bernardo_ledoit(always_up)) and np.isnan(measures.martin_ratio(always_up, 12))
