"""The undo log of an act: the ids of the rows it created, the earlier values of the rows it changed or deleted.

`actions.registry` opens a log for every undoable action, and `undo_entries` stores it. Imports, which write too much
to log new values, open one of their own with `recording_undo()`. `reversal` undoes a log.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.deletion import Collector
from django.utils import timezone

from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.encrypted_fields import EncryptedTextField, EncryptedValue
from dakehu.foundation.audit import chain as audit
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.files import store as files
from dakehu.foundation.records.recorded import Recorded, current_act, is_tracked
from dakehu.foundation.schema.fields import model_of

DAYS = 90
FORMAT = 3  # of stored logs; 2: without new values; 1: `created` is [numbers, versions], without a format


@dataclass
class CreatedRows:
    """The rows an act created in one table. Each is at version 1, unless the act changed it again (`later`). `values`:
    {id: {column: written value}}, if the log stores them."""

    numbers: IdRanges = field(default_factory=IdRanges)
    later: dict[int, int] = field(default_factory=dict)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)

    def version(self, number: int) -> int:
        return self.later.get(number, 1)


@dataclass(slots=True)
class ChangedRow:
    """A stored row that an act changed: its new version, and by column the values before and after; `after` is None
    where the log does not store them."""

    version: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] | None = None

    def add_after(self, values: dict[str, Any]) -> None:
        self.after = {**(self.after or {}), **values}


class UndoLog:
    """The writes of one act: {model label: CreatedRows} of created rows, {label: {id: ChangedRow}} of changed rows,
    {label: {id: earlier values}} of deleted rows. Values are by column.

    With `keeps_after` the new values are stored as well: a row may then change in other fields and still be undone,
    and a reader sees old and new values. `cause` is the number of the act that this one results from, or undoes.
    """

    def __init__(self, *, keeps_after: bool = False, cause: int | None = None) -> None:
        self.since = timezone.now()
        self.keeps_after, self.cause = keeps_after, cause
        self.created: dict[str, CreatedRows] = {}
        self.changed: dict[str, dict[int, ChangedRow]] = {}
        self.deleted: dict[str, dict[int, dict[str, Any]]] = {}

    def is_empty(self) -> bool:
        return self.count() == 0

    def count(self) -> int:
        """Return the number of rows that an undo would change."""
        created = sum(len(born.numbers) for born in self.created.values())
        changed = sum(len(rows) for rows in self.changed.values())
        return created + changed + sum(len(rows) for rows in self.deleted.values())

    def record_created(self, model: Any, rows: Iterable[Any]) -> None:
        every = list(rows)
        self.record_created_ids(model, [row.pk for row in every])
        born = self.created[model._meta.label]
        born.later.update({row.pk: row.row_version for row in every if row.row_version != 1})
        if self.keeps_after:
            columns = stored_columns(model)
            born.values.update({row.pk: _values_of(row, columns) for row in every})

    def record_created_ids(self, model: Any, numbers: list[int]) -> None:
        self.created.setdefault(model._meta.label, CreatedRows()).numbers.add(numbers)

    def record_changes(self, model: Any, rows: Iterable[Any], names: Iterable[str]) -> None:
        """Note stored rows whose fields `names` are about to be written, before their version is incremented."""
        columns = [model._meta.get_field(name).attname for name in names]
        born = self.created.get(model._meta.label, CreatedRows())
        held = self.changed.setdefault(model._meta.label, {})
        for row in rows:
            if row.pk in born.numbers:
                born.later[row.pk] = row.row_version + 1
                if row.pk in born.values:
                    born.values[row.pk].update(_values_of(row, columns))
                continue
            note = held.setdefault(row.pk, ChangedRow())
            note.version = row.row_version + 1
            for column in columns:
                before = row._loaded[column] if column in row._loaded else _stored_value(row, column)
                if column not in note.before and _differs(before, getattr(row, column)):
                    note.before[column] = before
                if self.keeps_after and column in note.before:
                    note.add_after(_values_of(row, [column]))

    def record_overwrite(self, model: Any, pk: int, values: dict[str, Any]) -> None:
        """Note a stored row whose columns are about to be set without a version increment."""
        row = models.QuerySet(model).filter(pk=pk).first()
        if row is None or pk in self.created.get(model._meta.label, CreatedRows()).numbers:
            return
        note = self.changed.setdefault(model._meta.label, {}).setdefault(pk, ChangedRow(row.row_version))
        for name, value in values.items():
            column = model._meta.get_field(name).attname
            note.before.setdefault(column, row._loaded[column])
            if self.keeps_after:
                note.add_after({column: value})

    def record_deletion_with_dependents(self, row: Any) -> None:
        """Note a row and the rows deleted with it by cascade."""
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
            before = self.changed.get(label, {}).pop(row.pk, ChangedRow()).before
            self.deleted.setdefault(label, {})[row.pk] = {**row._loaded, **before}
        else:
            self.created[label].later.pop(row.pk, None)
            self.created[label].values.pop(row.pk, None)

    def add_later(self, other: "UndoLog") -> None:
        """Append the log of an act that resulted from this one, so that both are undone together."""
        for label, born in other.created.items():
            mine = self.created.setdefault(label, CreatedRows())
            mine.numbers.merge(born.numbers)
            mine.later.update(born.later)
            mine.values.update(born.values)
        for label, rows in other.changed.items():
            for pk, row in rows.items():
                self._add_change(label, pk, row)
        for label, gone in other.deleted.items():
            for pk, values in gone.items():
                if not self.created.get(label, CreatedRows()).numbers.remove(pk):
                    before = self.changed.get(label, {}).pop(pk, ChangedRow()).before
                    self.deleted.setdefault(label, {})[pk] = {**values, **before}

    def _add_change(self, label: str, pk: int, row: ChangedRow) -> None:
        born = self.created.get(label, CreatedRows())
        if pk in born.numbers:
            born.later[pk] = row.version
            if pk in born.values:
                born.values[pk].update(row.after or {})
            return
        mine = self.changed.setdefault(label, {}).setdefault(pk, ChangedRow())
        mine.version = row.version
        mine.before = {**row.before, **mine.before}
        mine.add_after(row.after or {})

    def as_json(self) -> str:
        """Return the log as JSON; encrypted values stay encrypted in it."""
        body = {
            "format": FORMAT,
            "since": self.since.isoformat(),
            "created": {
                label: [born.numbers.runs, born.later, _rows_to_json(label, born.values)]
                for label, born in self.created.items()
            },
            "changed": {
                label: {
                    pk: [row.version, _to_json(model_of(label), row.before), _to_json(model_of(label), row.after or {})]
                    for pk, row in rows.items()
                }
                for label, rows in self.changed.items()
            },
            "deleted": {label: _rows_to_json(label, rows) for label, rows in self.deleted.items()},
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    def store(self) -> str:
        """Store the log as an encrypted file, for 90 days; returns the key for `load`."""
        return str(files.save("undo", zlib.compress(self.as_json().encode()), DAYS).key)


def load(key: str) -> UndoLog:
    """Return a log stored as a file. Raises Refused where it has expired. The entry with the key has checked whether
    the actor may undo it."""
    try:
        return parse(zlib.decompress(files.content_of(key).whole()).decode())
    except NotFound as gone:
        raise Refused(
            bilingual(
                "撤销所需的资料已不在（保存 {n} 天），无法撤销。",
                "What the undo needs is gone (it is kept for {n} days), so this cannot be undone.",
                n=DAYS,
            )
        ) from gone


def parse(text: str) -> UndoLog:
    """Return the log from `as_json`, of this version or an earlier one."""
    body = json.loads(text)
    log = UndoLog(keeps_after=body.get("format", 1) >= 3)
    log.since = datetime.fromisoformat(body["since"])
    log.created = {label: _created_rows(label, stored) for label, stored in _by_label(body["created"])}
    log.changed = {
        label: {int(pk): _changed_row(label, *stored) for pk, stored in rows.items()}
        for label, rows in _by_label(body["changed"])
    }
    log.deleted = {label: _rows_from_json(label, rows) for label, rows in _by_label(body["deleted"])}
    return log


def _by_label(stored: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return the parts of a stored log by the current labels of their models."""
    return ((current_name(Kind.MODEL, label), rows) for label, rows in stored.items())


