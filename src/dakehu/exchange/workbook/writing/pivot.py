"""Compute pivot tables, so that viewers without refresh also show the numbers.

A pivot reads the data rows of its source sheet, not the prepared empty ones. Excel rebuilds it when the file opens
(`refreshOnLoad`); Excel cannot refresh on a protected sheet, so a page with pivots is never protected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dakehu.exchange.workbook.writing.normalise import NormalisedSheet
from dakehu.exchange.workbook.writing.spec import CannotWrite, Cell, Language, PivotSpec, PivotValue, Style, pick

Items = tuple[str | None, ...]
BODY: dict[str, tuple[Style, Style]] = {
    "#,##0.00": ("money", "total_money"),
    "0.00%": ("rate", "total_rate"),
    "0": ("integer", "total_integer"),
}


@dataclass(frozen=True)
class Cache:
    """The rows shared by several pivots. `items` are the distinct values of each axis, None for blank."""

    sheet: NormalisedSheet
    frame: pl.DataFrame
    items: dict[str, Items]


@dataclass(frozen=True)
class Pivot:
    """A computed pivot. `down` and `across` are the shown items in order, `cells` its appearance."""

    spec: PivotSpec
    cache: Cache
    down: Items
    across: Items
    cells: tuple[Cell, ...]

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return len(self.down) + (3 if self.spec.across else 2)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return 1 + (len(self.across) + 1 if self.spec.across else len(self.spec.values))


def make_cache(sheet: NormalisedSheet, pivots: Sequence[PivotSpec]) -> Cache:
    """Collect the axis columns of all pivots over one sheet.

    Spellings that differ only in case are merged.
    """
    frame, items = sheet.whole(), {}
    for key in dict.fromkeys(key for pivot in pivots for key in (pivot.down, pivot.across) if key):
        sheet.position(key)
        if frame.schema[key] != pl.String:
            raise CannotWrite(
                f"透视表只能按文字列分组，「{sheet.spec.name}」的「{key}」不是文字列。",
                f"A pivot groups by text columns only; “{key}” of “{sheet.spec.name}” is not text.",
            )
        spelling: dict[str, str] = {}
        for value in frame[key].drop_nulls().unique(maintain_order=True):
            spelling.setdefault(value.lower(), value)
        frame = frame.with_columns(pl.col(key).str.to_lowercase().replace(spelling))
        distinct: list[str | None] = sorted(spelling.values())
        items[key] = tuple([*distinct, None] if frame[key].null_count() else distinct)
    return Cache(sheet, frame, items)


def compute(spec: PivotSpec, cache: Cache, language: Language) -> Pivot:
    """Aggregate and lay out a pivot. Raises CannotWrite if it exceeds Excel's limits."""
    _check(spec, cache)
    down = _order_items(cache.items[spec.down], spec.down_order)
    across = _order_items(cache.items[spec.across], spec.across_order) if spec.across else ()
    cells = (
        _layout_cross_table(spec, spec.across, cache, down, across, language)
        if spec.across
        else _layout_list(spec, cache, down, language)
    )
    row, column = spec.anchor
    placed = tuple(Cell(row + cell.row, column + cell.column, cell.value, cell.style) for cell in cells)
    return Pivot(spec, cache, down, across, placed)


def _check(spec: PivotSpec, cache: Cache) -> None:
    """Raise CannotWrite for an invalid specification."""
    if not spec.values or (spec.across and len(spec.values) != 1):
        raise CannotWrite(
            f"透视表「{spec.name}」的数值项数量不对：有列字段时须恰好一项，否则至少一项。",
            f"Pivot “{spec.name}”: give exactly one value when it has columns, otherwise at least one.",
        )
    headings = {column.heading.casefold() for column in cache.sheet.spec.columns}
    for value in spec.values:
        cache.sheet.position(value.key)
        if value.heading.casefold() in headings:
            raise CannotWrite(
                f"透视表「{spec.name}」的数值名称「{value.heading}」与源数据的列标题相同，请换一个名称。",
                f"Pivot “{spec.name}”: the value name “{value.heading}” is also a heading of its source; rename it.",
            )


