"""Determine the client of a stored trade and whether it applies, by the register of batches. Pure.

Does not import Django, so that a worker of a cluster needs no settings.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

IDENTITY = ("digest", "nth")  # identify a row of a statement within its client (see statements/importing.py)
NEEDED = ("client", "asset", "day", "time", "seq", "batch")  # the columns that order trades and identify their client
SHARED = -1  # marks a batch whose rows are of many clients


@dataclass(frozen=True)
class Owners:
    """The owners of the registered batches at one point in time, B batches.

    number: int64 [B], batch ids, ascending. owner: int64 [B], client ids, SHARED if the rows name them.
    """

    number: np.ndarray
    owner: np.ndarray

    def owners(self, batch: np.ndarray) -> np.ndarray:
        """Return the client ids of rows of registered batches, SHARED where the rows name them: int64 [N]."""
        return self.owner[np.searchsorted(self.number, batch)] if len(batch) else batch

    def resolve_owners(self, client: np.ndarray, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (owner of each row, whether its batch is registered): int64 [N] and bool [N].

        A row of an unregistered batch stays with the client it names.
        """
        if not len(self.number):
            return client, np.zeros(len(batch), bool)
        index = np.minimum(np.searchsorted(self.number, batch), len(self.number) - 1)
        live = self.number[index] == batch
        return np.where(live & (self.owner[index] != SHARED), self.owner[index], client), live

    def with_owners(self, table: pa.Table) -> pa.Table:
        """Return the rows with the client id of their owner."""
        client = to_numpy(table["client"])
        owner, _ = self.resolve_owners(client, to_numpy(table["batch"]))
        return table if np.array_equal(owner, client) else table.set_column(0, "client", pa.array(owner))

    def registered_rows(self, table: pa.Table) -> tuple[pa.Table, bool]:
        """Return the rows of registered batches with their owners, and whether any owner changed."""
        client = to_numpy(table["client"])
        owner, live = self.resolve_owners(client, to_numpy(table["batch"]))
        moved = not np.array_equal(owner, client)
        if moved:
            table = table.set_column(0, "client", pa.array(owner))
        return table if live.all() else table.filter(pa.array(live)), moved

    def without_duplicates(self, table: pa.Table, clients: list[int] | np.ndarray) -> pa.Table:
        """Return ordered rows without repeated statement rows of merged clients.

        The row of the oldest batch is kept. Rows of counter systems have no identity of their own and all apply.
        """
        client, batch = to_numpy(table["client"]), to_numpy(table["batch"])
        rows = np.flatnonzero(np.isin(client, clients) & (self.owners(batch) != SHARED))
        if not len(rows):
            return table
        identity = [client[rows], *(to_numpy(table[name])[rows] for name in IDENTITY)]
        order = np.lexsort((batch[rows], *reversed(identity)))
        repeated = np.logical_and.reduce([column[order][1:] == column[order][:-1] for column in identity])
        is_kept = np.ones(table.num_rows, bool)
        is_kept[rows[order][1:][repeated]] = False
        return table if is_kept.all() else table.filter(pa.array(is_kept))


def to_numpy(column: pa.ChunkedArray) -> np.ndarray:
    """Convert an Arrow column to a NumPy array, shape [N]."""
    return column.combine_chunks().to_numpy(zero_copy_only=False)
