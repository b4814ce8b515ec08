"""Reading the journal within scope: whoever asks gets the trades of clients they see, and no others.

A batch's rows stand in a file of its own until compacting.py has put them into buckets of clients. The register of batches
decides what counts: rows of a batch that is not registered are nobody's, and a statement's rows are those of the client its
register row names, wherever and under whatever number they stand. Where two records of one client became one, a row of a
statement that both had taken in counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from dakehu.domains.clients.queries import merge_survivors
from dakehu.domains.ledger.models import Bucket, Compaction, TradeBatch
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.id_ranges import IdRanges

IDENTITY = ("digest", "nth")  # what tells a row of a statement from every other of its client (see statements.py)
NEEDED = ("client", "asset", "day", "time", "seq", "batch")  # the columns that order trades and tell whose they are
SHARED = -1  # stands for the owner of a batch whose rows are of many clients


@dataclass(frozen=True)
class Register:
    """The register at one moment. Of B batches, numbers ascending: number, owner (SHARED: as the rows say) and rows as
    int64 [B], file. `compacted` are the numbers whose rows stand in `buckets` (ascending by client), `gone` says since when
    one of them is not registered; `version` is the state of the buckets, 0 before the first compaction."""

    number: np.ndarray
    owner: np.ndarray
    rows: np.ndarray
    files: list[str]
    compacted: IdRanges
    gone: dict[str, str]
    buckets: list[Bucket]
    version: int

    def owners(self, batch: np.ndarray) -> np.ndarray:
        """Whose rows of registered batches are by the register, SHARED where the rows say it: int64 [N]."""
        return self.owner[np.searchsorted(self.number, batch)] if len(batch) else batch

    def fresh_files(self) -> dict[str, list[int]]:
        """{file: places of its batches} of the files whose rows are not in buckets, oldest first."""
        found: dict[str, list[int]] = {}
        for place, number in enumerate(self.number.tolist()):
            if number not in self.compacted:
                found.setdefault(self.files[place], []).append(place)
        return found

    def judge(self, client: np.ndarray, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of rows by client and batch, int64 [N]: (whose each is, which are of a registered batch), int64 and bool [N]. A
        row of no registered batch stays with the client it names."""
        if not len(self.number):
            return client, np.zeros(len(batch), bool)
        place = np.minimum(np.searchsorted(self.number, batch), len(self.number) - 1)
        live = self.number[place] == batch
        return np.where(live & (self.owner[place] != SHARED), self.owner[place], client), live

    def named(self, table: pa.Table) -> pa.Table:
        """Rows, each under the client whose it is."""
        client = to_arrow(table["client"])
        owner, _ = self.judge(client, to_arrow(table["batch"]))
        return table if np.array_equal(owner, client) else table.set_column(0, "client", pa.array(owner))

    def claim(self, table: pa.Table) -> tuple[pa.Table, bool]:
        """Those of some rows whose batch is registered, each under its owner; and whether any was under another."""
        client = to_arrow(table["client"])
        owner, live = self.judge(client, to_arrow(table["batch"]))
        moved = not np.array_equal(owner, client)
        if moved:
            table = table.set_column(0, "client", pa.array(owner))
        return table if live.all() else table.filter(pa.array(live)), moved


def to_arrow(column: pa.ChunkedArray) -> np.ndarray:
    return column.combine_chunks().to_numpy(zero_copy_only=False)


def register(clients: list[int] | None = None) -> Register:
    """The register, or what of it concerns some clients. Read again where a compaction was published meanwhile: what stands
    in files and what stands in buckets are then of one moment on every database."""
    while True:
        before = Compaction.objects.values_list("row_version", "batches", "gone").first()
        buckets = list(Bucket.objects.order_by("first_client"))
        rows = TradeBatch.objects.order_by("pk")
        if clients is not None:
            rows = rows.filter(Q(client_id__among=clients) | Q(client=None))
        told = list(rows.values_list("pk", "client_id", "rows", "file"))
        if Compaction.objects.values_list("row_version", flat=True).first() == (before[0] if before else None):
            break
    number, owner, count = (
        np.array([row[i] if row[i] is not None else SHARED for row in told], np.int64) for i in range(3)
    )
    version, runs, gone = before or (0, [], {})
    return Register(number, owner, count, [row[3] for row in told], IdRanges.of(runs), gone, buckets, version)


def visible_trades(clients: Iterable[int]) -> list[int]:
    """Those of some client numbers whom the actor sees, ascending."""
    wanted = sorted(set(clients))
    model = scope.client_model()
    found: list[int] = []
    for start in range(0, len(wanted), 5000):
        found += model.objects.filter(pk__in=wanted[start : start + 5000]).values_list("pk", flat=True)
    return sorted(found)


