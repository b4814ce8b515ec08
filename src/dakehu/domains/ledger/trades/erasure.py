"""Erase clients from the files of the journal: trades, feeds, holdings, month-ends, the lists of shocks.

The only place that rewrites a file. It is replaced by one atomic rename, so a reader gets the old or the new one;
they differ only in rows of the erased clients.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from dakehu.domains.ledger.models import TradeBatch
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.erasure.erase import Erasure, declare_eraser

CLIENT = "client"  # the column of the client id in every file
FOLDERS = ("journal", "shocks")


def erase_from_files(erasure: Erasure) -> int:
    """Rewrite every file with rows of these clients or of their statements; return their number."""
    clients = pa.array(sorted(erasure.clients), pa.int64())
    batches = pa.array(sorted(erasure.rows.get(TradeBatch._meta.label, ())), pa.int64())
    files = [path for folder in FOLDERS for path in sorted((Path(settings.DAKEHU_HOME) / folder).rglob("*.parquet"))]
    return sum(_rewrite(path, clients, batches) for path in files)


def _rewrite(path: Path, clients: pa.Array, batches: pa.Array) -> bool:
    """Remove the rows of clients, and those of batches, which may carry a former client id; return whether any were."""
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if CLIENT not in names or not pa.types.is_integer(file.schema_arrow.field(CLIENT).type):
            return False
        keys = file.read(columns=[name for name in (CLIENT, "batch") if name in names])
        goes = pc.is_in(keys[CLIENT], clients.cast(keys.schema.field(CLIENT).type))
        if "batch" in names:
            goes = pc.or_(goes, pc.is_in(keys["batch"], batches))
        if not pc.any(goes).as_py():
            return False
        table = file.read()
    journal.write(path, table.filter(pc.invert(goes)))
    return True


declare_eraser("journal", erase_from_files)
