"""Taking back what an act wrote: the numbers of the rows it made, the earlier values of the rows it changed or deleted.

While `recording_undo() as log` is open, every recorded write is noted; `log.store()` puts the
notes away as an encrypted file. `take_back` undoes them inside a later act, all or nothing, and only while nothing
later depends on what was written.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, models, transaction
from django.db.models.deletion import Collector
from django.utils import timezone

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.encrypted_fields import EncryptedTextField, EncryptedValue
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.audit import chain as audit
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import CHUNK, chunks
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.files import store as files
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.bulk import load_rows, record_rows, remove_rows
from dakehu.foundation.records.recorded import Recorded, current_act
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.foundation.schema.references import references_to

DAYS = 90
SHOWN = 20
FORMAT = 2  # of stored logs; 1: `created` holds [numbers, versions], and its log names no format

Naming = Callable[[str], Bilingual]
Report = Callable[[float, Bilingual], None]
Row = tuple[Any, int]  # model and number


@dataclass
class CreatedRows:
    """The rows an act made in one table. Each is at version 1, unless the act changed it again (`later`)."""

    numbers: IdRanges = field(default_factory=IdRanges)
    later: dict[int, int] = field(default_factory=dict)

    def version(self, number: int) -> int:
        return self.later.get(number, 1)


class UndoLog:
    """What one act writes: {model label: CreatedRows} of rows made, {label: {number: [version, earlier values]}} of rows
    changed, {label: {number: earlier values}} of rows deleted. Versions are those the act gave; values stand by
    column."""

    def __init__(self) -> None:
        self.since = timezone.now()
        self.created: dict[str, CreatedRows] = {}
        self.changed: dict[str, dict[int, list[Any]]] = {}
        self.deleted: dict[str, dict[int, dict[str, Any]]] = {}

    def record_created(self, model: Any, rows: Iterable[Any]) -> None:
        every = list(rows)
        self.record_created_ids(model, [row.pk for row in every])
        born = self.created[model._meta.label]
        born.later.update({row.pk: row.row_version for row in every if row.row_version != 1})

    def record_created_ids(self, model: Any, numbers: list[int]) -> None:
        self.created.setdefault(model._meta.label, CreatedRows()).numbers.add(numbers)

    def record_changes(self, model: Any, rows: Iterable[Any], names: Iterable[str]) -> None:
        """Note stored rows whose fields `names` are about to be written, before their version grows."""
        columns = [model._meta.get_field(name).attname for name in names]
        born = self.created.get(model._meta.label, CreatedRows())
        held = self.changed.setdefault(model._meta.label, {})
        for row in rows:
            if row.pk in born.numbers:
                born.later[row.pk] = row.row_version + 1
                continue
            note = held.setdefault(row.pk, [0, {}])
            note[0] = row.row_version + 1
            for column in columns:
                before = row._loaded[column]
                if column not in note[1] and _differs(before, getattr(row, column)):
                    note[1][column] = before

    def record_overwrite(self, model: Any, pk: int, values: dict[str, Any]) -> None:
        """Note a stored row whose columns are about to be set without its version growing."""
        row = models.QuerySet(model).filter(pk=pk).first()
        if row is None or pk in self.created.get(model._meta.label, {}):
            return
        note = self.changed.setdefault(model._meta.label, {}).setdefault(pk, [row.row_version, {}])
        for name in values:
            column = model._meta.get_field(name).attname
            note[1].setdefault(column, row._loaded[column])

    def record_deletion_with_dependents(self, row: Any) -> None:
        """Note a row and whatever the database deletes along with it."""
        collector = Collector(using=row._state.db or DEFAULT_DB_ALIAS)
        collector.can_fast_delete = lambda *args, **options: False  # type: ignore[method-assign]
        with elevated("undo: what goes along"):
            collector.collect([row])
        for model, rows in collector.data.items():
            for other in rows if issubclass(model, Recorded) and model is not type(row) else ():
                self.record_deletion(other)
        self.record_deletion(row)

    def record_deletion(self, row: Any) -> None:
        label = row._meta.label
        if not self.created.get(label, CreatedRows()).numbers.remove(row.pk):
            before: dict[str, Any] = self.changed.get(label, {}).pop(row.pk, [0, {}])[1]
            self.deleted.setdefault(label, {})[row.pk] = {**row._loaded, **before}

    def store(self) -> str:
        """Put the notes away encrypted, for 90 days; returns the key by which `take_back` finds them."""
        body = {
            "format": FORMAT,
            "since": self.since.isoformat(),
            "created": {label: [born.numbers.runs, born.later] for label, born in self.created.items()},
            "changed": {
                label: {pk: [got, _to_json(model_of(label), before)] for pk, (got, before) in rows.items()}
                for label, rows in self.changed.items()
            },
            "deleted": {
                label: {pk: _to_json(model_of(label), values) for pk, values in rows.items()}
                for label, rows in self.deleted.items()
            },
        }
        return str(files.save("undo", zlib.compress(json.dumps(body, ensure_ascii=False).encode()), DAYS).key)


def _load(key: str) -> UndoLog:
    try:
        body = json.loads(zlib.decompress(files.read(key)[1]))
    except NotFound as gone:
        raise Refused(
            bilingual(
                "撤销所需的资料已不在（保存 {n} 天），无法撤销。",
                "What the undo needs is gone (it is kept for {n} days), so this cannot be undone.",
                n=DAYS,
            )
        ) from gone
    kept = UndoLog()
    kept.since = datetime.fromisoformat(body["since"])
    kept.created = {label: _created_rows(stored) for label, stored in _by_label(body["created"])}
    kept.changed = {
        label: {int(pk): [got, _from_json(model_of(label), before)] for pk, (got, before) in rows.items()}
        for label, rows in _by_label(body["changed"])
    }
    kept.deleted = {
        label: {int(pk): _from_json(model_of(label), values) for pk, values in rows.items()}
        for label, rows in _by_label(body["deleted"])
    }
    return kept


def _by_label(stored: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The parts of a stored log by the present labels of their models."""
    return ((current_name(Kind.MODEL, label), rows) for label, rows in stored.items())


