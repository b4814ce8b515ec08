"""Move encrypted values to the key in use and rebuild blind indexes. Call inside an act."""

from base64 import b64decode, b64encode
from typing import Any

from django.db import models

from dakehu.foundation.access import keys
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField, EncryptedValue
from dakehu.foundation.records.recorded import write_columns
from dakehu.foundation.schema.custom_fields import STORE
from dakehu.foundation.schema.fields import model_of


def rebuild_blind_indexes(model: Any, batch: int = 2000) -> int:
    """Write blind indexes that are missing or outdated; returns how many rows changed. Call inside an act."""
    indexes = [f for f in model._meta.fields if isinstance(f, BlindIndex)]
    last, changed = 0, 0
    while indexes:
        rows: list[Any] = list(models.QuerySet(model).filter(pk__gt=last).order_by("pk")[:batch])
        if not rows:
            break
        last = rows[-1].pk
        for row in rows:
            before = {f.attname: getattr(row, f.attname) for f in indexes}
            after = {f.attname: f.pre_save(row, False) for f in indexes}
            if after != before:
                models.QuerySet(model).filter(pk=row.pk).update(**after)  # derived: no other value of the row changes
                changed += 1
    return changed


def reencrypt_fields(model: Any, field: EncryptedTextField, batch: int = 2000) -> int:
    """Move every value of a field to the key in use; returns how many moved. Call inside an act."""
    moved = 0
    current = keys.encryption_keys()[0]
    last = 0
    while True:
        rows = list(model.objects.filter(pk__gt=last).order_by("pk").only("pk", field.attname)[:batch])
        if not rows:
            return moved
        last = rows[-1].pk
        for row in rows:
            value = getattr(row, field.attname)
            if isinstance(value, EncryptedValue) and value._body[0] != current:
                fresh = EncryptedValue.encrypt(field.place, value._plain(), field.mask)
                write_columns(model, row.pk, {field.attname: fresh})
                moved += 1


def reencrypt_custom_fields(batch: int = 2000) -> int:
    """Move every encrypted custom value to the key in use, including archived fields; returns how many. Call inside an
    act."""
    moved, current = 0, keys.encryption_keys()[0]
    for definition in model_of("foundation.CustomField").objects.filter(sensitivity="secret"):
        model = model_of(definition.model)
        place = f"{model._meta.db_table}.{STORE}.{definition.name}"
        for row in model.objects.filter(**{f"{STORE}__has_key": definition.name}).iterator(chunk_size=batch):
            body = b64decode(row.extra[definition.name])
            if body[0] != current:
                fresh = EncryptedValue.encrypt(place, EncryptedValue(place, body, None)._plain(), None)
                write_columns(model, row.pk, {STORE: {**row.extra, definition.name: b64encode(fresh._body).decode()}})
                moved += 1
    return moved
