"""Import a counter system's business day: all trades of the firm, in one table.

It replaces what the same source delivered for the day before.
"""

import hashlib
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.domains.ledger.models import TradeBatch
from dakehu.domains.ledger.statements.importing import AT_MOST
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note

COLUMNS = pa.schema([f for f in journal.TRADES if f.name not in ("day", "seq", "digest", "nth", "batch")])
FEES = ("commission", "stamp", "transfer", "other")
SHOWN = 20


@action(
    "ledger.import_daily_feed",
    needs=Permission.IMPORT,
    zh="导入柜台日成交",
    en="Import a daily trade feed",
    is_public=False,
)
def import_daily_feed(*, source: str, day: date, table: pa.Table) -> dict[str, int | bool]:
    """Import the trades of one business day.

    `table` has the columns COLUMNS in the order traded: client and product ids, money in fen, quantity in thousandths
    of a share (bought positive), time in seconds (-1 unknown). The same day again changes nothing; a corrected one
    replaces the earlier, whose file is kept for undo.

    Returns {rows, unchanged}. Raises Refused with the rows (counted from 1) whose cash effect is not the amount less or
    plus the fees.
    """
    table = table.select(COLUMNS.names).cast(COLUMNS)
    _check_reconciled(table)
    digest = _digest(table)
    before = TradeBatch.objects.filter(source=source, day=day).first()
    if before is not None and before.sha256 == digest:
        return {"rows": before.rows, "unchanged": True}
    if before is not None:
        before.delete()
    fee = sum(pc.sum(table[name]).as_py() or 0 for name in FEES)
    batch = TradeBatch(
        file=journal.new_name(),
        source=source,
        day=day,
        first_day=day,
        last_day=day,
        sha256=digest,
        rows=table.num_rows,
        amount=pc.sum(table["amount"]).as_py() or 0,
        net=pc.sum(table["net"]).as_py() or 0,
        fee=fee,
    )
    batch.save()
    journal.write(journal.path_of(batch.file), _journal_rows(table, day, batch.pk))
    add_audit_note(source=source, day=day.isoformat(), rows=table.num_rows, sha256=digest)
    return {"rows": table.num_rows, "unchanged": False}


def _check_reconciled(table: pa.Table) -> None:
    """Check net = ∓amount − fees, to the fen. Raises Refused."""
    net, amount = (table[name].combine_chunks().to_numpy() for name in ("net", "amount"))
    fees = sum(table[name].combine_chunks().to_numpy() for name in FEES)
    wrong = np.flatnonzero((net != amount - fees) & (net != -amount - fees))
    if len(wrong):
        shown = ", ".join(str(place + 1) for place in wrong[:SHOWN].tolist())
        raise Refused(
            {
                "table": [
                    bilingual(
                        "有 {n} 行发生金额与成交金额、费用不符（第 {rows} 行等），没有导入任何内容。请核对柜台文件。",
                        "In {n} rows (such as {rows}) the cash effect is not the amount with its fees, so nothing was imported. Check the counter's file.",
                        n=len(wrong),
                        rows=shown,
                    )
                ]
            }
        )


def _digest(table: pa.Table) -> str:
    """Return the SHA-256 of a table's contents."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, COLUMNS) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _journal_rows(table: pa.Table, day: date, batch: int) -> pa.Table:
    """Return the rows in the journal's schema; a counter row is identified by its batch and position."""
    size = table.num_rows
    sequence = np.arange(size, dtype=np.int64) + batch * AT_MOST
    columns = {name: table[name] for name in COLUMNS.names} | {
        "day": pa.array([day] * size, pa.date32()),
        "seq": pa.array(sequence),
        "digest": pa.array(sequence),
        "nth": pa.array(np.zeros(size, np.int32)),
        "batch": pa.array(np.full(size, batch, np.int64)),
    }
    return pa.table({f.name: columns[f.name] for f in journal.TRADES}, schema=journal.TRADES).sort_by(journal.ORDER)
