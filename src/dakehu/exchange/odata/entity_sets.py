"""The entity sets visible to a reader, derived from resources, related columns and field specs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import QUERIES, Column, columns_of
from dakehu.foundation.gates.row_values import Reading
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import Computed, FieldSpec, model_of
from dakehu.foundation.schema.related_columns import extensions_of

KEY = "id"
KEY_SPEC = FieldSpec("编号", "Number")
INT, TEXT, DECIMAL = "Edm.Int64", "Edm.String", "Edm.Decimal"


@dataclass(frozen=True)
class Property:
    """A property of an entity: the column it shows, and its type for this reader (text where it is masked)."""

    name: str
    edm: str
    spec: FieldSpec
    reading: Reading | None = None  # None: the row id
    facets: tuple[tuple[str, str], ...] = ()
    can_filter: bool = True
    can_sort: bool = True

    @property
    def column(self) -> str:
        """Return its name in filters and orderings."""
        return KEY if self.reading is None else self.reading.column.name

    @property
    def is_sealed(self) -> bool:
        """Return whether its values are encrypted."""
        return self.reading is not None and self.reading.column.kind == "sealed"

    @property
    def choices(self) -> Any:
        """Return the closed list of its values, None without one or if masked."""
        column = self.reading.column if self.reading else None
        is_shown = column is not None and column.spec.sensitivity <= current_actor().clearance
        listed = column.choice_set if column is not None and is_shown else None
        return None if hasattr(listed, "many") else listed


@dataclass(frozen=True)
class Navigation:
    """The navigation from an entity to others: by its own foreign key (`key` is its column), or by theirs."""

    name: str
    target: str  # name of an entity set
    key: str
    is_own_key: bool
    is_many: bool
    partner: str
    path: str  # the lookup path of filters and orderings to the other row; "" if unsupported


@dataclass(frozen=True)
class EntitySet:
    """Rows of one model that a reader may list."""

    name: str
    type_name: str
    model: Any
    label: Bilingual
    rows: Callable[[], Any] = field(compare=False)
    properties: dict[str, Property] = field(default_factory=dict, compare=False)
    navigations: dict[str, Navigation] = field(default_factory=dict, compare=False)


def opened_permissions() -> frozenset[str]:
    """Return what a token of this interface's scope may read: the permissions of the lists exposed as entity sets."""
    needs = {QUERIES[one.list].needs for one in resources.resources() if one.list}
    for one in resources.resources():
        if one.list:
            needs |= {loan.needs for loan in extensions_of(model_of(one.model))}
    return frozenset(needs)


def entity_sets() -> dict[str, EntitySet]:
    """Return {name: entity set} of what the reader may list, resources first, then their one-to-one extensions."""
    made: dict[str, EntitySet] = {}
    beside: dict[str, str] = {}
    for resource in resources.by_path().values():
        listed = QUERIES[resource.list] if resource.list else None
        if listed is None or not current_actor().may(listed.needs):
            continue
        model, names = model_of(resource.model), resource.names
        label = bilingual(names.zh, names.en_plural)
        made[pascal(resource.path)] = _entity_set(pascal(resource.path), model, label, listed.body)
        for loan in extensions_of(model):
            other = model_of(loan.of)
            made[pascal(loan.through)] = _entity_set(
                pascal(loan.through), other, bilingual(other.names.zh, other.names.en_plural), other.objects.all
            )
            beside[loan.of] = loan.through
    by_model = {one.model: one for one in made.values()}
    for one in made.values():
        _add_properties(one, by_model)
    for one in made.values():
        _add_navigations(one, by_model, beside)
    return made


def pascal(name: str) -> str:
    """Return `follow-ups` as `FollowUps`."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def snake(name: str) -> str:
    """Return `FollowUps` as `follow_ups`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _entity_set(name: str, model: Any, label: Bilingual, rows: Callable[[], Any]) -> EntitySet:
    return EntitySet(name, model._meta.object_name, model, label, rows)


def _add_properties(one: EntitySet, by_model: dict[Any, EntitySet]) -> None:
    one.properties[KEY] = Property(KEY, INT, KEY_SPEC)
    for column in columns_of(one.model):
        if column.kind == "key" and column.field.related_model in by_model:
            name, reading = f"{column.name}_id", Reading(column, is_number=True)
        else:
            name, reading = column.name, Reading(column)
        one.properties[name] = _property(name, reading)


def _property(name: str, reading: Reading) -> Property:
    column = reading.column
    is_cleared = column.spec.sensitivity <= current_actor().clearance
    is_stored = not isinstance(column.field, Computed) and column.kind != "json"
    if column.kind == "sealed":
        return Property(name, TEXT, column.spec, reading, (), is_cleared and _has_index(column), can_sort=False)
    edm, facets = _type_of(column, reading.is_number) if is_cleared else (TEXT, ())
    return Property(name, edm, column.spec, reading, facets, is_cleared and is_stored, is_cleared and is_stored)


def _has_index(column: Column) -> bool:
    fields = column.field.model._meta.fields
    return any(isinstance(f, BlindIndex) and f.of == column.name and f.part is None for f in fields)


def _type_of(column: Column, is_number: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return (type, facets) of a column that the reader sees unmasked."""
    of = column.field
    if is_number or isinstance(of, models.IntegerField):
        return INT, ()
    if isinstance(of, models.DecimalField):
        return DECIMAL, (("Precision", str(of.max_digits)), ("Scale", str(of.decimal_places)))
    if column.kind in ("number", "money", "rate"):
        return DECIMAL, (("Scale", "variable"),)
    if column.kind == "datetime":
        return "Edm.DateTimeOffset", (("Precision", "6"),)
    longest = getattr(of, "max_length", None) if column.kind in ("text", "choice") else None
    plain = {"date": "Edm.Date", "bool": "Edm.Boolean"}.get(column.kind, TEXT)
    return plain, ((("MaxLength", str(longest)),) if longest and plain == TEXT else ())


def _add_navigations(one: EntitySet, by_model: dict[Any, EntitySet], beside: dict[str, str]) -> None:
    """Add the navigations along the foreign keys of one set, in both directions."""
    keys = [item.reading for item in one.properties.values() if item.reading is not None and item.reading.is_number]
    targets = [reading.column.field.related_model for reading in keys]
    for reading, target in zip(keys, targets, strict=True):
        other, key = by_model[target], reading.column.name
        there = pascal(key)
        back = one.name if targets.count(target) == 1 else f"{one.name}By{there}"
        is_many = not reading.column.field.one_to_one
        through = beside.get(one.model._meta.label, "")
        one.navigations[there] = Navigation(there, other.name, key, True, False, back, key)
        other.navigations[back] = Navigation(back, one.name, key, False, is_many, there, "" if is_many else through)
