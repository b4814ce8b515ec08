"""A file as sheets of text, whatever its format; the format is detected from its content, never by its name."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from dakehu.exchange.workbook.reading import csv_text, sheets
from dakehu.exchange.workbook.reading.errors import NeedsPassword, TooLarge, Unopenable, WrongPassword
from dakehu.exchange.workbook.reading.sheet import Sheet

SWOLLEN_FROM = 20_000_000  # bytes of one part; a sheet of real rows compresses to 1/10 to 1/50, never to 1/200
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Limits:
    """The size limits beyond which a file is refused: a small archive may expand to any size."""

    unpacked_bytes: int = 2_000_000_000
    rows: int = 1_100_000
    columns: int = 2_000


@dataclass
class Book:
    """A file: its name and its non-empty sheets."""

    filename: str
    sheets: list[Sheet]


def open_book(
    source: Path | bytes, *, filename: str = "", password: str | None = None, limits: Limits | None = None
) -> Book:
    """Read a whole file. Raises BookRefused (encrypted, damaged, too large, unknown) with the remedy."""
    limits = limits or Limits()
    content = source if isinstance(source, bytes) else source.read_bytes()
    name = filename or (source.name if isinstance(source, Path) else "")
    if not content.strip(b"\0 \r\n\t"):
        raise Unopenable(name, "文件是空的。", "it is empty.")
    if content[:8] == OLE:
        content = _decrypt_ole(content, name, password)
    if content[:4] == ZIP:
        _refuse_bombs(content, name, limits)
        _refuse_broken_open_document(content, name)
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


def _decrypt_ole(content: bytes, name: str, password: str | None) -> bytes:
    """Return an OLE file decrypted with its password, or unchanged if it needs none (an old .xls)."""
    import msoffcrypto

    try:
        office: Any = msoffcrypto.OfficeFile(io.BytesIO(content))
        if not office.is_encrypted():
            return content
    except Exception as fault:  # msoffcrypto passes on any error of its parsers
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
    except Exception as fault:  # BadZipFile, or an error from a damaged directory
        raise Unopenable(name, "文件已损坏，请重新导出。", "it is damaged; export it again.") from fault
    if swollen or unpacked > limits.unpacked_bytes:
        raise TooLarge(name, "解压后超过上限，请拆分后上传。", "unpacked it exceeds the limit; split it.")
    if not any(k.startswith("xl/") for k in kinds) and "content.xml" not in kinds:
        raise Unopenable(name, "这不是电子表格。", "this is not a workbook.")


def _refuse_broken_open_document(content: bytes, name: str) -> None:
    """Refuse an open document with a truncated or malformed table: the reader would wait forever for tags."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if "content.xml" not in names or "xl/workbook.xml" in names:
            return
        parser = expat.ParserCreate()
        try:
            with archive.open("content.xml") as part:
                parser.ParseFile(part)
        except Exception as fault:  # ExpatError, or an error from a damaged archive
            raise Unopenable(name, "文件已损坏，请重新导出。", "it is damaged; export it again.") from fault
