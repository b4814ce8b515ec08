"""The layout of an online spreadsheet: worksheets, columns and headings are located by hidden marks. Pure.

Marks are developer metadata, which moves along when people insert, move or rename. Rows are identified by the sealed
key in a hidden column, because the metadata quota is too small for rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dakehu.exchange.sheets.definitions import ROW_KEY
from dakehu.exchange.sheets_sync.cells import text_of_cell

PART_MARK, FIELD_MARK, HEADING_MARK = "dakehu:part", "dakehu:field", "dakehu:heading"
MARKS = (PART_MARK, FIELD_MARK, HEADING_MARK)


@dataclass
class SheetRow:
    """A row below the headings. `index` counts from 0; `cells` are the texts of our columns.

    `errors` are fields whose cell has an error, `formulas` those with a formula, `has_others` whether columns that
    are not ours have values.
    """

    index: int
    key: str
    cells: dict[str, str]
    errors: frozenset[str] = frozenset()
    formulas: frozenset[str] = frozenset()
    has_others: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether all our columns are empty."""
        return not any(self.cells.values()) and not self.errors


@dataclass
class Tab:
    """The current state of a worksheet: the columns of its fields and its rows."""

    part: str
    sheet_id: int
    heading: int
    columns: dict[str, int]
    rows: list[SheetRow] = field(default_factory=list)

    @property
    def fields(self) -> list[str]:
        """Return the fields in the order of their columns, without the key."""
        return [name for name, _ in sorted(self.columns.items(), key=lambda item: item[1]) if name != ROW_KEY]


def find_tabs(marks: Iterable[dict[str, Any]], link: int) -> dict[str, Tab]:
    """Return {worksheet: tab without rows} of a link, from the developer metadata of the spreadsheet.

    A worksheet without its key column or headings is omitted.
    """
    parts: dict[int, str] = {}
    columns: dict[int, dict[str, int]] = {}
    headings: dict[int, int] = {}
    for mark in marks:
        number, _, value = str(mark.get("metadataValue", "")).partition(":")
        if number != str(link):
            continue
        location = mark["location"]
        span = location.get("dimensionRange", {})
        sheet_id = int(span.get("sheetId", location.get("sheetId", 0)))
        if mark["metadataKey"] == PART_MARK:
            parts.setdefault(sheet_id, value)
        elif mark["metadataKey"] == FIELD_MARK:
            columns.setdefault(sheet_id, {}).setdefault(value, int(span.get("startIndex", 0)))
        elif mark["metadataKey"] == HEADING_MARK:
            headings.setdefault(sheet_id, int(span.get("startIndex", 0)))
    found: dict[str, Tab] = {}
    for sheet_id, part in sorted(parts.items()):
        if part not in found and ROW_KEY in columns.get(sheet_id, {}) and sheet_id in headings:
            found[part] = Tab(part, sheet_id, headings[sheet_id], columns[sheet_id])
    return found


def marked_parts(marks: Iterable[dict[str, Any]], link: int) -> set[str]:
    """Return the worksheets of a link in the spreadsheet, complete or not."""
    values = (str(mark.get("metadataValue", "")) for mark in marks if mark["metadataKey"] == PART_MARK)
    return {value.partition(":")[2] for value in values if value.partition(":")[0] == str(link)}


def read_rows(tab: Tab, kinds: dict[str, str], data: Iterable[dict[str, Any]]) -> None:
    """Fill a tab with the rows below its headings, from the grid data of its worksheet."""
    ours = set(tab.columns.values())
    for block in data:
        first_row, first_column = int(block.get("startRow", 0)), int(block.get("startColumn", 0))
        for index, line in enumerate(block.get("rowData", ()), first_row):
            values = line.get("values", ())
            if index > tab.heading and values:
                cells = dict(enumerate(values, first_column))
                tab.rows.append(_row(tab, kinds, index, cells, ours))


def _row(tab: Tab, kinds: dict[str, str], index: int, cells: dict[int, Any], ours: set[int]) -> SheetRow:
    """Return one row."""
    texts: dict[str, str] = {}
    errors, formulas = set(), set()
    for name, column in tab.columns.items():
        cell = cells.get(column) or {}
        text = text_of_cell(kinds.get(name, "text"), cell.get("effectiveValue") or {})
        texts[name] = text or ""
        if text is None:
            errors.add(name)
        if "formulaValue" in (cell.get("userEnteredValue") or {}):
            formulas.add(name)
    has_others = any((cell or {}).get("userEnteredValue") for column, cell in cells.items() if column not in ours)
    return SheetRow(index, texts.pop(ROW_KEY, ""), texts, frozenset(errors), frozenset(formulas), has_others)
