"""Identify rows of an exported workbook by an encrypted key, and store the exported data.

A key reveals nothing and cannot be forged: it is encrypted with the keys of DAKEHU_HOME/keys. It contains the export,
the worksheet, the position, and the row's id and version. The exported data is stored encrypted outside the database.
"""

import base64
import binascii
import io
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl
from cryptography.exceptions import InvalidTag

from dakehu.exchange.sheets.definitions import sheet_names
from dakehu.exchange.sheets.frames import NUMBER, VERSION
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.encrypted_fields import decrypt_bytes, encrypt_bytes
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.files import store as files
from dakehu.foundation.imports.row_matching import Columns

DAYS = 90
PLACE = "workbook.row"
BODY = struct.Struct(">16sBIQI")


class InvalidRowKey(ValueError):
    """A key that this desk did not create, or that was changed."""


@dataclass(frozen=True)
class RowKey:
    """The contents of a key: export, worksheet, position (from 0), row id and version."""

    export: str
    part: str
    place: int
    number: int
    version: int


def save_export(sheets: dict[str, Iterable[pl.DataFrame]]) -> str:
    """Save the exported data in batches of rows; return the id of the export. Call inside an action."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, slices in sheets.items():
            for index, frame in enumerate(slices):
                buffer = io.BytesIO()
                frame.write_parquet(buffer, compression="zstd")
                archive.writestr(f"{name}/{index:06}", buffer.getvalue())
    return str(files.save("export.zip", body.getvalue(), DAYS).key)


def row_keys_of(export: str, part: str, frame: pl.DataFrame, first: int) -> list[str]:
    """Return the key of every row of a frame; `first` is the position of its first row."""
    name, sheet_index = bytes.fromhex(export), sheet_names().index(part)
    rows = zip(frame[NUMBER].to_list(), frame[VERSION].to_list(), strict=True)
    return [
        base64.urlsafe_b64encode(encrypt_bytes(PLACE, BODY.pack(name, sheet_index, position, row, version))).decode()
        for position, (row, version) in enumerate(rows, first)
    ]


def parse_row_key(text: str) -> RowKey:
    """Parse a key. Raises InvalidRowKey."""
    try:
        body = decrypt_bytes(PLACE, base64.b64decode(text.strip().encode(), altchars=b"-_", validate=True))
        name, sheet_index, position, row, version = BODY.unpack(body)
        return RowKey(name.hex(), sheet_names()[sheet_index], position, row, version)
    except (InvalidTag, binascii.Error, struct.error, KeyError, IndexError, ValueError) as error:
        raise InvalidRowKey(text) from error


@dataclass
class Exports:
    """What earlier exports contained, each read once.

    A colleague may return another's export: which rows it may change is decided by the scope.
    """

    known: dict[str, dict[str, Columns] | None] = field(default_factory=dict)

    def held(self, export: str, part: str) -> Columns | None:
        """Return the exported columns of a worksheet, None if they are no longer stored."""
        if export not in self.known:
            self.known[export] = _read(export)
        sheets = self.known[export]
        return None if sheets is None else sheets.get(part)


def _read(export: str) -> dict[str, Columns] | None:
    """Read an export, None if it is no longer stored."""
    try:
        with elevated("read the contents of an exported workbook"):
            content = files.read(export)[1]
    except NotFound:
        return None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        frames: dict[str, list[pl.DataFrame]] = {}
        for name in archive.namelist():
            frames.setdefault(name.split("/")[0], []).append(pl.read_parquet(io.BytesIO(archive.read(name))))
    return {name: pl.concat(slices).to_dict(as_series=False) for name, slices in frames.items()}