def _order_items(items: Items, first: Sequence[str]) -> Items:
    """Return the items with the preferred ones first."""
    wanted = [item for item in first if item in items]
    return tuple(wanted + [item for item in items if item not in wanted])


def _aggregate(value: PivotValue) -> pl.Expr:
    """Return the aggregation of a value."""
    column = pl.col(value.key)
    if value.how == "count":
        return column.count().alias(value.heading)
    return getattr(column.cast(pl.Float64, strict=False), value.how)().alias(value.heading)


def _label(item: str | None, language: Language) -> str:
    """Return the label of an item."""
    return pick(language, "(空白)", "(blank)") if item is None else item


def _layout_list(spec: PivotSpec, cache: Cache, down: Items, language: Language) -> list[Cell]:
    """Lay out a pivot without columns."""
    measures = [_aggregate(value) for value in spec.values]
    groups = {row[0]: row[1:] for row in cache.frame.group_by(spec.down).agg(measures).iter_rows()}
    totals = cache.frame.select(measures).row(0)
    cells = [Cell(0, 0, row_caption(language), "head")]
    cells += [Cell(0, index, value.heading, "head_number") for index, value in enumerate(spec.values, 1)]
    for row, item in enumerate(down, 1):
        cells.append(Cell(row, 0, _label(item, language), "label"))
        for index, value in enumerate(spec.values, 1):
            cells.append(Cell(row, index, groups[item][index - 1], BODY[value.number_format][0]))
    last = len(down) + 1
    cells.append(Cell(last, 0, total_caption(language), "total"))
    for index, value in enumerate(spec.values, 1):
        cells.append(Cell(last, index, totals[index - 1], BODY[value.number_format][1]))
    return cells


def _layout_cross_table(
    spec: PivotSpec, key: str, cache: Cache, down: Items, across: Items, language: Language
) -> list[Cell]:
    """Lay out a pivot with columns."""
    value, measure = spec.values[0], _aggregate(spec.values[0])
    frame = cache.frame
    inner = {(r, c): v for r, c, v in frame.group_by(spec.down, key).agg(measure).iter_rows()}
    rows = dict(frame.group_by(spec.down).agg(measure).iter_rows())
    columns = dict(frame.group_by(key).agg(measure).iter_rows())
    body, total = BODY[value.number_format]
    right, last = len(across) + 1, len(down) + 2
    cells = [Cell(0, 0, value.heading, "head"), Cell(0, 1, column_caption(language), "head")]
    cells += [Cell(0, index, None, "head") for index in range(2, right + 1)]
    cells += [Cell(1, 0, row_caption(language), "head"), Cell(1, right, total_caption(language), "head_number")]
    cells += [Cell(1, index, _label(item, language), "head_number") for index, item in enumerate(across, 1)]
    for row, item in enumerate(down, 2):
        cells.append(Cell(row, 0, _label(item, language), "label"))
        cells += [Cell(row, index, inner.get((item, other)), body) for index, other in enumerate(across, 1)]
        cells.append(Cell(row, right, rows[item], body))
    cells.append(Cell(last, 0, total_caption(language), "total"))
    cells += [Cell(last, index, columns[other], total) for index, other in enumerate(across, 1)]
    cells.append(Cell(last, right, frame.select(measure).item(), total))
    return cells


def row_caption(language: Language) -> str:
    """Return Excel's caption of rows."""
    return pick(language, "行标签", "Row Labels")


def column_caption(language: Language) -> str:
    """Return Excel's caption of columns."""
    return pick(language, "列标签", "Column Labels")


def total_caption(language: Language) -> str:
    """Return Excel's caption of totals."""
    return pick(language, "总计", "Grand Total")
