"""Prepare frames for Excel: types per column, clean text, Excel's limits checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from dakehu.exchange.workbook.writing.spec import (
    EXCEL_CELL_CHARACTERS,
    EXCEL_COLUMNS,
    EXCEL_ROWS,
    CannotWrite,
    ColumnSpec,
    Language,
    SheetSpec,
    pick,
)

# Characters that XML 1.0 cannot represent.
ILLEGAL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
NUMBERS = {"integer", "money", "rate"}


@dataclass(frozen=True)
class NormalisedSheet:
    """A sheet whose frame has exactly the typed columns of its specification.

    `frame` is all rows or the first slice. `height` is the number of rows, `last_row` the last prepared one, from 0.
    """

    spec: SheetSpec
    frame: pl.DataFrame
    height: int
    last_row: int
    language: Language

    def parts(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in slices. Raises CannotWrite for a cell that Excel cannot hold."""
        if self.spec.slices is None:
            yield self.frame
            return
        first = 0
        for batch in self.spec.slices.read():
            yield _check_rows(self.spec, batch, first, self.language)
            first += batch.height

    def whole(self) -> pl.DataFrame:
        """Return all rows at once."""
        return self.frame if self.spec.slices is None else pl.concat(self.parts())

    def position(self, key: str) -> int:
        """Return the index of a column. Raises CannotWrite."""
        for index, column in enumerate(self.spec.columns):
            if column.key == key:
                return index
        raise CannotWrite(
            f"工作表「{self.spec.name}」没有列「{key}」，请检查公式或透视表引用的列名。",
            f"Sheet “{self.spec.name}” has no column “{key}”; check the key that a formula or pivot names.",
        )

    def cells_of(self, key: str) -> str:
        """Return the absolute reference of a column, prepared rows included."""
        letter = xl_col_to_name(self.position(key))
        return f"{quote_sheet_name(self.spec.name)}!${letter}$2:${letter}${self.last_row + 1}"

    def same_row(self, formula: str, row: int = 2) -> str:
        """Replace `{key}` in a formula by the cell of `row` (from 1); columns stay fixed when copied."""
        return re.sub(r"\{(\w+)\}", lambda m: f"${xl_col_to_name(self.position(m[1]))}{row}", formula)


def quote_sheet_name(sheet_name: str) -> str:
    """Quote a sheet name for a formula."""
    return "'" + sheet_name.replace("'", "''") + "'"


def normalise_sheet(sheet: SheetSpec, language: Language = "zh") -> NormalisedSheet:
    """Check a sheet against Excel's limits and type its frame. Raises CannotWrite."""
    _check_name(sheet.name)
    _check_headings(sheet)
    rows = sheet.frame.height if sheet.slices is None else sheet.slices.height
    if rows + 1 > EXCEL_ROWS:
        raise CannotWrite(
            f"工作表「{sheet.name}」有 {rows:,} 行，Excel 最多容纳 {EXCEL_ROWS - 1:,} 行数据，请缩小范围后分批导出。",
            f"Sheet “{sheet.name}” has {rows:,} rows; Excel holds {EXCEL_ROWS - 1:,}. Export a smaller selection.",
        )
    last_row = min(max(rows + sheet.spare_rows, 1), EXCEL_ROWS - 1)
    return NormalisedSheet(sheet, _check_rows(sheet, sheet.frame, 0, language), rows, last_row, language)


def _check_rows(sheet: SheetSpec, rows: pl.DataFrame, first: int, language: Language) -> pl.DataFrame:
    """Return typed rows of a sheet; `first` is the row (from 0) of the first of them."""
    frame = rows.select([_value_of(sheet, rows, column, language).alias(column.key) for column in sheet.columns])
    if rows.height == 0:
        frame = frame.clear()
    _check_lengths(sheet, frame, first)
    return frame


def _check_name(name: str) -> None:
    """Raise CannotWrite for an invalid sheet name."""
    if not 0 < len(name) <= 31 or re.search(r"[\[\]:*?/\\]", name) or name.startswith("'") or name.endswith("'"):
        raise CannotWrite(
            f"工作表名称「{name}」不可用：须为 1–31 个字符，且不含 [ ] : * ? / \\。",
            f"“{name}” cannot name a sheet: use 1–31 characters without [ ] : * ? / \\.",
        )


