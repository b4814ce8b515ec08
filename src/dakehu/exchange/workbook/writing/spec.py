"""The content of a workbook as plain data: no Excel, no Django, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import polars as pl

Kind = Literal["text", "integer", "money", "rate", "date", "datetime", "bool", "choice"]
Language = Literal["zh", "en"]

SPARE_ROWS = 300
EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384
EXCEL_CELL_CHARACTERS = 32_767


class CannotWrite(ValueError):
    """The requested workbook is not possible. `zh` and `en` state the position, the value and the remedy."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en


def pick(language: Language, zh: str, en: str) -> str:
    """Return the text of a language."""
    return zh if language == "zh" else en


@dataclass(frozen=True)
class ColumnSpec:
    """One column of a table sheet.

    `minimum` and `maximum` bound numbers and dates; for text they bound the number of characters.
    `formula` and `check` are Excel formulas without `=`; `{key}` means the cell of that column in the same row.
    A formula column shows `cached` (an expression over the frame) or the frame's own column until Excel recalculates.
    `mark="gain"` colours signs; `mark="due"` colours past and near dates while the `open_while` column
    (key, values) still matches.
    `listed_in` (sheet name, key) takes the permitted values from a column of another sheet of the same book. `caption` is
    the heading in the language of the book, if a page has no space for two.
    """

    key: str
    heading: str
    kind: Kind = "text"
    choices: Sequence[str] = ()
    required: bool = False
    unique: bool = False
    minimum: float | date | None = None
    maximum: float | date | None = None
    check: str = ""
    help: str = ""
    comment: str = ""
    width: float | None = None
    locked: bool = False
    hidden: bool = False
    formula: str | None = None
    cached: pl.Expr | None = None
    number_format: str | None = None
    mark: Literal["", "gain", "due"] = ""
    open_while: tuple[str, Sequence[str]] | None = None
    listed_in: tuple[str, str] | None = None
    caption: str = ""


@dataclass(frozen=True)
class Slices:
    """Rows read in slices: their number, and a function that yields them in batches of some thousand.

    Every slice has the same columns and types; they may be read more than once.
    """

    height: int
    read: Callable[[], Iterator[pl.DataFrame]]


@dataclass(frozen=True)
class SheetSpec:
    """A table sheet: headings in row 1, one record per row below, then `spare_rows` prepared empty rows.

    `frame` has one column per `ColumnSpec.key` (others are ignored); nulls are empty cells. A numeric or date column
    given as text (a masked value) is written as text. An empty frame makes a template. With `slices`, these are the
    rows and `frame` is the first of them.
    """

    name: str
    title: str
    columns: Sequence[ColumnSpec]
    frame: pl.DataFrame
    note: str = ""
    frozen_columns: int = 2
    spare_rows: int = SPARE_ROWS
    slices: Slices | None = None


@dataclass(frozen=True)
class PivotValue:
    """A value aggregated by a pivot: source column, aggregation, name (never a heading of the source)."""

    key: str
    how: Literal["sum", "mean", "count", "min", "max"]
    heading: str
    number_format: Literal["#,##0.00", "0.00%", "0"] = "#,##0.00"


@dataclass(frozen=True)
class PivotSpec:
    """A pivot table over the data rows of sheet `source`; `anchor` is its top left cell (from 0).

    With `across`, one value; without, one or more. Orders list the values that come first, in that order.
    """

    name: str
    source: str
    down: str
    values: Sequence[PivotValue]
    anchor: tuple[int, int]
    across: str | None = None
    down_order: Sequence[str] = ()
    across_order: Sequence[str] = ()


@dataclass(frozen=True)
class Area:
    """Cells of a page, zero-based, inclusive."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Series:
    """A series of a chart."""

    name: str
    categories: Area
    values: Area
    second_axis: bool = False


@dataclass(frozen=True)
class ChartSpec:
    """A chart of cells of its own page; `size` in pixels."""

    kind: Literal["line", "pie"]
    title: str
    anchor: tuple[int, int]
    series: Sequence[Series]
    size: tuple[int, int] = (640, 320)
    category_format: str = ""


Style = Literal[
    "plain",
    "title",
    "section",
    "note",
    "head",
    "head_number",
    "label",
    "money",
    "rate",
    "number",
    "integer",
    "date",
    "month",
    "total",
    "total_money",
    "total_rate",
    "total_number",
    "total_integer",
    "input_rate",
    "input_date",
    "link",
    "required",
    "optional",
    "computed",
]


@dataclass(frozen=True)
class Cell:
    """One written cell of a page. With `formula` (no `=`), `value` is displayed before recalculation."""

    row: int
    column: int
    value: str | float | int | date | None
    style: Style = "plain"
    formula: str | None = None
    array: bool = False
    link: str = ""


@dataclass(frozen=True)
class PageSpec:
    """A free sheet: cells, pivots, charts. `names` gives workbook-wide names to single cells."""

    name: str
    cells: Sequence[Cell]
    pivots: Sequence[PivotSpec] = ()
    charts: Sequence[ChartSpec] = ()
    names: dict[str, tuple[int, int]] = field(default_factory=dict)
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class BookSpec:
    """A whole workbook. `rise_is_red` follows the Chinese convention; False swaps the two colours.

    Sheets are protected against accidental edits with or without `sheet_password`; this is not encryption.
    `file_password` encrypts the file. `created` is stamped into the document properties, in Asia/Shanghai time.
    """

    title: str
    sheets: Sequence[SheetSpec]
    pages: Sequence[PageSpec] = ()
    language: Language = "zh"
    generated_by: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    created: datetime | None = None
    sheet_password: str = ""
    file_password: str = ""
    rise_is_red: bool = True
    due_soon_days: int = 7
