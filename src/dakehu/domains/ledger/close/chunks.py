"""Compute a chunk of the close: trades of some clients in, a file of their figures out.

The local engine and the cluster call the same kernel and write the same file. Does not import Django, so that a worker
needs no settings.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dakehu.analytics import kernel, month_ends
from dakehu.analytics.figures import COLUMNS, Column, Figures
from dakehu.analytics.month_ends import MONTHS, MonthEnds
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.trades import journal


@dataclass(frozen=True)
class Chunk:
    """The clients begin..end of a book, and the file of their figures."""

    begin: int
    end: int
    path: Path


# Computes chunks of a book (clients: int64 [C], their ids) and reports the number of clients done so far.
Engine = Callable[[kernel.Book, np.ndarray, list[Chunk], Callable[[int], None]], None]


def compute_chunks(book: kernel.Book, clients: np.ndarray, chunks: list[Chunk], done: Callable[[int], None]) -> None:
    """Compute chunks on this machine one after another, each on all cores."""
    count = 0
    for chunk in chunks:
        part = close_book.slice_book(book, chunk.begin, chunk.end)
        write(chunk.path, clients[chunk.begin : chunk.end], kernel.compute(part), month_ends.compute(part))
        count += chunk.end - chunk.begin
        done(count)


def write(path: Path, clients: np.ndarray, figures: Figures, months: MonthEnds) -> None:
    """Write a file of figures atomically, even when two workers write the same one."""
    table: dict[str, Any] = {"client": clients}
    table |= {column.name.lower(): figures.values[:, column] for column in Column}
    table |= {f"why_{column.name.lower()}": figures.reasons[:, column] for column in Column}
    table |= {f"month_value_{n}": months.values[:, n] for n in range(MONTHS)}
    table |= {f"month_flow_{n}": months.flows[:, n] for n in range(MONTHS)}
    table["day_profit"] = months.day_profit
    temporary = path.with_name(f"{uuid.uuid4().hex}.parquet")
    journal.write(temporary, pa.table(table))
    temporary.replace(path)


def read(path: Path) -> tuple[np.ndarray, Figures]:
    """Return (client ids, figures) of a chunk or of a day's history."""
    return _figures_of(pq.read_table(path))


def read_with_months(path: Path) -> tuple[np.ndarray, Figures, MonthEnds]:
    """Return (client ids, figures, month ends) of a chunk."""
    table = pq.read_table(path)
    values = np.column_stack([table[f"month_value_{n}"].to_numpy() for n in range(MONTHS)])
    flows = np.column_stack([table[f"month_flow_{n}"].to_numpy() for n in range(MONTHS)])
    return *_figures_of(table), MonthEnds(values, flows, table["day_profit"].to_numpy())


def _figures_of(table: pa.Table) -> tuple[np.ndarray, Figures]:
    """Return (client ids, figures) of the rows of a file."""
    values, reasons = np.empty((table.num_rows, COLUMNS)), np.empty((table.num_rows, COLUMNS), np.uint8)
    for column in Column:
        values[:, column] = table[column.name.lower()].to_numpy()
        reasons[:, column] = table[f"why_{column.name.lower()}"].to_numpy()
    return table["client"].to_numpy(), Figures(values, reasons)


def kernel_fingerprint() -> str:
    """Return the digest of the kernel's source: figures of different kernels are never mixed."""
    sources = sorted(Path(kernel.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
