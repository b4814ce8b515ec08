"""Write and delete many rows at once within the open act."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from dakehu.foundation.access.encrypted_fields import BlindIndex
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.records import bulk_columns, bulk_sql
from dakehu.foundation.records.recorded import Change, current_act
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.references import derived_models_of
from dakehu.foundation.search import index


def record_rows(
    model: Any, made: list[Any], changed: list[Any], columns: list[str], *, client_ids: Iterable[int] = ()
) -> None:
    """Write many rows in the present act: insert `made`, update `columns` of `changed`.

    The audit entry holds counts and row ids, not every value (row by row would not be sensible for 50,000
    trades); the act's note should name the source file and its hash.
    """
    open_act = current_act()
    if made:
        bulk_sql.insert(model, made)
        index.update(model, made, new=True)
        if open_act.undo_log is not None:
            open_act.undo_log.record_created(model, made)
    if changed:
        told, columns = sorted(columns), custom_fields.columns_in_store(model, columns)
        if open_act.undo_log is not None:
            open_act.undo_log.record_changes(model, changed, columns)
        indexes = [f.name for f in model._meta.concrete_fields if isinstance(f, BlindIndex) and f.of in columns]
        for row in changed:
            row.row_version += 1
        bulk_sql.update(model, changed, [*columns, *indexes, "row_version", "changed_at"])
        if index.is_affected_by(model, columns):
            index.update(model, changed, new=False)
    numbers = {"created": IdRanges(row.pk for row in made), "changed": IdRanges(row.pk for row in changed)}
    add_row_counts(model, {**numbers, "clients": IdRanges(client_ids)}, told if changed else sorted(columns))


def record_columns(model: Any, count: int, columns: dict[str, list[Any]]) -> list[int]:
    """Write `count` new rows in the present act from whole columns (by column name, such as `branch_id`; None and ""
    leave a field to its default); returns their numbers, in order. For the audit see record_many."""
    open_act, told = current_act(), sorted(columns)
    columns = custom_fields.fold_columns(model, count, columns)
    numbers = bulk_columns.insert(model, count, columns)
    index.update_columns(model, numbers, columns)
    if open_act.undo_log is not None:
        open_act.undo_log.record_created_ids(model, numbers)
    clients = numbers if model.client_path == "pk" else columns.get(f"{model.client_path}_id", ())
    add_row_counts(model, {"created": IdRanges(numbers), "clients": IdRanges(clients)}, told)
    return numbers


def remove_rows(model: Any, numbers: Iterable[int]) -> None:
    """Delete rows on which nothing hangs, in the present act. The audit entry holds their numbers."""
    gone = numbers if isinstance(numbers, IdRanges) else IdRanges(numbers)
    undo_log = current_act().undo_log
    if undo_log is not None:
        held: Any = models.QuerySet(model).filter(pk__among=gone).order_by("-pk")
        for row in held:
            undo_log.record_deletion(row)
    index.remove(model, gone)
    for derived, key in derived_models_of(model):
        bulk_sql.delete(derived, gone, by=key)
    bulk_sql.delete(model, gone)
    add_row_counts(model, {"removed": gone})


def add_row_counts(model: Any, told: dict[str, IdRanges], columns: Iterable[str] = ()) -> None:
    """Add to what the present act did to a table in bulk: one change a table, numbers as runs."""
    changes = current_act().changes
    label = model._meta.label
    last = next((c for c in reversed(changes) if c.kind == "many" and c.model == label), None)
    if last is None:
        last = Change(label, None, "many", {}, {"columns": []})
        changes.append(last)
    for name, numbers in told.items():
        known = IdRanges.of(last.after.get(name, ()))
        known.merge(numbers)
        last.after[name] = known.runs
    last.after["columns"] = sorted({*last.after["columns"], *columns})


def load_rows(model: Any, numbers: Iterable[int | None]) -> dict[int, Any]:
    """Return {id: row} of the rows in scope with these ids; None is passed over."""
    found: dict[int, Any] = {}
    for part in chunks(sorted({n for n in numbers if n is not None})):
        found.update({row.pk: row for row in model.objects.filter(pk__among=part)})
    return found
