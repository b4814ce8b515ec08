"""Compact small trade files into buckets of clients, sorted by (client, asset, day), in one action.

No live file is rewritten. Buckets are written under new names; one action then names them in the register instead of
those they replace, with the batches they contain. A crash before that action leaves the old state and orphan files;
after it, the new state. Superseded files are kept for their readers (SOON) and, if an undo may restore their batch,
for the undo (LATE).
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dakehu.domains.ledger.models import Bucket, Compaction, FeedFile, PriceFile
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.ledger.trades.partitions import PREFIX, Partitions, cut_points
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
CUT = 4  # a range of clients with more buckets of new rows than this is split before it is sorted
AT_ONCE = 2_000_000  # new rows in memory at a time
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
    written: bucket files; swept: files deleted}. Raises Refused if another compaction was published concurrently.
    """
    _check_permission()
    with elevated("compaction of the journal"):
        progress(0.1, bilingual("正在整理成交文件", "Compacting the journal"))
        result = _compact_files(reader.register())
        result["buckets"] = Bucket.objects.count()
    result["swept"] = delete_superseded_files()
    progress(1.0, bilingual("整理完成", "Compacted"))
    return result


def _compact_files(register_state: reader.Register) -> dict[str, int]:
    """Write and publish one set of buckets; return {files, rows: compacted; written: bucket files}.

    Rows of unregistered batches are compacted with their file, because an undo may restore the batch. Rows are first
    distributed over ranges of clients on disk, AT_ONCE at a time, then each range is sorted by itself.
    """
    missing, expired = _superseded_files(register_state)
    waiting = register_state.fresh_files()
    batch_ids = IdRanges.of(register_state.compacted.runs)
    changed: set[int] = set()
    moved = [journal.read([])]
    for index, bucket in enumerate(register_state.buckets):
        has_changed, rows = _moved_rows(register_state, bucket, expired)
        if has_changed:
            changed.add(index)
            moved.append(rows)
    with Partitions(_first_clients(register_state, list(waiting), moved)) as partitions:
        count = 0
        for files in _compaction_rounds(register_state, waiting):
            table = pa.concat_tables([register_state.with_owners(journal.read([journal.path_of(f)])) for f in files])
            batch_ids.add(np.unique(reader.to_numpy(table["batch"])).tolist())
            partitions.add(table)
            count += table.num_rows
        partitions.add(pa.concat_tables(moved))
        replaced, new_buckets = _write_buckets(register_state, partitions, changed, expired)
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
    return {"files": len(waiting), "rows": count, "written": len(new_buckets)}


def _compaction_rounds(register_state: reader.Register, waiting: dict[str, list[int]]) -> Iterator[list[str]]:
    """Yield the waiting files, oldest first, at most AT_ONCE rows at a time or a single file."""
    files: list[str] = []
    total = 0
    for file, places in waiting.items():
        rows = int(register_state.rows[places].sum())
        if files and total + rows > AT_ONCE:
            yield files
            files, total = [], 0
        files.append(file)
        total += rows
    if files:
        yield files


def _first_clients(register_state: reader.Register, files: list[str], moved: list[pa.Table]) -> np.ndarray:
    """Return the first client of each range: those of the buckets, and further splits where many rows are new."""

    def clients() -> Iterator[np.ndarray]:
        for file in files:
            table = journal.read([journal.path_of(file)], columns=["client", "batch"])
            yield register_state.resolve_owners(reader.to_numpy(table["client"]), reader.to_numpy(table["batch"]))[0]
        yield from (reader.to_numpy(table["client"]) for table in moved)

    first = np.array([bucket.first_client for bucket in register_state.buckets], np.int64)
    cuts = cut_points(clients(), CUT * ROWS)
    return np.union1d(first, cuts if not len(first) else cuts[cuts > first[0]])


def _write_buckets(
    register_state: reader.Register, partitions: Partitions, changed: set[int], expired: list[int]
) -> tuple[list[int], list[dict[str, Any]]]:
    """Write the buckets that change; return (ids of buckets they replace, fields of their register rows)."""
    buckets = register_state.buckets
    first = np.array([bucket.first_client for bucket in buckets], np.int64)
    owner = np.maximum(np.searchsorted(first, partitions.first_clients, "right") - 1, 0) if len(first) else None
    replaced, tasks = [], []
    for index, bucket in enumerate(buckets or [None]):
        places = np.flatnonzero(owner == index) if owner is not None else np.arange(len(partitions.rows))
        if bucket is not None and index not in changed and not partitions.rows[places].any():
            continue
        if bucket is not None:
            replaced.append(bucket.pk)
        tasks.append((bucket, places.tolist()))

    def write(task: tuple[Bucket | None, list[int]]) -> list[dict[str, Any]]:
        bucket, places = task
        stored = journal.read([]) if bucket is None else _remaining_rows(register_state, bucket, expired)
        client = reader.to_numpy(stored["client"])
        edges = np.searchsorted(client, partitions.first_clients[places[1:]]).tolist()
        new_buckets = []
        for place, begin, end in zip(places, [0, *edges], [*edges, len(client)], strict=True):
            table = pa.concat_tables([stored.slice(begin, end - begin), partitions.read(place)])
            new_buckets += [_write(piece) for piece in _split_by_size(table.sort_by(journal.ORDER))]
        return new_buckets

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return replaced, [fields for written in pool.map(write, tasks) for fields in written]


