"""Comparison of current rows with the values last recorded in the audit: detects changes made directly in the database.

Of personal values the audit records only whether there was one; of rows written in bulk only the id. Users, with their
roles, are always compared, and a user without an audit record is a fault.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.audit.chain import plain_value
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.id_ranges import IdRanges

GONE = "\0gone"
BLANK = (None, "", False)


@dataclass(frozen=True)
class RowFault:
    """A row that differs from the audit: model, id, field ("" for the whole row), and how."""

    model: str
    pk: Any
    field: str
    why: Bilingual

    def as_plain(self) -> dict[str, Any]:
        return {"model": self.model, "id": self.pk, "field": self.field, "why": str(self.why)}


class LastValues:
    """The audited state of every row: {model: {id: {column: value as recorded}}}."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, dict[str, Any]]] = {}

    def add(self, body: str) -> None:
        """Add the body of the next entry."""
        for change in json.loads(body).get("changes", ()):
            known = self.rows.setdefault(change["model"], {})
            if change["kind"] == "many":
                self._forget(known, change["after"])
            elif change["kind"] == "deleted":
                known[change["pk"]] = {GONE: True}
            elif change["kind"] in ("created", "changed"):
                row = known.setdefault(change["pk"], {})
                row.pop(GONE, None)
                row.update(change["after"])

    @staticmethod
    def _forget(known: dict[Any, dict[str, Any]], after: dict[str, Any]) -> None:
        """Add rows written in bulk: they are recorded without values."""
        for name in ("created", "changed", "removed"):
            recorded = after.get(name) or ()
            is_list = any(isinstance(item, int) for item in recorded)  # entries of the first versions list every id
            numbers = IdRanges(recorded) if is_list else IdRanges.of(recorded)
            for pk in [pk for pk in known if pk in numbers]:
                del known[pk]


def compare(last: LastValues, sample: int | None) -> tuple[int, list[RowFault]]:
    """Compare rows with the audit: all users, and a random `sample` of the other rows (None: all). Returns (rows
    compared, faults), users first."""
    users = get_user_model()._meta.label
    faults = list(_unrecorded_users(last.rows.get(users, {})))
    chosen = [(users, pk) for pk in last.rows.get(users, {})]
    others = [(label, pk) for label in sorted(last.rows) if label != users for pk in last.rows[label]]
    if sample is not None and len(others) > sample:
        others = random.SystemRandom().sample(others, sample)
    wanted: dict[str, list[Any]] = {}
    for label, pk in (*chosen, *others):
        wanted.setdefault(label, []).append(pk)
    compared = 0
    for label, numbers in wanted.items():
        try:
            model: Any = apps.get_model(label)
        except (LookupError, ValueError):
            continue  # a model of an earlier version, or a decryption
        if getattr(model, "derived", False):
            continue
        compared += len(numbers)
        for part in chunks(numbers, 500):
            rows: Any = models.QuerySet(model).in_bulk(part)
            for pk in part:
                faults += _faults_of(model, pk, rows.get(pk), last.rows[label][pk])
    return compared, faults


def _unrecorded_users(known: dict[Any, Any]) -> Iterator[RowFault]:
    model: Any = get_user_model()
    for pk in models.QuerySet(model).order_by("pk").values_list("pk", flat=True):
        if pk not in known:
            yield RowFault(
                model._meta.label, pk, "", bilingual("操作日志中没有它的新增", "the audit has no entry that created it")
            )


def _faults_of(model: Any, pk: Any, row: Any, said: dict[str, Any]) -> Iterator[RowFault]:
    label = model._meta.label
    if said.get(GONE):
        if row is not None:
            yield RowFault(label, pk, "", bilingual("已记录为删除，却仍在", "recorded as deleted, and still there"))
        return
    if row is None:
        yield RowFault(
            label, pk, "", bilingual("不见了，却没有删除记录", "gone, and no entry says that it was deleted")
        )
        return
    fields = {f.attname: f for f in model._meta.concrete_fields}
    for name, value in said.items():
        if name in fields and not _agree(fields[name], getattr(row, name), value):
            yield RowFault(label, pk, name, bilingual("与最后一次记录的值不同", "differs from the value recorded last"))


def _agree(field: Any, current: Any, recorded: Any) -> bool:
    if recorded == DOTS:
        return current not in (None, "")
    if recorded in BLANK:
        return current in BLANK or current == field.get_default() or isinstance(field, models.JSONField)
    if current is None or isinstance(field, models.JSONField):
        return current is not None
    if plain_value(current) == recorded:
        return True
    try:
        target = getattr(field, "target_field", field)
        meant = target.to_python(recorded)
    except Exception:  # recorded under an earlier form of the field
        return True
    if isinstance(current, Decimal):
        return bool(abs(current - meant) <= Decimal(1).scaleb(-field.decimal_places))
    return bool(current == meant)
