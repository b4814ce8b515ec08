"""Compare-and-set of a row: of two concurrent writers one succeeds."""

from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone

from dakehu.foundation.records.recorded import Change, current_act


def change_if(row: Any, expected: dict[str, Any], values: dict[str, Any]) -> bool:
    """Set fields of a stored row in one statement if it still meets `expected`; return whether it did.

    `expected` and `values` by field; conditions are Django look-ups. The change is recorded in the open action, and
    the given instance gets the new values. For fields that are neither searched nor encrypted.
    """
    act = current_act()
    columns = {name: row._meta.get_field(name).attname for name in values}
    before = {column: getattr(row, column) for column in columns.values()}
    rows: Any = models.QuerySet(type(row)).filter(pk=row.pk, **expected)
    if not rows.update(**values, row_version=F("row_version") + 1, changed_at=timezone.now()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    if act.undo_log is not None:
        act.undo_log.record_changes(type(row), [row], list(values))
    row.row_version += 1
    after = {column: getattr(row, column) for column in columns.values()}
    row._loaded = {**getattr(row, "_loaded", {}), **after}
    act.changes.append(Change(row._meta.label, row.pk, "changed", before, after, row.owning_client_id()))
    return True
