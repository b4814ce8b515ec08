"""Columns that a higher domain adds to the rows of a lower one: a client is listed with its figures of the ledger,
although the domain of clients does not depend on the ledger.

A lent column is read-only. Its name is its lookup path (`figures__profit`), so that lists filter and sort by it as by
any other; its facts are declared once, with the field.
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
    """A field with a time series of a row, drawn as a sparkline in lists; `spec` has its facts and who may see it."""

    field: str
    spec: FieldSpec


@dataclass(frozen=True)
class ColumnExtension:
    """Fields `names` of the model `of`, with a one-to-one relation to the borrower's rows: reached from these by
    `through`, referring to them by `by`. `needs` is the permission to see them; `series` is drawn in lists."""

    of: str
    through: str
    by: str
    names: tuple[str, ...]
    needs: str
    series: Series | None = None


_extensions: dict[str, list[ColumnExtension]] = {}


def extend(to: str, loan: ColumnExtension) -> None:
    """Add columns to a model, at start-up, by the domain that owns the fields. `to` is the model that borrows them.

    Raises ValueError where another extension is reached by the same path.
    """
    others = _extensions.setdefault(to, [])
    same = [other for other in others if other.through == loan.through]
    if same and same != [loan]:
        raise ValueError(f"two extensions of {to} are reached as {loan.through}")
    if not same:
        others.append(loan)


def extensions_of(model: Any) -> list[ColumnExtension]:
    """Return the extensions of a model visible to the reader, lower domains first."""
    actor = actor_or_none()
    return [loan for loan in _extensions.get(model._meta.label, ()) if actor is None or actor.may(loan.needs)]


def extension_columns(model: Any) -> list[tuple[str, Any, FieldSpec]]:
    """Return (name, Django field, spec) of the columns a model borrows, as fields.described_fields returns its own.

    `own` of such a field is its name in the related row, `through` the path to that row.
    """
    return list(_columns_of(tuple(extensions_of(model))))


@cache  # a list reads them several times a page
def _columns_of(loans: tuple[ColumnExtension, ...]) -> tuple[tuple[str, Any, FieldSpec], ...]:
    return tuple(_extension_field(loan, name) for loan in loans for name in loan.names)


@cache
def _extension_field(loan: ColumnExtension, name: str) -> tuple[str, Any, FieldSpec]:
    field: Any = copy.copy(model_of(loan.of)._meta.get_field(name))
    field.name, field.own, field.through, field.null = f"{loan.through}__{name}", name, loan.through, True
    field.spec = replace(spec_of(field), listed=False, editable=False)
    return field.name, field, field.spec


def extension_rows(loan: ColumnExtension, numbers: Iterable[int]) -> dict[int, Any]:
    """Return {id of a row: its related row} of those in scope."""
    made: dict[int, Any] = {}
    for part in chunks(set(numbers)):
        made.update(
            {getattr(row, loan.by): row for row in model_of(loan.of).objects.filter(**{f"{loan.by}__in": part})}
        )
    return made
