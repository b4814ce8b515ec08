"""Data of an .ods file that the fast reader omits: number formats, merged ranges, hidden rows and columns.

Read with regular expressions, without an XML parser, so that no entity in the file is expanded. Source: OASIS
OpenDocument 1.3, part 3, 16.29 (data styles) and 9.1 (tables).
"""

import html
import io
import re
import zipfile

from dakehu.exchange.workbook.reading.number_formats import NumberFormat, read_format
from dakehu.exchange.workbook.reading.raw_cells import RawCells

ZIP = b"PK\x03\x04"
FARTHEST = 2_000_000  # rows; repeated empty rows extend to the end of the sheet
_DATA_STYLE = re.compile(
    r"<number:(number|currency|percentage)-style\s[^>]*?style:name=\"([^\"]*)\"[^>]*>(.*?)</number:\1-style>", re.DOTALL
)
_PIECE = re.compile(r"<number:(number|text|currency-symbol)\b([^>]*?)(?:/>|>(.*?)</number:\1>)", re.DOTALL)
_EMBEDDED = re.compile(r'<number:embedded-text[^>]*number:position="(\d+)"[^>]*>([^<]*)<')
_CELL_STYLE = re.compile(r"<style:style\s([^>]*)>")
_TAG = re.compile(r"<(/?)table:(table-row|table-cell|covered-table-cell|table-column|table)\b([^>]*?)(/?)>")
_ATTRIBUTE = re.compile(r'([\w-]+:[\w-]+)="([^"]*)"')


def read_open_document_cells(content: bytes) -> dict[str, RawCells]:
    """Return {sheet: RawCells} of an .ods; {} for any other file."""
    if content[:4] != ZIP:
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if "content.xml" not in names or "xl/workbook.xml" in names:
            return {}
        # One byte per character: decoded as UTF-8, a large sheet with any Chinese text would take two or four.
        parts = [archive.read(name).decode("latin-1") for name in ("styles.xml", "content.xml") if name in names]
    return _Reader(_formats(parts)).read(parts[-1])


def _text(piece: str) -> str:
    """Return a piece of the file, read with one byte per character, as decoded text."""
    return html.unescape(piece if piece.isascii() else piece.encode("latin-1").decode(errors="replace"))


def _attributes(text: str) -> dict[str, str]:
    return {name: _text(value) for name, value in _ATTRIBUTE.findall(text)}


def _formats(parts: list[str]) -> dict[str, NumberFormat]:
    """Return {cell style: number format}, only formats with information about the value."""
    codes = {_text(name): _code(kind, pieces) for xml in parts for kind, name, pieces in _DATA_STYLE.findall(xml)}
    formats = {}
    for text in (text for xml in parts for text in _CELL_STYLE.findall(xml)):
        style = _attributes(text)
        read = read_format(codes.get(style.get("style:data-style-name", ""), ""))
        if style.get("style:family") == "table-cell" and read is not None:
            formats[style.get("style:name", "")] = read
    return formats


def _code(kind: str, pieces: str) -> str:
    """Return a data style as the equivalent Excel format code."""
    code = ""
    for piece, attributes, text in _PIECE.findall(pieces):
        said = _attributes(attributes)
        if piece == "number":
            whole = "0" * int(said.get("number:min-integer-digits") or 1)
            for place, inner in sorted(_EMBEDDED.findall(text), key=lambda found: int(found[0])):
                at = max(len(whole) - int(place), 0)
                whole = f'{whole[:at]}"{_text(inner)}"{whole[at:]}'
            decimals = int(said.get("number:decimal-places") or 0)
            code += whole + ("." + "0" * decimals if decimals else "")
            code += "," if said.get("number:display-factor", "1") != "1" else ""
        elif text == "%" and kind == "percentage":
            code += "%"
        elif text:
            code += f'"{_text(text)}"'
    return code


class _Reader:
    """An iteration over the rows and cells of content.xml, which may be repeated."""

    def __init__(self, formats: dict[str, NumberFormat]) -> None:
        self.formats = formats
        self.found: dict[str, RawCells] = {}
        self.cells = RawCells()
        self.row = self.column = self.repeated = self.depth = 0
        self.column_styles: list[str] = []

    def read(self, body: str) -> dict[str, RawCells]:
        for found in _TAG.finditer(body):
            closing, tag, text, closed = found.groups()
            if tag == "table":
                self.depth += -1 if closing else 0 if closed else 1
            if tag == "table" and not closing and self.depth == 1:
                self.cells = self.found.setdefault(_attributes(text).get("table:name", ""), RawCells())
                self.row, self.column_styles = 0, []
            elif self.depth == 1 and tag != "table":
                self._step(bool(closing), tag, _attributes(text), bool(closed))
        return self.found

    def _step(self, is_closing: bool, tag: str, said: dict[str, str], is_closed: bool) -> None:
        if tag == "table-column" and not is_closing:
            count = min(int(said.get("table:number-columns-repeated", 1)), 2000)
            if said.get("table:visibility") in ("collapse", "filter"):
                first = len(self.column_styles)
                self.cells.hidden_columns += range(first, first + count)
            self.column_styles += [said.get("table:default-cell-style-name", "")] * count
        elif tag == "table-row" and not is_closing:
            self.column, self.repeated = 0, int(said.get("table:number-rows-repeated", 1))
            if said.get("table:visibility") in ("collapse", "filter") and self.repeated < 10_000:
                self.cells.hidden_rows += range(self.row, self.row + self.repeated)
            if is_closed:
                self.row += self.repeated
        elif tag == "table-row":
            self.row += self.repeated
        elif not is_closing:
            self._cell(said)

    def _cell(self, said: dict[str, str]) -> None:
        count = int(said.get("table:number-columns-repeated", 1))
        down, across = int(said.get("table:number-rows-spanned", 1)), int(said.get("table:number-columns-spanned", 1))
        if down > 1 or across > 1:
            self.cells.merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        value = said.get("office:value", "")
        if value and self.formats and self.row < FARTHEST:
            for row in range(self.row, self.row + min(self.repeated, FARTHEST - self.row)):
                for column in range(self.column, self.column + min(count, 2000)):
                    default = self.column_styles[column] if column < len(self.column_styles) else ""
                    shown = self.formats.get(said.get("table:style-name") or default)
                    if shown is not None:
                        self.cells.put_number((row, column), value, shown)
        self.column += count
