"""Store trades and prices as immutable Parquet files under DAKEHU_HOME/journal.

Files are readable by their owner only. A file applies if a row of the register names it (models/register.py). It is
completed, under a new name, before the action that registers it commits. A crash leaves the old state and at most
an orphan file, which trades.compaction removes. The files hold ids of clients and products, never names.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

# Money in fen, quantity in thousandths of a share (bought positive), day as a date, time in seconds (-1 unknown).
# `digest` and `nth` identify a row within its client: two equal fills are the first and the second.
TRADES = pa.schema(
    [
        ("client", pa.int64()),
        ("asset", pa.int32()),
        ("day", pa.date32()),
        ("seq", pa.int64()),
        ("side", pa.int8()),
        ("quantity", pa.int64()),
        ("price", pa.float64()),
        ("amount", pa.int64()),
        ("net", pa.int64()),
        ("commission", pa.int64()),
        ("stamp", pa.int64()),
        ("transfer", pa.int64()),
        ("other", pa.int64()),
        ("time", pa.int32()),
        ("currency", pa.string()),
        ("ref", pa.string()),
        ("digest", pa.int64()),
        ("nth", pa.int32()),
        ("batch", pa.int64()),
    ]
)
PRICES = pa.schema([("asset", pa.int32()), ("day", pa.date32()), ("price", pa.float64())])
ROW_GROUP = 20_000  # rows that are skipped or read together: one client's history touches one or two of them
NO_ASSET = 0  # rows of money alone
ORDER = [
    ("client", "ascending"),
    ("asset", "ascending"),
    ("day", "ascending"),
    ("time", "ascending"),
    ("seq", "ascending"),
]


def folder() -> Path:
    """Return the journal's folder, created if missing."""
    path = Path(settings.DAKEHU_HOME) / "journal"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def new_name() -> str:
    """Return a new file name (without suffix)."""
    return uuid.uuid4().hex


def path_of(name: str) -> Path:
    """Return the path of a file by its name in the register."""
    return folder() / f"{name}.parquet"


def write(path: Path, table: pa.Table) -> None:
    """Write a table atomically, readable by its owner only, and flush it to disk."""
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        pq.write_table(table, stream, compression="zstd", row_group_size=ROW_GROUP)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def join(path: Path, parts: Iterable[Path]) -> None:
    """Write the rows of some files of one schema into one file, reading one at a time, as write() does."""
    part, sources = path.with_suffix(".part"), list(parts)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with pq.ParquetWriter(stream, pq.read_schema(sources[0]), compression="zstd") as writer:
            for source in sources:
                writer.write_table(pq.read_table(source), row_group_size=ROW_GROUP)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def trades_of(rows: list[dict[str, Any]]) -> pa.Table:
    """Build a table of trades in the order of the journal."""
    return pa.Table.from_pylist(rows, schema=TRADES).sort_by(ORDER)


def read(
    paths: Iterable[Path], columns: list[str] | None = None, filters: Any = None, schema: pa.Schema = TRADES
) -> pa.Table:
    """Return the rows of some files concatenated. `filters` is pyarrow's; they skip entire row groups."""
    shape = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    if filters is not None:
        tables = [pq.read_table(path, columns=columns, filters=filters, schema=schema) for path in paths]
    else:
        tables = read_each(paths, shape)
    return pa.concat_tables(tables) if tables else shape.empty_table()


def read_each(paths: Iterable[Path], shape: pa.Schema) -> list[pa.Table]:
    """Return the rows of each file in the columns of `shape`, several files at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda path: _read_file(path, shape), paths))


def _read_file(path: Path, shape: pa.Schema) -> pa.Table:
    """Read some columns of all rows of a file.

    Opening a file by itself costs a quarter of opening it as a data set, and there is a price file for every day.
    """
    with pq.ParquetFile(path) as file:
        return file.read(columns=shape.names, use_threads=False).select(shape.names).cast(shape)
