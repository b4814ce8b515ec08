"""Read trades of the journal within the actor's scope.

The rows of a batch are in a file of their own until compaction moves them into buckets of clients. The register of
batches decides which rows apply: rows of an unregistered batch are ignored; rows of a statement belong to the client
in its register row, in any file and under any client id. If two clients were merged, a
statement row that both had imported counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from dakehu.domains.clients.queries import merge_survivors
from dakehu.domains.ledger.models import Bucket, Compaction, TradeBatch
from dakehu.domains.ledger.trades import journal
from dakehu.domains.ledger.trades.owners import IDENTITY, SHARED, Owners, to_numpy
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.client_tables import computed_once
from dakehu.foundation.base.id_ranges import IdRanges


@dataclass(frozen=True)
class Register(Owners):
    """The register at one point in time.

    For the B batches of Owners: `rows` (count) is int64 [B]; `files` are their file names. `compacted` are the batch ids whose rows are in `buckets`
    (ascending by client); `gone` is {batch id: ISO date} since when one of them is unregistered. `version` is the state
    of the buckets, 0 before the first compaction.
    """

    rows: np.ndarray
    files: list[str]
    compacted: IdRanges
    gone: dict[str, str]
    buckets: list[Bucket]
    version: int

    def fresh_files(self) -> dict[str, list[int]]:
        """Return {file: indexes of its batches} of files that are not compacted, oldest first."""
        files: dict[str, list[int]] = {}
        for index, number in enumerate(self.number.tolist()):
            if number not in self.compacted:
                files.setdefault(self.files[index], []).append(index)
        return files


def register(clients: list[int] | None = None) -> Register:
    """Return the register, or the part that concerns some clients.

    It is read again if a compaction was published concurrently, so that files and buckets are consistent on every
    database.
    """
    while True:
        state = Compaction.objects.values_list("row_version", "batches", "gone").first()
        buckets = list(Bucket.objects.order_by("first_client"))
        rows = TradeBatch.objects.order_by("pk")
        if clients is not None:
            rows = rows.filter(Q(client_id__among=clients) | Q(client=None))
        batches = list(rows.values_list("pk", "client_id", "rows", "file"))
        if Compaction.objects.values_list("row_version", flat=True).first() == (state[0] if state else None):
            break
    number, owner, count = (
        np.array([row[i] if row[i] is not None else SHARED for row in batches], np.int64) for i in range(3)
    )
    version, runs, gone = state or (0, [], {})
    return Register(number, owner, count, [row[3] for row in batches], IdRanges.of(runs), gone, buckets, version)


def visible_clients(clients: Iterable[int]) -> list[int]:
    """Return the client ids that the actor may see, ascending."""
    wanted = sorted(set(clients))
    model = scope.client_model()
    visible: list[int] = []
    for start in range(0, len(wanted), 5000):
        visible += model.objects.filter(pk__in=wanted[start : start + 5000]).values_list("pk", flat=True)
    return sorted(visible)


def trades_of_clients(clients: Iterable[int]) -> pa.Table:
    """Return the trades of some clients (journal.TRADES), in the order of the journal.

    Clients outside the actor's scope have none.
    """
    visible = visible_clients(clients)
    if not visible:
        return journal.read([])
    register_state = register(visible)
    return register_state.without_duplicates(_live_rows(register_state, visible), merge_survivors(visible))


def trades_of_client(client: Any) -> pa.Table:
    """Return the trades of one client like `trades_of_clients`; the parts of a page share one read of the journal."""
    return computed_once(client, "ledger.trades", lambda: trades_of_clients([client.pk]))


def all_trades(columns: list[str] | None = None) -> pa.Table:
    """Return every trade of the firm in the same order. Raises PermissionError unless the actor is the system.

    `columns` limits the result; it must contain NEEDED, which ordering and ownership use.
    """
    if not current_actor().is_system:
        raise PermissionError("every trade of the firm is read by the system only: wrap it in scope.system(reason)")
    register_state, merged = register(), merge_survivors()
    if not merged:
        return _live_rows(register_state, None, columns)
    columns_read = None if columns is None else list(dict.fromkeys([*columns, *IDENTITY]))
    trades = register_state.without_duplicates(_live_rows(register_state, None, columns_read), merged)
    return trades if columns is None else trades.select([name for name in trades.column_names if name in columns])


def duplicated_statements(mine: int, other: int) -> int:
    """Return the number of statement rows that two clients have in common: they count once after a merge."""
    book, table = register([mine, other]), trades_of_clients([mine, other])
    statement_rows = table.filter(pa.array(book.owners(to_numpy(table["batch"])) != SHARED))
    rows = [
        set(zip(*(own_rows[name].to_pylist() for name in IDENTITY), strict=True))
        for own_rows in (statement_rows.filter(pc.equal(statement_rows["client"], pk)) for pk in (mine, other))
    ]
    return len(rows[0] & rows[1])


def _live_rows(book: Register, clients: list[int] | None, columns: list[str] | None = None) -> pa.Table:
    """Return the rows of registered batches, from buckets and from files not yet compacted."""
    limit = None if clients is None else [("client", "in", clients)]
    buckets = [bucket for bucket in book.buckets if clients is None or _overlaps_clients(bucket, clients)]
    bucketed, moved = book.registered_rows(
        journal.read([journal.path_of(bucket.file) for bucket in buckets], columns, limit)
    )
    tables = [bucketed]
    if clients is not None and (misplaced := _misplaced_batches(book, bucketed)):
        all_buckets = [journal.path_of(bucket.file) for bucket in book.buckets]
        tables = [
            bucketed.filter(pc.invert(pc.is_in(bucketed["batch"], pa.array(misplaced, pa.int64())))),
            book.registered_rows(journal.read(all_buckets, filters=[("batch", "in", misplaced)]))[0],
        ]
    for file, places in book.fresh_files().items():
        shared = int(book.owner[places[0]]) == SHARED
        batch_limit = limit if shared else [("batch", "in", book.number[places].tolist())]
        tables.append(book.registered_rows(journal.read([journal.path_of(file)], columns, limit and batch_limit))[0])
    rows = pa.concat_tables([table for table in tables if table.num_rows] or [bucketed])
    return rows if rows.num_rows == bucketed.num_rows and not moved else rows.sort_by(journal.ORDER)


def _overlaps_clients(bucket: Bucket, clients: list[int]) -> bool:
    """Return whether any client id (ascending) is within a bucket's range."""
    return bool(np.searchsorted(clients, bucket.last_client, "right") > np.searchsorted(clients, bucket.first_client))


def _misplaced_batches(book: Register, rows: pa.Table) -> list[int]:
    """Return compacted statements with rows missing from `rows`.

    The missing rows are under the id their client had before a merge, until the next compaction.
    """
    compacted = [place for place in np.flatnonzero(book.owner != SHARED) if int(book.number[place]) in book.compacted]
    if not compacted:
        return []
    batch, count = np.unique(to_numpy(rows["batch"]), return_counts=True)
    counted = dict(zip(batch.tolist(), count.tolist(), strict=True))
    return [
        int(book.number[place])
        for place in compacted
        if counted.get(int(book.number[place]), 0) < int(book.rows[place])
    ]
