"""Rows as tuples of plain values, read directly from the database without model instances, for pulls of whole tables.
Masked exactly as by `render_rows`.

Values: text, integers, floats (SQLite's storage of decimals) or Decimal, bool, dates (or their ISO text, as stored by
SQLite), datetimes in the desk's time zone. A missing value, and an empty text, is None. A column above the reader's
clearance has the text of its mask.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import models
from django.db.models import F, Func
from django.db.models.sql.constants import MULTI

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import Sensitivity
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import Column, mask_value
from dakehu.foundation.schema.fields import Computed, has_spec, spec_of

Cells = list[Any]
NUMBERS = ("money", "rate", "number")


@dataclass(frozen=True)
class Reading:
    """A column to read. `is_number`: for a key, the id of the other row instead of its name."""

    column: Column
    is_number: bool = False


def read_values(model: Any, numbers: list[int], readings: Sequence[Reading]) -> list[Cells]:
    """Return [ids, cells of each column …] of the rows with these ids visible to the reader, in this order."""
    clearance = current_actor().clearance
    plan = _Plan()
    own = plan.cells_of("pk")
    renderers = [_renderer(reading, clearance, plan) for reading in readings]
    table = plan.fetch(_rows(model, numbers)) if numbers else []
    if not table:
        return [[] for _ in range(len(renderers) + 1)]
    found = [table[own], *(render(table) for render in renderers)]
    if table[own] == numbers:
        return found
    at = {number: place for place, number in enumerate(table[own])}
    places = [at[number] for number in numbers if number in at]
    return [[cells[place] for place in places] for cells in found]


def _rows(model: Any, numbers: list[int]) -> Any:
    """Return visible rows that include these ids: a range where they are close together, which is read faster."""
    first, last = min(numbers), max(numbers)
    if last - first < 2 * len(numbers):
        return model.objects.filter(pk__gte=first, pk__lte=last)
    return model.objects.filter(pk__among=numbers)


class _AsStored(Func):
    """A date as SQLite stores it: ISO text, as needed for JSON. An expression has no declared type, so the driver does
    not convert it to a date and back."""

    template = "(%(expressions)s || '')"
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


class _Plan:
    """The selected columns: each path once, raw from the database (`is_raw`) or converted by Django."""

    def __init__(self) -> None:
        self.paths: dict[tuple[str, bool], int] = {}

    def cells_of(self, path: str, is_raw: bool = False) -> int:
        """Return the index of a path among the selected columns."""
        return self.paths.setdefault((path, is_raw), len(self.paths))

    def fetch(self, rows: Any) -> list[Cells]:
        """Return the cells of each path, over all rows; [] without rows."""
        selected = [
            _AsStored(F(path)) if is_raw and _is_date(rows.model, path) else path for path, is_raw in self.paths
        ]
        query = rows.order_by("pk").values_list(*selected).query
        compiler = query.get_compiler(rows.db)
        table = [
            list(cells) for cells in zip(*(row for part in compiler.execute_sql(MULTI) for row in part), strict=True)
        ]
        if not table:
            return []
        is_sqlite = compiler.connection.vendor == "sqlite"
        raw = {place for (_, is_raw), place in self.paths.items() if is_raw and is_sqlite}
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        for place, (functions, expression) in converters.items():
            if place not in raw:
                for convert in functions:
                    table[place] = [convert(cell, expression, compiler.connection) for cell in table[place]]
        return table


def _is_date(model: Any, path: str) -> bool:
    return isinstance(model._meta.get_field(path), models.DateField)


def _renderer(reading: Reading, clearance: Sensitivity, plan: _Plan) -> Callable[[list[Cells]], Cells]:
    """Return the function that makes a column's cells from the selected columns."""
    column = reading.column
    if isinstance(column.field, Computed):
        return _computed_column(column, clearance, plan)
    if column.kind == "key" and not reading.is_number:
        return _name_of_key(column, clearance, plan)
    if column.kind == "key":
        place = plan.cells_of(column.field.attname)
        return lambda table: table[place]
    is_cleared = column.spec.sensitivity <= clearance
    is_plain = column.kind == "date" or isinstance(column.field, models.DecimalField)
    is_raw = is_cleared and is_plain and not getattr(column.field, "custom", False)
    place = plan.cells_of(column.name, is_raw)
    if column.kind == "sealed":
        return lambda table: [None if cell is None else cell.masked() for cell in table[place]]
    if not is_cleared:
        return lambda table: [None if cell in (None, "") else mask_value(cell, column.spec) for cell in table[place]]
    if column.kind == "datetime":
        return lambda table: [None if cell is None else clock.local(cell) for cell in table[place]]
    if column.kind == "json":
        return lambda table: [_json_text(cell) for cell in table[place]]
    if column.kind in ("text", "long", "choice"):
        return lambda table: [cell or None for cell in table[place]]
    return lambda table: table[place]


def _json_text(cell: Any) -> str | None:
    return orjson.dumps(cell).decode() if cell else None


class _Known:
    """The fields of a row that a computed column reads."""

    def __init__(self, names: tuple[str, ...], cells: tuple[Any, ...]) -> None:
        self.__dict__.update(zip(names, cells, strict=True))


def _computed_column(column: Column, clearance: Sensitivity, plan: _Plan) -> Callable[[list[Cells]], Cells]:
    """Return a column computed from other fields. Raises LookupError where it does not declare them."""
    names, by = column.field.reads, column.field.by
    if not names:
        raise LookupError(f"the computed column {column.name} does not say which fields it reads")
    places = [plan.cells_of(name) for name in names]
    is_cleared = column.spec.sensitivity <= clearance

    def render(table: list[Cells]) -> Cells:
        made = (by(_Known(names, cells)) for cells in zip(*(table[place] for place in places), strict=True))
        if is_cleared:
            return [None if cell == "" else cell for cell in made]
        return [None if cell in (None, "") else mask_value(cell, column.spec) for cell in made]

    return render


def _name_of_key(column: Column, clearance: Sensitivity, plan: _Plan) -> Callable[[list[Cells]], Cells]:
    """Return the name of the row behind a key: its first non-empty name, masked above the reader's clearance."""
    target = column.field.related_model
    fields = {field.name: field for field in target._meta.concrete_fields}
    names = [name for name in dict.fromkeys(("name", *getattr(target, "lookup_fields", ()))) if name in fields]
    specs = [spec_of(fields[name]) if has_spec(fields[name]) else None for name in names]
    own = plan.cells_of(column.field.attname)
    places = [plan.cells_of(f"{column.name}__{name}") for name in names]

    def call(cells: tuple[Any, ...]) -> Any:
        for cell, spec in zip(cells[1:], specs, strict=True):
            if cell not in (None, ""):
                return mask_value(cell, spec) if spec is not None and spec.sensitivity > clearance else str(cell)
        return None if cells[0] is None else str(cells[0])

    return lambda table: [call(cells) for cells in zip(table[own], *(table[place] for place in places), strict=True)]
