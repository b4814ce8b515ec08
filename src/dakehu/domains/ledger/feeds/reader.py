"""Read feeds: the rows of a day, a series of days, sums of days. For all clients: callers apply the scope.

Money is in yuan, `client` and `product` are ids of the desk. Rows of a client merged into another are assigned to
the one that remains.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.clients.queries import merged_clients
from dakehu.domains.ledger.feeds.declarations import feed_of
from dakehu.domains.ledger.feeds.feed import Feed
from dakehu.domains.ledger.models import FeedFile
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.access.actor import elevated

FEN = 100
READERS = 4  # files opened at a time


def newest_day(name: str, at: date | None = None) -> date | None:
    """Return the newest day of a feed at or before `at`; None if it was never imported."""
    files = FeedFile.objects.filter(feed=feed_of(name).name)
    if at is not None:
        files = files.filter(day__lte=at)
    return files.order_by("-day").values_list("day", flat=True).first()


def days_of(name: str, first: date, last: date) -> list[date]:
    """Return the days between `first` and `last`, both included, for which a feed was imported; oldest first."""
    return [day for day, _ in _files(feed_of(name), first, last)]


def frame(name: str, day: date, columns: Iterable[str] | None = None) -> pl.DataFrame:
    """Return a feed as known at the close of `day`: its columns, or some of them.

    storage day: the rows of that day, none if it was not imported. snapshot: the newest at or before the day. events:
    every event that was known by the day, each as in the newest file, with `known_on` if requested by name.
    """
    feed = feed_of(name)
    wanted = _columns_to_read(feed, columns)
    if feed.storage == "events":
        return _events(feed, day, wanted)
    newest = day if feed.storage == "day" else newest_day(name, day)
    files = [] if newest is None else _files(feed, newest, newest)
    return _merge_clients(feed, _read(feed, files[0][1], wanted) if files else _empty(feed, wanted))


def series(name: str, first: date, last: date, columns: Iterable[str] | None = None) -> pl.DataFrame:
    """Return the rows of all imported days between `first` and `last`, with their `day` as the first column."""
    feed = feed_of(name)
    wanted = _columns_to_read(feed, columns)
    days = _files(feed, first, last)
    empty = _empty(feed, wanted).insert_column(0, pl.Series("day", [], pl.Date))
    with ThreadPoolExecutor(READERS) as pool:
        frames = list(pool.map(lambda one: _read(feed, one[1], wanted), days))
    merged = _merged_ids(feed)
    dated = [
        _merge_clients(feed, found, merged).select(pl.lit(day).alias("day"), *wanted)
        for (day, _), found in zip(days, frames, strict=True)
    ]
    return pl.concat([empty, *dated])


def sums(name: str, days: Sequence[date], columns: Sequence[str]) -> pl.DataFrame:
    """Return [client, each column summed over some days, `days`: on how many of them the client has a row].

    A missing value counts as zero, a column that is missing on every day as missing. For feeds with one row a client
    and day; reads one file at a time, so sixty days of a million clients need the memory of one day.
    """
    feed = feed_of(name)
    if not days:
        shape = {"client": pl.Int64, **dict.fromkeys(columns, pl.Float64), "days": pl.Int64}
        return pl.DataFrame(schema=shape)
    asked, wanted = set(days), ("client", *columns)
    files = [file for day, file in _files(feed, min(asked), max(asked)) if day in asked]
    merged = _merged_ids(feed)
    total = {column: np.zeros(0) for column in columns}
    present = {column: np.zeros(0, bool) for column in columns}
    count = np.zeros(0, np.int32)
    for file in files:
        found = _merge_clients(feed, _read(feed, file, wanted), merged)
        client = found["client"].to_numpy()
        size = int(client.max()) + 1 if len(client) else 0
        if size > len(count):
            count = np.pad(count, (0, size - len(count)))
            total = {key: np.pad(held, (0, size - len(held))) for key, held in total.items()}
            present = {key: np.pad(held, (0, size - len(held))) for key, held in present.items()}
        count[client] += 1
        for column in columns:
            values = found[column].cast(pl.Float64).to_numpy()
            known = ~np.isnan(values)
            total[column][client] += np.where(known, values, 0.0)
            present[column][client] |= known
    clients = np.flatnonzero(count)
    data: dict[str, Any] = {"client": clients}
    for column in columns:
        data[column] = pl.Series(np.where(present[column][clients], total[column][clients], np.nan)).fill_nan(None)
    return pl.DataFrame({**data, "days": count[clients].astype(np.int64)})


def last_days(name: str, at: date, column: str, since: date) -> pl.DataFrame:
    """Return [client, `last`: the newest day from `since` to `at` on which the column is above zero]."""
    feed = feed_of(name)
    merged = _merged_ids(feed)
    newest = np.zeros(0, np.int32)
    for day, file in _files(feed, since, at):
        found = _merge_clients(feed, _read(feed, file, ("client", column)), merged).filter(pl.col(column) > 0)
        client = found["client"].to_numpy()
        size = int(client.max()) + 1 if len(client) else 0
        if size > len(newest):
            newest = np.pad(newest, (0, size - len(newest)))
        newest[client] = (day - date(1970, 1, 1)).days
    clients = np.flatnonzero(newest)
    return pl.DataFrame({"client": clients, "last": pl.Series(newest[clients], dtype=pl.Int32).cast(pl.Date)})


def read_file(feed: Feed, file: str, columns: Iterable[str] | None = None) -> pl.DataFrame:
    """Return the rows of one file of the journal as they are stored: money in fen, ids as at the import.

    A column that the feed did not have yet when the file was imported is missing in every row.
    """
    wanted, path = _columns_to_read(feed, columns), journal.path_of(file)
    try:
        return pl.read_parquet(path, columns=list(wanted)).select(wanted)
    except pl.exceptions.ColumnNotFoundError:
        there = set(pl.read_parquet_schema(path))
        found = pl.read_parquet(path, columns=[name for name in wanted if name in there])
        kinds = pl.DataFrame(feed.schema.empty_table()).schema
        later = [pl.lit(None, kinds[name]).alias(name) for name in wanted if name not in there]
        return found.with_columns(later).select(wanted)


def _columns_to_read(feed: Feed, columns: Iterable[str] | None) -> tuple[str, ...]:
    """Return the columns to read. Raises KeyError for one that the feed does not have."""
    names = tuple(column.name for column in feed.columns) if columns is None else tuple(dict.fromkeys(columns))
    for name in names:
        if name != "known_on":
            feed.column(name)
    return names


def _files(feed: Feed, first: date, last: date) -> list[tuple[date, str]]:
    """Return (day, file) of the imported days, oldest first."""
    files = FeedFile.objects.filter(feed=feed.name, day__gte=first, day__lte=last).order_by("day")
    return list(files.values_list("day", "file"))


def _empty(feed: Feed, wanted: Iterable[str]) -> pl.DataFrame:
    """Return a frame without rows."""
    return pl.DataFrame(schema={name: feed.frame_schema[name] for name in wanted})


def _read(feed: Feed, file: str, wanted: Sequence[str]) -> pl.DataFrame:
    """Return some columns of a file, money in yuan."""
    money = [name for name in wanted if feed.column(name).kind == "money"]
    return read_file(feed, file, wanted).with_columns(pl.col(name).cast(pl.Float64) / FEN for name in money)


def _events(feed: Feed, day: date, wanted: tuple[str, ...]) -> pl.DataFrame:
    """Return each event that was known by a day, as in the newest file."""
    read = tuple(dict.fromkeys([*feed.key, *(name for name in wanted if name != "known_on")]))
    days = _files(feed, date.min, day)
    with ThreadPoolExecutor(READERS) as pool:
        frames = list(pool.map(lambda one: _read(feed, one[1], read), days))
    dated = [found.with_columns(pl.lit(on).alias("known_on")) for (on, _), found in zip(days, frames, strict=True)]
    empty = _empty(feed, read).with_columns(pl.lit(None, pl.Date).alias("known_on"))
    found = _merge_clients(feed, pl.concat([empty, *dated]))
    return found.unique(list(feed.key), keep="last", maintain_order=True).select(wanted)


def _merged_ids(feed: Feed) -> dict[int, int]:
    """Return {id of a merged client: id of the one that remains} for feeds of clients."""
    if feed.columns[0].kind != "client":
        return {}
    with elevated("feeds of merged clients"):
        return merged_clients()


def _merge_clients(feed: Feed, found: pl.DataFrame, merged: dict[int, int] | None = None) -> pl.DataFrame:
    """Return the rows with merged clients replaced by the remaining ones; values of both on a day are summed."""
    if "client" not in found.columns:
        return found
    merged = _merged_ids(feed) if merged is None else merged
    if not merged or not found["client"].is_in(list(merged)).any():
        return found
    found = found.with_columns(pl.col("client").replace(merged))
    if feed.key != ("client",):
        return found
    amounts = [name for name in found.columns if feed.column(name).kind in ("money", "number", "count")]
    kept = [name for name in found.columns if name not in ("client", *amounts)]
    one_row = [*(pl.col(name).first() for name in kept), *(_sum_or_null(name) for name in amounts)]
    return found.group_by("client", maintain_order=True).agg(one_row).select(found.columns)


def _sum_or_null(name: str) -> pl.Expr:
    """Return the sum of a column, null if every value is null."""
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
