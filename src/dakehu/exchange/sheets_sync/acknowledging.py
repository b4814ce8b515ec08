"""Record what an import did with the rows of a sheet: their values in the sheet become the new base.

A separate act, after the import: undoing the import is a change on the desk, which the next run writes to the sheet.
"""

from typing import Any

from dakehu.exchange.sheets_sync import base_files, importing
from dakehu.exchange.sheets_sync.models import LinkedSheet, SheetPart, SheetRun
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.imports import batches


def part_of(link: LinkedSheet, name: str) -> SheetPart:
    """Return the state of a worksheet of a link; a new empty row if there is none."""
    found = SheetPart.objects.filter(link=link, part=name).first()
    return found or SheetPart(link=link, part=name)


def acknowledge(run: SheetRun) -> None:
    """Record the import of a run, once."""
    batch = Batch.objects.get(pk=run.batch_ref)
    try:
        cells, outcomes = importing.cells_of(batch), batches.report_of(batch).get("sheet", {})
    except NotFound:  # its file was stored for only a month
        cells, outcomes = {}, {}
    with act("sheets.conclude"):
        for name, records in cells.items():
            _take(part_of(run.link, name), records, outcomes.get(name, {}))
        run.is_acknowledged = True
        run.save()


def _take(part: SheetPart, records: dict[str, dict[str, str]], outcome: dict[str, Any]) -> None:
    """Record the rows of one worksheet that were not set aside."""
    base = base_files.load(part.base_key)
    new_rows, left = dict(part.new_rows), set(outcome.get("left", ()))
    for record, texts in records.items():
        if record in left or record.startswith("?"):
            continue
        number = int(record[1:]) if record.startswith("r") else outcome.get("rows", {}).get(record, 0)
        if not number:
            continue
        base[number] = {**base.get(number, {}), **texts}
        if not record.startswith("r"):
            new_rows[record] = number
    part.base_key = base_files.save(part.part, base, part.base_key)
    part.new_rows = new_rows
    part.save()
