"""The requests of one `spreadsheets.batchUpdate`: a new worksheet, marks of typed rows, and the writes of a plan. Pure.

Values are written as values: a text that looks like a formula stays text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dakehu.exchange.sheets.definitions import ROW_KEY
from dakehu.exchange.sheets_sync.base_files import Rows
from dakehu.exchange.sheets_sync.cells import FORMATS, LONGEST, cell_of_text
from dakehu.exchange.sheets_sync.differences import Writing
from dakehu.exchange.sheets_sync.layout import FIELD_MARK, HEADING_MARK, PART_MARK, Tab

VALUE = "userEnteredValue"
SPARE_ROWS = 50
APPENDED = 500  # rows of one request
LISTED = 500  # choices in a drop-down
Request = dict[str, Any]


@dataclass(frozen=True)
class SheetColumn:
    """A column of a worksheet: field, heading, kind of its cells, and its choices."""

    field: str
    heading: str
    kind: str
    choices: tuple[str, ...] = ()


def new_tab(
    link: int, part: str, title: str, sheet_id: int, columns: list[SheetColumn], rows: int
) -> tuple[Tab, list[Request]]:
    """Return a worksheet with headings and no rows, and the requests that create it. The hidden key column is first."""
    names = [ROW_KEY, *(column.field for column in columns)]
    tab = Tab(part, sheet_id, 0, {name: index for index, name in enumerate(names)})
    properties = {
        "sheetId": sheet_id,
        "title": title,
        "gridProperties": {"rowCount": rows + SPARE_ROWS, "columnCount": len(names) + 3, "frozenRowCount": 1},
    }
    headings = ["行钥 Row key", *(column.heading for column in columns)]
    head = [{VALUE: {"stringValue": text}, "userEnteredFormat": {"textFormat": {"bold": True}}} for text in headings]
    requests: list[Request] = [
        {"addSheet": {"properties": properties}},
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
                "rows": [{"values": head}],
                "fields": f"{VALUE},userEnteredFormat.textFormat.bold",
            }
        },
        _mark(PART_MARK, f"{link}:{part}", {"sheetId": sheet_id}),
        _mark(HEADING_MARK, f"{link}:{part}", {"dimensionRange": _dimension_range(sheet_id, "ROWS", 0)}),
        {
            "updateDimensionProperties": {
                "range": _dimension_range(sheet_id, "COLUMNS", 0),
                "properties": {"hiddenByUser": True},
                "fields": "hiddenByUser",
            }
        },
        {
            "addProtectedRange": {
                "protectedRange": {
                    "range": {"sheetId": sheet_id, "startColumnIndex": 0, "endColumnIndex": 1},
                    "description": "dakehu 凭这一列认出每一行 · dakehu knows each row by this column",
                    "warningOnly": True,
                }
            }
        },
    ]
    for index, name in enumerate(names):
        requests.append(
            _mark(FIELD_MARK, f"{link}:{name}", {"dimensionRange": _dimension_range(sheet_id, "COLUMNS", index)})
        )
    for index, column in enumerate(columns, 1):
        requests += _column_format_requests(sheet_id, index, column)
    return tab, requests


def mark_rows(tab: Tab, marks: Mapping[int, str]) -> list[Request]:
    """Return the requests that write marks into the key column: {row index: mark}."""
    return [_cells(tab, index, tab.columns[ROW_KEY], [{VALUE: {"stringValue": mark}}]) for index, mark in marks.items()]


def write(tab: Tab, plan: Writing, desk: Rows, kinds: Mapping[str, str], key_of: Callable[[int], str]) -> list[Request]:
    """Return the requests of a plan: changed cells, keys, new rows at the end, and deleted rows, last first."""
    requests: list[Request] = []
    for index, cells in plan.cells.items():
        for first, values in _neighbours(tab, kinds, cells):
            requests.append(_cells(tab, index, first, values))
    for index, number in plan.keys.items():
        requests.append(_cells(tab, index, tab.columns[ROW_KEY], [{VALUE: {"stringValue": key_of(number)}}]))
    if plan.added:
        rows = [_line(tab, desk[number], kinds, key_of(number)) for number in plan.added]
        for first in range(0, len(rows), APPENDED):
            some = rows[first : first + APPENDED]
            requests.append({"appendCells": {"sheetId": tab.sheet_id, "rows": some, "fields": VALUE}})
    for index in plan.emptied:
        for column in tab.columns.values():
            requests.append(_cells(tab, index, column, [{}]))
    for index in sorted(plan.removed, reverse=True):
        requests.append({"deleteDimension": {"range": _dimension_range(tab.sheet_id, "ROWS", index)}})
    return requests


def _mark(key: str, value: str, location: dict[str, Any]) -> Request:
    made = {"metadataKey": key, "metadataValue": value, "location": location, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": made}}


def _dimension_range(sheet_id: int, dimension: str, index: int) -> dict[str, Any]:
    return {"sheetId": sheet_id, "dimension": dimension, "startIndex": index, "endIndex": index + 1}


def _column_format_requests(sheet_id: int, index: int, column: SheetColumn) -> list[Request]:
    """Return the number format of a column, and its drop-down that warns about other values but accepts them."""
    span = {"sheetId": sheet_id, "startRowIndex": 1, "startColumnIndex": index, "endColumnIndex": index + 1}
    requests: list[Request] = []
    if column.kind in FORMATS:
        cell = {"userEnteredFormat": {"numberFormat": FORMATS[column.kind]}}
        requests.append({"repeatCell": {"range": span, "cell": cell, "fields": "userEnteredFormat.numberFormat"}})
    if column.choices and len(column.choices) <= LISTED:
        values = [{"userEnteredValue": choice} for choice in column.choices]
        rule = {"condition": {"type": "ONE_OF_LIST", "values": values}, "showCustomUi": True, "strict": False}
        requests.append({"setDataValidation": {"range": span, "rule": rule}})
    return requests


def _cells(tab: Tab, row: int, column: int, values: list[dict[str, Any]]) -> Request:
    start = {"sheetId": tab.sheet_id, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": values}], "fields": VALUE}}


def _neighbours(tab: Tab, kinds: Mapping[str, str], cells: Mapping[str, str]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Return changed cells of a row as (first column, values) of adjacent columns."""
    spans: list[tuple[int, list[dict[str, Any]]]] = []
    for name in sorted(cells, key=lambda name: tab.columns[name]):
        column, value = tab.columns[name], {VALUE: cell_of_text(kinds.get(name, "text"), cells[name])}
        if spans and spans[-1][0] + len(spans[-1][1]) == column:
            spans[-1][1].append(value)
        else:
            spans.append((column, [value]))
    return spans


def _line(tab: Tab, cells: Mapping[str, str], kinds: Mapping[str, str], key: str) -> dict[str, Any]:
    """Return a whole row; columns that are not ours stay empty."""
    values: list[dict[str, Any]] = [{} for _ in range(max(tab.columns.values()) + 1)]
    for name, column in tab.columns.items():
        text = key if name == ROW_KEY else cells.get(name, "")
        if text and len(text) <= LONGEST:
            values[column] = {
                VALUE: {"stringValue": text} if name == ROW_KEY else cell_of_text(kinds.get(name, "text"), text)
            }
    return {"values": values}
