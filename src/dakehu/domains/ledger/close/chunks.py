"""A chunk of the close: some clients' trades in, a file of their figures out. Whoever computes it, here or on a cluster,
calls the same kernel and writes the same file. Knows nothing of Django, so that a worker needs no settings."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dakehu.analytics import kernel
from dakehu.analytics.figures import COLUMNS, Column, Figures
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.trades import journal


@dataclass(frozen=True)
class Chunk:
    """The clients begin..end of a book, and the file of their figures."""

    begin: int
    end: int
    path: Path


# Computes chunks of a book (clients: int64 [C], their numbers) and calls back with how many clients it has done so far.
Engine = Callable[[kernel.Book, np.ndarray, list[Chunk], Callable[[int], None]], None]


def compute_chunk(book: kernel.Book, clients: np.ndarray, chunks: list[Chunk], done: Callable[[int], None]) -> None:
    """The engine of this machine: one chunk after another, each on all cores."""
    count = 0
    for chunk in chunks:
        part = close_book.slice_book(book, chunk.begin, chunk.end)
        write(chunk.path, clients[chunk.begin : chunk.end], kernel.compute(part))
        count += chunk.end - chunk.begin
        done(count)


def write(path: Path, clients: np.ndarray, made: Figures) -> None:
    """A file of figures, whole or not at all, even when two workers write the same one."""
    table: dict[str, Any] = {"client": clients}
    table |= {column.name.lower(): made.values[:, column] for column in Column}
    table |= {f"why_{column.name.lower()}": made.reasons[:, column] for column in Column}
    own = path.with_name(f"{uuid.uuid4().hex}.parquet")
    journal.write(own, pa.table(table))
    own.replace(path)


def read(path: Path) -> tuple[np.ndarray, Figures]:
    """(clients, figures) of a chunk or of a day's history."""
    table = pq.read_table(path)
    values, why = np.empty((table.num_rows, COLUMNS)), np.empty((table.num_rows, COLUMNS), np.uint8)
    for column in Column:
        values[:, column] = table[column.name.lower()].to_numpy()
        why[:, column] = table[f"why_{column.name.lower()}"].to_numpy()
    return table["client"].to_numpy(), Figures(values, why)


def kernel_fingerprint() -> str:
    """Digest of the kernel's source: figures of different kernels are never mixed."""
    sources = sorted(Path(kernel.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
