"""Collect the rows about a client: from every table that references the client (derived from the models), and from
declared sources.

Everything passes the scope and the output gate of the requesting person, so a pack shows what its creator may see.
Texts stored encrypted (messages to a client) are decrypted with an audit record; numbers and addresses stay masked.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import EncryptedTextField, EncryptedValue
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.query_guard import scoped_models
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.gates import QUERIES, columns_of, render_rows
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema import evidence
from dakehu.foundation.schema.references import references_to
from dakehu.foundation.schema.resources import resources, timelines

STAFF_APPS = ("team", "firm", "foundation")  # referenced in rows, not included
NOT_DATED = ("changed_at", "leased_until")
FILE_KEY = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass
class Table:
    """The rows of one table: plain values for programs, dated texts for people, and what is masked."""

    name: str
    title: str
    rows: list[dict[str, Any]]
    texts: list[tuple[str, str]] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    file_keys: set[str] = field(default_factory=set)


def collect(client: Any, since: date, until: date) -> list[Table]:
    """Return the tables with rows about a client, its own first. Call inside an action: texts are decrypted."""
    held: dict[Any, dict[Any, Any]] = {}
    for model in client_models():
        found = {row.pk: row for row in model.objects.filter(**{model.client_path: client.pk}).order_by("pk")}
        kept = {pk: row for pk, row in found.items() if is_of_period(row, since, until)}
        if kept:
            held[model] = kept
    _add_declared(held, client, since, until)
    _add_dependents(held)
    own = set(held)
    _add_context(held)
    _add_decisions(held)
    tables = [_table(model, [rows[pk] for pk in sorted(rows)], model in own) for model, rows in held.items()]
    return tables + list(_plain_tables(client, since, until))


def client_models() -> list[Any]:
    """Return every table of client data that describes its columns, except the audit, which has its own proofs."""
    found = [m for m in scoped_models() if columns_of(m) and m._meta.label != "foundation.AuditEntry" and _may_read(m)]
    return sorted(found, key=lambda model: (model.client_path != "pk", model._meta.label))


def _may_read(model: Any) -> bool:
    """Return whether the actor may run one of the queries that show a table, if any is declared."""
    shown = [one for one in resources() if one.model == model._meta.label]
    names = {name for one in shown for name in (one.list, one.of_client, one.get) if name}
    return not names or any(current_actor().may(QUERIES[name].needs) for name in names)


def is_of_period(row: Any, since: date, until: date) -> bool:
    """Return whether a row belongs to a period: an event must overlap it; a state must have existed before its end."""
    days = [_day(getattr(row, column.attname)) for column in _dated_columns(type(row))]
    known = [day for day in days if day is not None]
    if type(row).client_path == "pk" or not known:
        return True
    return min(known) <= until and (not _is_event(type(row)) or max(known) >= since)


def _dated_columns(model: Any) -> list[Any]:
    kinds = (models.DateField, models.DateTimeField)
    return [f for f in model._meta.concrete_fields if isinstance(f, kinds) and f.name not in NOT_DATED]


def _is_event(model: Any) -> bool:
    """Return whether rows are events: those of a timeline, or with a described time of day."""
    in_timeline = any(resource.model == model._meta.label for resource, _ in timelines().values())
    return in_timeline or any(column.kind == "datetime" for column in columns_of(model))


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return clock.local(value).date()
    return value if isinstance(value, date) else None


def _add(held: dict[Any, dict[Any, Any]], rows: Iterable[Any]) -> None:
    for row in rows:
        if columns_of(type(row)):
            held.setdefault(type(row), {}).setdefault(row.pk, row)


def _add_declared(held: dict[Any, dict[Any, Any]], client: Any, since: date, until: date) -> None:
    for source in evidence.sources():
        if not source.day and current_actor().may(source.needs):
            _add(held, source.find(client, since, until))


def _add_dependents(held: dict[Any, dict[Any, Any]]) -> None:
    """Add the rows that depend on collected rows, such as the helpers of a task."""
    for model, rows in list(held.items()):
        for other, key in references_to(model):
            if _is_recorded_firm_table(other):
                for numbers in chunks(sorted(rows)):
                    _add(held, other.objects.filter(**{f"{key.name}__in": numbers}))


def _add_context(held: dict[Any, dict[Any, Any]]) -> None:
    """Add the rows that collected rows reference, such as a campaign or a template."""
    for model, rows in list(held.items()):
        for key in model._meta.concrete_fields:
            target = key.related_model if isinstance(key, models.ForeignKey) else None
            if target is not None and _is_recorded_firm_table(target):
                for numbers in chunks(sorted({getattr(row, key.attname) for row in rows.values()} - {None})):
                    _add(held, target.objects.filter(pk__in=numbers))


def _is_recorded_firm_table(model: Any) -> bool:
    """Return whether a table is recorded, and neither client data itself nor of staff or settings."""
    return (
        issubclass(model, Recorded)
        and not getattr(model, "client_path", "")
        and model._meta.app_label not in STAFF_APPS
        and not getattr(model, "derived", False)
    )


def _add_decisions(held: dict[Any, dict[Any, Any]]) -> None:
    """Add the rows that reference their subject by `subject_kind` and id, such as approvals."""
    for model in filter(_is_decision, apps.get_models()):
        number = _subject_number(model)
        kinds = list(model.objects.order_by().values_list("subject_kind", flat=True).distinct())
        for subject, rows in list(held.items()):
            for kind in [kind for kind in kinds if _names(kind, subject)]:
                for numbers in chunks(sorted(rows)):
                    _add(held, model.objects.filter(**{"subject_kind": kind, f"{number}__in": numbers}))


def _subject_number(model: Any) -> str:
    names = {f.name for f in model._meta.concrete_fields}
    return next((name for name in ("subject_ref", "subject_id") if name in names), "")


def _is_decision(model: Any) -> bool:
    """Return whether the rows of a table can be about rows of any other table."""
    has_kind = any(f.name == "subject_kind" for f in model._meta.concrete_fields)
    return has_kind and bool(_subject_number(model)) and issubclass(model, Recorded)


def _names(kind: str, model: Any) -> bool:
    """Return whether a kind of subject denotes a table: by its name, or by domain and name."""
    said = kind.lower().replace("_", "")
    return said in (model._meta.model_name, model._meta.label_lower)


def _table(model: Any, rows: list[Any], is_clients: bool) -> Table:
    """Return the rows of a table as they are shown to the actor.

    For rows that are not the client's own (a campaign) personal values are omitted: they may be those of others.
    """
    actor = current_actor()
    columns = [c for c in columns_of(model) if is_clients or c.spec.sensitivity <= PUBLIC or _is_decision(model)]
    names = [column.name for column in columns]
    may_open = actor.may(Permission.SEALED_OPEN)
    opened = [c.name for c in columns if may_open and isinstance(c.field, EncryptedTextField) and c.field.mask is None]
    plain, shown = render_rows(rows, names), render_rows(rows, names, shown=True)
    for row, values, texts in zip(rows, plain, shown, strict=True):
        for name in opened:
            value = getattr(row, name)
            if isinstance(value, EncryptedValue):
                values[name] = texts[name] = value.open()
    masked = [
        c.name for c in columns if c.name not in opened and (c.kind == "sealed" or c.spec.sensitivity > actor.clearance)
    ]
    labels = {c.name: c.label for c in columns if c.name != model.client_path}
    return Table(
        model._meta.label,
        str(model.names.plural),
        plain,
        [(_day_text(row), _sentence(texts, labels)) for row, texts in zip(rows, shown, strict=True)],
        masked,
        {key for row in rows for key in _file_keys(row)},
    )


def _day_text(row: Any) -> str:
    """Return the day of a row for people: from its first date column, else when it was recorded."""
    named = sorted(
        _dated_columns(type(row)), key=lambda f: (f.name == "created_at", not isinstance(f, models.DateTimeField))
    )
    for column in named:
        day = _day(getattr(row, column.attname))
        if day is not None:
            return day.isoformat()
    return ""


def _sentence(texts: dict[str, Any], labels: dict[str, str]) -> str:
    parts = [f"{labels[name]}: {value}" for name, value in texts.items() if name in labels and value not in ("", None)]
    return "; ".join(part for part in parts if not part.endswith((": []", ": {}")))


def _file_keys(row: Any) -> Iterator[str]:
    """Yield possible keys of stored files among the undescribed texts and lists of a row."""
    for column in row._meta.concrete_fields:
        if isinstance(column, models.JSONField) or (
            isinstance(column, models.CharField) and column.name.endswith("_key")
        ):
            yield from FILE_KEY.findall(str(getattr(row, column.attname)))


def stored_files(tables: list[Table]) -> list[Any]:
    """Return the stored files referenced by collected rows, in the order in which they were stored."""
    keys = sorted({key for table in tables for key in table.file_keys})
    found = [row for part in chunks(keys) for row in StoredFile.objects.filter(key__in=part)]
    return sorted(found, key=lambda row: row.pk)


def _plain_tables(client: Any, since: date, until: date) -> Iterator[Table]:
    for source in evidence.sources():
        if source.day and current_actor().may(source.needs):
            rows = [dict(row) for row in source.find(client, since, until)]
            if rows:
                texts = [
                    (str(row[source.day]), _sentence(row, {name: str(words) for name, words in source.columns.items()}))
                    for row in rows
                ]
                yield Table(source.name, str(source.title), rows, texts)
