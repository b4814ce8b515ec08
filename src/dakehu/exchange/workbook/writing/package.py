"""Rewrite the zip package: copy the template's parts, stream in the rows, add parts, compress fast."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

SPINS = 100_000


def rewrite(
    skeleton: BinaryIO,
    target: Path,
    rows: dict[str, Iterator[bytes]],
    edits: dict[str, Callable[[bytes], bytes]],
    additions: dict[str, Iterable[bytes]],
) -> None:
    """Write the package: edited parts of the template, rows of each sheet, and new parts."""
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for item in source.infolist():
            body = source.read(item)
            if item.filename in edits:
                body = edits[item.filename](body)
            _write_part(out, item.filename, _insert_rows(body, rows.get(item.filename)))
        for name in additions.keys() - set(source.namelist()):
            _write_part(out, name, additions[name])


def _insert_rows(body: bytes, rows: Iterator[bytes] | None) -> Iterator[bytes]:
    """Insert rows into a sheet part."""
    if rows is None:
        yield body
        return
    before, after = body.split(b"</sheetData>")
    yield before
    yield from rows
    yield b"</sheetData>" + after


def _write_part(out: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> None:
    """Write a part."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with out.open(entry, "w") as part:
        # ISA-L deflates several times faster than zlib; a zipfile without this attribute is only slower.
        part._compressor = isal_zlib.compressobj(2, isal_zlib.DEFLATED, -15)  # type: ignore[attr-defined]
        for chunk in chunks:
            part.write(chunk)


def widen_table(drawn: str, whole: str) -> Callable[[bytes], bytes]:
    """Return an edit that extends a table (and its filter) from the cells `drawn` to `whole`."""
    before, after = f'ref="{drawn}"'.encode(), f'ref="{whole}"'.encode()
    return lambda body: body.replace(before, after)


def sheet_lock(password: str) -> bytes:
    """Return the attributes of `<sheetProtection>` for a password (SHA-512, as Excel 2013 and later)."""
    if not password:
        return b""
    salt = os.urandom(16)
    digest = hashlib.sha512(salt + password.encode("utf-16-le")).digest()
    for turn in range(SPINS):
        digest = hashlib.sha512(digest + turn.to_bytes(4, "little")).digest()
    hashed, salted = base64.b64encode(digest).decode(), base64.b64encode(salt).decode()
    return (f' algorithmName="SHA-512" hashValue="{hashed}" saltValue="{salted}" spinCount="{SPINS}"').encode()


def protect_sheet(lock: bytes, dimension: str | None) -> Callable[[bytes], bytes]:
    """Return an edit that sets a sheet's password, and its extent if given."""

    def edit(body: bytes) -> bytes:
        if lock:
            body = body.replace(b"<sheetProtection", b"<sheetProtection" + lock, 1)
        if dimension:
            body = re.sub(rb'<dimension ref="[^"]*"/>', f'<dimension ref="{dimension}"/>'.encode(), body, count=1)
        return body

    return edit
