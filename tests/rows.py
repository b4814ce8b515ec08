"""The smallest row of any table, for tests that cover every table."""

from itertools import count
from typing import Any

from django.db import models

from dakehu.domains.team.models import User
from dakehu.foundation.base import clock

_numbers = count(1000)


def add_smallest_row(model: Any, user: Any, **values: Any) -> Any:
    """Save a row with its table's required fields and `values`; rows that it must refer to are added, a person is `user`."""
    for field in model._meta.concrete_fields:
        is_optional = field.primary_key or field.null or field.has_default() or (field.blank and _is_text(field))
        if (
            field.name in values
            or is_optional
            or getattr(field, "auto_now_add", False)
            or getattr(field, "auto_now", False)
        ):
            continue
        values[field.name] = _value(field, user, values)
    row = model(**values)
    row.save()
    return row


def _is_text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _value(field: Any, user: Any, values: dict[str, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        related = field.related_model
        if related is User:
            return user
        inherited = {"client": values["client"]} if "client" in values and _has(related, "client") else {}
        return add_smallest_row(related, user, **inherited)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return clock.now()
    if isinstance(field, models.DateField):
        return clock.today()
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BooleanField):
        return False
    number = next(_numbers)
    return (
        number % 50
        if isinstance(field, models.IntegerField | models.DecimalField)
        else f"x{number}"[: field.max_length]
    )


def _has(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)
