"""The only output path: selected columns, masked by the reader's clearance, as plain or display values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, partial
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import DOTS, EncryptedTextField, EncryptedValue
from dakehu.foundation.access.sensitivity import Sensitivity
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import related_rows
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import Computed, FieldSpec, described_fields, may, spec_of
from dakehu.foundation.schema.related_columns import extension_columns, extension_rows, extensions_of

CellRenderer = Callable[[Any], Any]
AS_STORED = ("text", "choice", "long", "bool")  # kinds that are rendered as stored


@dataclass(frozen=True)
class Column:
    """A column for interfaces: facts, and the kind that determines alignment, editor and format."""

    name: str
    spec: FieldSpec
    kind: str  # text long choice date datetime money number rate bool key sealed json
    field: Any = None
    choice_set: Any = None

    @property
    def label(self) -> str:
        return self.spec.label

    def as_plain(self) -> dict[str, Any]:
        """Return plain values for the browser and the API description."""
        made: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "unit": self.spec.unit,
            "editable": self.spec.editable and may(self.spec.edited_by),
            "listed": self.spec.listed,
            "help": self.spec.help,
        }
        if self.choice_set is not None:
            made["choices"] = [{"value": m.value, "text": m.text} for m in self.choice_set]
            made["several"] = hasattr(self.choice_set, "many")
        return made


def kind_of(field: Any) -> str:
    if hasattr(field, "choice_set"):
        return "choice"
    for cls, kind in (
        (EncryptedTextField, "sealed"),
        (models.ForeignKey, "key"),
        (models.JSONField, "json"),
        (models.BooleanField, "bool"),
        (models.DateTimeField, "datetime"),
        (models.DateField, "date"),
        (models.TextField, "long"),
        (models.IntegerField, "number"),
    ):
        if isinstance(field, cls):
            return kind
    if isinstance(field, models.DecimalField):
        return {"%": "rate", "CNY": "money"}.get(spec_of(field).unit, "number")
    return "text"


@lru_cache(maxsize=4096)  # a list calls it several times per page
def _column(name: str, field: Any) -> Column:
    return Column(name, field.spec, kind_of(field), field, getattr(field, "choice_set", None))


def columns_of(model: Any, names: Iterable[str] | None = None, beside: bool = False) -> list[Column]:
    """Return the described columns of a model (computed ones last, and with `beside` those it borrows), or the named
    ones in that order."""
    every = {name: _column(name, f) for name, f, _ in described_fields(model)}
    for made in getattr(model, "computed_columns", ()):
        every[made.name] = Column(made.name, made.spec, made.kind, made)
    if beside or names is not None:
        every |= {name: _column(name, f) for name, f, _ in extension_columns(model)}
    return list(every.values()) if names is None else [every[n] for n in names if n in every]


def fetched_fields(model: Any, columns: list[Column]) -> list[str]:
    """Return the fields that a list of these columns reads: of a model's table, and of the rows behind its keys.

    Numbers, versions and keys are always read. Empty, which means every field, where a column is computed from a row.
    To name what is read is much faster than to name what is not: Django passes over every table that refers to the target.
    """
    if any(isinstance(column.field, Computed) for column in columns):
        return []
    shown = {column.name for column in columns} | {"row_version"}
    if any(getattr(column.field, "custom", False) for column in columns):
        shown.add(custom_fields.STORE)
    left = set(_unrendered_fields(model, shown))
    own = [field.name for field in model._meta.concrete_fields if field.name not in left]
    return own + [name for column in columns if column.kind == "key" for name in _fields_behind(model, column.name)]


@cache
def _fields_behind(model: Any, key: str) -> tuple[str, ...]:
    """Return the fields of the rows behind a key that name them (see name_of), as paths from the model."""
    target = model._meta.get_field(key).related_model
    left = _not_naming(target)
    return tuple(f"{key}__{field.name}" for field in target._meta.concrete_fields if field.name not in left)


def _not_naming(target: Any) -> list[str]:
    """Return the fields of a table that are not part of the names of its rows (see name_of)."""
    return _unrendered_fields(target, {"name", *getattr(target, "lookup_fields", ())})


def _whole_fields(model: Any, keys: list[str]) -> list[str]:
    """Return every field of a model's table, and of the rows behind its keys those that name them."""
    own = [field.name for field in model._meta.concrete_fields]
    return own + [name for key in keys for name in _fields_behind(model, key)]


