"""How the rows of an exported workbook are known again: a sealed key in every row, and what was exported, kept encrypted
beside the database.

A key says nothing to whoever reads it and none can be made up: it is sealed with the keys of DAKEHU_HOME/keys. Inside
stand the export, the part, the place in it, the row's number and its version.
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

from dakehu.exchange.sheets.definitions import worksheets
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
    """A key that this desk did not make, or that was changed."""


@dataclass(frozen=True)
class RowKey:
    """What a key says: which export, which part, which place in it (from 0), which row, at which version."""

    export: str
    part: str
    place: int
    number: int
    version: int


def save_export(filled: dict[str, Iterable[pl.DataFrame]]) -> str:
    """Keep what is about to be exported, some rows at a time; returns the name of the export. Call inside an act."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, slices in filled.items():
            for place, frame in enumerate(slices):
                part = io.BytesIO()
                frame.write_parquet(part, compression="zstd")
                archive.writestr(f"{name}/{place:06}", part.getvalue())
    return str(files.save("export.zip", body.getvalue(), DAYS).key)


def row_key(export: str, part: str, frame: pl.DataFrame, begin: int) -> list[str]:
    """The key of every row of a frame, whose first stands in the place `begin` of its part."""
    name, number = bytes.fromhex(export), list(worksheets()).index(part)
    rows = zip(frame[NUMBER].to_list(), frame[VERSION].to_list(), strict=True)
    return [
        base64.urlsafe_b64encode(encrypt_bytes(PLACE, BODY.pack(name, number, place, row, version))).decode()
        for place, (row, version) in enumerate(rows, begin)
    ]


def parse_row_key(text: str) -> RowKey:
    """What a key says. Raises Forged."""
    try:
        body = decrypt_bytes(PLACE, base64.b64decode(text.strip().encode(), altchars=b"-_", validate=True))
        name, number, place, row, version = BODY.unpack(body)
        return RowKey(name.hex(), list(worksheets())[number], place, row, version)
    except (InvalidTag, binascii.Error, struct.error, KeyError, IndexError, ValueError) as forged:
        raise InvalidRowKey(text) from forged


@dataclass
class Exports:
    """What earlier exports held, each read once. A colleague may send in what one exported: whose rows it may touch is
    decided by the scope, as ever."""

    known: dict[str, dict[str, Columns] | None] = field(default_factory=dict)

    def held(self, export: str, part: str) -> Columns | None:
        """The columns of a part as they went out; None once that is no longer kept."""
        if export not in self.known:
            self.known[export] = _read(export)
        whole = self.known[export]
        return None if whole is None else whole.get(part)


def _read(export: str) -> dict[str, Columns] | None:
    try:
        with elevated("what an exported workbook held"):
            content = files.read(export)[1]
    except NotFound:
        return None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held: dict[str, list[pl.DataFrame]] = {}
        for name in archive.namelist():
            held.setdefault(name.split("/")[0], []).append(pl.read_parquet(io.BytesIO(archive.read(name))))
    return {name: pl.concat(slices).to_dict(as_series=False) for name, slices in held.items()}
