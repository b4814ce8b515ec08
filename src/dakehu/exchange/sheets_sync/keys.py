"""The keys in the hidden column of a linked sheet: of a row of the desk, or of one typed in the sheet.

Both are sealed (decision 0018): they reveal nothing and cannot be forged. A typed row is assigned its mark before
it is imported, so that an interrupted run does not cause a second import.
"""

import base64
import binascii
import hashlib
import os
import struct
from dataclasses import dataclass

import polars as pl
from cryptography.exceptions import InvalidTag

from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.sheets.frames import NUMBER, VERSION
from dakehu.foundation.access.encrypted_fields import decrypt_bytes, encrypt_bytes

PLACE = "sheets_sync.new_row"
BODY = struct.Struct(">Q12s")


@dataclass(frozen=True)
class SheetKey:
    """The content of a key: `number` is the row of the desk, `mark` that of a typed row; neither if invalid."""

    number: int = 0
    mark: str = ""


def export_name(link: int, part: str) -> str:
    """Return the export name used in the row keys of a worksheet of a link.

    It contains the worksheet's name: its position among the worksheets, also in the key, changes between versions.
    """
    return f"{link:016x}{hashlib.sha256(part.encode()).hexdigest()[:16]}"


def row_key(link: int, part: str, number: int) -> str:
    """Return a new key of a row of the desk."""
    frame = pl.DataFrame({NUMBER: [number], VERSION: [0]}, schema={NUMBER: pl.Int64, VERSION: pl.Int64})
    return row_keys.row_keys_of(export_name(link, part), part, frame, 0)[0]


def new_mark(link: int) -> str:
    """Return a key for a row typed in the sheet."""
    return "+" + base64.urlsafe_b64encode(encrypt_bytes(PLACE, BODY.pack(link, os.urandom(12)))).decode()


def parse(link: int, part: str, text: str) -> SheetKey:
    """Return the content of a key."""
    if text.startswith("+"):
        try:
            owner, mark = BODY.unpack(decrypt_bytes(PLACE, base64.b64decode(text[1:].encode(), b"-_", validate=True)))
        except (InvalidTag, binascii.Error, struct.error, KeyError, IndexError, ValueError):
            return SheetKey()
        return SheetKey(mark=mark.hex()) if owner == link else SheetKey()
    try:
        key = row_keys.parse_row_key(text)
    except row_keys.InvalidRowKey:
        return SheetKey()
    return SheetKey(number=key.number) if key.export == export_name(link, part) else SheetKey()