def _superseded_files(register_state: reader.Register) -> tuple[dict[str, str], list[int]]:
    """Return the compacted batches that are no longer registered.

    ({batch id: ISO date since when}, batch ids that no undo can restore any more).
    """
    missing = np.setdiff1d(np.fromiter(register_state.compacted, np.int64), register_state.number).tolist()
    today = clock.today()
    since = {str(batch_id): register_state.gone.get(str(batch_id), today.isoformat()) for batch_id in missing}
    expired = [batch_id for batch_id in missing if today - date.fromisoformat(since[str(batch_id)]) >= LATE]
    return {batch_id: day for batch_id, day in since.items() if int(batch_id) not in set(expired)}, expired


def _moved_rows(book: reader.Register, bucket: Bucket, expired: list[int]) -> tuple[bool, pa.Table]:
    """Return (whether rows of a bucket must be removed, those of them that move to other clients)."""
    keys = read_bucket(bucket, ["client", "batch"])
    client, batch = reader.to_numpy(keys["client"]), reader.to_numpy(keys["batch"])
    owner, _ = book.resolve_owners(client, batch)
    moving = owner != client
    if not moving.any():
        return bool(np.isin(batch, expired).any()), journal.read([])
    return True, book.with_owners(read_bucket(bucket).filter(pa.array(moving)))


def _remaining_rows(book: reader.Register, bucket: Bucket, expired: list[int]) -> pa.Table:
    """Return the rows that stay in a bucket."""
    table = read_bucket(bucket)
    client, batch = reader.to_numpy(table["client"]), reader.to_numpy(table["batch"])
    stays = (book.resolve_owners(client, batch)[0] == client) & ~np.isin(batch, expired)
    return table if stays.all() else table.filter(pa.array(stays))


def read_bucket(bucket: Bucket, columns: list[str] | None = None) -> pa.Table:
    """Return the rows of a bucket. Raises Refused if its file is not the one that was written."""
    path = journal.path_of(bucket.file)
    try:
        if columns is None and bucket.sha256 and journal.sha256_of(path) != bucket.sha256:
            raise damaged_bucket(bucket.file)
        return journal.read([path], columns)
    except (OSError, pa.ArrowException) as error:
        raise damaged_bucket(bucket.file) from error


def damaged_bucket(name: str) -> Refused:
    """Return the refusal to work with a bucket whose file is missing or is not the one that was written."""
    return Refused(
        {
            "journal": [
                bilingual(
                    "成交归并文件 {name}.parquet 缺失或已损坏，没有改动任何内容。请从备份恢复 DAKEHU_HOME/journal 后再运行。",
                    "The file of compacted trades {name}.parquet is missing or damaged, so nothing was changed. Restore DAKEHU_HOME/journal from a backup, then run again.",
                    name=name,
                )
            ]
        }
    )


def _split_by_size(table: pa.Table) -> list[pa.Table]:
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
    return {
        "file": name,
        "first_client": client[0].as_py(),
        "last_client": client[-1].as_py(),
        "rows": table.num_rows,
        "sha256": journal.sha256_of(journal.path_of(name)),
    }


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

    A file is marked when first found unneeded and deleted after SOON, or after LATE if an undo may restore its
    batch. Files being written are at most marked.
    """
    _check_permission()
    with elevated("sweep of the journal"):
        register_state = reader.register()
        uncompacted = set(register_state.fresh_files())
        needed = uncompacted | {file.file for file in register_state.buckets}
        needed |= _other_files()
        done = set(register_state.files) - uncompacted
    path, now, marks, removed = journal.folder() / MARKS, clock.now().timestamp(), {}, 0
    before = _unneeded_since()
    for file in sorted(journal.folder().iterdir()):
        name = file.name.split(".")[0]
        if file.is_dir() and file.name.startswith(PREFIX):
            if now - file.stat().st_mtime >= SOON.total_seconds():
                shutil.rmtree(file, ignore_errors=True)
            continue
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
    """Return the names of registered files that contain no trades: prices and feeds."""
    return {*PriceFile.objects.values_list("file", flat=True), *FeedFile.objects.values_list("file", flat=True)}


def _unneeded_since() -> dict[str, float]:
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
