"""Write and delete many rows in bulk within the open act."""

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

RUNS = 500  # up to this many id ranges, rows are updated by ranges


def record_rows(
    model: Any, made: list[Any], changed: list[Any], columns: list[str], *, client_ids: Iterable[int] = ()
) -> None:
    """Write many rows in the open action: insert `made`, update `columns` of `changed`.

    The audit entry has counts and row ids, not every value (impractical for 50,000 trades); the
    action's audit note should name the source file and its hash.
    """
    open_act = current_act()
    if made:
        bulk_sql.insert(model, made)
        index.update(model, made, new=True)
        if open_act.undo_log is not None:
            open_act.undo_log.record_created(model, made)
    if changed:
        column_names, columns = sorted(columns), custom_fields.columns_in_store(model, columns)
        if open_act.undo_log is not None:
            open_act.undo_log.record_changes(model, changed, columns)
        indexes = [f.name for f in model._meta.concrete_fields if isinstance(f, BlindIndex) and f.of in columns]
        for row in changed:
            row.row_version += 1
        bulk_sql.update(model, changed, [*columns, *indexes, "row_version", "changed_at"])
        if index.is_affected_by(model, columns):
            index.update(model, changed, new=False)
    id_ranges = {"created": IdRanges(row.pk for row in made), "changed": IdRanges(row.pk for row in changed)}
    add_row_counts(model, {**id_ranges, "clients": IdRanges(client_ids)}, column_names if changed else sorted(columns))


def record_columns(model: Any, count: int, columns: dict[str, list[Any]]) -> list[int]:
    """Write `count` new rows in the open action from whole columns; return their ids in order.

    Keyed by column name, such as `branch_id`; for None and "" the field's default is used. Audit as in record_rows.
    """
    open_act, column_names = current_act(), sorted(columns)
    columns = custom_fields.fold_columns(model, count, columns)
    ids = bulk_columns.insert(model, count, columns)
    index.update_columns(model, ids, columns)
    if open_act.undo_log is not None:
        open_act.undo_log.record_created_ids(model, ids)
    clients = ids if model.client_path == "pk" else columns.get(f"{model.client_path}_id", ())
    add_row_counts(model, {"created": IdRanges(ids), "clients": IdRanges(clients)}, column_names)
    return ids


def change_columns(
    model: Any, ids: list[int], columns: dict[str, list[Any]], *, client_ids: Iterable[int] = ()
) -> None:
    """Set whole columns of many stored rows in the open action, without an object per row.

    `columns` by column name, in the order of `ids`. For derived tables without search; the action cannot be undone.
    Audit as in record_rows. Raises ValueError for a searched model or in an undoable action.
    """
    if current_act().undo_log is not None or index.is_affected_by(model, list(columns)):
        raise ValueError(f"{model._meta.label} is searched or its changes can be undone: use record_rows")
    bulk_columns.update(model, ids, columns)
    add_row_counts(model, {"changed": IdRanges(ids), "clients": IdRanges(client_ids)}, columns)


def remove_rows(model: Any, ids: Iterable[int], *, with_values: bool = False) -> None:
    """Delete rows without dependents in the open action. The audit entry has their ids, or each with its values."""
    id_ranges = ids if isinstance(ids, IdRanges) else IdRanges(ids)
    undo_log = current_act().undo_log
    if undo_log is not None or with_values:
        rows: Any = models.QuerySet(model).filter(pk__among=id_ranges).order_by("-pk")
        for row in rows:
            if undo_log is not None:
                undo_log.record_deletion(row)
            if with_values:
                row.record_deletion()
    index.remove(model, id_ranges)
    for derived, key in derived_models_of(model):
        bulk_sql.delete(derived, id_ranges, by=key)
    bulk_sql.delete(model, id_ranges)
    if not with_values:
        add_row_counts(model, {"removed": id_ranges})


def record_expressions(rows: Any, values: dict[str, Any]) -> int:
    """Set columns of many stored rows from expressions, in few statements, and return their number.

    For derived figures: versions do not change and nothing is logged for undo, so an undo must call this again. `rows`
    is a raw queryset, without scope. The audit entry names rows and columns.
    """
    id_ranges = IdRanges(rows.order_by("pk").values_list("pk", flat=True))
    if not id_ranges:
        return 0
    every: Any = models.QuerySet(rows.model)
    if len(id_ranges.runs) <= RUNS:  # the condition has been evaluated; repeating it would be slow
        count = sum(every.filter(pk__range=run).update(**values) for run in id_ranges.runs)
    else:
        count = int(every.filter(pk__in=rows.order_by().values("pk")).update(**values))
    clients = id_ranges if rows.model.client_path == "pk" else IdRanges()
    add_row_counts(rows.model, {"changed": id_ranges, "clients": clients}, values)
    return count


def add_row_counts(model: Any, id_ranges: dict[str, IdRanges], columns: Iterable[str] = ()) -> None:
    """Add the ids of bulk writes to the open action: one change per table, ids as ranges."""
    changes = current_act().changes
    label = model._meta.label
    last = next((c for c in reversed(changes) if c.kind == "many" and c.model == label), None)
    if last is None:
        last = Change(label, None, "many", {}, {"columns": []})
        changes.append(last)
    for name, ranges in id_ranges.items():
        merged = IdRanges.of(last.after.get(name, ()))
        merged.merge(ranges)
        last.after[name] = merged.runs
    last.after["columns"] = sorted({*last.after["columns"], *columns})


def load_rows(model: Any, ids: Iterable[int | None]) -> dict[int, Any]:
    """Return {id: row} of the visible rows with these ids; None is skipped."""
    rows: dict[int, Any] = {}
    for some_ids in chunks(sorted({row_id for row_id in ids if row_id is not None})):
        rows.update({row.pk: row for row in model.objects.filter(pk__among=some_ids)})
    return rows
