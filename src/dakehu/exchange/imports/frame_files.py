"""Tables of another system as the file of a batch: one Parquet part per sheet, each row with the id of its record.

Such a file is written only by the desk and never uploaded. Unlike a workbook it keeps every character and has no row
limit.
"""

import io
import json
import zipfile
from dataclasses import dataclass

import polars as pl

from dakehu.exchange.workbook.reading import Book, Sheet

RECORD = "record"  # the column of ids next to the cells c0, c1, …
INDEX = "sheets.json"


@dataclass(frozen=True)
class FrameSheet:
    """A sheet: name, source table, headings, cells (text, by column), the record of each row."""

    name: str
    table: str
    headings: list[str]
    cells: list[list[str]]
    records: list[str]


def content_of(sheets: list[FrameSheet]) -> bytes:
    """Return the sheets as the content of a file."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(INDEX, json.dumps([{"name": s.name, "table": s.table} for s in sheets], ensure_ascii=False))
        for number, sheet in enumerate(sheets):
            columns = {
                f"c{index}": [heading, *cells]
                for index, (heading, cells) in enumerate(zip(sheet.headings, sheet.cells, strict=True))
            }
            frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_columns(
                pl.Series(RECORD, ["", *sheet.records], dtype=pl.String)
            )
            part = io.BytesIO()
            frame.write_parquet(part, compression="zstd")
            archive.writestr(f"{number}.parquet", part.getvalue())
    return body.getvalue()


def book_of(content: bytes, name: str) -> Book:
    """Return the file as the import reads it; empty cells are null."""
    sheets = [
        Sheet(facts["name"], frame.drop(RECORD).with_columns(pl.all().replace("", None)))
        for facts, frame in _parts(content)
    ]
    return Book(name, sheets)


def records_of(content: bytes) -> dict[str, tuple[str, list[str]]]:
    """Return {sheet: (table, record of each line; "" for the heading)}."""
    return {facts["name"]: (facts["table"], frame[RECORD].to_list()) for facts, frame in _parts(content)}


def _parts(content: bytes) -> list[tuple[dict[str, str], pl.DataFrame]]:
    """Return the index entry and the frame of each sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        index = json.loads(archive.read(INDEX))
        return [(facts, pl.read_parquet(io.BytesIO(archive.read(f"{n}.parquet")))) for n, facts in enumerate(index)]
