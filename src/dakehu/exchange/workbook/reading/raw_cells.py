"""Data of an xlsx file that the fast reader omits: number formats, long numbers, hidden rows and the
date system. Read with regular expressions, without an XML parser, so that no entity in the file is expanded."""

import html
import io
import re
import zipfile
from dataclasses import dataclass, field

from dakehu.exchange.workbook.reading.number_formats import (
    BUILT_IN_FORMATS,
    NumberFormat,
    has_lost_digits,
    read_format,
    scientific,
)

ZIP = b"PK\x03\x04"
Cells = dict[tuple[int, int], str]
_ATTRIBUTE = re.compile(r'(?:\w+:)?(\w+)\s*=\s*"([^"]*)"')
_CELL = (
    rb"<(?:\w+:)?c ([^>]*)>(?:<(?:\w+:)?f[^>]*/>|<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)?<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>"
)
_LONG = re.compile(
    rb"<(?:\w+:)?c ([^>]*)>(?:<(?:\w+:)?f[^>]*/>|<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)?<(?:\w+:)?v>([^<]*[eE][^<]*|[^<]{16,})</(?:\w+:)?v>"
)
_ADDRESS = re.compile(rb'\br="([A-Z]+)(\d+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row ([^>]*\bhidden="(?:1|true)"[^>]*)>')
_ROW = re.compile(rb'\br="(\d+)"')
_COLUMN = re.compile(rb'<(?:\w+:)?col ([^>]*\bhidden="(?:1|true)"[^>]*)>')
_PROPERTIES = re.compile(
    rb"<((?:\w+:)?workbookPr)\b([^>]*?)(/?)>(?:(?:(?!</(?:\w+:)?workbookPr>).)*</(?:\w+:)?workbookPr>)?", re.DOTALL
)


@dataclass
class RawCells:
    """`shown` are texts that replace numbers (row and column from 0), `hidden_rows` and `hidden_columns` are
    counted from 0. `percents` are cells in a percent format: 0.05 is displayed as 5 %. `merged` are ranges
    (first row, first column, last row, last column) for file types whose merged cells the fast reader does not
    return."""

    shown: Cells = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    percents: Cells = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def put_number(self, at: tuple[int, int], written: str, number_format: NumberFormat) -> None:
        """Store the displayed text of a number cell if its format adds information to the number."""
        text = number_format.show(written)
        if text is not None:
            (self.percents if number_format.percent else self.shown)[at] = text


def read_raw_cells(content: bytes, part: str, formats: dict[int, NumberFormat]) -> RawCells:
    """Read one sheet (`part` is its file in the archive) for the data that the fast reader omits."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = archive.read(part)
    cells = RawCells()
    for attributes, text in _LONG.findall(body):
        written, at = text.decode(errors="replace"), _place(attributes)
        if at and has_lost_digits(written):
            cells.shown[at] = scientific(written)
    if formats:
        styles = b"|".join(str(index).encode() for index in sorted(formats))
        marked = re.compile(_CELL.replace(rb"([^>]*)>(?:", rb'([^>]*\bs="(?:' + styles + rb')"[^>]*)>(?:', 1))
        for attributes, text in marked.findall(body):
            at, style = _place(attributes), _STYLE.search(attributes)
            if not at or not style or at in cells.shown:
                continue
            cells.put_number(at, text.decode(errors="replace"), formats[int(style[1])])
    rows = (_ROW.search(attributes) for attributes in _HIDDEN_ROW.findall(body))
    cells.hidden_rows = [int(found[1]) - 1 for found in rows if found]
    for attributes in _COLUMN.findall(body[: body.find(b"<sheetData")] if b"<sheetData" in body else body):
        span = dict(_ATTRIBUTE.findall(attributes.decode(errors="replace")))
        first, last = int(span.get("min", 0)), min(int(span.get("max", 0)), 2000)
        cells.hidden_columns += range(first - 1, last)
    return cells


def _place(attributes: bytes) -> tuple[int, int] | None:
    """Return (row, column) of a number cell; None for a cell of another type."""
    address, kind = _ADDRESS.search(attributes), _TYPE.search(attributes)
    if not address or (kind and kind[1] != b"n"):
        return None
    column = 0
    for letter in address[1]:
        column = column * 26 + letter - 64
    return int(address[2]) - 1, column - 1


def read_formats(content: bytes) -> dict[int, NumberFormat]:
    """Return {cell style: number format} of an xlsx, only formats with information about the value."""
    if content[:4] != ZIP:
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return {}
        xml = archive.read("xl/styles.xml").decode(errors="replace")
    codes = dict(BUILT_IN_FORMATS)
    for attributes in re.findall(r"<(?:\w+:)?numFmt\s([^>]*?)/?>", xml):
        report = {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(attributes)}
        if report.get("numFmtId", "").isdigit():
            codes[int(report["numFmtId"])] = report.get("formatCode", "")
    found = re.search(r"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    formats = {}
    for index, attributes in enumerate(re.findall(r"<(?:\w+:)?xf\s([^>]*?)/?>", found[1] if found else "")):
        number = re.search(r'numFmtId="(\d+)"', attributes)
        read = read_format(codes[int(number[1])]) if number and int(number[1]) in codes else None
        if read is not None:
            formats[index] = read
    return formats


def with_plain_properties(content: bytes) -> bytes:
    """Return the same xlsx with one self-closing `workbookPr`: the readers miss the 1904 date system if the element
    has children, or if an extension adds a second one of that name, as Excel 2013 and later do."""
    if content[:4] != ZIP:
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return content
        body = archive.read("xl/workbook.xml")
        found = list(_PROPERTIES.finditer(body))
        since_1904 = found and re.search(rb'date1904\s*=\s*["\'](?:1|true|on)["\']', found[0][2], re.IGNORECASE)
        if not since_1904 or (len(found) == 1 and found[0][3]):
            return content
        closed = b"<" + found[0][1] + re.sub(rb'date1904\s*=\s*["\'][^"\']*["\']', b'date1904="1"', found[0][2]) + b"/>"
        rest = _PROPERTIES.sub(b"", body[found[0].end() :])
        plain = body[: found[0].start()] + closed + rest
        rewritten = io.BytesIO()
        with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            for entry in archive.infolist():
                out.writestr(entry.filename, plain if entry.filename == "xl/workbook.xml" else archive.read(entry))
    return rewritten.getvalue()
