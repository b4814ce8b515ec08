"""Assets and flows of each client in each month, from the end-of-day balances: one derived file per month.

For every client: the caller restricts to those in scope. A file is named by a digest of its sources, so that a corrected
day or a merged client produces another one. Amounts are integer cents.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from django.conf import settings

from dakehu.domains.clients.queries import merged_clients
from dakehu.domains.insight.questions.spans import shift_day
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.schema.fields import model_of

FEED = "balances"
MOVED = ("deposits", "withdrawals", "securities_in", "securities_out", "commission")
SHAPE = {
    "client": pl.Int64,
    "first": pl.Int64,
    "first_flow": pl.Int64,
    "last": pl.Int64,
    "is_last": pl.Boolean,
    **dict.fromkeys(MOVED, pl.Int64),
}
KEPT = 60  # months cached in this process


@dataclass(frozen=True)
class Month:
    """A month of the feed. `days` of it were imported, the last is `end`; `frame`: one row per client.

    first, last: the total on the client's first and last day; first_flow: net inflow on that first
    day; is_last: whether the client is in the file of `end`; the columns of MOVED are sums, null if no file has them.
    """

    first: date
    days: int
    end: date
    frame: pl.DataFrame


def months_known() -> list[date]:
    """Return the first days of the months with imported balances, oldest first."""
    days = model_of("ledger.FeedFile").objects.filter(feed=FEED).dates("day", "month")
    return list(days)


def read_month(first: date) -> Month | None:
    """Return a month, None without imported balances. Built once, and rebuilt when its sources change."""
    after = shift_day(first, "month", 1)
    rows = model_of("ledger.FeedFile").objects.filter(feed=FEED, day__gte=first, day__lt=after).order_by("day")
    files = list(rows.values_list("day", "file"))
    if not files:
        return None
    days = [day for day, _ in files]
    path = folder() / f"{first:%Y-%m}-{_digest([name for _, name in files])}.parquet"
    if not path.is_file():
        for old in folder().glob(f"{first:%Y-%m}-*.parquet"):
            old.unlink(missing_ok=True)
        _write(path, _collect_month(days))
    return Month(first, len(days), days[-1], _read_month_file(path))


def prepare() -> int:
    """Build the missing files of all months; return the number of months."""
    known = months_known()
    for first in known:
        read_month(first)
    return len(known)


def delete_all() -> int:
    """Delete the files of all months, which are rebuilt from the balances; return their number."""
    _read_month_file.cache_clear()
    paths = list(folder().glob("*.parquet"))
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def folder() -> Path:
    """Return the folder of the months, created if missing."""
    path = Path(settings.DAKEHU_HOME) / "insight" / "months"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _digest(files: list[str]) -> str:
    with elevated("months of merged clients"):
        merged = sorted(merged_clients().items())
    return hashlib.sha256(repr((files, merged, tuple(SHAPE))).encode()).hexdigest()[:24]


@lru_cache(maxsize=KEPT)
def _read_month_file(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path)


def _write(path: Path, frame: pl.DataFrame) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        frame.write_parquet(stream)
    part.replace(path)


def _collect_month(days: list[date]) -> pl.DataFrame:
    """Return the rows of a month, read one day at a time: a million clients need the memory of one day."""
    held: dict[str, np.ndarray] = {}
    known: dict[str, np.ndarray] = {}
    for day in days:
        found = reader.frame(FEED, day, ("client", "total", *MOVED))
        client = found["client"].to_numpy()
        size = int(client.max()) + 1 if len(client) else 0
        if size > len(known.get("client", ())):
            held = {
                name: np.pad(held.get(name, np.zeros(0, np.int64)), (0, size - _column_length(held, name)))
                for name in SHAPE
            }
            known = {
                name: np.pad(known.get(name, np.zeros(0, bool)), (0, size - _column_length(known, name)))
                for name in SHAPE
            }
        cents = {name: _cents(found[name]) for name in ("total", *MOVED)}
        flow = cents["deposits"].fill_null(0).to_numpy() - cents["withdrawals"].fill_null(0).to_numpy()
        total = cents["total"].fill_null(0).to_numpy()
        is_new = ~known["client"][client]
        held["first"][client[is_new]] = total[is_new]
        held["first_flow"][client[is_new]] = flow[is_new]
        held["last"][client] = total
        known["client"][client] = True
        held["is_last"][:] = 0
        held["is_last"][client] = 1
        for name in MOVED:
            held[name][client] += cents[name].fill_null(0).to_numpy()
            known[name][client] |= cents[name].is_not_null().to_numpy()
    if not known:
        return pl.DataFrame(schema=SHAPE)
    clients = np.flatnonzero(known["client"])
    columns = {"client": pl.Series(clients, dtype=pl.Int64)}
    for name in ("first", "first_flow", "last"):
        columns[name] = pl.Series(held[name][clients])
    columns["is_last"] = pl.Series(held["is_last"][clients].astype(bool))
    for name in MOVED:
        values = pl.Series(name, held[name][clients])
        is_known = pl.Series("known", known[name][clients])
        columns[name] = pl.select(pl.when(is_known).then(values).otherwise(None)).to_series()
    return pl.DataFrame(columns, schema=SHAPE)


def _column_length(held: dict[str, np.ndarray], name: str) -> int:
    return len(held[name]) if name in held else 0


def _cents(column: pl.Series) -> pl.Series:
    return (column * 100).round().cast(pl.Int64)
