"""Join the price files of a month, so that the close opens sixty files for five years instead of thousands.

Only days that no undo can change any more: an undo restores the register row of a day. No file is rewritten;
unreferenced files are deleted by the sweep of the journal (trades.compaction).
"""

from datetime import timedelta
from typing import Any

import pyarrow as pa

from dakehu.domains.ledger.models import PriceFile
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note

SETTLED = timedelta(days=undo.DAYS + 1)


def join_months() -> int:
    """Join the files of each month whose days are settled; return the number of files that are no longer needed.

    Run as the system.
    """
    months: dict[tuple[str, int, int], list[Any]] = {}
    for row in PriceFile.objects.order_by("day", "pk"):
        months.setdefault((row.source, row.day.year, row.day.month), []).append(row)
    settled = clock.now() - SETTLED
    joined = [
        rows
        for rows in months.values()
        if len({row.file for row in rows}) > 1
        and all(row.changed_at < settled for row in rows)
        and rows[-1].day < (clock.today() - SETTLED)
    ]
    if not joined:
        return 0
    before = {row.file for rows in joined for row in rows}
    publish_price_months(months=joined)
    return len(before - set(PriceFile.objects.values_list("file", flat=True)))


@action(
    "ledger.publish_price_months",
    needs=Permission.SYSTEM_WRITE,
    zh="归并行情文件",
    en="Join price files",
    is_public=False,
)
def publish_price_months(*, months: list[list[Any]]) -> None:
    """Write a file for each month (register rows of one source) and name it in its rows."""
    for rows in months:
        tables = []
        for row in rows:
            filters = [("day", "=", row.day)]
            tables.append(journal.read([journal.path_of(row.file)], filters=filters, schema=journal.PRICES))
        name = journal.new_name()
        journal.write(journal.path_of(name), pa.concat_tables(tables))
        for row in rows:
            row.file = name
    changed = [row for rows in months for row in rows]
    record_rows(PriceFile, [], changed, ["file"])
    add_audit_note(months=len(months), days=len(changed))
