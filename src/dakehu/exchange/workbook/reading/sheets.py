"""The sheets of an xlsx, xls, xlsb or ods file, read by columns."""

import html
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import fastexcel
import polars as pl
import python_calamine

from dakehu.exchange.workbook.reading import used_range
from dakehu.exchange.workbook.reading.errors import BookRefused, NeedsPassword, Unopenable
from dakehu.exchange.workbook.reading.number_formats import LOST_DIGITS_FROM, scientific
from dakehu.exchange.workbook.reading.old_cells import read_old_cells
from dakehu.exchange.workbook.reading.open_document_cells import read_open_document_cells
from dakehu.exchange.workbook.reading.raw_cells import RawCells, read_formats, read_raw_cells, with_plain_properties
from dakehu.exchange.workbook.reading.sheet import Sheet

logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it logs every column it reads as text
_MIDNIGHT = r" 00:00:00$"
_TIME_ONLY = r"^(?:1899-12-3[01]|1904-01-01) "
_CELL = re.compile(rb"<c ([^>]*)>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>(#[^<]*|[^<]*[eE][^<]*|[^<]{15,})</v>")
_ADDRESS = re.compile(rb'r="([A-Z]+)(\d+)"')
_TYPE = re.compile(rb't="(\w+)"')
_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
SEARCHED_UP_TO = 60_000_000  # bytes of sheet XML searched for single cells
_ATTRIBUTE = re.compile(r'(?:\w+:)?(\w+)\s*=\s*"([^"]*)"')
ZIP = b"PK\x03\x04"
Cells = dict[tuple[int, int], str]


def read(content: bytes, name: str) -> list[Sheet]:
    """Return every non-empty sheet, in the order of the file."""
    with _unpacking(name):
        content = with_plain_properties(content)
        parts, formats = _sheet_parts(content), read_formats(content)
        others = read_open_document_cells(content) if content[:4] == ZIP else read_old_cells(content)
        used_range.check_used_range(content, parts, name)
        if content[:4] != ZIP:
            used_range.check_old_used_range(content, name)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        reader = fastexcel.read_excel(content)
    except python_calamine.PasswordError as locked:
        raise NeedsPassword(name) from locked
    except BaseException as fault:  # the parsers raise many kinds for damaged files, and a panic is not an Exception
        _let_pass(fault)
        if "password" in str(fault).lower():
            raise NeedsPassword(name) from fault
        raise Unopenable(name, "文件已损坏或格式不支持。", "it is damaged, or of a kind not supported.") from fault
    made: list[Sheet] = []
    for meta in book.sheets_metadata:
        if str(meta.typ) not in ("SheetTypeEnum.WorkSheet", "WorkSheet"):
            continue
        try:
            merged, left, floats = _merged_left_and_floats(book, meta.name, content[:4] == ZIP and bool(parts))
        except BaseException as fault:
            _let_pass(fault)
            raise Unopenable(name, f"工作表“{meta.name}”无法读取。", f"sheet “{meta.name}” cannot be read.") from fault
        frame = _shift_to_column_a(_frame(reader, meta.name, name), left)
        with _unpacking(name):
            part = parts.get(meta.name, "")
            faults, long_numbers = _single_cells(content, part)
            raw = read_raw_cells(content, part, formats) if part else others.get(meta.name, RawCells())
        shown = {**_displayed_numbers(frame, long_numbers), **raw.shown, **floats}
        percent_columns, as_shown = _percents(frame, raw.percents, bool(part) or meta.name in others)
        merged = merged or raw.merged
        shown |= as_shown
        frame = _fill_merged_down(_replace_cells(frame, faults | shown), merged)
        visible = str(meta.visible).endswith("Visible")
        hidden = [row for row in raw.hidden_rows if row < frame.height]
        made.append(
            Sheet(
                meta.name,
                frame,
                visible,
                merged,
                faults,
                hidden_rows=hidden,
                hidden_columns=raw.hidden_columns,
                percent_columns=percent_columns,
            )
        )
    return made


@contextmanager
def _unpacking(name: str) -> Iterator[None]:
    """Convert any error from unpacking a damaged part of the archive to a refusal (zlib.error, BadZipFile,
    EOFError, OSError, or errors of unusual compression methods)."""
    try:
        yield
    except BookRefused:
        raise
    except Exception as fault:
        raise Unopenable(name, "文件已损坏，请重新导出。", "it is damaged; export it again.") from fault


def _let_pass(fault: BaseException) -> None:
    """Re-raise interrupts and memory errors: they do not mean a damaged file."""
    if isinstance(fault, (KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit)):
        raise fault


def _frame(reader: Any, sheet: str, name: str) -> pl.DataFrame:
    try:
        loaded = reader.load_sheet(
            sheet, header_row=None, skip_rows=0, schema_sample_rows=None, dtypes="string"
        ).to_polars()
    except BaseException as fault:
        _let_pass(fault)
        if "no data" in str(fault).lower() or "empty" in str(fault).lower():
            return pl.DataFrame()
        raise Unopenable(name, f"工作表“{sheet}”无法读取。", f"sheet “{sheet}” cannot be read.") from fault
    frame = loaded.rename({old: f"c{i}" for i, old in enumerate(loaded.columns)})
    texts = [c for c, kind in frame.schema.items() if kind == pl.String]
    others = [pl.col(c).cast(pl.String) for c, kind in frame.schema.items() if kind != pl.String]
    cleaned = [pl.col(c).str.replace(_MIDNIGHT, "").str.replace(_TIME_ONLY, "") for c in texts]
    return frame.with_columns(*cleaned, *others) if frame.width else frame


