"""A counter system's business day: every trade of the firm in one table, which replaces what the same source told of the
day before."""

import hashlib
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.domains.ledger.models import TradeBatch
from dakehu.domains.ledger.statements.importing import AT_MOST
from dakehu.domains.ledger.trades import journal
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note

COLUMNS = pa.schema([f for f in journal.TRADES if f.name not in ("day", "seq", "digest", "nth", "batch")])
FEES = ("commission", "stamp", "transfer", "other")
SHOWN = 20


@action("ledger.take_day", needs=Permission.IMPORT, zh="导入柜台日成交", en="Take in a counter's day", is_public=False)
def import_daily_feed(*, source: str, day: date, table: pa.Table) -> dict[str, int | bool]:
    """Trades of one business day, columns as in GIVEN and in the order dealt: client and product by number, money in fen,
    quantity in thousandths of a share (bought positive), time in seconds (-1 unknown). Returns {rows, unchanged}: the same
    day again changes nothing, a corrected one takes the place of what was there, the earlier file staying for the undo.

    Raises Refused with the rows (counted from 1) whose cash effect is not the amount less or plus the fees."""
    table = table.select(COLUMNS.names).cast(COLUMNS)
    _check_reconciled(table)
    sha = _digest(table)
    before = TradeBatch.objects.filter(source=source, day=day).first()
    if before is not None and before.sha256 == sha:
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
        sha256=sha,
        rows=table.num_rows,
        amount=pc.sum(table["amount"]).as_py() or 0,
        net=pc.sum(table["net"]).as_py() or 0,
        fee=fee,
    )
    batch.save()
    journal.write(journal.path_of(batch.file), _journal_rows(table, day, batch.pk))
    add_audit_note(source=source, day=day.isoformat(), rows=table.num_rows, sha256=sha)
    return {"rows": table.num_rows, "unchanged": False}


def _check_reconciled(table: pa.Table) -> None:
    """net = ∓amount − fees, to the fen; whatever moves no money reconciles with nothing."""
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
                        "In {n} rows (such as {rows}) the cash effect is not the amount with its fees, so nothing was taken in. Check the counter's file.",
                        n=len(wrong),
                        rows=shown,
                    )
                ]
            }
        )


def _digest(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, COLUMNS) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _journal_rows(table: pa.Table, day: date, batch: int) -> pa.Table:
    """The rows as the journal keeps them; a counter's row is told from every other by its batch and place."""
    size = table.num_rows
    place = np.arange(size, dtype=np.int64) + batch * AT_MOST
    told = {name: table[name] for name in COLUMNS.names} | {
        "day": pa.array([day] * size, pa.date32()),
        "seq": pa.array(place),
        "digest": pa.array(place),
        "nth": pa.array(np.zeros(size, np.int32)),
        "batch": pa.array(np.full(size, batch, np.int64)),
    }
    return pa.table({f.name: told[f.name] for f in journal.TRADES}, schema=journal.TRADES).sort_by(journal.ORDER)