def _deferred_behind(columns: list[Column]) -> list[str]:
    """Return the fields of the rows behind keys, except those that name them (see name_of)."""
    keys = [column for column in columns if column.kind == "key"]
    return [f"{column.name}__{name}" for column in keys for name in _not_naming(column.field.related_model)]


def _unrendered_fields(model: Any, shown: set[str]) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.is_relation and field.name not in shown
    ]


def render_rows(
    rows: Iterable[Any], names: Iterable[str] | None = None, shown: bool = False, beside: bool = False
) -> list[dict[str, Any]]:
    """Return rows as dictionaries. `shown` gives display text (choice names, dates, names of keys); otherwise
    plain JSON values (codes, ISO dates, decimals as text, keys as {"id", "name"}).

    Personal values are masked for readers without clearance; encrypted ones are masked for all. Borrowed columns
    (named, or all with `beside`) have `why_missing`: {column: why it is empty}, in the reader's language.
    """
    rows = rows if isinstance(rows, models.QuerySet) else list(rows)
    model = rows.model if isinstance(rows, models.QuerySet) else (type(rows[0]) if rows else None)
    if model is None:
        return []
    columns = columns_of(model, names, beside)
    keys = [c.name for c in columns if c.kind == "key"]
    if isinstance(rows, models.QuerySet):
        rows = rows.select_related(*keys) if keys else rows
        if keys and not any(isinstance(column.field, Computed) for column in columns):
            is_whole = rows.query.deferred_loading == (frozenset(), True)
            rows = rows.only(*_whole_fields(model, keys)) if is_whole else rows.defer(*_deferred_behind(columns))
    else:
        related_rows.fetch_keys(rows, keys)
    clearance = current_actor().clearance
    borrowed = [column for column in columns if hasattr(column.field, "own")]
    own = [(c.name, _reader(c), _cell_renderer(c, clearance, shown)) for c in columns if not hasattr(c.field, "own")]
    if not borrowed:
        return [_row(row, own) for row in rows]
    return _render_with_extensions(list(rows), own, borrowed, [_cell_renderer(c, clearance, shown) for c in borrowed])


def _render_with_extensions(
    held: list[Any],
    own: list[tuple[str, CellRenderer, CellRenderer]],
    borrowed: list[Column],
    renderers: list[CellRenderer],
) -> list[dict[str, Any]]:
    """Return rows as dictionaries with borrowed columns, each read from the related rows."""
    made = [{**_row(row, own), "why_missing": {}} for row in held]
    for loan in extensions_of(type(held[0])) if held else ():
        lent = [
            (c.name, c.field.own, renderer)
            for c, renderer in zip(borrowed, renderers, strict=True)
            if c.field.through == loan.through
        ]
        others = extension_rows(loan, (row.pk for row in held)) if lent else {}
        for row, cells in zip(held, made, strict=True):
            shown, why = _extension_cells(others.get(row.pk), lent)
            cells |= shown
            cells["why_missing"] |= why
    return made


def render_row(
    row: Any, names: Iterable[str] | None = None, shown: bool = False, beside: bool = False
) -> dict[str, Any]:
    return render_rows([row], names, shown, beside)[0]


