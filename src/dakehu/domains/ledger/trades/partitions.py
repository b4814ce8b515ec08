"""Distribute rows over ranges of clients on disk, so that each range can be sorted by itself.

A file of the scratch folder holds the rows of some trade files, a batch for each range. Memory scales with one
addition and the largest range. The folder is deleted at the end; one left by a killed process is deleted by the sweep.
"""

import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from dakehu.domains.ledger.trades import journal
from dakehu.domains.ledger.trades.owners import to_numpy

PREFIX = "compacting-"  # of scratch folders within the journal
COUNTED = 4_000_000  # rows counted at a time


def cut_points(clients: Iterable[np.ndarray], at_most: int) -> np.ndarray:
    """Return ascending client ids that split rows into ranges of about `at_most` rows; no client is in two: int64 [R].

    clients: int64 arrays, the client of each row. Range r begins with the r-th id; rows before the first belong to it.
    """
    ids, counts = np.array([], np.int64), np.array([], np.int64)
    waiting: list[np.ndarray] = []

    def count() -> None:
        nonlocal ids, counts
        new, n = np.unique(np.concatenate([ids[:0], *waiting]), return_counts=True)
        ids, where = np.unique(np.concatenate([ids, new]), return_inverse=True)
        counts = np.bincount(where, np.concatenate([counts, n]), len(ids)).astype(np.int64)
        waiting.clear()

    for more in clients:
        waiting.append(more)
        if sum(map(len, waiting)) > COUNTED:
            count()
    count()
    before = np.cumsum(counts) - counts
    first = np.flatnonzero(np.diff(before // at_most, prepend=-1))
    return ids[first]


class Partitions:
    """Rows by range of clients. `first_clients`: int64 [R], ascending, the first client of each range."""

    def __init__(self, first_clients: np.ndarray) -> None:
        self.first_clients = first_clients
        self.rows = np.zeros(max(len(first_clients), 1), np.int64)
        self._folder = journal.folder() / f"{PREFIX}{uuid.uuid4().hex}"
        self._files: list[Path] = []

    def __enter__(self) -> "Partitions":
        self._folder.mkdir(mode=0o700)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, table: pa.Table) -> None:
        """Add rows (journal.TRADES), each to the range of its client."""
        if not table.num_rows:
            return
        place = np.maximum(np.searchsorted(self.first_clients, to_numpy(table["client"]), "right") - 1, 0)
        order = np.argsort(place, kind="stable")
        table = table.take(pa.array(order)).combine_chunks()
        edges = np.searchsorted(place[order], np.arange(len(self.rows) + 1))
        path = self._folder / f"{len(self._files)}.arrow"
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with path.open("wb") as stream, pa.ipc.new_file(stream, journal.TRADES, options=options) as file:
            for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
                file.write_batch(_batch(table.slice(begin, end - begin)))
        self.rows += np.diff(edges)
        self._files.append(path)

    def read(self, place: int) -> pa.Table:
        """Return the rows of a range, in the order in which they were added."""
        batches = []
        for path in self._files:
            with pa.memory_map(str(path)) as source:
                batches.append(pa.ipc.open_file(source).get_batch(place))
        return pa.Table.from_batches(batches, schema=journal.TRADES)


def _batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table of one chunk, or none, as a batch."""
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=journal.TRADES)
