"""How far a sheet reaches, told from its XML before anything is unpacked into cells: one stray cell in the last corner
would make the readers lay out billions of empty ones."""

import io
import re
import zipfile

from dakehu.doors.workbook.reading.refusals import TooLarge

BLOCK = 4_000_000
SPARE_ROWS = 200_000  # rows that may be empty between those in use
WIDEST = 2000
_FAR = re.compile(rb'<c[^>]{0,40}? r="([A-Z]{1,8})(\d{6,20})"|<c[^>]{0,40}? r="([A-Z]{3,8})(\d{1,20})"')


def guard(content: bytes, parts: dict[str, str], name: str) -> None:
    """Raise TooLarge for a sheet with a cell far beyond its rows, or beyond the widest sheet that is read. `parts` are
    the sheets of an xlsx by name."""
    if not parts:
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for sheet, part in parts.items():
            found = _stray(archive, part)
            if found:
                raise TooLarge(
                    name, f"工作表“{sheet}”在 {found} 有孤立的单元格，请删除它或所在的行列后重新上传。",
                    f"sheet “{sheet}” has a stray cell at {found}; delete it, or its row and column, and upload again.",
                )  # fmt: skip


def _stray(archive: zipfile.ZipFile, part: str) -> str:
    """The address of the farthest cell that is out of reach; "" for none. A damaged part is left to the readers."""
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
    except Exception:  # whatever unpacking raises for a damaged part
        return ""
    return where if last > rows + SPARE_ROWS else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