def _check_headings(sheet: SheetSpec) -> None:
    """Raise CannotWrite for too many columns, or empty or repeated headings."""
    if not 0 < len(sheet.columns) <= EXCEL_COLUMNS:
        raise CannotWrite(
            f"工作表「{sheet.name}」有 {len(sheet.columns)} 列，须为 1–{EXCEL_COLUMNS} 列。",
            f"Sheet “{sheet.name}” has {len(sheet.columns)} columns; give it 1–{EXCEL_COLUMNS}.",
        )
    seen: set[str] = set()
    for column in sheet.columns:
        heading = column.heading.casefold()
        if not heading or heading in seen:
            raise CannotWrite(
                f"工作表「{sheet.name}」的列标题「{column.heading}」为空或重复，请为每列取不同的标题。",
                f"In sheet “{sheet.name}” the heading “{column.heading}” is empty or repeated; make each different.",
            )
        seen.add(heading)


def _check_lengths(sheet: SheetSpec, frame: pl.DataFrame, first: int) -> None:
    """Raise CannotWrite for a cell with too many characters."""
    for column in sheet.columns:
        if frame.schema[column.key] != pl.String or not frame.height:
            continue
        lengths = frame[column.key].str.len_chars()
        longest = lengths.max()
        if isinstance(longest, int) and longest > EXCEL_CELL_CHARACTERS:
            row = first + (lengths.arg_max() or 0) + 2
            raise CannotWrite(
                f"工作表「{sheet.name}」第 {row} 行「{column.heading}」有 {longest:,} 个字符，"
                f"Excel 单元格最多 {EXCEL_CELL_CHARACTERS:,} 个，请缩短后再导出。",
                f"Sheet “{sheet.name}”, row {row}，“{column.heading}” holds {longest:,} characters; "
                f"an Excel cell holds {EXCEL_CELL_CHARACTERS:,}. Shorten it, then export again.",
            )


def _value_of(sheet: SheetSpec, rows: pl.DataFrame, column: ColumnSpec, language: Language) -> pl.Expr:
    """Return the expression of a column."""
    if column.cached is not None and rows.height:
        value, dtype = column.cached, None
    elif column.key in rows.columns:
        value, dtype = pl.col(column.key), rows.schema[column.key]
    elif rows.height == 0:
        value, dtype = pl.lit(None), pl.Null()
    else:
        raise CannotWrite(
            f"工作表「{sheet.name}」的数据里缺少列「{column.key}」({column.heading})。",
            f"The data of sheet “{sheet.name}” lack the column “{column.key}” ({column.heading}).",
        )
    return _convert_column(value, column, dtype, language)


def _convert_column(value: pl.Expr, column: ColumnSpec, dtype: pl.DataType | None, language: Language) -> pl.Expr:
    """Convert a column to the type of its kind."""
    if dtype == pl.String and column.kind not in ("text", "choice"):
        return strip_control_characters(value)
    if column.kind in NUMBERS:
        if column.kind == "integer" and (dtype is None or dtype.is_integer()):
            return value.cast(pl.Int64)
        number = value.cast(pl.Float64)
        return pl.when(number.is_finite()).then(number)
    if column.kind == "date":
        return value.cast(pl.Date)
    if column.kind == "datetime":
        if isinstance(dtype, pl.Datetime) and dtype.time_zone:
            value = value.dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
        return value.cast(pl.Datetime("us"))
    if column.kind == "bool":
        yes, no = yes_no(language)
        truth = value.cast(pl.Boolean)
        return pl.when(truth).then(pl.lit(yes)).when(~truth).then(pl.lit(no))
    return strip_control_characters(value.cast(pl.String))


def yes_no(language: Language) -> tuple[str, str]:
    """Return the words for yes and no."""
    return pick(language, "是", "Yes"), pick(language, "否", "No")


def strip_control_characters(text: pl.Expr) -> pl.Expr:
    """Remove characters that XML cannot represent and unify line breaks; empty text becomes null."""
    cleaned = text.str.replace_all("\r\n?", "\n").str.replace_all(ILLEGAL, "")
    return pl.when(cleaned != "").then(cleaned)
