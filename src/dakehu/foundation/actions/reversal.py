"""Undo of an act's writes: inside a later act, atomically, and only while nothing later depends on them."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.encrypted_fields import EncryptedValue
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.actions.undo import ChangedRow, CreatedRows, UndoLog
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import CHUNK, chunks
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.bulk import load_rows, record_rows, remove_rows
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.custom_fields import STORE
from dakehu.foundation.schema.fields import described_fields, has_spec, model_of
from dakehu.foundation.schema.names import name_of_table
from dakehu.foundation.schema.references import references_to

SHOWN = 20
FEW = 200  # up to this many rows, each is written and audited individually

Report = Callable[[float, Bilingual], None]
_after: dict[str, Callable[[], Any]] = {}  # by model label
Row = tuple[Any, int]  # model and number


def after_revert(label: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function that recomputes derived data, inside the undo, after rows of a table were undone."""

    def wrap(body: Callable[[], Any]) -> Callable[[], Any]:
        _after[label] = body
        return body

    return wrap


def revert(log: UndoLog, progress: Report = no_progress) -> dict[str, int]:
    """Undo the writes in `log`, inside the open act; returns {"removed", "restored"}: numbers of rows.

    Raises Refused, naming the obstacle, where a row was changed or referenced later, or is now outside the actor's
    scope.
    """
    progress(0.05, bilingual("正在检查之后有没有改动", "Looking for later changes"))
    found = list(dict.fromkeys([*_rows_changed_since(log), *_rows_referenced_since(log)]))
    if found:
        raise _dependents_refusal(found)
    few = log.count() <= FEW
    removed = sum(len(born.numbers) for born in log.created.values())
    try:
        with elevated("undo: as it was before"), transaction.atomic():
            for done, (label, born) in enumerate(reversed(log.created.items())):
                what = name_of_table(label)
                share = 0.3 + 0.5 * done / len(log.created)
                progress(share, bilingual("正在删除新增的记录：{what}", "Removing what was added: {what}", what=what))
                _remove_written_by_desk(model_of(label), born.numbers)
                remove_rows(model_of(label), born.numbers, with_values=few)
            progress(0.8, bilingual("正在恢复原来的内容", "Restoring what was there before"))
            restored = sum(_restore(model_of(label), rows, few) for label, rows in log.changed.items())
            for label, gone in reversed(log.deleted.items()):  # dependent rows were removed first
                restored += _recreate(model_of(label), gone)
    except IntegrityError as taken:
        raise Refused(
            bilingual(
                "原来的值（例如客户号）现在已被其他记录占用，无法撤销。",
                "An earlier value (such as a client code) belongs to another record now, so this cannot be undone.",
            )
        ) from taken
    for label in {*log.created, *log.changed, *log.deleted} & _after.keys():
        _after[label]()
    return {"removed": removed, "restored": restored}


# --- what prevents an undo -------------------------------------------------------------------------


def _rows_changed_since(log: UndoLog) -> Iterator[Row]:
    """Yield rows that are gone, out of scope, or changed since the act. Locks the others."""
    for label, born in log.created.items():
        model = model_of(label)
        for first, last in born.numbers.parts(CHUNK):
            now = _versions(_rows(model).filter(pk__range=(first, last)))
            for pk in range(first, last + 1):
                if now.get(pk) != born.version(pk) and not _has_values(model, pk, {}, born.values.get(pk), now):
                    yield model, pk
    for label, rows in log.changed.items():
        model = model_of(label)
        for part in chunks(sorted(rows)):
            now = _versions(_rows(model).filter(pk__among=part))
            for pk in part:
                row = rows[pk]
                if now.get(pk) != row.version and not _has_values(model, pk, row.before, row.after, now):
                    yield model, pk


def _rows(model: Any) -> Any:
    """Return the rows of a table at the actor's clients, including those the table hides from the actor: rows moved
    with a client in a merge are restored with it."""
    return getattr(model, "at_clients", model.objects)


