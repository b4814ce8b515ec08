"""Measures, dimensions and sums of a pivot. No database."""

from datetime import date

import polars as pl
import pytest

from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.rules import Measure
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
    days = pl.DataFrame({"x": [date(2026, 11, 29), None]})
    for period, start, name in (("month", 11, "2026-11"), ("quarter", 10, "2026 Q4"), ("year", 1, "2026")):
        first = days.select(rules.start_of_period(pl.col("x"), period)).to_series().to_list()
        assert first == [date(2026, start, 1), None] and rules.name_of_period(first[0], period) == name


def test_many_groups_are_put_together_and_everything_still_adds_up():
    values = pl.Series(["b", "b", "a", "c", "d", None])
    groups, rest = rules.ordered_groups(values, None, 3)
    assert (groups, rest) == (["b", "a"], 2)
    found = rules.places(values, groups, rest)
    assert found.to_list() == [0, 0, 1, 2, 2, 3]
    frame = pl.DataFrame({"row": found, "column": [0] * 6, "value": [10, 20, None, 30, 40, 50]})
    added = rules.tabulate(frame, "sum", 4, 1, True)
    assert (added.row_totals, added.total) == ([30, None, 70, 50], 150) and added.cells == [[30], [None], [70], [50]]
    assert rules.tabulate(frame, "share", 4, 0, True).row_totals == [0.2, None, 70 / 150, 50 / 150]
    assert rules.tabulate(frame, "count", 4, 0, False).row_totals == [2, 1, 2, 1]
    assert rules.tabulate(frame, "median", 4, 0, True).total == 30


def test_nobody_is_a_table_without_groups():
    frame = pl.DataFrame(schema={"row": pl.Int64, "column": pl.Int64, "value": pl.Int64})
    assert rules.tabulate(frame, "count", 0, 0, False).total == 0
    assert rules.tabulate(frame, "sum", 0, 0, True).total is None
    assert rules.ordered_groups(pl.Series([], dtype=pl.String), None, 3) == ([], 0)
