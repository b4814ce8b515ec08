"""Measures, dimensions and sums of a pivot. No database."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.coding import encode
from dakehu.domains.insight.pivots.rules import Measure, Measured
from dakehu.foundation.base.errors import Refused


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("count", Measure("count")),
        ("客户数", Measure("count")),
        ("sum:assets", Measure("sum", "assets")),
        ("sum(assets)", Measure("sum", "assets")),
        ("mean.assets", Measure("mean", "assets")),
        ("资产规模 合计", Measure("sum", "资产规模")),
        ("share", Measure("share")),
        ("row_share:assets", Measure("row_share", "assets")),
        ("distinct:branch", Measure("distinct", "branch")),
        ("占比 资产规模", Measure("share", "资产规模")),
        ("assets", Measure("", "assets")),
        ("Net inflow", Measure("", "Net inflow")),
    ],
)
def test_a_measure_is_read_in_any_of_its_spellings(text, measure):
    assert rules.read_measure(text) == measure


@pytest.mark.parametrize("text", ["", " ", "sum", "count:assets", "中位数"])
def test_a_measure_without_its_column_or_with_one_too_many_is_refused(text):
    with pytest.raises(Refused):
        rules.read_measure(text)


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("risk_level", ("risk_level", "")),
        ("opened_on:quarter", ("opened_on", "quarter")),
        ("opened_on:week", ("opened_on", "week")),
        ("开户日期 按月", ("开户日期", "month")),
        ("Opened on", ("Opened on", "")),
        ("Risk level", ("Risk level", "")),
    ],
)
def test_a_dimension_may_name_a_period(text, dimension):
    assert rules.read_dimension(text) == dimension


def test_amounts_fall_into_bands_and_days_into_periods():
    amounts = pl.DataFrame({"x": [-1.0, 0.0, 99.9, 100.0, 1000.0, None]})
    assert amounts.select(rules.band_of(pl.col("x"), (100, 1000))).to_series().to_list() == [-1, 0, 0, 1, 2, None]
    for period, first, name in (
        ("day", date(2026, 11, 29), "2026-11-29"),
        ("week", date(2026, 11, 23), "2026 W48"),
        ("month", date(2026, 11, 1), "2026-11"),
        ("quarter", date(2026, 10, 1), "2026 Q4"),
        ("year", date(2026, 1, 1), "2026"),
    ):
        found = rules.start_of_period(date(2026, 11, 29), period)
        assert (found, rules.name_of_period(found, period)) == (first, name)


def test_many_groups_are_put_together_and_everything_still_adds_up():
    coded = encode(pl.Series(["b", "b", "a", "c", "d", None, ""]))
    counts, group_of_value = rules.counted_groups(coded, lambda value: value)
    groups, rest = rules.ordered_groups(counts, None, 3)
    assert (groups, rest) == (["b", "a"], 2)
    down = rules.places(coded.codes, group_of_value, groups, rest)
    assert down.tolist() == [0, 0, 1, 2, 2, 3, 3]
    across = np.zeros(7, np.int32)
    numbers = Measured(numbers=pl.Series([10, 20, None, 30, 40, 50, None], dtype=pl.Int64))
    added = rules.tabulate((down, across), (4, 1), "sum", numbers)
    assert (added.row_totals, added.total) == ([30, None, 70, 50], 150) and added.cells == [[30], [None], [70], [50]]
    assert rules.tabulate((down, None), (4, 0), "share", numbers).row_totals == [0.2, None, 70 / 150, 50 / 150]
    assert rules.tabulate((down, None), (4, 0), "count", Measured()).row_totals == [2, 1, 2, 2]
    assert rules.tabulate((down, None), (4, 0), "median", numbers).total == 30


def test_shares_come_from_unrounded_totals_and_different_values_are_not_added_up_from_cells():
    down, across = np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 0, 1], np.int32)
    money = Measured(numbers=pl.Series([1, 2, 3, 4], dtype=pl.Int64))
    of_row = rules.tabulate((down, across), (2, 2), "row_share", money)
    assert of_row.cells == [[1 / 3, 2 / 3], [3 / 7, 4 / 7]] and of_row.row_totals == [1, 1]
    assert of_row.column_totals == [0.4, 0.6] and of_row.total == 1
    of_column = rules.tabulate((down, across), (2, 2), "column_share", money)
    assert of_column.cells == [[1 / 4, 2 / 6], [3 / 4, 4 / 6]] and of_column.column_totals == [1, 1]
    distinct = rules.tabulate((down, across), (2, 2), "distinct", Measured(codes=np.array([1, 1, 1, 0], np.uint8)))
    assert (distinct.cells, distinct.row_totals, distinct.total) == ([[1, 1], [1, 0]], [1, 1], 1)


def test_nobody_is_a_table_without_groups():
    nobody = np.zeros(0, np.int32)
    assert rules.tabulate((nobody, None), (0, 0), "count", Measured()).total == 0
    nothing = Measured(numbers=pl.Series([], dtype=pl.Int64))
    assert rules.tabulate((nobody, None), (0, 0), "sum", nothing).total is None
    assert rules.tabulate((nobody, nobody), (0, 0), "mean", nothing).total is None
    assert rules.ordered_groups({}, None, 3) == ([], 0)