def _percents(frame: pl.DataFrame, cells: Cells, is_known: bool) -> tuple[frozenset[int], Cells]:
    """Return the columns whose numbers are all in a percent format, as fractions; and, for other columns, the cells
    displayed in percent, as displayed. If formats are unknown (not `is_known`), columns of fractions are treated as
    such."""
    whole, mixed = set(), {}
    for column in {at[1] for at in cells} if is_known else range(frame.width):
        texts = frame[f"c{column}"].to_list() if column < frame.width else []
        numbers = {row for row, text in enumerate(texts) if text and _NUMBER.match(text)}
        shown = {row: text for (row, place), text in cells.items() if place == column}
        if is_known and numbers - set(shown):
            mixed |= {(row, column): text for row, text in shown.items()}
        elif is_known or (numbers and all(abs(float(texts[row])) < 1 for row in numbers)):
            whole.add(column)
            mixed |= {
                (row, column): text
                for row, text in shown.items()
                if not text.startswith("0") and abs(Decimal(text[:-1])) >= 100
            }
    return frozenset(whole), mixed


def _merged_left_and_floats(book: Any, sheet: str, is_xlsx: bool) -> tuple[list[tuple[int, int, int, int]], int, Cells]:
    """Return the merged ranges, the number of empty columns before the first cell (dropped by the fast reader), and
    the number cells that lost digits (for an xlsx taken from its XML)."""
    read = book.get_sheet_by_name(sheet)
    top, left = read.start or (0, 0)
    lost: Cells = {}
    for row, values in enumerate([] if is_xlsx else read.iter_rows()):
        for column, value in enumerate(values):
            if isinstance(value, float) and abs(value) >= LOST_DIGITS_FROM and value.is_integer():
                lost[top + row, left + column] = scientific(repr(value))
    return [(a[0], a[1], b[0], b[1]) for a, b in read.merged_cell_ranges or []], left, lost


def _fill_merged_down(frame: pl.DataFrame, merged: list[tuple[int, int, int, int]]) -> pl.DataFrame:
    """Repeat the value of a vertically merged cell in every row that it spans."""
    cells: Cells = {}
    for first, column, last, _ in merged:
        if last > first and column < frame.width and first < frame.height and frame[first, column]:
            cells |= {(row, column): frame[first, column] for row in range(first + 1, min(last + 1, frame.height))}
    return _replace_cells(frame, cells)


def _shift_to_column_a(frame: pl.DataFrame, left: int) -> pl.DataFrame:
    if not left or not frame.width:
        return frame
    moved = frame.rename({f"c{i}": f"c{i + left}" for i in range(frame.width)})
    return moved.select(*(pl.lit(None, dtype=pl.String).alias(f"c{i}") for i in range(left)), pl.all())


def _sheet_parts(content: bytes) -> dict[str, str]:
    """Return {sheet name: its file in the archive} of an xlsx; the order of tabs does not determine the file names."""
    if content[:4] != ZIP:
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        book = archive.read("xl/workbook.xml").decode(errors="replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    targets = {tag.get("Id"): tag.get("Target", "") for tag in _tags(links, "Relationship")}
    sheets = {tag.get("name", ""): targets.get(tag.get("id"), "") for tag in _tags(book, "sheet")}
    paths = {name: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for name, target in sheets.items()}
    return {name: path for name, path in paths.items() if path in names}


def _tags(xml: str, tag: str) -> list[dict[str, str]]:
    """Return the attributes of each such element, without namespaces. No XML parser: no entity is expanded."""
    found = re.findall(rf"<(?:\w+:)?{tag}\s([^>]*)>", xml)
    return [{key: html.unescape(value) for key, value in _ATTRIBUTE.findall(attributes)} for attributes in found]


def _single_cells(content: bytes, part: str) -> tuple[Cells, Cells]:
    """Return cells of an xlsx sheet that the fast reader changes: errors (dropped) and long numbers (rounded)."""
    faults: Cells = {}
    numbers: Cells = {}
    if not part:
        return faults, numbers
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.getinfo(part).file_size > SEARCHED_UP_TO:
            return faults, numbers
        body = archive.read(part)
    for attributes, text in _CELL.findall(body):
        address, kind = _ADDRESS.search(attributes), _TYPE.search(attributes)
        sort = kind.group(1) if kind else b"n"
        if address and sort in (b"e", b"n"):
            at = (int(address.group(2)) - 1, _column(address.group(1).decode()))
            written = text.decode(errors="replace")
            (faults if sort == b"e" or written.startswith("#") else numbers)[at] = written
    return faults, numbers


def _displayed_numbers(frame: pl.DataFrame, numbers: Cells) -> Cells:
    """Return long numbers that are not dates, with the 15 digits that Excel keeps, where the reader returns others: a
    damaged 18-digit number (1.1e+17) remains recognisable instead of looking like a whole number."""
    shown: Cells = {}
    for (row, column), text in numbers.items():
        read = frame[row, column] if row < frame.height and column < frame.width else None
        exact = text if text.isdigit() else _round_to_15_digits(text)
        if exact and read and _NUMBER.match(read) and Decimal(read) != Decimal(exact):
            shown[row, column] = exact
    return shown


def _round_to_15_digits(text: str) -> str:
    """Return a number as Excel displays it, in 15 digits; "" for an invalid number."""
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return ""


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _replace_cells(frame: pl.DataFrame, cells: Cells) -> pl.DataFrame:
    """Return the frame with some cells replaced, column by column."""
    columns: dict[int, dict[int, str]] = {}
    for (row, column), text in cells.items():
        if row < frame.height and column < frame.width:
            columns.setdefault(column, {})[row] = text
    made = []
    for column, texts in columns.items():
        values = frame[f"c{column}"].to_list()
        for row, text in texts.items():
            values[row] = text
        made.append(pl.Series(f"c{column}", values, dtype=pl.String))
    return frame.with_columns(made) if made else frame
