"""A row with an optional reference stays, its reference emptied, when the target is deleted; the audit records it."""

import pytest
from django.apps import apps
from django.db import models

from dakehu.foundation.actions.registry import act
from dakehu.foundation.records.recorded import Recorded
from tests.cast import as_system
from tests.rows import add_smallest_row

NAMING = [
    (model, field)
    for model in apps.get_models()
    if issubclass(model, Recorded)
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.SET_NULL
]


@pytest.mark.django_db
@pytest.mark.postgres
def test_every_row_that_may_name_nobody_stays_when_what_it_names_is_deleted(lin, zhang):
    failed = []
    for model, field in NAMING:
        with as_system(), act("test.stage"):
            target = add_smallest_row(field.related_model, lin, **_of(field.related_model, zhang))
            row = add_smallest_row(model, lin, **_of(model, zhang), **{field.name: target})
        try:
            with as_system(), act("test.delete") as record:
                target.delete()
            if (model._meta.label, row.pk) not in {(one.model, one.pk) for one in record.changes}:
                failed.append(f"{model._meta.label}.{field.name} changed without a record")
            with as_system():
                row.refresh_from_db()
            if getattr(row, field.attname) is not None:
                failed.append(f"{model._meta.label}.{field.name} still names it")
        except Exception as fault:
            failed.append(f"{model._meta.label}.{field.name}: {type(fault).__name__}")
    assert failed == []


def _of(model, client):
    names = {field.name for field in model._meta.concrete_fields}
    return {"client": client} if "client" in names else {}