def trades_of_clients(clients: Iterable[int]) -> pa.Table:
    """The trades of some clients (journal.TRADES), ordered by (client, asset, day, as dealt); clients out of sight have
    none."""
    seen = visible_trades(clients)
    if not seen:
        return journal.read([])
    book = register(seen)
    return without_duplicates(book, _live_rows(book, seen), merge_survivors(seen))


def all_trades(columns: list[str] | None = None) -> pa.Table:
    """Every trade of the firm, ordered likewise; of `columns` only those, which must hold what the order and the register
    need (NEEDED). Only the desk itself may ask (scope.system)."""
    if not current_actor().is_system:
        raise PermissionError("every trade of the firm is read by the system only: wrap it in scope.system(reason)")
    book, both = register(), merge_survivors()
    if not both:
        return _live_rows(book, None, columns)
    wider = None if columns is None else list(dict.fromkeys([*columns, *IDENTITY]))
    found = without_duplicates(book, _live_rows(book, None, wider), both)
    return found if columns is None else found.select([name for name in found.column_names if name in columns])


def without_duplicates(book: Register, table: pa.Table, clients: list[int]) -> pa.Table:
    """Some ordered rows without those that stand a second time in the statements of one of `clients`, the one of the oldest
    batch being kept. Rows of counter systems, which bear no mark of their own, all count."""
    client, batch = to_arrow(table["client"]), to_arrow(table["batch"])
    rows = np.flatnonzero(np.isin(client, clients) & (book.owners(batch) != SHARED))
    if not len(rows):
        return table
    told = [client[rows], *(to_arrow(table[name])[rows] for name in IDENTITY)]
    order = np.lexsort((batch[rows], *reversed(told)))
    again = np.logical_and.reduce([one[order][1:] == one[order][:-1] for one in told])
    kept = np.ones(table.num_rows, bool)
    kept[rows[order][1:][again]] = False
    return table if kept.all() else table.filter(pa.array(kept))


def duplicated_statements(mine: int, other: int) -> int:
    """How many rows of statements two clients both hold: as many count once when the two become one."""
    book, table = register([mine, other]), trades_of_clients([mine, other])
    stated = table.filter(pa.array(book.owners(to_arrow(table["batch"])) != SHARED))
    rows = [
        set(zip(*(part[name].to_pylist() for name in IDENTITY), strict=True))
        for part in (stated.filter(pc.equal(stated["client"], pk)) for pk in (mine, other))
    ]
    return len(rows[0] & rows[1])


def _live_rows(book: Register, clients: list[int] | None, columns: list[str] | None = None) -> pa.Table:
    """The rows of registered batches, from buckets and from files of their own."""
    limit = None if clients is None else [("client", "in", clients)]
    near = [one for one in book.buckets if clients is None or _covers(one, clients)]
    bucketed, moved = book.claim(journal.read([journal.path_of(one.file) for one in near], columns, limit))
    tables = [bucketed]
    if clients is not None and (strayed := _short(book, bucketed)):
        every = [journal.path_of(one.file) for one in book.buckets]
        tables = [
            bucketed.filter(pc.invert(pc.is_in(bucketed["batch"], pa.array(strayed, pa.int64())))),
            book.claim(journal.read(every, filters=[("batch", "in", strayed)]))[0],
        ]
    for file, places in book.fresh_files().items():
        shared = int(book.owner[places[0]]) == SHARED
        narrow = limit if shared else [("batch", "in", book.number[places].tolist())]
        tables.append(book.claim(journal.read([journal.path_of(file)], columns, limit and narrow))[0])
    found = pa.concat_tables([table for table in tables if table.num_rows] or [bucketed])
    return found if found.num_rows == bucketed.num_rows and not moved else found.sort_by(journal.ORDER)


def _covers(bucket: Bucket, clients: list[int]) -> bool:
    """Whether any of some client numbers (ascending) is within a bucket's."""
    return bool(np.searchsorted(clients, bucket.last_client, "right") > np.searchsorted(clients, bucket.first_client))


def _short(book: Register, found: pa.Table) -> list[int]:
    """Compacted statements of which rows are missing among those found: they stand under the client who had them before
    two records became one, until the next compaction."""
    theirs = [place for place in np.flatnonzero(book.owner != SHARED) if int(book.number[place]) in book.compacted]
    if not theirs:
        return []
    batch, count = np.unique(to_arrow(found["batch"]), return_counts=True)
    counted = dict(zip(batch.tolist(), count.tolist(), strict=True))
    return [int(book.number[p]) for p in theirs if counted.get(int(book.number[p]), 0) < int(book.rows[p])]
