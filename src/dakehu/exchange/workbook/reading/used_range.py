"""The used range of a sheet, read from its XML before cells are unpacked: one stray cell in the last corner
would make the readers allocate billions of empty ones."""

import io
import re
import struct
import zipfile

import olefile

from dakehu.exchange.workbook.reading.errors import TooLarge

BLOCK = 4_000_000
SPARE_ROWS = 200_000  # rows that may be empty between those in use
WIDEST = 2000
WIDEST_OLD = 256  # columns of a BIFF8 sheet: a cell farther right is damage
EMPTY_OLD = 4_000_000  # cells of an old sheet that may be allocated with hardly any in use
_OLD_CELLS = frozenset((0x0006, 0x00BD, 0x00BE, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))  # [MS-XLS] 2.3
_BEGIN, _CONTINUES = 0x0809, struct.Struct("<HHHH")
_FAR = re.compile(rb'<c[^>]{0,40}? r="([A-Z]{1,8})(\d{6,20})"|<c[^>]{0,40}? r="([A-Z]{3,8})(\d{1,20})"')


def check_used_range(content: bytes, parts: dict[str, str], name: str) -> None:
    """Raise TooLarge for a sheet with a cell far beyond its rows, or beyond the maximum sheet width. `parts` are
    the sheets of an xlsx by name."""
    if not parts:
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for sheet, part in parts.items():
            found = _far_cells(archive, part)
            if found:
                raise TooLarge(
                    name,
                    f"工作表“{sheet}”在 {found} 有孤立的单元格，请删除它或所在的行列后重新上传。",
                    f"sheet “{sheet}” has a stray cell at {found}; delete it, or its row and column, and upload again.",
                )


def check_old_used_range(content: bytes, name: str) -> None:
    """Raise TooLarge for an .xls with an impossible cell position. The readers handle a file without the stream."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as archive:
            stream = next((n for n in ("Workbook", "Book") if archive.exists(n)), "")
            records = archive.openstream(stream).read() if stream else b""
    except Exception:  # any error of opening a damaged archive
        return
    at = cells = height = width = 0
    while at + _CONTINUES.size <= len(records):
        kind, length, row, column = _CONTINUES.unpack_from(records, at)
        at += 4 + length
        if kind == _BEGIN:
            cells = height = width = 0
        if kind not in _OLD_CELLS:
            continue
        cells, height, width = cells + 1, max(height, row + 1), max(width, column + 1)
        if column >= WIDEST_OLD or height * width > max(EMPTY_OLD, 100 * cells):
            raise TooLarge(
                name,
                f"第 {row + 1} 行第 {column + 1} 列有孤立的单元格，请删除它或所在的行列后重新上传。",
                f"there is a stray cell in row {row + 1}, column {column + 1}; delete it and upload again.",
            )


def _far_cells(archive: zipfile.ZipFile, part: str) -> str:
    """Return the address of the farthest cell out of range; "" for none. A damaged part is left to the readers."""
    rows, last, where, tail = 0, 0, "", b""
    try:
        with archive.open(part) as stream:
            while block := stream.read(BLOCK):
                rows += block.count(b"<row")
                for letters, row, wide, at in _FAR.findall(tail + block):
                    if _column(letters or wide) > WIDEST:
                        return f"{(letters or wide).decode()}{(row or at).decode()}"
                    if int(row or at) > last:
                        last, where = int(row or at), f"{(letters or wide).decode()}{(row or at).decode()}"
                tail = block[-80:]
    except Exception:  # any error of unpacking a damaged part
        return ""
    return where if last > rows + SPARE_ROWS else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