def render_values(model: Any, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return rows that may no longer exist, given as values by column, as display text: {field name: text} of the
    described fields among the given columns. Masked as by `render_rows`; "" for a key to a row outside the reader's
    scope."""
    clearance = current_actor().clearance
    columns = [column for column in columns_of(model) if not isinstance(column.field, Computed)]
    related = {c.name: _related_rows(c.field, rows) for c in columns if c.kind == "key"}
    shown = []
    for values in rows:
        image = model(**{custom_fields.STORE: values[custom_fields.STORE]}) if custom_fields.STORE in values else None
        texts = {}
        for column in columns:
            if column.field.attname in values:
                value = values[column.field.attname]
                value = related[column.name].get(value) if column.name in related else value
            elif image is not None and getattr(column.field, "custom", False):
                value = getattr(image, column.name)
            else:
                continue
            texts[column.name] = str(_value(value, column, clearance, shown=True))
        shown.append(texts)
    return shown


def _related_rows(field: Any, rows: list[dict[str, Any]]) -> dict[Any, Any]:
    """Return the visible rows behind a key of these rows, by id."""
    ids = {values.get(field.attname) for values in rows} - {None}
    found: dict[Any, Any] = field.related_model._default_manager.in_bulk(ids) if ids else {}
    return found


def _row(row: Any, columns: list[tuple[str, CellRenderer, CellRenderer]]) -> dict[str, Any]:
    """Render a row. `columns`: (name, reader of its value from a row, renderer)."""
    made: dict[str, Any] = {"id": row.pk}
    version = getattr(row, "row_version", None)
    if version is not None:
        made["row_version"] = version
    for name, read, tell in columns:
        made[name] = tell(read(row))
    return made


def _extension_cells(other: Any, columns: list[tuple[str, str, CellRenderer]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the borrowed cells of a row, from its related row (None: there is none), and why some are empty.

    `columns`: (name, its name in that row, renderer).
    """
    cells: dict[str, Any] = {name: render(getattr(other, own, None)) for name, own, render in columns}
    if not hasattr(other, "why_missing"):
        return cells, {}
    why = {name: str(other.why_missing(own)) for name, own, _ in columns if cells[name] in (None, "")}
    return cells, {name: text for name, text in why.items() if text}


def _reader(column: Column) -> CellRenderer:
    if isinstance(column.field, Computed):
        return column.field.by
    return partial(_key_target, column.name) if column.kind == "key" else attrgetter(column.name)


def _key_target(name: str, row: Any) -> Any:
    """Return the row behind a key; None outside the reader's scope, where an action may just have moved it."""
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None


def _cell_renderer(column: Column, clearance: Sensitivity, shown: bool) -> CellRenderer:
    """Return the renderer of a column, decided once for all rows. Most columns store text as rendered."""
    cleared = column.spec.sensitivity <= clearance
    if cleared and not shown and column.kind in AS_STORED and not isinstance(column.field, Computed):
        return _as_stored
    return partial(_value, column=column, clearance=clearance, shown=shown)


def _as_stored(value: Any) -> Any:
    return value


def mask_value(value: Any, spec: FieldSpec) -> str:
    return spec.mask(str(value)) if spec.mask else DOTS


def _value(value: Any, column: Column, clearance: Sensitivity, shown: bool) -> Any:
    if isinstance(value, EncryptedValue):
        return value.masked()
    if isinstance(value, models.Model):
        name = name_of(value, clearance)
        return name if shown else {"id": value.pk, "name": name}
    if value in (None, ""):
        return "" if shown else value
    if column.spec.sensitivity > clearance:
        return mask_value(value, column.spec)
    return text_of(value, column) if shown else plain_of(value)


def plain_of(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def text_of(value: Any, column: Column) -> str:
    """Return a value as display text."""
    if column.choice_set is not None:
        return str(column.choice_set.text_of(value))
    if isinstance(value, bool):
        return str(bilingual("是", "Yes") if value else bilingual("否", "No"))
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "rate":
        return f"{Decimal(value) * 100:.2f}%"
    if column.kind == "money":
        return f"{value:,.2f}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def name_of(row: Any, clearance: Sensitivity) -> str:
    """Return the name of a row for a reader, masked where the reader is not cleared for it."""
    for name in ("name", *getattr(row, "lookup_fields", ())):
        value = getattr(row, name, None)
        if value not in (None, ""):
            field = row._meta.get_field(name)
            facts = getattr(field, "spec", None)
            if facts is not None and facts.sensitivity > clearance:
                return mask_value(value, facts)
            return str(value)
    return str(row.pk)
