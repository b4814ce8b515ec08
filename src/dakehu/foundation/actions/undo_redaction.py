"""Remove erased clients from undo logs."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.undo import UndoLog
from dakehu.foundation.actions.undo_entries import INLINE, log_of
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.files import store


def redact(clients: set[int], rows: Mapping[str, set[int]]) -> int:
    """Remove clients and their rows ({model label: ids}) from the undo logs; return how many entries were changed.

    An act about only one of them loses its log and its subject. An import with rows of theirs keeps its log without
    them and loses the uploaded file and its report, which would name them. Run as the system, in an action.
    """
    batches: Any = models.QuerySet(Batch)
    changed = 0
    for row in batches.filter(client_ref__in=clients):
        _forget(row)
        changed += 1
    kept = batches.filter(Q(undo_log__isnull=False) | Q(report__has_key="undo"))
    for number in list(kept.order_by("pk").values_list("pk", flat=True)):
        changed += _redact_log(batches.get(pk=number), clients, rows)
    return changed


def _forget(row: Batch) -> None:
    """Empty an entry about one client."""
    _delete_files([row.file_key, str(row.report.get("undo", ""))])
    _write(row, undo_log=None, client_ref=None, report={}, plan={}, filename="", file_key="")


def _redact_log(row: Batch, clients: set[int], rows: Mapping[str, set[int]]) -> bool:
    """Remove the rows from the log of an entry; return whether any were in it."""
    try:
        log = log_of(row)
    except Refused:  # its file has expired
        return False
    if not _remove(log, rows):
        return False
    left: dict[str, Any] = {name: value for name, value in row.report.items() if isinstance(value, (int, float))}
    left["named"] = [number for number in row.report.get("named", ()) if number not in clients]
    _delete_files([row.file_key, str(row.report.get("undo", ""))])
    text = log.as_json()
    is_inline = len(text) <= INLINE
    if not is_inline:
        left["undo"] = log.store()
    _write(row, undo_log=text if is_inline else None, report=left, plan={}, file_key="")
    return True


def _remove(log: UndoLog, rows: Mapping[str, set[int]]) -> bool:
    """Remove rows from a log; return whether there were any."""
    before = log.count()
    for label, ids in rows.items():
        born = log.created.get(label)
        if born is not None:
            for pk in ids:
                born.numbers.remove(pk)
                born.later.pop(pk, None)
                born.values.pop(pk, None)
        for kept in (log.changed.get(label, {}), log.deleted.get(label, {})):
            for pk in ids & set(kept):
                kept.pop(pk)
    return log.count() < before


def _write(row: Batch, **values: Any) -> None:
    """Write an entry without an audited change of its own: the audit records the act."""
    models.QuerySet(Batch).filter(pk=row.pk).update(**values)


def _delete_files(keys: list[str]) -> None:
    named = [key for key in keys if key]
    if named:
        store.erase(named)
