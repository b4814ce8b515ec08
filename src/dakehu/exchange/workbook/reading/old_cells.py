"""Data of an .xls file (BIFF5, BIFF8) that the fast reader omits: number formats, hidden rows and columns.

Source: [MS-XLS] 2.4 (records). A damaged file gives an empty result here; the readers decide whether it can be opened.
"""

import io
import struct
from collections.abc import Iterator

import olefile

from dakehu.exchange.workbook.reading.number_formats import BUILT_IN_FORMATS, NumberFormat, read_format
from dakehu.exchange.workbook.reading.raw_cells import RawCells

BOF, BOUNDSHEET, FORMAT, XF = 0x0809, 0x0085, 0x041E, 0x00E0
NUMBER, RK, MULRK, FORMULA, ROW, COLINFO = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0208, 0x007D
_HEAD, _CELL, _DOUBLE = struct.Struct("<HH"), struct.Struct("<HHH"), struct.Struct("<d")
WIDEST = 256
Record = tuple[int, int, bytes]  # offset in the stream, type, contents


def read_old_cells(content: bytes) -> dict[str, RawCells]:
    """Return {sheet: RawCells} of an .xls."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as archive:
            stream = next((name for name in ("Workbook", "Book") if archive.exists(name)), "")
            body = archive.openstream(stream).read() if stream else b""
        return _sheets(body)
    except Exception:  # any parser error of a damaged file
        return {}


def _records(body: bytes) -> Iterator[Record]:
    at = 0
    while at + _HEAD.size <= len(body):
        kind, length = _HEAD.unpack_from(body, at)
        yield at, kind, body[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(body: bytes) -> dict[str, RawCells]:
    names: dict[int, str] = {}
    codes = dict(BUILT_IN_FORMATS)
    styles: list[int] = []
    formats: dict[int, NumberFormat] = {}
    found: dict[str, RawCells] = {}
    cells, is_wide = RawCells(), True
    for at, kind, record in _records(body):
        if kind == BOF:
            is_wide = is_wide if at else _HEAD.unpack_from(record)[0] >= 0x0600
            formats = formats or _formats(codes, styles)
            cells = found.setdefault(names[at], RawCells()) if at in names else RawCells()
        elif kind == BOUNDSHEET:
            names[struct.unpack_from("<I", record)[0]] = _text(record[6:], 1, is_wide)
        elif kind == FORMAT:
            codes[struct.unpack_from("<H", record)[0]] = _text(record[2:], 2 if is_wide else 1, is_wide)
        elif kind == XF:
            styles.append(struct.unpack_from("<H", record, 2)[0])
        elif kind == ROW and len(record) >= 13 and record[12] & 0x20:
            cells.hidden_rows.append(struct.unpack_from("<H", record)[0])
        elif kind == COLINFO and len(record) >= 10 and record[8] & 1:
            first, last = _HEAD.unpack_from(record)
            cells.hidden_columns += range(first, min(last + 1, WIDEST))
        elif formats and kind in (NUMBER, RK, MULRK, FORMULA):
            for row, column, style, value in _numbers(kind, record):
                if style in formats:
                    cells.put_number((row, column), _format_number(value), formats[style])
    return found


def _formats(codes: dict[int, str], styles: list[int]) -> dict[int, NumberFormat]:
    """Return {cell style: number format}, only formats with information about the value."""
    read = {number: read_format(code) for number, code in codes.items()}
    return {style: one for style, number in enumerate(styles) if (one := read.get(number)) is not None}


def _text(record: bytes, size: int, is_wide: bool) -> str:
    """Return a text prefixed by its length in `size` bytes; in BIFF8 a flag for two-byte characters follows."""
    count = int.from_bytes(record[:size], "little")
    if not is_wide:
        return record[size : size + count].decode("gb18030", errors="replace")
    if record[size] & 1:
        return record[size + 1 : size + 1 + 2 * count].decode("utf-16-le", errors="replace")
    return record[size + 1 : size + 1 + count].decode("latin-1")


def _numbers(kind: int, record: bytes) -> Iterator[tuple[int, int, int, float]]:
    """Yield (row, column, style, value) of a number record; none for a formula with a text result."""
    row, column, style = _CELL.unpack_from(record)
    if kind == NUMBER or (kind == FORMULA and record[12:14] != b"\xff\xff"):
        yield row, column, style, _DOUBLE.unpack_from(record, 6)[0]
    elif kind == RK:
        yield row, column, style, _decode_rk_number(record[6:10])
    elif kind == MULRK:
        for place in range((len(record) - 6) // 6):
            at = 4 + 6 * place
            yield (
                row,
                column + place,
                struct.unpack_from("<H", record, at)[0],
                _decode_rk_number(record[at + 2 : at + 6]),
            )


def _decode_rk_number(four: bytes) -> float:
    """Decode an RK number: 30 bits of a double or an integer, optionally in hundredths ([MS-XLS] 2.5.217)."""
    whole = struct.unpack("<i", four)[0]
    value = float(whole >> 2) if whole & 2 else _DOUBLE.unpack(b"\0\0\0\0" + struct.pack("<I", whole & 0xFFFFFFFC))[0]
    return value / 100 if whole & 1 else value


def _format_number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
