"""Cells of an uploaded file that were corrected in the browser. They override the read cells and are stored encrypted
next to the file, which itself stays unchanged."""

import json
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dakehu.exchange.mapping.mapping import TableMapping
from dakehu.exchange.workbook.reading import Book
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches

Cells = dict[str, dict[int, dict[int, str]]]  # {sheet: {line from 1: {column from 0: text}}}


@dataclass
class Corrections:
    """The corrected cells of one batch. `faults` and `in_all` are the file's faults after corrections; they are valid
    as long as `report`, from which they derive, is the latest."""

    cells: Cells = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    in_all: int = 0
    report: str = ""

    @property
    def count(self) -> int:
        return sum(len(row) for lines in self.cells.values() for row in lines.values())

    def put(self, sheet: str, line: int, column: int, text: str | None) -> None:
        """Correct a cell; None restores the original."""
        row = self.cells.setdefault(sheet, {}).setdefault(line, {})
        if text is not None:
            row[column] = text
        else:
            row.pop(column, None)
            if not row:
                del self.cells[sheet][line]


def corrections_of(batch: Any) -> Corrections:
    """Return the corrections of a batch; empty if there are none."""
    key = batch.report.get("mended")
    if not key:
        return Corrections()
    result = json.loads(files.read(key)[1])
    result["cells"] = {
        sheet: {int(line): {int(c): text for c, text in row.items()} for line, row in lines.items()}
        for sheet, lines in result["cells"].items()
    }
    return Corrections(**result)


def save_corrections(batch: Any, made: Corrections) -> None:
    """Store the corrections with their batch, replacing the previous ones. Call inside an act."""
    former = batch.report.get("mended")
    kept = files.save("mended.json", json.dumps(vars(made), ensure_ascii=False).encode())
    batch.report = {**batch.report, "mended": kept.key}
    if former:
        files.delete(former)
    batch.save()


def has_unchecked_corrections(batch: Any) -> bool:
    """Return whether there are corrections since the last dry run."""
    return bool(batch.report.get("mended")) and corrections_of(batch).report == batches.report_key(batch)


def apply_to_table(book: Book, cells: Cells) -> Book:
    """Return the file with the corrected cells."""
    for sheet in book.sheets:
        by_column: dict[int, dict[int, str]] = {}
        for line, row in cells.get(sheet.name, {}).items():
            for column, text in row.items():
                by_column.setdefault(column, {})[line - 1] = text
        for column, texts in by_column.items():
            sheet.frame = _set_texts(sheet.frame, f"c{column}", texts)
    return book


def apply_to_lines(lines: pl.DataFrame, table: TableMapping, cells: Cells) -> pl.DataFrame:
    """Apply corrections to the lines of one table (conversion.lines_of), emptied ones included."""
    places = {line: place for place, line in enumerate(lines["line"])}
    by_column: dict[str, dict[int, str]] = {}
    for line, row in cells.get(table.sheet, {}).items():
        for column, text in row.items():
            record, index = record_at(table, line, column)
            if record in places and f"c{index}" in lines.columns:
                by_column.setdefault(f"c{index}", {})[places[record]] = text
    for name, texts in by_column.items():
        lines = _set_texts(lines, name, texts)
    return lines


def cell_at(table: TableMapping, record: int, index: int) -> tuple[int, int]:
    """Return (line, column) in the sheet of a column's field, for the record in a line."""
    return (index + 1, table.value_column) if table.layout == "card" else (record, index)


def record_at(table: TableMapping, line: int, column: int) -> tuple[int, int]:
    """Return (line of the record, index of the column) of a cell of the sheet: the inverse of cell_at."""
    if table.layout == "card":
        return table.first_row + 1, line - 1 if column == table.value_column else -1
    return line, column


def _set_texts(frame: pl.DataFrame, name: str, texts: dict[int, str]) -> pl.DataFrame:
    """Set `texts` by row; an empty text becomes an empty cell, as in the sheet reader."""
    held = {row: text or None for row, text in texts.items() if 0 <= row < frame.height}
    if name not in frame.columns or not held:
        return frame
    column = frame[name].cast(pl.String).scatter(list(held), pl.Series(list(held.values()), dtype=pl.String))
    return frame.with_columns(column.alias(name))