def _has_values(model: Any, pk: int, before: dict[str, Any], after: dict[str, Any] | None, now: dict[int, int]) -> bool:
    """Return whether a row that was written again still has the values written by the act. False without logged
    values."""
    if not after or pk not in now:
        return False
    row = _rows(model).get(pk=pk)
    for name, value in after.items():
        current = getattr(row, name)
        if name == STORE:
            written = _changed_keys(before.get(name) or {}, value or {})
            value, current = ({key: values.get(key) for key in written} for values in (value or {}, current or {}))
        if not _is_equal(current, value):
            return False
    return True


def _is_equal(current: Any, value: Any) -> bool:
    if isinstance(current, EncryptedValue):
        return value not in (None, "") and current == value
    return bool(current == value) or (current in (None, "") and value in (None, ""))


def _changed_keys(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the custom fields whose stored values differ."""
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _versions(rows: Any) -> dict[int, int]:
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return dict(rows.order_by("pk").values_list("pk", "row_version"))


def _rows_referenced_since(log: UndoLog) -> Iterator[Row]:
    """Yield rows, not of the act, that refer to a created row; and rows written later that refer to a changed row,
    where a changed value may be derived from them."""
    written = {*log.created, *log.changed, *log.deleted}
    with elevated("undo: what depends on it"):
        for label in {*log.created, *log.changed}:
            model = model_of(label)
            born = log.created.get(label, CreatedRows()).numbers
            made = [{"gte": first, "lte": last} for first, last in born.parts(CHUNK)]
            changed = [{"among": part} for part in chunks(_rows_with_derived_values(log, label))]
            for other, key in references_to(model):
                yield from _rows_referring_to(log, other, key.attname, made, {})
                if issubclass(other, Recorded) and (_is_strict(log, label) or other._meta.label in written):
                    yield from _rows_referring_to(log, other, key.attname, changed, {"changed_at__gt": log.since})


def _rows_with_derived_values(log: UndoLog, label: str) -> list[int]:
    """Return the changed rows in which the act wrote a non-editable value, such as the date of the last contact."""
    rows = log.changed.get(label, {})
    if _is_strict(log, label):
        return sorted(rows)
    typed = {f.attname for f in model_of(label)._meta.concrete_fields if not has_spec(f) or f.spec.editable}
    return sorted(pk for pk, row in rows.items() if set(row.before) - typed)


def _is_strict(log: UndoLog, label: str) -> bool:
    """Return whether any later row that refers to a changed row prevents the undo: where the log has no new values,
    and where rows of a table were merged, so that later rows cannot be assigned to one of them."""
    return not log.keeps_after or label in log.deleted


def _rows_referring_to(
    log: UndoLog, other: Any, by: str, among: list[dict[str, Any]], later: dict[str, Any]
) -> Iterator[Row]:
    """Yield rows of `other` that refer to one of `among` by their column `by` and that the act itself did not write."""
    label = other._meta.label
    born, changed = log.created.get(label, CreatedRows()).numbers, log.changed.get(label, {})
    for test in among:
        rows: Any = models.QuerySet(other).filter(**{f"{by}__{how}": what for how, what in test.items()}, **later)
        by_desk = getattr(other, "written_by_desk", None)
        rows = rows.exclude(by_desk) if by_desk is not None else rows
        yield from ((other, pk) for pk in rows.values_list("pk", flat=True) if pk not in born and pk not in changed)


def _remove_written_by_desk(model: Any, numbers: IdRanges) -> None:
    """Remove rows that the system wrote about rows to be removed, such as a moment without any user action."""
    for other, key in references_to(model):
        by_desk = getattr(other, "written_by_desk", None)
        for first, last in numbers.parts(CHUNK) if by_desk is not None else ():
            rows: Any = models.QuerySet(other).filter(
                by_desk, **{f"{key.attname}__gte": first, f"{key.attname}__lte": last}
            )
            found = list(rows.values_list("pk", flat=True))
            if found:
                remove_rows(other, found)


# --- writing it back --------------------------------------------------------------------------------


def _restore(model: Any, rows: dict[int, ChangedRow], few: bool) -> int:
    columns = {f.attname: f.name for f in model._meta.concrete_fields}
    for part in chunks(sorted(pk for pk, row in rows.items() if row.before)):
        held, touched = list(load_rows(model, part).values()), set()
        for row in held:
            note = rows[row.pk]
            for name, value in note.before.items():
                setattr(row, name, _earlier_custom(row, note) if name == STORE and note.after else value)
                touched.add(columns[name])
            if few:
                row.save()
        if not few:
            clients = {row.owning_client_id() or 0 for row in held} - {0}
            record_rows(model, [], held, sorted(touched), client_ids=clients)
    return len(rows)


def _earlier_custom(row: Any, note: ChangedRow) -> dict[str, Any]:
    """Return the stored custom fields with the earlier values of those that the act changed."""
    before, after = note.before[STORE] or {}, (note.after or {}).get(STORE) or {}
    values = {**(getattr(row, STORE) or {}), **{key: before.get(key) for key in _changed_keys(before, after)}}
    return {key: value for key, value in values.items() if key in before or value is not None}


def _recreate(model: Any, rows: dict[int, dict[str, Any]]) -> int:
    for pk, values in rows.items():
        row = model(**values)
        row.row_version += 1
        row.save(force_insert=True)
        models.QuerySet(model).filter(pk=pk).update(created_at=values["created_at"])
    return len(rows)


# --- saying on what it depends ----------------------------------------------------------------------


def _dependents_refusal(found: list[Row]) -> Refused:
    head = bilingual(
        "无法撤销：之后有 {n} 条记录与它有关。没有改动任何内容。",
        "This cannot be undone: {n} records depend on it since. Nothing was changed.",
        n=len(found),
    )
    return Refused({"": [head, *(_line(model, pk) for model, pk in found[:SHOWN])]})


def _row_text(row: Any) -> str:
    """Return a label of a row: as defined by the model, or from its public listed values."""
    plain: Any = models.Model.__str__
    if type(row).__str__ is not plain:
        return str(row)
    report = (f for _, f, spec in described_fields(type(row)) if spec.listed and spec.sensitivity == PUBLIC)
    values = (getattr(row, f.name) for f in report if not f.is_relation)
    return " ".join(str(value) for value in values if value not in (None, ""))[:80] or f"#{row.pk}"


def _line(model: Any, pk: int) -> Bilingual:
    """Return a record as text, as far as the actor may see it."""
    what = name_of_table(model._meta.label)
    row = model.objects.filter(pk=pk).first()
    if row is None:
        return bilingual(
            "{what}：已被删除，或已不在您的范围内。",
            "{what}: deleted since, or no longer within your scope.",
            what=what,
        )
    number = row.owning_client_id() if isinstance(row, Recorded) else None
    client = scope.client_model().objects.filter(pk=number).first() if number else None
    if client is None:
        return bilingual("{what}“{row}”", "{what} “{row}”", what=what, row=_row_text(row))
    with elevated("undo: who wrote it"):
        entry = AuditEntry.objects.filter(client_ref=number, at__gte=row.changed_at).order_by("pk").first()
    at = clock.local(row.changed_at).strftime("%Y-%m-%d %H:%M")
    if entry is None:
        return bilingual(
            "客户 {client} 的{what}（{at}）", "{what} of client {client} ({at})", what=what, client=client, at=at
        )
    verb = act_label(entry.action)
    return bilingual(
        "客户 {client} 的{what}（{at}，{who}，{verb}）",
        "{what} of client {client} ({at}, {who}, {verb})",
        what=what,
        client=client,
        at=at,
        who=entry.actor_name,
        verb=verb,
    )