def _created_rows(label: str, stored: list[Any]) -> CreatedRows:
    """Read [runs, {id: version}, {id: values}], only the first two in format 2, or [numbers, versions] of format 1.
    Logs between the two have no format either, so the shape decides."""
    numbers, versions, *values = stored
    if isinstance(versions, dict):
        later = {int(pk): version for pk, version in versions.items()}
        return CreatedRows(IdRanges.of(numbers), later, _rows_from_json(label, values[0]) if values else {})
    later = {pk: version for pk, version in zip(numbers, versions, strict=True) if version != 1}
    return CreatedRows(IdRanges(numbers), later)


def _changed_row(label: str, version: int, before: dict[str, Any], after: dict[str, Any] | None = None) -> ChangedRow:
    model = model_of(label)
    return ChangedRow(version, _from_json(model, before), _from_json(model, after) if after else None)


@contextmanager
def recording_undo() -> Iterator[UndoLog]:
    """Log the writes of the open act inside the block, without new values."""
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


def _stored_value(row: Any, column: str) -> Any:
    """Marks a column that was not loaded with its row."""
    return models.QuerySet(type(row)).filter(pk=row.pk).values_list(column, flat=True).get()


def _values_of(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    """Return the current values of a row by column; lists and dictionaries are copied."""
    values = {column: getattr(row, column) for column in columns}
    return {name: deepcopy(value) if type(value) in (dict, list) else value for name, value in values.items()}


def stored_columns(model: Any) -> list[str]:
    """Return the columns of a model whose values an undo compares: not its id, version, times, or blind indexes."""
    return [f.attname for f in model._meta.concrete_fields if is_tracked(f)]


def _columns(model: Any) -> dict[str, Any]:
    return {f.attname: f for f in model._meta.concrete_fields}


def _rows_to_json(label: str, rows: dict[int, dict[str, Any]]) -> dict[int, Any]:
    return {pk: _to_json(model_of(label), values) for pk, values in rows.items()}


def _rows_from_json(label: str, rows: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {int(pk): _from_json(model_of(label), values) for pk, values in rows.items()}


def _to_json(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Return values by column as JSON; encrypted ones stay encrypted."""
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
        if name not in columns:
            continue
        if isinstance(columns[name], EncryptedTextField):
            made[name] = None if value is None else columns[name].from_db_value(b64decode(value), None, None)
        else:
            made[name] = columns[name].to_python(value)
    return made
