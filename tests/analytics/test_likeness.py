"""Correlations over common days only."""

import numpy as np
import pytest

from dakehu.analytics import likeness


def test_correlations_equal_numpys_where_nothing_is_missing():
    generator = np.random.default_rng(1)
    rows, series = generator.normal(size=(5, 80)), generator.normal(size=80)
    expected = [np.corrcoef(row, series)[0, 1] for row in rows]
    assert likeness.correlations(rows, series, 60) == pytest.approx(expected)
    assert likeness.matrix(rows, 60) == pytest.approx(np.corrcoef(rows))


def test_days_that_one_side_lacks_are_left_out():
    generator = np.random.default_rng(2)
    row, series = generator.normal(size=80), generator.normal(size=80)
    row[:7], series[70:] = np.nan, np.nan
    assert likeness.correlations(row[None], series, 60)[0] == pytest.approx(np.corrcoef(row[7:70], series[7:70])[0, 1])


@pytest.mark.parametrize("case", ["few days", "no variation", "no series"])
def test_no_correlation_is_stated_without_what_it_needs(case):
    row = np.arange(80.0)
    series = {"few days": np.where(row < 59, row, np.nan), "no variation": np.ones(80), "no series": np.array([])}[case]
    assert np.isnan(likeness.correlations(row[None], series, 60)[0])
