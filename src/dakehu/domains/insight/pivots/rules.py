"""Parse measures and dimensions, group values, and aggregate. Pure: arrays and polars columns, no database.

A group is its index in the dimension; amounts are integer cents, so that groups add up to the total exactly.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.insight.pivots.coding import Coded
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import Choices

MOST_ROWS, MOST_COLUMNS = 200, 50  # groups per dimension; the rest are one group
HALF = 24  # bits of the lower half of a summed integer
NEGATIVE = -1  # band index of amounts below zero


class MeasureName(Choices):
    """The aggregate computed for each cell."""

    COUNT = "count", "客户数", "Clients", ("计数", "数量", "人数", "number")
    SUM = "sum", "合计", "Sum", ("求和", "总和", "总额", "total")
    MEAN = "mean", "平均", "Mean", ("平均值", "均值", "average", "avg")
    MEDIAN = "median", "中位数", "Median", ("中位",)
    MIN = "min", "最小", "Least", ("最小值", "minimum", "lowest")
    MAX = "max", "最大", "Greatest", ("最大值", "maximum", "highest")
    DISTINCT = "distinct", "不同值个数", "Distinct", ("去重计数", "去重", "count distinct")
    SHARE = "share", "占比", "Share of total", ("比例", "份额", "percent", "share of total")
    ROW_SHARE = "row_share", "行占比", "Share of row", ("占行",)
    COLUMN_SHARE = "column_share", "列占比", "Share of column", ("占列",)


SHARES = (MeasureName.SHARE, MeasureName.ROW_SHARE, MeasureName.COLUMN_SHARE)


class Period(Choices):
    """The period by which days are grouped."""

    DAY = "day", "按日", "By day", ("日", "天")
    WEEK = "week", "按周", "By week", ("周", "星期")
    MONTH = "month", "按月", "By month", ("月", "月份")
    QUARTER = "quarter", "按季度", "By quarter", ("季", "季度")
    YEAR = "year", "按年", "By year", ("年", "年份")


@dataclass(frozen=True)
class Measure:
    """A measure, and the name of its column; "" for clients."""

    name: str
    column: str = ""


@dataclass(frozen=True)
class Table:
    """A pivot: cells by row and column, and totals of rows, columns and all. None: no value."""

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
        if not column and name not in (MeasureName.COUNT, *SHARES):
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
    """Return (column, period) of "risk_level", "opened_on:quarter" or "开户日期 按月"; the period is "" without one."""
    match = re.fullmatch(r"(.+?)[\s.:：]+(\S+)", text.strip())
    period = Period.read(match[2]) if match is not None else None
    return (match[1], period.value) if match is not None and period is not None else (text.strip(), "")


def start_of_period(day: date, period: str) -> date:
    """Return the first day of the period of a day; weeks begin on Monday."""
    if period == Period.DAY:
        return day
    if period == Period.WEEK:
        return day - timedelta(days=day.weekday())
    month = {Period.YEAR: 1, Period.QUARTER: (day.month - 1) // 3 * 3 + 1}.get(Period(period), day.month)
    return date(day.year, month, 1)


def name_of_period(first: date, period: str) -> str:
    """Return 2026-11-29, 2026 W48, 2026-11, 2026 Q4 or 2026."""
    if period == Period.QUARTER:
        return f"{first.year} Q{(first.month + 2) // 3}"
    if period == Period.WEEK:
        year, week, _ = first.isocalendar()
        return f"{year} W{week:02}"
    return {Period.DAY: f"{first:%Y-%m-%d}", Period.MONTH: f"{first:%Y-%m}"}.get(Period(period), str(first.year))


def cents_of(amount: float) -> int:
    """Return an amount in integer cents."""
    return round(amount * 100)


def whole_cents(column: pl.Series) -> pl.Series:
    """Return amounts as integer cents."""
    return (column * 100).round().cast(pl.Int64)


def band_of(column: pl.Expr, edges: tuple[int, ...]) -> pl.Expr:
    """Return the index of each amount's band between edges, NEGATIVE below zero; a missing one stays missing."""
    place = pl.sum_horizontal(column.ge(edge).cast(pl.Int64) for edge in edges)
    return pl.when(column.is_null()).then(None).when(column < 0).then(pl.lit(NEGATIVE, pl.Int64)).otherwise(place)