def _created_rows(stored: list[Any]) -> CreatedRows:
    """Read [runs, {number: version}], or [numbers, versions] of a log of format 1. Logs between the two name no format
    either, so the shape decides."""
    numbers, versions = stored
    if isinstance(versions, dict):
        return CreatedRows(IdRanges.of(numbers), {int(pk): version for pk, version in versions.items()})
    later = {pk: version for pk, version in zip(numbers, versions, strict=True) if version != 1}
    return CreatedRows(IdRanges(numbers), later)


@contextmanager
def recording_undo() -> Iterator[UndoLog]:
    """Note whatever the present act writes inside."""
    act = current_act()
    outer = act.undo_log
    act.undo_log = outer or UndoLog()
    try:
        yield act.undo_log
    finally:
        act.undo_log = outer


# --- values as JSON ---------------------------------------------------------------------------------


def _differs(before: Any, after: Any) -> bool:
    if isinstance(before, EncryptedValue) or isinstance(after, EncryptedValue):
        return before is not after
    return bool(before != after)


def _columns(model: Any) -> dict[str, Any]:
    return {f.attname: f for f in model._meta.concrete_fields}


def _to_json(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values by column as JSON holds them; sealed ones stay sealed."""
    columns, made = _columns(model), {}
    for name, value in values.items():
        if isinstance(columns[name], EncryptedTextField):
            sealed = columns[name].get_prep_value(value)
            made[name] = None if sealed is None else b64encode(sealed).decode()
        else:
            made[name] = audit.plain_value(value)
    return made


def _from_json(model: Any, plain: dict[str, Any]) -> dict[str, Any]:
    columns, made = _columns(model), {}
    for name, value in plain.items():
        if isinstance(columns[name], EncryptedTextField):
            made[name] = None if value is None else columns[name].from_db_value(b64decode(value), None, None)
        else:
            made[name] = columns[name].to_python(value)
    return made


# --- taking back ------------------------------------------------------------------------------------


def rows_of(key: str) -> int:
    """How many rows undoing what was stored under `key` would touch. Raises Refused where it is gone."""
    kept = _load(key)
    return sum(len(born.numbers) for born in kept.created.values()) + sum(
        len(rows) for held in (kept.changed, kept.deleted) for rows in held.values()
    )


def revert(key: str, called: Naming, progress: Report = no_progress) -> dict[str, int]:
    """Undo what was stored under `key`, inside the present act; returns {"removed", "restored"}: numbers of rows.

    Raises Refused, saying on what, where a row was written or hung on later, or is out of the actor's sight now.
    `called` names the rows of a table.
    """
    kept = _load(key)
    progress(0.05, bilingual("正在检查之后有没有改动", "Looking for later changes"))
    found = list(dict.fromkeys([*_changed_since(kept), *_referenced_since(kept)]))
    if found:
        raise _depends(found, called)
    try:
        with elevated("undo: as it was before"), transaction.atomic():
            for done, (label, born) in enumerate(reversed(kept.created.items())):
                share = 0.3 + 0.5 * done / len(kept.created)
                progress(
                    share, bilingual("正在删除新增的记录：{what}", "Removing what was made: {what}", what=called(label))
                )
                remove_rows(model_of(label), born.numbers)
            progress(0.8, bilingual("正在恢复原来的内容", "Restoring what was there before"))
            restored = sum(_restore(model_of(label), rows) for label, rows in kept.changed.items())
            for label, gone in reversed(kept.deleted.items()):  # what hung on a row went before it
                restored += _recreate(model_of(label), gone)
    except IntegrityError as taken:
        raise Refused(
            bilingual(
                "原来的值（例如客户号）现在已被其他记录占用，无法撤销。",
                "An earlier value (such as a client code) belongs to another record now, so this cannot be undone.",
            )
        ) from taken
    return {"removed": sum(len(born.numbers) for born in kept.created.values()), "restored": restored}


def _changed_since(kept: UndoLog) -> Iterator[Row]:
    """Rows that are gone, out of sight, or no longer at the version the act gave them. Holds the others."""
    for label, born in kept.created.items():
        for first, last in born.numbers.parts(CHUNK):
            now = _versions(model_of(label).objects.filter(pk__range=(first, last)))
            for pk in range(first, last + 1):
                if now.get(pk) != born.version(pk):
                    yield model_of(label), pk
    for label, rows in kept.changed.items():
        for part in chunks(sorted(rows)):
            now = _versions(model_of(label).objects.filter(pk__among=part))
            yield from ((model_of(label), pk) for pk in part if now.get(pk) != rows[pk][0])


def _versions(rows: Any) -> dict[int, int]:
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return dict(rows.order_by("pk").values_list("pk", "row_version"))


def _referenced_since(kept: UndoLog) -> Iterator[Row]:
    """Rows of others that hang on a row made, or that were written later and hang on a row changed."""
    with elevated("undo: what depends on it"):
        for label in {*kept.created, *kept.changed}:
            born = kept.created.get(label, CreatedRows()).numbers
            made = [{"gte": first, "lte": last} for first, last in born.parts(CHUNK)]
            changed = [{"among": part} for part in chunks(sorted(kept.changed.get(label, ())))]
            for other, key in references_to(model_of(label)):
                yield from _others(kept, other, key.attname, made, {})
                if issubclass(other, Recorded):
                    yield from _others(kept, other, key.attname, changed, {"changed_at__gt": kept.since})


def _others(kept: UndoLog, other: Any, by: str, among: list[dict[str, Any]], later: dict[str, Any]) -> Iterator[Row]:
    """Rows of `other` that name one of `among` by their column `by` and that the act itself did not write."""
    label = other._meta.label
    born, changed = kept.created.get(label, CreatedRows()).numbers, kept.changed.get(label, {})
    for test in among:
        rows: Any = models.QuerySet(other).filter(**{f"{by}__{how}": what for how, what in test.items()}, **later)
        yield from ((other, pk) for pk in rows.values_list("pk", flat=True) if pk not in born and pk not in changed)


def _restore(model: Any, rows: dict[int, list[Any]]) -> int:
    columns = _columns(model)
    for part in chunks(sorted(pk for pk, (_, before) in rows.items() if before)):
        held, touched = list(load_rows(model, part).values()), set()
        for row in held:
            for name, value in rows[row.pk][1].items():
                setattr(row, name, value)
                touched.add(columns[name].name)
        record_rows(model, [], held, sorted(touched), client_ids={row.owning_client_id() or 0 for row in held} - {0})
    return len(rows)


def _recreate(model: Any, rows: dict[int, dict[str, Any]]) -> int:
    for pk, values in rows.items():
        row = model(**values)
        row.row_version += 1
        row.save(force_insert=True)
        models.QuerySet(model).filter(pk=pk).update(created_at=values["created_at"])
    return len(rows)


# --- saying on what it depends ----------------------------------------------------------------------


def _depends(found: list[Row], called: Naming) -> Refused:
    head = bilingual(
        "无法撤销：之后有 {n} 条记录与它有关。没有改动任何内容。",
        "This cannot be undone: {n} records depend on it since. Nothing was changed.",
        n=len(found),
    )
    return Refused({"": [head, *(_line(model, pk, called) for model, pk in found[:SHOWN])]})


def _row_text(row: Any) -> str:
    """Say which row it is: as the model says itself, or by its public listed values."""
    plain: Any = models.Model.__str__
    if type(row).__str__ is not plain:
        return str(row)
    told = (f for _, f, spec in described_fields(type(row)) if spec.listed and spec.sensitivity == PUBLIC)
    values = (getattr(row, f.name) for f in told if not f.is_relation)
    return " ".join(str(value) for value in values if value not in (None, ""))[:80] or f"#{row.pk}"


def _line(model: Any, pk: int, called: Naming) -> Bilingual:
    """One record in words, as far as the actor may see it."""
    what = called(model._meta.label)
    row = model.objects.filter(pk=pk).first()
    if row is None:
        return bilingual(
            "{what}：已被删除，或已不在您的范围内。",
            "{what}: deleted since, or no longer within your sight.",
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
