"""The snapshot as a file: Arrow columns stored with the desk's other derived data, read without copying.

Grouping columns are stored as codes: 0 for a missing value, n for the n-th of the column's values. Amounts are integer
cents (Int64), other numbers Float64. The newest two files are kept, so that a reader of the old one can finish, and the last
one of each previous quarter, for comparison.
"""

import json
import os
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from django.conf import settings

from dakehu.domains.insight.pivots.coding import Coded
from dakehu.foundation.base import clock

ABOUT = b"snapshot"  # key of the file's metadata
CLIENT = "client"  # the column of the clients' ids, ascending
KEPT = 2
QUARTERS = 5  # previous quarters whose last snapshot is kept: a year and the quarter before it
OPEN = 3  # files opened per process


@dataclass(frozen=True)
class Snapshot:
    """The columns of all clients at a moment. `entry` is the newest audit entry of that moment, `day` the day of its facts.

    `values` are those of the coded columns, by code from 1; `kinds` are the kinds of all columns.
    """

    name: str
    taken_at: datetime
    day: date
    entry: int
    kinds: dict[str, str]
    values: dict[str, list[Any]]
    table: pa.Table

    @property
    def height(self) -> int:
        return int(self.table.num_rows)

    @cached_property
    def ids(self) -> np.ndarray:
        """The ids of the clients, ascending."""
        return self._array(CLIENT)

    def has(self, name: str) -> bool:
        return name in self.kinds

    def coded(self, name: str) -> Coded:
        """Return a grouping column."""
        return Coded(self._array(name), self.values[name])

    def numbers(self, name: str) -> pl.Series:
        """Return a column of numbers: integer cents for an amount."""
        return pl.from_arrow(self.table.column(name))  # type: ignore[return-value]

    def _array(self, name: str) -> np.ndarray:
        column = self.table.column(name)
        return column.chunk(0).to_numpy() if column.num_chunks else column.to_numpy()


def folder() -> Path:
    """Return the folder of the snapshots, created if missing."""
    path = Path(settings.DAKEHU_HOME) / "insight"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write(
    columns: dict[str, Coded | pl.Series],
    kinds: dict[str, str],
    day: date,
    entry: int,
    taken_at: datetime | None = None,
) -> Snapshot:
    """Write columns as a snapshot of a moment (default: now), atomically by rename, and delete expired ones.

    `columns` begins with the ids.
    """
    arrays, values = {}, {}
    for name, column in columns.items():
        if isinstance(column, Coded):
            arrays[name], values[name] = pa.array(column.codes), column.values
        else:
            arrays[name] = column.rechunk().to_arrow()
    now = taken_at or clock.now()
    about = {
        "taken_at": now.isoformat(),
        "day": day.isoformat(),
        "entry": entry,
        "kinds": kinds,
        "values": {name: [_to_stored_value(one) for one in every] for name, every in values.items()},
    }
    table = pa.table(arrays).replace_schema_metadata({ABOUT: json.dumps(about).encode()})
    path = folder() / f"{now:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.arrow"
    _write_file(path, table)
    paths = _paths()
    kept = {*paths[-KEPT:], *(one for quarter, one in _by_quarter(paths).items() if quarter in _kept_quarters(paths))}
    for old in set(paths) - kept:
        old.unlink(missing_ok=True)
    return _read(path)


def rewrite(keep: Any) -> int:
    """Rewrite every snapshot with the rows for which `keep(ids)` is true, under the same moment; return how many were
    written. The file gets another name: readers with an open file keep using its rows."""
    count = 0
    for path in _paths():
        snapshot = _read(path)
        mask = keep(snapshot.ids)
        if mask.all():
            continue
        moment = path.stem.partition("-")[0]
        _write_file(
            path.with_name(f"{moment}-{uuid.uuid4().hex[:8]}.arrow"),
            snapshot.table.filter(pa.array(mask)).combine_chunks(),
        )
        path.unlink(missing_ok=True)
        count += 1
    return count


def _write_file(path: Path, table: pa.Table) -> None:
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with pa.ipc.new_file(stream, table.schema) as writer:
            writer.write_table(table.combine_chunks(), max_chunksize=max(table.num_rows, 1))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def newest() -> Snapshot | None:
    """Return the newest snapshot, None before the first."""
    paths = _paths()
    return _open_snapshot(paths[-1]) if paths else None


def last_of_quarter(day: date) -> Snapshot | None:
    """Return the last snapshot taken in the quarter of a day, None if none is stored."""
    path = _by_quarter(_paths()).get(_quarter(day.year, day.month))
    return _open_snapshot(path) if path is not None else None


def quarters() -> list[date]:
    """Return the first days of previous quarters with a stored snapshot, the newest first."""
    today = clock.today()
    now = _quarter(today.year, today.month)
    return [date(one // 4, one % 4 * 3 + 1, 1) for one in sorted(_by_quarter(_paths()), reverse=True) if one < now]


def _open_snapshot(path: Path) -> Snapshot:
    found = _open.get(path)
    if found is None:
        found = _read(path)
        while len(_open) >= OPEN:
            _open.pop(next(iter(_open)), None)
        _open[path] = found
    return found


def _by_quarter(paths: list[Path]) -> dict[int, Path]:
    """Return {quarter: the last of its snapshots}."""
    return {_quarter(int(path.stem[:4]), int(path.stem[4:6])): path for path in paths}


def _kept_quarters(paths: list[Path]) -> set[int]:
    return set(sorted(_by_quarter(paths))[-QUARTERS - 1 :])


def _quarter(year: int, month: int) -> int:
    return year * 4 + (month - 1) // 3


_open: dict[Path, Snapshot] = {}  # files opened in this process


def _paths() -> list[Path]:
    return sorted((Path(settings.DAKEHU_HOME) / "insight").glob("*.arrow"))


def _read(path: Path) -> Snapshot:
    """Open a file; its columns are read from disk on use."""
    with pa.ipc.open_file(pa.memory_map(str(path))) as reader:
        table = reader.read_all()
    about = json.loads(table.schema.metadata[ABOUT])
    kinds = about["kinds"]
    return Snapshot(
        path.stem,
        datetime.fromisoformat(about["taken_at"]),
        date.fromisoformat(about["day"]),
        about["entry"],
        kinds,
        {name: [_from_stored_value(one, kinds[name]) for one in every] for name, every in about["values"].items()},
        table,
    )


def _to_stored_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _from_stored_value(value: Any, kind: str) -> Any:
    return date.fromisoformat(value) if kind == "date" else value
