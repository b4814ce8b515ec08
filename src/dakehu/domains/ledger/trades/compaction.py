"""Compact small trade files into buckets of clients, sorted by (client, asset, day), in one action.

No live file is rewritten. Buckets are written under new names; one action then names them in the register instead of
those they replace, with the batches they contain. A crash before that action leaves the old state and orphan files;
after it, the new state. Superseded files are kept for their readers (SOON) and, where an undo may bring their batch
back, for the undo (LATE).
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dakehu.domains.ledger.models import Bucket, Compaction, FeedFile, PriceFile
from dakehu.domains.ledger.trades import journal, reader
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.jobs.queue import job
from dakehu.foundation.records.recorded import add_audit_note

ROWS = 160_000  # target rows of a bucket; one of more than twice as many is split
AT_ONCE = 5_000_000  # new rows in memory at a time; the rest waits for the next round of the same call
CONDITION = 1  # primary key of the one row of Compaction
BUCKET = "b-"  # prefix of bucket files
SOON, LATE = timedelta(hours=12), timedelta(days=undo.DAYS + 1)
MARKS = "unneeded.json"


def _check_permission() -> None:
    """Raise NotAllowed unless the actor may administer the system."""
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("整理成交文件", "compacting the journal"), Permission.SYSTEM_WRITE)


def compact(*, progress: Callable[..., None] = no_progress) -> dict[str, int]:
    """Compact all trade files that are not in buckets, then delete superseded files.

    Readers see the same trades before, during and after. Returns {files, rows: compacted; buckets: present now;
    written: bucket files; swept: files deleted}. Raises Refused if another compaction was published meanwhile.
    """
    _check_permission()
    result = {"files": 0, "rows": 0, "buckets": 0, "written": 0}
    with elevated("compaction of the journal"):
        while True:
            register_state = reader.register()
            waiting = register_state.fresh_files()
            fresh = _next_files(register_state, waiting)
            progress(0.1, bilingual("正在整理成交文件", "Compacting the journal"))
            rows, written = _compact_files(register_state, fresh)
            result = {
                **result,
                "files": result["files"] + len(fresh),
                "rows": result["rows"] + rows,
                "written": result["written"] + written,
            }
            if len(fresh) == len(waiting):
                break
        result["buckets"] = Bucket.objects.count()
    result["swept"] = delete_superseded_files()
    progress(1.0, bilingual("整理完成", "Compacted"))
    return result


def _next_files(register_state: reader.Register, waiting: dict[str, list[int]]) -> list[str]:
    """Return the oldest waiting files of at most AT_ONCE rows together, at least one."""
    total = np.cumsum([int(register_state.rows[places].sum()) for places in waiting.values()])
    return list(waiting)[: max(1, int(np.searchsorted(total, AT_ONCE, "right")))]


def _compact_files(register_state: reader.Register, fresh: list[str]) -> tuple[int, int]:
    """Write and publish one set of buckets; return (rows added, bucket files written).

    Rows of unregistered batches are compacted with their file, because an undo may bring the batch back.
    """
    missing, expired = _superseded_files(register_state)
    tables = [register_state.with_owners(journal.read([journal.path_of(file)])) for file in fresh]
    rows = sum(table.num_rows for table in tables)
    batch_ids = IdRanges.of(register_state.compacted.runs)
    for table in tables:
        batch_ids.add(np.unique(reader.to_numpy(table["batch"])).tolist())
    changed = {bucket.pk: _live_rows(register_state, bucket, expired) for bucket in register_state.buckets}
    tables += [moved_rows for _, moved_rows in changed.values() if moved_rows is not None]
    table = pa.concat_tables([journal.read([]), *tables])
    client = reader.to_numpy(table["client"])
    first_clients = np.array([bucket.first_client for bucket in register_state.buckets], np.int64)
    bucket_of_row = np.maximum(np.searchsorted(first_clients, client, "right") - 1, 0)
    table = table.take(pa.array(np.argsort(bucket_of_row, kind="stable")))
    edges = np.searchsorted(np.sort(bucket_of_row), np.arange(max(len(first_clients), 1) + 1))
    replaced, new_buckets = [], []
    for index, bucket in enumerate(register_state.buckets or [None]):
        rows_of_bucket = table.slice(edges[index], edges[index + 1] - edges[index])
        remaining = changed[bucket.pk][0] if bucket is not None else None
        if bucket is not None and not rows_of_bucket.num_rows and remaining is None:
            continue
        if bucket is not None:
            replaced.append(bucket.pk)
            rows_of_bucket = pa.concat_tables(
                [remaining if remaining is not None else journal.read([journal.path_of(bucket.file)]), rows_of_bucket]
            )
        new_buckets += [_write(piece) for piece in _split(rows_of_bucket.sort_by(journal.ORDER))]
    for batch_id in expired:
        batch_ids.remove(batch_id)
    if replaced or new_buckets or batch_ids.runs != register_state.compacted.runs or missing != register_state.gone:
        publish(
            version=register_state.version,
            replaced=replaced,
            buckets=new_buckets,
            batches=batch_ids.runs,
            missing=missing,
        )
    return rows, len(new_buckets)


def _superseded_files(register_state: reader.Register) -> tuple[dict[str, str], list[int]]:
    """Return the compacted batches that are no longer registered.

    ({batch id: ISO date since when}, batch ids that no undo can restore any more).
    """
    missing = np.setdiff1d(np.fromiter(register_state.compacted, np.int64), register_state.number).tolist()
    today = clock.today()
    since = {str(batch_id): register_state.gone.get(str(batch_id), today.isoformat()) for batch_id in missing}
    expired = [batch_id for batch_id in missing if today - date.fromisoformat(since[str(batch_id)]) >= LATE]
    return {batch_id: day for batch_id, day in since.items() if int(batch_id) not in set(expired)}, expired


def _live_rows(book: reader.Register, bucket: Bucket, expired: list[int]) -> tuple[pa.Table | None, pa.Table | None]:
    """Return (rows that stay in a bucket, rows that move to other clients).

    (None, None) for a bucket that is unchanged.
    """
    path = journal.path_of(bucket.file)
    keys = journal.read([path], columns=["client", "batch"])
    client, batch = reader.to_numpy(keys["client"]), reader.to_numpy(keys["batch"])
    owner, _ = book.resolve_owners(client, batch)
    moving = owner != client
    dropped = np.isin(batch, expired)
    if not moving.any() and not dropped.any():
        return None, None
    table = journal.read([path])
    return table.filter(pa.array(~moving & ~dropped)), book.with_owners(table.filter(pa.array(moving)))


def _split(table: pa.Table) -> list[pa.Table]:
    """Split a sorted table into pieces of about ROWS rows, no client in two of them."""
    if table.num_rows <= 2 * ROWS:
        return [table] if table.num_rows else []
    client, pieces, begin = reader.to_numpy(table["client"]), [], 0
    while begin < len(client):
        end = min(begin + ROWS, len(client))
        end = int(np.searchsorted(client, client[end - 1], "right"))
        pieces.append(table.slice(begin, end - begin))
        begin = end
    return pieces


def _write(table: pa.Table) -> dict[str, Any]:
    """Write a bucket file; return the fields of its register row."""
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
    buckets: list[dict[str, Any]],
    batches: list[tuple[int, int]],
    missing: dict[str, str],
) -> None:
    """Register new buckets instead of `replaced` ones, and the batch ids that are now compacted.

    Raises Refused if `version` is not the current state.
    """
    row = Compaction.objects.select_for_update().filter(pk=CONDITION).first()
    if (row.row_version if row is not None else 0) != version:
        raise Refused(
            bilingual(
                "另一次整理刚刚完成，请稍后再运行。", "Another compaction has just been published; run it again later."
            )
        )
    for bucket in Bucket.objects.filter(pk__in=replaced):
        bucket.delete()
    for values in buckets:
        Bucket(**values).save()
    if row is None:
        row = Compaction(pk=CONDITION, batches=[list(run) for run in batches], gone=missing)
        row.save(force_insert=True)
    else:
        row.batches, row.gone = [list(run) for run in batches], missing
        row.save()
    add_audit_note(buckets=len(buckets), replaced=len(replaced))


def delete_superseded_files() -> int:
    """Delete files that are no longer needed; return their number.

    A file is marked when first found unneeded and deleted after SOON, or after LATE if an undo may bring its batch
    back. Files being written are at most marked.
    """
    _check_permission()
    with elevated("sweep of the journal"):
        register_state = reader.register()
        uncompacted = set(register_state.fresh_files())
        needed = uncompacted | {file.file for file in register_state.buckets}
        needed |= _other_files()
        done = set(register_state.files) - uncompacted
    path, now, marks, removed = journal.folder() / MARKS, clock.now().timestamp(), {}, 0
    before = _marks()
    for file in sorted(journal.folder().iterdir()):
        name = file.name.split(".")[0]
        if file == path or file.is_dir() or (name in needed and file.suffix == ".parquet"):
            continue
        since = before.get(file.name, now)
        brief = name in done or name.startswith(BUCKET) or file.suffix != ".parquet"
        if now - since >= (SOON if brief else LATE).total_seconds():
            file.unlink()
            removed += 1
        else:
            marks[file.name] = since
    part = path.with_suffix(".part")
    part.write_text(json.dumps(marks))
    part.replace(path)
    return removed


def find_missing_files() -> list[str]:
    """Names of files of the journal that the register names and that are not there. Run as the system."""
    book = reader.register()
    named = set(book.fresh_files()) | {one.file for one in book.buckets}
    named |= _other_files()
    return sorted(name for name in named if not journal.path_of(name).is_file())


def _other_files() -> set[str]:
    """Return the names of registered files that hold no trades: prices and feeds."""
    return {*PriceFile.objects.values_list("file", flat=True), *FeedFile.objects.values_list("file", flat=True)}


def _marks() -> dict[str, float]:
    """Return {file name: unneeded since, seconds since 1970}.

    A damaged list starts empty, which only delays deletion.
    """
    try:
        return {str(name): float(since) for name, since in json.loads((journal.folder() / MARKS).read_text()).items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


declare_steps({"ledger.compact": bilingual("整理成交文件", "Compact trade files")})


@job("ledger.compact")
def compact_in_background(progress: Callable[..., None]) -> dict[str, int]:
    """Compact trade files as a job."""
    return compact(progress=progress)
