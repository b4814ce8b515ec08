"""A file as sheets of text, whatever its format; the format is told by its content, never by its name."""

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from dakehu.exchange.workbook.reading import csv_text, sheets
from dakehu.exchange.workbook.reading.errors import NeedsPassword, TooLarge, Unopenable, WrongPassword

SWOLLEN_FROM = 20_000_000  # bytes of one part; a sheet of real rows packs to a tenth or a fiftieth, never to a 200th
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Limits:
    """How much is read of one file before it is refused: a small archive may unpack to anything."""

    unpacked_bytes: int = 2_000_000_000
    rows: int = 1_100_000
    columns: int = 2_000


@dataclass
class Sheet:
    """One sheet. `frame` holds every cell as text in columns c0, c1, …; its row i is row i+1 of the file.

    Dates are ISO text, whole numbers have no decimal tail, empty cells are null. `merged` lists merged ranges
    as (first row, first column, last row, last column), counted from 0; what is merged downwards stands in every row that
    it spans. `faults` are cells with an error value. Numbers stand as their cells show them where the format says more
    than the number (zeros of a code, 万, US$). Hidden rows and columns are read like others; their places from 0.
    `percent_columns` hold fractions that are shown as percent, so that a % in their heading is no factor.
    """

    name: str
    frame: pl.DataFrame
    visible: bool = True
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    ragged: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    percent_columns: frozenset[int] = frozenset()

    def head(self, count: int = 60) -> list[list[str]]:
        """The first rows as lists of text ("" for empty), merged cells filled in."""
        rows = [["" if v is None else v for v in row] for row in self.frame.head(count).rows()]
        for r0, c0, r1, c1 in self.merged:
            if r0 < len(rows) and c0 < self.frame.width:
                for r in range(r0, min(r1 + 1, len(rows))):
                    for c in range(c0, min(c1 + 1, self.frame.width)):
                        rows[r][c] = rows[r][c] or rows[r0][c0]
        return rows


@dataclass
class Book:
    """A file: its name and its sheets that hold anything."""

    filename: str
    sheets: list[Sheet]


def open_book(
    source: Path | bytes, *, filename: str = "", password: str | None = None, limits: Limits | None = None
) -> Book:
    """Read a file whole. Raises a BookRefused (locked, damaged, too large, unknown) that says what to do."""
    limits = limits or Limits()
    content = source if isinstance(source, bytes) else source.read_bytes()
    name = filename or (source.name if isinstance(source, Path) else "")
    if not content.strip(b"\0 \r\n\t"):
        raise Unopenable(name, "文件是空的。", "it is empty.")
    if content[:8] == OLE:
        content = _unlocked(content, name, password)
    if content[:4] == ZIP:
        _refuse_bombs(content, name, limits)
    elif content[:8] != OLE:
        return Book(name, [csv_text.read(content, name, limits.rows, limits.columns)])
    found = sheets.read(content, name)
    for sheet in found:
        if sheet.frame.height > limits.rows or sheet.frame.width > limits.columns:
            raise TooLarge(
                name,
                f"工作表“{sheet.name}”超过 {limits.rows} 行或 {limits.columns} 列，请拆分后上传。",
                f"sheet “{sheet.name}” has more than {limits.rows} rows or {limits.columns} columns; split it.",
            )
    if not any(sheet.frame.height for sheet in found):
        raise Unopenable(name, "没有任何内容。", "there is nothing in it.")
    return Book(name, found)


def _unlocked(content: bytes, name: str, password: str | None) -> bytes:
    """An OLE file opened with its password, or as it is when it needs none (an old .xls)."""
    import msoffcrypto

    try:
        office: Any = msoffcrypto.OfficeFile(io.BytesIO(content))
        if not office.is_encrypted():
            return content
    except Exception as fault:  # msoffcrypto raises whatever its parsers raise
        raise Unopenable(name, "文件已损坏或不是表格。", "it is damaged or not a workbook.") from fault
    if not password:
        raise NeedsPassword(name)
    plain = io.BytesIO()
    try:
        office.load_key(password=password)
        office.decrypt(plain)
    except Exception as fault:
        raise WrongPassword(name) from fault
    opened = plain.getvalue()
    if opened[:4] != ZIP and opened[:8] != OLE:
        raise WrongPassword(name)
    return opened


def _refuse_bombs(content: bytes, name: str, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            swollen = any(
                part.file_size > SWOLLEN_FROM and part.file_size > 200 * part.compress_size
                for part in archive.infolist()
            )
            kinds = {part.filename for part in archive.infolist()}
    except Exception as fault:  # BadZipFile, or what its list of names raises when damaged
        raise Unopenable(name, "文件已损坏，请重新导出。", "it is damaged; export it again.") from fault
    if swollen or unpacked > limits.unpacked_bytes:
        raise TooLarge(name, "解压后超过上限，请拆分后上传。", "unpacked it exceeds the limit; split it.")
    if not any(k.startswith("xl/") for k in kinds) and "content.xml" not in kinds:
        raise Unopenable(name, "这不是电子表格。", "this is not a workbook.")
