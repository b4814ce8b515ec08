"""Remove erased clients from the stored data of linked sheets: the snapshots used to compare both sides."""

from typing import Any

from django.db import models

from dakehu.exchange.sheets.definitions import sheet_models
from dakehu.exchange.sheets_sync import base_files
from dakehu.exchange.sheets_sync.models import SheetPart
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.files import store
from dakehu.foundation.files.models import StoredFile

SNAPSHOTS = ("base_key", "planned_key")


def erase_snapshots(erasure: Erasure) -> int:
    """Rewrite the snapshots without their rows, and delete replaced ones; return the number of changed worksheets.

    The rows in the spreadsheet itself are removed by the next run, as they no longer exist on the desk.
    """
    tables, found = sheet_models(), 0
    for part in SheetPart.objects.order_by("pk"):
        ids = erasure.rows.get(tables.get(part.part, ""), set())
        changed = {name: key for name in SNAPSHOTS if (key := _snapshot_without_rows(part, name, ids)) is not None}
        born = {mark: row for mark, row in part.new_rows.items() if row not in ids}
        if changed or born != part.new_rows:
            found += 1
            rows: Any = models.QuerySet(SheetPart)
            rows.filter(pk=part.pk).update(new_rows=born, **changed)
    if found:
        _delete_replaced(set(tables))
    return found


def _snapshot_without_rows(part: SheetPart, name: str, ids: set[int]) -> str | None:
    """Return the key of a snapshot without some rows, None if it contains none of them."""
    key = str(getattr(part, name))
    rows = base_files.load(key)
    left = {number: cells for number, cells in rows.items() if number not in ids}
    if len(left) == len(rows):
        return None
    store.erase([key])
    return base_files.save(part.part, left)


def _delete_replaced(parts: set[str]) -> None:
    """Delete replaced snapshots that are kept only for an undo."""
    names = [base_files.name_of(name) for part in parts for name in (part, f"{part} planned")]
    old: Any = models.QuerySet(StoredFile).filter(name__in=names, expires_at__isnull=False)
    store.erase(list(old.values_list("key", flat=True)))


declare_eraser("linked_sheets", erase_snapshots)
