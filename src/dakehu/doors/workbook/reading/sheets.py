"""The sheets of an xlsx, xls, xlsb or ods file, read by columns."""

import io
import logging
import re
import zipfile
from typing import TYPE_CHECKING, Any

import fastexcel
import polars as pl
import python_calamine

from dakehu.doors.workbook.reading.refusals import NeedsPassword, Unopenable

if TYPE_CHECKING:
    from dakehu.doors.workbook.reading.book import Sheet

logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it announces every column it reads as text
_MIDNIGHT = r" 00:00:00$"
_TIME_ONLY = r"^1899-12-3[01] "
_ERROR_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)(\d+)"[^>]*?t="e"[^>]*>.*?<v>([^<]*)</v>', re.DOTALL)
FAULTS_UP_TO = 60_000_000  # bytes of sheet XML in which error cells are looked for


def read(content: bytes, name: str) -> "list[Sheet]":
    """Every sheet that holds anything, in the order of the file."""
    from dakehu.doors.workbook.reading.book import Sheet

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        reader = fastexcel.read_excel(content)
    except python_calamine.PasswordError as locked:
        raise NeedsPassword(name) from locked
    except Exception as fault:  # the parsers raise many kinds for damaged files
        if "password" in str(fault).lower():
            raise NeedsPassword(name) from fault
        raise Unopenable(name, "文件已损坏或格式不支持。", "it is damaged, or of a kind not supported.") from fault
    faults = _error_cells(content)
    made: list[Sheet] = []
    for position, meta in enumerate(book.sheets_metadata):
        if str(meta.typ) not in ("SheetTypeEnum.WorkSheet", "WorkSheet"):
            continue
        frame = _frame(reader, meta.name, name)
        merged = _merged(book, meta.name)
        visible = str(meta.visible).endswith("Visible")
        sheet = Sheet(meta.name, frame, visible, merged, faults.get(position, {}))
        made.append(_with_faults(sheet))
    return made


def _frame(reader: Any, sheet: str, name: str) -> pl.DataFrame:
    try:
        loaded = reader.load_sheet(
            sheet, header_row=None, skip_rows=0, schema_sample_rows=None, dtypes="string"
        ).to_polars()
    except Exception as fault:
        if "no data" in str(fault).lower() or "empty" in str(fault).lower():
            return pl.DataFrame()
        raise Unopenable(name, f"工作表“{sheet}”无法读取。", f"sheet “{sheet}” cannot be read.") from fault
    frame = loaded.rename({old: f"c{i}" for i, old in enumerate(loaded.columns)})
    texts = [c for c, kind in frame.schema.items() if kind == pl.String]
    others = [pl.col(c).cast(pl.String) for c, kind in frame.schema.items() if kind != pl.String]
    cleaned = [pl.col(c).str.replace(_MIDNIGHT, "").str.replace(_TIME_ONLY, "") for c in texts]
    return frame.with_columns(*cleaned, *others) if frame.width else frame


def _merged(book: Any, sheet: str) -> list[tuple[int, int, int, int]]:
    try:
        ranges = book.get_sheet_by_name(sheet).merged_cell_ranges or []
    except Exception:  # formats without merged ranges say so in their own ways
        return []
    return [(a[0], a[1], b[0], b[1]) for a, b in ranges]


def _error_cells(content: bytes) -> dict[int, dict[tuple[int, int], str]]:
    """{position of the sheet: {(row, column): "#DIV/0!"}} for xlsx: the fast readers show such cells as empty."""
    found: dict[int, dict[tuple[int, int], str]] = {}
    if content[:4] != b"PK\x03\x04":
        return found
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {p.filename: p for p in archive.infolist() if re.match(r"xl/worksheets/sheet\d+\.xml$", p.filename)}
        for filename, part in parts.items():
            if part.file_size > FAULTS_UP_TO:
                continue
            body = archive.read(filename)
            if b't="e"' not in body:
                continue
            position = int(re.findall(r"(\d+)\.xml", filename)[0]) - 1
            found[position] = {
                (int(row) - 1, _column(letters.decode())): text.decode()
                for letters, row, text in _ERROR_CELL.findall(body)
            }
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _with_faults(sheet: "Sheet") -> "Sheet":
    """Put error values where the reader left a hole, so that they are refused instead of taken for nothing."""
    for (row, column), text in sheet.faults.items():
        if row < sheet.frame.height and column < sheet.frame.width:
            name = f"c{column}"
            values = sheet.frame[name].to_list()
            values[row] = text
            sheet.frame = sheet.frame.with_columns(pl.Series(name, values, dtype=pl.String))
    return sheet
