"""Write and read the files of a close: the figures and month ends of some clients.

Does not import Django's models, so that a worker of a cluster needs no settings.
"""

import hashlib
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dakehu.analytics import kernel
from dakehu.analytics.figures import COLUMNS, Column, Figures
from dakehu.analytics.month_ends import MONTHS, MonthEnds
from dakehu.domains.ledger.trades import journal


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
    # Column-major in memory: columns are filled here, and read when published, one at a time.
    values = np.empty((table.num_rows, COLUMNS), order="F")
    reasons = np.empty((table.num_rows, COLUMNS), np.uint8, order="F")
    for column in Column:
        values[:, column] = table[column.name.lower()].to_numpy()
        reasons[:, column] = table[f"why_{column.name.lower()}"].to_numpy()
    return table["client"].to_numpy(), Figures(values, reasons)


def kernel_fingerprint() -> str:
    """Return the digest of the kernel's source: figures of different kernels are never mixed."""
    sources = sorted(Path(kernel.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