def counted_groups(coded: Coded, group_of: Callable[[Any], Any]) -> tuple[dict[Any, int], list[Any]]:
    """Return ({group: number of rows}, the group of each value) of a column, without missing ones."""
    groups = [group_of(value) for value in coded.values]
    counts: dict[Any, int] = {}
    for group, number in zip(groups, np.bincount(coded.codes, minlength=len(groups) + 1)[1:].tolist(), strict=True):
        if number:
            counts[group] = counts.get(group, 0) + number
    return counts, groups


def ordered_groups(counts: dict[Any, int], order: list[Any] | None, most: int) -> tuple[list[Any], int]:
    """Return (groups, number of groups combined into one further group); at most `most` including that one.

    In the given order, others after it; without an order the largest groups first.
    """
    largest = [value for value, _ in sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))]
    kept = largest if len(largest) <= most else largest[: most - 1]
    if order is not None:
        place = {value: at for at, value in enumerate(order)}
        kept = sorted(kept, key=lambda value: (place.get(value, len(place)), str(value)))
    return kept, len(largest) - len(kept)


def places(codes: np.ndarray, group_of_value: list[Any], groups: list[Any], rest: int) -> np.ndarray:
    """Return the group index of each row: its group, or the following indices of the rest (if there is one) and of missing values."""
    place = {group: at for at, group in enumerate(groups)}
    missing = len(groups) + (1 if rest else 0)
    table = np.array([missing, *(place.get(group, len(groups)) for group in group_of_value)], np.int32)
    return table[codes]


@dataclass(frozen=True)
class Measured:
    """The measured data of each row: numbers (cents of amounts), or the codes of a column to count distinct values of."""

    numbers: pl.Series | None = None
    codes: np.ndarray | None = None


def tabulate(
    places_of: tuple[np.ndarray, np.ndarray | None], sizes: tuple[int, int], measure: str, measured: Measured
) -> Table:
    """Return the table of rows by their row and column groups (None: no columns).

    Totals are computed from the rows, never from cells that are rounded or not additive.
    """
    (down, across), (rows, columns) = places_of, sizes
    of_column = measured.numbers is not None or measured.codes is not None
    basis = (MeasureName.SUM if of_column else MeasureName.COUNT) if measure in SHARES else MeasureName(measure)
    cells: list[list[Any]] = [[] for _ in range(rows)]
    if across is not None and columns:
        flat = _compute_measure(down * np.int32(columns) + across, rows * columns, basis, measured)
        cells = [flat[start : start + columns] for start in range(0, rows * columns, columns)]
    by_row = _totals(down, rows, basis, measured, cells if columns else None)
    turned = [list(one) for one in zip(*cells, strict=True)] if columns and rows else []
    by_column = _totals(across, columns, basis, measured, turned) if across is not None else []
    total = _total(down, basis, measured, by_row)
    return (
        Table(*_shares(measure, cells, by_row, by_column, total))
        if measure in SHARES
        else Table(cells, by_row, by_column, total)
    )


def _totals(
    places_of: np.ndarray, size: int, basis: str, measured: Measured, cells: list[list[Any]] | None
) -> list[Any]:
    """Return the totals of rows or columns; integers are summed from their cells."""
    is_whole = basis == MeasureName.COUNT or (
        basis == MeasureName.SUM and measured.numbers is not None and measured.numbers.dtype == pl.Int64
    )
    if cells is not None and is_whole:
        return [_sum_present(one) for one in cells] if cells else [0 if basis == MeasureName.COUNT else None] * size
    return _compute_measure(places_of, size, basis, measured)


