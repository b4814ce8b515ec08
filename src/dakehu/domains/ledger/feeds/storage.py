"""Store feeds: each day of a feed is one file of the journal, named by a row of the register."""

import hashlib
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.ledger.feeds import balances
from dakehu.domains.ledger.feeds.declarations import feed_of
from dakehu.domains.ledger.feeds.feed import Feed
from dakehu.domains.ledger.feeds.reader import read_file
from dakehu.domains.ledger.models import FeedFile
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import add_audit_note, publish_event

STORED = {
    "client": pl.Int64,
    "product": pl.Int64,
    "money": pl.Int64,
    "number": pl.Float64,
    "share": pl.Float64,
    "count": pl.Int64,
    "day": pl.Date,
    "text": pl.String,
    "choice": pl.String,
    "flag": pl.Boolean,
}
SHRUNK = 0.8  # share of the earlier rows: with fewer, a file is reported as short
FEED_IMPORTED = "ledger.feed_imported"


def stored_frame(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as in a feed file: every column, money in fen, ordered by the key. Missing columns are null."""
    columns = [
        (pl.col(column.name) if column.name in rows.columns else pl.lit(None))
        .cast(STORED[column.kind])
        .alias(column.name)
        for column in feed.columns
    ]
    return rows.select(columns).sort(list(feed.key), nulls_last=True, maintain_order=True).rechunk()


def compare(feed: Feed, days: dict[date, pl.DataFrame]) -> dict[date, dict[str, Any]]:
    """Return {day: {rows, created, updated, unchanged, removed: rows; same: whether nothing would change; sha256}}.

    Counts rows against the file of that day, by the key. `days` are frames of `stored_frame`.
    """
    files = {row.day: row for row in FeedFile.objects.filter(feed=feed.name, day__gte=min(days), day__lte=max(days))}
    found = {}
    for day, rows in days.items():
        digest, before = _digest(rows), files.get(day)
        if before is None:
            counts = {"created": rows.height, "updated": 0, "unchanged": 0, "removed": 0}
        elif before.sha256 == digest:
            counts = {"created": 0, "updated": 0, "unchanged": rows.height, "removed": 0}
        else:
            counts = _changes(feed, read_file(feed, before.file), rows)
        found[day] = {
            **counts,
            "rows": rows.height,
            "sha256": digest,
            "same": before is not None and before.sha256 == digest,
        }
    return found


def shrinking_days(feed: Feed, days: dict[date, int]) -> list[tuple[date, int, date, int]]:
    """Return (day, rows, day before, its rows) of days with far fewer rows than the file they replace, or the one before.

    This indicates a truncated file. Only for feeds that contain every client each time.
    """
    if feed.storage == "events" or not days:
        return []
    files = FeedFile.objects.filter(feed=feed.name, day__lte=max(days)).order_by("day")
    known = dict(files.values_list("day", "rows"))
    found = []
    for day, rows in sorted(days.items()):
        before = day if day in known else max((other for other in known if other < day), default=None)
        if before is not None and rows < SHRUNK * known[before]:
            found.append((day, rows, before, known[before]))
        known[day] = rows
    return found


def _changes(feed: Feed, before: pl.DataFrame, rows: pl.DataFrame) -> dict[str, int]:
    """Return how many rows are new, changed, unchanged and removed."""
    key = list(feed.key)
    both = rows.join(before, on=key, how="inner", nulls_equal=True).height
    same = rows.join(before, on=rows.columns, how="semi", nulls_equal=True).height
    return {
        "created": rows.height - both,
        "updated": both - same,
        "unchanged": same,
        "removed": before.height - both,
    }


def import_feed(*, feed: str, days: dict[date, pl.DataFrame], source: str, batch: int | None = None) -> dict[str, Any]:
    """Store days of a feed, each replacing what was stored for it; an unchanged day is left as it is.

    `days` holds rows with ids of clients and products and money in fen (missing columns are null), each key once a day.
    The event that follows names the newest day written; what depends on older ones is found through the register.
    Returns {created, updated, unchanged, removed: rows; days: written; same: days left as they were}, and if
    balances changed, the result of balances.refresh_balances.
    """
    run = import_notices if feed_of(feed).is_secret else import_days
    return run(feed=feed, days=days, source=source, batch=batch)


@action("ledger.import_feed", needs=Permission.FEED_IMPORT, zh="导入每日数据", en="Import daily data", is_public=False)
def import_days(*, feed: str, days: dict[date, pl.DataFrame], source: str, batch: int | None) -> dict[str, Any]:
    """Store days of a feed that every user may know of; see import_feed."""
    return _store(feed_of(feed), days, source, batch)


@action(
    "ledger.import_notices",
    needs=Permission.SUPERVISION,
    zh="导入监管提示",
    en="Import supervisory notices",
    is_public=False,
)
def import_notices(*, feed: str, days: dict[date, pl.DataFrame], source: str, batch: int | None) -> dict[str, Any]:
    """Store days of a feed for compliance only; see import_feed."""
    return _store(feed_of(feed), days, source, batch)


def _store(feed: Feed, days: dict[date, pl.DataFrame], source: str, batch: int | None) -> dict[str, Any]:
    """Write the files of the days that differ, register them, and bring the balances of clients in line."""
    frames = {day: stored_frame(feed, rows) for day, rows in sorted(days.items())}
    compared = compare(feed, frames)
    files = {row.day: row for row in FeedFile.objects.filter(feed=feed.name, day__in=list(days))}
    written = [day for day in frames if not compared[day]["same"]]
    for day in written:
        row = files.get(day) or FeedFile(feed=feed.name, day=day)
        row.file, row.rows = journal.new_name(), frames[day].height
        row.unchanged, row.sha256 = compared[day]["unchanged"], compared[day]["sha256"]
        row.source, row.received_at, row.batch = source[:160], clock.now(), batch
        journal.write(journal.path_of(row.file), frames[day].to_arrow().cast(feed.schema))
        row.save()
    if written:
        publish_event(FEED_IMPORTED, feed=feed.name, day=written[-1].isoformat(), rows=frames[written[-1]].height)
    counts = {
        name: sum(one[name] for one in compared.values()) for name in ("created", "updated", "unchanged", "removed")
    }
    add_audit_note(feed=feed.name, days=[day.isoformat() for day in written][-20:], written=len(written), **counts)
    followed = balances.refresh_balances() if any(balances.depends_on(feed.name, day) for day in written) else {}
    return {**counts, "days": len(written), "same": len(frames) - len(written), **followed}


def _digest(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of the values of a frame, ignoring what is stored under missing ones."""
    digest = hashlib.sha256()
    for column in rows:
        digest.update(f"{column.name}:{column.dtype}:{len(column)}".encode())
        if column.dtype == pl.String:
            lengths = column.str.len_bytes().fill_null(-1).cast(pl.Int64).to_numpy()
            digest.update(np.ascontiguousarray(lengths).data)
            digest.update("".join(column.drop_nulls().to_list()).encode())
        else:
            physical = column.to_physical().cast(pl.Int8) if column.dtype == pl.Boolean else column.to_physical()
            digest.update(np.ascontiguousarray(physical.fill_null(0).to_numpy()).data)
            digest.update(np.packbits(column.is_null().to_numpy()).data)
    return digest.hexdigest()
