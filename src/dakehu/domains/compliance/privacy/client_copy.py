"""All data stored about one client, for the copy to which the law entitles them.

From every table related to the client, found by foreign keys, and from further sources declared by domains. Left out:
other clients, anything that names them, and what the law withholds from the client (rows for compliance only, models
marked as withheld); the copy does not show that anything was left out.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.encrypted_fields import EncryptedTextField, EncryptedValue
from dakehu.foundation.base import clock
from dakehu.foundation.erasure import hanging
from dakehu.foundation.erasure.erase import stored_files
from dakehu.foundation.erasure.hanging import Hanging
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.schema import client_copies
from dakehu.foundation.schema.fields import described_fields, has_spec
from dakehu.foundation.schema.references import derived_models_of

INTERNAL = ("walled", "was_walled")  # a wall may indicate a deal that is not public
OF_STAFF = "team"  # the app whose rows are named: staff and branches


def collect(client: Any) -> dict[str, Any]:
    """Return the copy as plain values. Inside an action: it decrypts values, which the audit records.

    {client: code, made_at, tables: [{name: [zh, en], rows: [[[label zh, label en, value]]]}], files: [{name, key}]}
    """
    with elevated("a copy for the client of everything that is kept of them"):
        found = hanging.rows_of_clients({client.pk})
        tables = [*_tables(client, found), *_declared_parts(client)]
        files = _files(found)
    return {"client": client.code, "made_at": clock.now().isoformat(), "tables": tables, "files": files}


def _tables(client: Any, found: Hanging) -> Iterator[dict[str, Any]]:
    """Yield the non-empty tables, the client first."""
    root = type(client)
    derived = {model: _ids_of(model, key, client) for model, key in derived_models_of(root)}
    every = {**derived, **{model: ids | found.shared.get(model, set()) for model, ids in found.own.items()}}
    for model in sorted(every, key=lambda one: (one is not root, one._meta.label)):
        if getattr(model, "is_withheld_from_client", False) or not hasattr(model, "names"):
            continue
        shared = found.shared.get(model, set())
        rows = [_row(row, row.pk in shared) for row in _rows(model, every[model])]
        rows = [row for row in rows if row]
        if rows:
            yield {"name": [model.names.singular.zh, model.names.singular.en], "rows": rows}


def _ids_of(model: Any, key: Any, client: Any) -> set[int]:
    rows: Any = models.QuerySet(model).filter(**{key.name: client})
    return set(rows.values_list("pk", flat=True))


def _rows(model: Any, ids: set[int]) -> Any:
    """Return rows by id, without those for compliance only."""
    rows: Any = models.QuerySet(model).filter(pk__in=ids).order_by("pk")
    flag = getattr(model, "across_only", "")
    return rows.filter(**{flag: False}) if flag else rows


def _row(row: Any, is_shared: bool) -> list[list[Any]]:
    """Return [label zh, label en, value] of a row's data on the client. Texts of a row shared with other clients are left out."""
    cells = []
    for name, column, spec in described_fields(type(row)):
        if name in INTERNAL:
            continue
        value = getattr(row, name) if not column.is_relation else _name_behind(row, column)
        is_text = isinstance(column, (models.TextField, models.CharField, models.JSONField))
        if value in (None, "", [], {}) or (is_shared and is_text and not hasattr(column, "choice_set")):
            continue
        cells.append([spec.zh, spec.en, _plain(column, value)])
    return cells


def _name_behind(row: Any, key: Any) -> Any:
    """Return the name of the staff, branch or product behind a key; nothing for rows of clients, groups and other records."""
    target = key.related_model
    is_named = target._meta.app_label == OF_STAFF or (not hasattr(target, "retention") and has_name(target))
    if not is_named or getattr(target, "client_path", "") or getattr(target, "erased_when_empty", False):
        return None
    found = getattr(row, key.name)
    return getattr(found, "name", None) if found is not None else None


def has_name(model: Any) -> bool:
    """Return whether rows of a model have a name that every user may read."""
    column = next((one for one in model._meta.concrete_fields if one.name == "name"), None)
    return column is not None and has_spec(column)


def _plain(column: Any, value: Any) -> Any:
    """Return a value for JSON: choices in both languages, encrypted values decrypted."""
    if isinstance(value, EncryptedValue):
        return value.open()
    if isinstance(column, EncryptedTextField):
        return str(value)
    choice = getattr(column, "choice_set", None)
    member = choice._value2member_map_.get(str(value)) if hasattr(choice, "_value2member_map_") else None
    if member is not None:
        return f"{member.zh} {member.en}"
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _declared_parts(client: Any) -> Iterator[dict[str, Any]]:
    for source in client_copies.sources():
        rows = [
            [[zh, en, value] for (zh, en), value in row.items() if value not in (None, "")]
            for row in source.read(client.pk)
        ]
        if rows:
            yield {"name": [source.zh, source.en], "rows": rows}


def _files(found: Hanging) -> list[dict[str, str]]:
    """Return the files referenced only by rows of this client, without those of rows shared with other clients."""
    alone = Hanging(own=found.own)
    rows: Any = models.QuerySet(StoredFile).filter(pk__in=stored_files(alone)).order_by("pk")
    return [{"name": name, "key": key} for name, key in rows.values_list("name", "key")]