def _total(down: np.ndarray, basis: str, measured: Measured, by_row: list[Any]) -> Any:
    if basis == MeasureName.COUNT:
        return len(down)
    if basis == MeasureName.SUM and measured.numbers is not None and measured.numbers.dtype == pl.Int64:
        return _sum_present(by_row)
    return _compute_measure(np.zeros(len(down), np.int32), 1, basis, measured)[0]


def _sum_present(values: list[Any]) -> Any:
    present = [value for value in values if value is not None]
    return sum(present) if present else None


def _shares(measure: str, cells: list[list[Any]], by_row: list[Any], by_column: list[Any], total: Any) -> Any:
    """Return cells and totals as shares of the unrounded total, of their row's, or of their column's."""

    def part(value: Any, whole: Any) -> Any:
        return None if value is None or not whole else value / whole

    every = (
        [part(value, total) for value in by_row],
        [part(value, total) for value in by_column],
        part(total, total),
    )
    if measure == MeasureName.ROW_SHARE:
        of_row = [[part(value, whole) for value in row] for row, whole in zip(cells, by_row, strict=True)]
        return of_row, [part(value, value) for value in by_row], every[1], every[2]
    if measure == MeasureName.COLUMN_SHARE:
        of_column = [[part(value, whole) for value, whole in zip(row, by_column, strict=False)] for row in cells]
        return of_column, every[0], [part(value, value) for value in by_column], every[2]
    return [[part(value, total) for value in row] for row in cells], *every


def _compute_measure(keys: np.ndarray, size: int, basis: str, measured: Measured) -> list[Any]:
    """Return the measure of each group from 0 to size; None (0 for counts) without values."""
    if basis == MeasureName.COUNT:
        return list(np.bincount(keys, minlength=size).tolist())
    if measured.codes is not None:
        return _distinct(keys, size, measured.codes)
    if basis in (MeasureName.SUM, MeasureName.MEAN):
        sums, numbers = _sums_and_counts(keys, size, measured.numbers)
        pairs = zip(sums, numbers, strict=True)
        return [(value if basis == MeasureName.SUM else value / number) if number else None for value, number in pairs]
    value = pl.col("value")
    worked_out = {
        MeasureName.MEDIAN.value: value.median(),
        MeasureName.MIN.value: value.min(),
        MeasureName.MAX.value: value.max(),
    }[str(basis)]
    frame = pl.DataFrame({"key": keys, "value": measured.numbers})
    if size == 1:
        return [frame.select(worked_out).item() if frame.height else None]
    found = dict(frame.group_by("key").agg(worked_out.alias("x")).iter_rows())
    return [found.get(place) for place in range(size)]


def _sums_and_counts(keys: np.ndarray, size: int, column: Any) -> tuple[list[Any], list[int]]:
    """Return (sum, number of values) of each group; exact for integers.

    Sums are floats, which represent integers exactly up to 2^53: integers are split in two halves, each summed separately.
    """
    if column.null_count():
        known = column.is_not_null().to_numpy()
        keys, column = keys[known], column.drop_nulls()
    values = column.to_numpy()
    numbers = np.bincount(keys, minlength=size).tolist()
    if values.dtype != np.int64:
        return np.bincount(keys, values, size).tolist(), numbers
    high, low = values >> HALF, values & ((1 << HALF) - 1)
    sums = zip(np.bincount(keys, high, size).tolist(), np.bincount(keys, low, size).tolist(), strict=True)
    return [(int(a) << HALF) + int(b) for a, b in sums], numbers


def _distinct(keys: np.ndarray, size: int, codes: np.ndarray) -> list[Any]:
    """Return the number of distinct values of each group, without missing ones."""
    width = int(codes.max(initial=0)) + 1
    pairs = np.unique(keys.astype(np.int64) * width + codes)
    return list(np.bincount(pairs[pairs % width > 0] // width, minlength=size).tolist())
