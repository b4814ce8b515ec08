"""Columns lent by a higher room to the rows of a lower one: a client is listed with the figures that the ledger keeps
beside it, though nothing in the room of clients knows of the ledger.

A lent column is read only. Its name is the way to it (`figures__profit`), so that lists filter and sort by it as by any
other; its facts are said once, where the field is declared.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from dakehu.foundation.access.actor import actor_or_none
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.schema.fields import FieldSpec, model_of, spec_of


@dataclass(frozen=True)
class Series:
    """A field of numbers in time beside a row, drawn small in lists; `spec` says what it is and who may see it."""

    field: str
    spec: FieldSpec


@dataclass(frozen=True)
class ColumnExtension:
    """Fields `names` of the model `of`, whose rows stand one to one beside those of the borrower: reached from these as
    `through`, and naming them by `by`. `needs` is the right without which nobody knows of them; `series` is drawn in lists."""

    of: str
    through: str
    by: str
    names: tuple[str, ...]
    needs: str
    series: Series | None = None


_extensions: dict[str, ColumnExtension] = {}


def extend(to: str, loan: ColumnExtension) -> None:
    """Called once at start-up by the room that owns the fields; `to` is the model that borrows them."""
    _extensions[to] = loan


def extension_of(model: Any) -> ColumnExtension | None:
    """What a model borrows that the reader may know of."""
    loan, actor = _extensions.get(model._meta.label), actor_or_none()
    return loan if loan is not None and (actor is None or actor.may(loan.needs)) else None


def extension_columns(model: Any) -> list[tuple[str, Any, FieldSpec]]:
    """(name, Django field, facts) of the columns a model borrows, as fields.described gives its own."""
    loan = extension_of(model)
    return [] if loan is None else [_extension_field(loan, name) for name in loan.names]


@cache  # a list asks for them several times a page
def _extension_field(loan: ColumnExtension, name: str) -> tuple[str, Any, FieldSpec]:
    field: Any = copy.copy(model_of(loan.of)._meta.get_field(name))
    field.name, field.own, field.null = f"{loan.through}__{name}", name, True
    field.spec = replace(spec_of(field), listed=False, editable=False)
    return field.name, field, field.spec


def extension_rows(model: Any, numbers: Iterable[int]) -> dict[int, Any]:
    """{number of a row: the row that stands beside it} of those in scope."""
    loan = extension_of(model)
    if loan is None:
        return {}
    made: dict[int, Any] = {}
    for part in chunks(set(numbers)):
        made.update(
            {getattr(row, loan.by): row for row in model_of(loan.of).objects.filter(**{f"{loan.by}__in": part})}
        )
    return made
