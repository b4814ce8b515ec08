"""Compaction: many small files of trades become buckets of clients, sorted by (client, asset, day), published in one act.

Nothing that counts is ever rewritten in place. Buckets are written under new names; one act names them in the register
instead of those they replace, and says which batches stand in them. A kill before that act leaves the old state and
orphans; after it the new state. Files no longer needed outlive their readers (SOON) and, where an undo might bring their
batch back, the undo (LATE).
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dakehu.domains.ledger.models import Bucket, Compaction, PriceFile
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.jobs.queue import job
from dakehu.foundation.records.recorded import add_audit_note

ROWS = 160_000  # of a bucket, about; one of more than twice as many is cut
AT_ONCE = 5_000_000  # fresh rows taken into memory at a time; what is more waits for the next round of the same call
CONDITION = 1  # the number of the one row of Compaction
BUCKET = "b-"  # how names of bucket files begin
SOON, LATE = timedelta(hours=12), timedelta(days=undo.DAYS + 1)
MARKS = "unneeded.json"


def _check_permission() -> None:
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("整理成交文件", "compacting the journal"), Permission.SYSTEM_WRITE)


def compact(*, progress: Callable[..., None] = no_progress) -> dict[str, int]:
    """Put every file of trades that stands by itself into the buckets, then sweep. Returns {files, rows, buckets, written,
    swept}: files and rows taken in, buckets there now, bucket files written, files removed. Reads before, meanwhile and
    after tell the same trades. Refused where another compaction was published meanwhile."""
    _check_permission()
    told = {"files": 0, "rows": 0, "buckets": 0, "written": 0}
    with elevated("compaction of the journal"):
        while True:
            book = reader.register()
            waiting = book.fresh_files()
            fresh = _first(book, waiting)
            progress(0.1, bilingual("正在整理成交文件", "Compacting the journal"))
            rows, written = _round(book, fresh)
            told = {
                **told,
                "files": told["files"] + len(fresh),
                "rows": told["rows"] + rows,
                "written": told["written"] + written,
            }
            if len(fresh) == len(waiting):
                break
        told["buckets"] = Bucket.objects.count()
    told["swept"] = delete_superseded_files()
    progress(1.0, bilingual("整理完成", "Compacted"))
    return told


def _first(book: reader.Register, waiting: dict[str, list[int]]) -> list[str]:
    """The oldest files that wait, of AT_ONCE rows together or a single one."""
    total = np.cumsum([int(book.rows[places].sum()) for places in waiting.values()])
    return list(waiting)[: max(1, int(np.searchsorted(total, AT_ONCE, "right")))]


def _round(book: reader.Register, fresh: list[str]) -> tuple[int, int]:
    """Write and publish one set of buckets; returns how many rows came in and how many bucket files were written. Rows of a
    batch that is not registered come along with their file: an undo may bring the batch back."""
    gone, expired = _superseded_files(book)
    coming = [book.named(journal.read([journal.path_of(file)])) for file in fresh]
    rows = sum(table.num_rows for table in coming)
    compacted = IdRanges.of(book.compacted.runs)
    for table in coming:
        compacted.add(np.unique(reader.to_arrow(table["batch"])).tolist())
    stale = {one.pk: _live_rows(book, one, expired) for one in book.buckets}
    coming += [moved for _, moved in stale.values() if moved is not None]
    table = pa.concat_tables([journal.read([]), *coming])
    client = reader.to_arrow(table["client"])
    firsts = np.array([one.first_client for one in book.buckets], np.int64)
    goes = np.maximum(np.searchsorted(firsts, client, "right") - 1, 0)
    table = table.take(pa.array(np.argsort(goes, kind="stable")))
    edges = np.searchsorted(np.sort(goes), np.arange(max(len(firsts), 1) + 1))
    replaced, made = [], []
    for place, one in enumerate(book.buckets or [None]):
        new = table.slice(edges[place], edges[place + 1] - edges[place])
        kept = stale[one.pk][0] if one is not None else None
        if one is not None and not new.num_rows and kept is None:
            continue
        if one is not None:
            replaced.append(one.pk)
            new = pa.concat_tables([kept if kept is not None else journal.read([journal.path_of(one.file)]), new])
        made += [_write(piece) for piece in _split(new.sort_by(journal.ORDER))]
    for number in expired:
        compacted.remove(number)
    if replaced or made or compacted.runs != book.compacted.runs or gone != book.gone:
        publish(version=book.version, replaced=replaced, made=made, batches=compacted.runs, gone=gone)
    return rows, len(made)


def _superseded_files(book: reader.Register) -> tuple[dict[str, str], list[int]]:
    """Batches that stand in buckets and are not registered: since when, and those no undo can bring back any more."""
    missing = np.setdiff1d(np.fromiter(book.compacted, np.int64), book.number).tolist()
    today = clock.today()
    since = {str(number): book.gone.get(str(number), today.isoformat()) for number in missing}
    expired = [number for number in missing if today - date.fromisoformat(since[str(number)]) >= LATE]
    return {number: day for number, day in since.items() if int(number) not in set(expired)}, expired


def _live_rows(book: reader.Register, one: Bucket, expired: list[int]) -> tuple[pa.Table | None, pa.Table | None]:
    """(what stays of a bucket, what moves to other clients); (None, None) for a bucket that may stay as it is."""
    path = journal.path_of(one.file)
    keys = journal.read([path], columns=["client", "batch"])
    client, batch = reader.to_arrow(keys["client"]), reader.to_arrow(keys["batch"])
    owner, _ = book.judge(client, batch)
    moving = owner != client
    dropped = np.isin(batch, expired)
    if not moving.any() and not dropped.any():
        return None, None
    table = journal.read([path])
    return table.filter(pa.array(~moving & ~dropped)), book.named(table.filter(pa.array(moving)))


def _split(table: pa.Table) -> list[pa.Table]:
    """A sorted table in pieces of about ROWS, no client in two of them."""
    if table.num_rows <= 2 * ROWS:
        return [table] if table.num_rows else []
    client, pieces, begin = reader.to_arrow(table["client"]), [], 0
    while begin < len(client):
        end = min(begin + ROWS, len(client))
        end = int(np.searchsorted(client, client[end - 1], "right"))
        pieces.append(table.slice(begin, end - begin))
        begin = end
    return pieces


def _write(table: pa.Table) -> dict[str, Any]:
    name = BUCKET + journal.new_name()
    journal.write(journal.path_of(name), table)
    client = table["client"]
    return {"file": name, "first_client": client[0].as_py(), "last_client": client[-1].as_py(), "rows": table.num_rows}


@action(
    "ledger.publish_buckets",
    needs=Permission.SYSTEM_WRITE,
    zh="发布整理后的成交文件",
    en="Publish compacted trades",
    is_public=False,
)
def publish(
    *,
    version: int,
    replaced: list[int],
    made: list[dict[str, Any]],
    batches: list[tuple[int, int]],
    gone: dict[str, str],
) -> None:
    """Name new buckets in the place of others, and the batches that stand in buckets from now on."""
    row = Compaction.objects.select_for_update().filter(pk=CONDITION).first()
    if (row.row_version if row is not None else 0) != version:
        raise Refused(
            bilingual(
                "另一次整理刚刚完成，请稍后再运行。", "Another compaction has just been published; run it again later."
            )
        )
    for one in Bucket.objects.filter(pk__in=replaced):
        one.delete()
    for told in made:
        Bucket(**told).save()
    if row is None:
        row = Compaction(pk=CONDITION, batches=[list(run) for run in batches], gone=gone)
        row.save(force_insert=True)
    else:
        row.batches, row.gone = [list(run) for run in batches], gone
        row.save()
    add_audit_note(buckets=len(made), replaced=len(replaced))


def delete_superseded_files() -> int:
    """Remove files that nobody needs any more; returns how many. A file is marked when it is first found unneeded, and goes
    once it has been so for SOON, or for LATE where its batch may come back by an undo. Files that are being written now are
    marked at most."""
    _check_permission()
    with elevated("sweep of the journal"):
        book = reader.register()
        fresh = set(book.fresh_files())
        needed = fresh | {one.file for one in book.buckets}
        needed |= set(PriceFile.objects.values_list("file", flat=True))
        done = set(book.files) - fresh
    path, now, marks, removed = journal.folder() / MARKS, clock.now().timestamp(), {}, 0
    before = _marks()
    for one in sorted(journal.folder().iterdir()):
        name = one.name.split(".")[0]
        if one == path or one.is_dir() or (name in needed and one.suffix == ".parquet"):
            continue
        since = before.get(one.name, now)
        brief = name in done or name.startswith(BUCKET) or one.suffix != ".parquet"
        if now - since >= (SOON if brief else LATE).total_seconds():
            one.unlink()
            removed += 1
        else:
            marks[one.name] = since
    part = path.with_suffix(".part")
    part.write_text(json.dumps(marks))
    part.replace(path)
    return removed


def find_missing_files() -> list[str]:
    """Names of files of the journal that the register names and that are not there. Run as the system."""
    book = reader.register()
    named = set(book.fresh_files()) | {one.file for one in book.buckets}
    named |= set(PriceFile.objects.values_list("file", flat=True))
    return sorted(name for name in named if not journal.path_of(name).is_file())


def _marks() -> dict[str, float]:
    """{file name: since when it is unneeded, seconds since 1970}. A damaged list begins anew, which only delays."""
    try:
        return {str(name): float(since) for name, since in json.loads((journal.folder() / MARKS).read_text()).items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


@job("ledger.compact")
def compact_in_background(progress: Callable[..., None]) -> dict[str, int]:
    return compact(progress=progress)
