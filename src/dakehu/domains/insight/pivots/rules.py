"""Read measures and dimensions, group values, and add up. Pure: polars frames, no database.

A group is its place among the groups of a dimension; amounts are whole cents, so that groups add up to the total exactly.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import Choices

MOST_ROWS, MOST_COLUMNS = 200, 50  # groups of a dimension; the rest are one group
NEGATIVE = -1  # the place of amounts below zero among bands


class MeasureName(Choices):
    """What is worked out for each cell."""

    COUNT = "count", "客户数", "Clients", ("计数", "数量", "人数", "number")
    SUM = "sum", "合计", "Sum", ("求和", "总和", "总额", "total")
    MEAN = "mean", "平均", "Mean", ("平均值", "均值", "average", "avg")
    MEDIAN = "median", "中位数", "Median", ("中位",)
    MIN = "min", "最小", "Least", ("最小值", "minimum", "lowest")
    MAX = "max", "最大", "Greatest", ("最大值", "maximum", "highest")
    SHARE = "share", "占比", "Share of total", ("比例", "份额", "percent", "share of total")


class Period(Choices):
    """The period by which days are grouped."""

    MONTH = "month", "按月", "By month", ("月", "月份")
    QUARTER = "quarter", "按季度", "By quarter", ("季", "季度")
    YEAR = "year", "按年", "By year", ("年", "年份")


@dataclass(frozen=True)
class Measure:
    """A measure, and the name of the column it is of; "" for clients."""

    name: str
    column: str = ""


@dataclass(frozen=True)
class Table:
    """A pivot: cells by row and column, and totals of rows, columns and all. None: nothing is known there."""

    cells: list[list[Any]]
    row_totals: list[Any]
    column_totals: list[Any]
    total: Any


def read_measure(text: str) -> Measure:
    """Return the measure of "count", "sum:assets", "sum(assets)", "资产规模 合计" or "share"; a column alone has the name "".

    Raises Refused for an empty one, and for a measure of a column without the column.
    """
    words = [word for word in re.split(r"[\s:：()（）]+|\.(?!\d)", text.strip()) if word]
    for place in (0, -1):
        name = MeasureName.read(words[place]) if words else None
        if name is None:
            continue
        column = " ".join(words[1:] if place == 0 else words[:-1])
        if not column and name not in (MeasureName.COUNT, MeasureName.SHARE):
            raise refusal(
                "measure",
                "请写明对哪一列求“{name}”，如 {code}:assets。",
                "Say of which column, as in {code}:assets.",
                name=name.zh,
                code=name.value,
            )
        if column and name is MeasureName.COUNT:
            raise refusal(
                "measure", "客户数不带列名，写 count 即可。", "Clients are counted without a column: write count."
            )
        return Measure(name.value, column)
    if not words:
        raise refusal("measure", "请填写指标，如 count 或 sum:assets。", "Name a measure such as count or sum:assets.")
    return Measure("", text.strip())


def read_dimension(text: str) -> tuple[str, str]:
    """Return (column, period) of "risk_level", "opened_on:quarter" or "开户日期 按月"; the period is "" where none is named."""
    match = re.fullmatch(r"(.+?)[\s.:：]+(\S+)", text.strip())
    period = Period.read(match[2]) if match is not None else None
    return (match[1], period.value) if match is not None and period is not None else (text.strip(), "")


def start_of_period(column: pl.Expr, period: str) -> pl.Expr:
    """Return the first day of the period of each day."""
    return column.dt.truncate({"month": "1mo", "quarter": "1q", "year": "1y"}[period])


def name_of_period(first: date, period: str) -> str:
    """Return 2026-11, 2026 Q4 or 2026."""
    if period == "quarter":
        return f"{first.year} Q{(first.month + 2) // 3}"
    return f"{first:%Y-%m}" if period == "month" else str(first.year)


def band_of(column: pl.Expr, edges: tuple[int, ...]) -> pl.Expr:
    """Return the place of each amount among bands between edges, NEGATIVE below zero; a missing one stays missing."""
    place = pl.sum_horizontal(column.ge(edge).cast(pl.Int64) for edge in edges)
    return pl.when(column.is_null()).then(None).when(column < 0).then(pl.lit(NEGATIVE, pl.Int64)).otherwise(place)


def ordered_groups(values: pl.Series, order: list[Any] | None, most: int) -> tuple[list[Any], int]:
    """Return (values that are groups, number of those left to one further group) of a column, missing ones aside.

    In the given order, others after it; without an order the largest groups first.
    """
    counted = values.drop_nulls().value_counts().rows()
    largest = [value for value, _ in sorted(counted, key=lambda pair: (-pair[1], str(pair[0])))]
    kept = largest if len(largest) <= most else largest[: most - 1]
    if order is not None:
        place = {value: at for at, value in enumerate(order)}
        kept = sorted(kept, key=lambda value: (place.get(value, len(place)), str(value)))
    return kept, len(largest) - len(kept)


def places(values: pl.Series, groups: list[Any], rest: int) -> pl.Series:
    """Return the place of each value: its group, then the group of the rest where there is one, then the missing ones."""
    known = pl.DataFrame({"value": pl.Series(groups, dtype=values.dtype), "place": range(len(groups))})
    found = values.rename("value").to_frame().join(known, on="value", how="left", maintain_order="left")
    missing = len(groups) + (1 if rest else 0)
    return found.select(
        pl.when(pl.col("value").is_null())
        .then(missing)
        .otherwise(pl.col("place").fill_null(len(groups)))
        .cast(pl.Int64)
    ).to_series()


def tabulate(frame: pl.DataFrame, measure: str, rows: int, columns: int, of_column: bool) -> Table:
    """Return the table of a frame [row, column, value]. Without `of_column` clients are counted."""
    worked_out = _expression(measure, of_column)
    total = frame.select(worked_out.alias("x")).item() if frame.height else (0 if not of_column else None)
    is_count = not of_column

    def shown(value: Any) -> Any:
        if measure != MeasureName.SHARE:
            return value
        return None if value is None or not total else value / total

    nothing = 0 if is_count else None
    by_row = dict(frame.group_by("row").agg(worked_out.alias("x")).iter_rows())
    by_column = dict(frame.group_by("column").agg(worked_out.alias("x")).iter_rows()) if columns else {}
    cells = {}
    if columns:
        grouped = frame.group_by("row", "column").agg(worked_out.alias("x"))
        cells = {(row, column): value for row, column, value in grouped.iter_rows()}
    return Table(
        [[shown(cells.get((row, column), nothing)) for column in range(columns)] for row in range(rows)],
        [shown(by_row.get(row, nothing)) for row in range(rows)],
        [shown(by_column.get(column, nothing)) for column in range(columns)],
        shown(total),
    )


def _expression(measure: str, of_column: bool) -> pl.Expr:
    value = pl.col("value")
    if not of_column:
        return pl.len().cast(pl.Int64)
    if measure in (MeasureName.SUM, MeasureName.SHARE):
        return pl.when(value.count() > 0).then(value.sum()).otherwise(None)
    return {
        MeasureName.MEAN.value: value.mean(),
        MeasureName.MEDIAN.value: value.median(),
        MeasureName.MIN.value: value.min(),
        MeasureName.MAX.value: value.max(),
    }[measure]
