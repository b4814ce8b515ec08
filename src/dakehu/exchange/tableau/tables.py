"""The tables of an extract, derived from a reader's entity sets: ASCII table names, columns by label, and how each
value is passed to the engine. Masked values are texts, as in every export."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dakehu.exchange.odata.entity_sets import DECIMAL, INT, KEY, EntitySet, Property, entity_sets, snake
from dakehu.exchange.odata.power_query import unique_headings
from dakehu.foundation.gates.row_values import Cells, read_values

SLICE = 5_000  # rows read at once
MAIN = "clients"
CENTS = Decimal("0.01")


@dataclass(frozen=True)
class ExtractColumn:
    """A column: its heading, its kind (text, number, money, rate, decimal, date, datetime, bool), and its source."""

    heading: str
    kind: str
    item: Property
    is_key: bool = False


@dataclass(frozen=True)
class ExtractTable:
    """A table: its name in the file, its label, its columns, and whether its rows are one-to-one with clients."""

    name: str
    label: str
    columns: tuple[ExtractColumn, ...]
    entity_set: EntitySet
    is_beside: bool

    def column_of(self, name: str) -> ExtractColumn | None:
        """Return the column of a property, None if there is none."""
        return next((column for column in self.columns if column.item.name == name), None)


def extract_tables(language: str) -> list[ExtractTable]:
    """Return the tables of what the current reader may list. Headings are unique over clients and their related
    columns, which a data source joins."""
    sets = entity_sets()
    made: list[ExtractTable] = []
    taken: list[str] = []
    for one in sets.values():
        beside = any(
            way.is_own_key and not sets[way.target].navigations[way.partner].is_many for way in one.navigations.values()
        )
        name = snake(one.name)
        is_joined = beside or name == MAIN
        named = [(item.name, _label(item, one, language)) for item in one.properties.values()]
        headings = dict(_headings(named, one.label.in_(language), taken if is_joined else []))
        columns = tuple(
            ExtractColumn(headings[item.name], _kind(item), item, _is_key(item)) for item in one.properties.values()
        )
        taken += [column.heading for column in columns] if is_joined else []
        made.append(ExtractTable(name, one.label.in_(language), columns, one, beside))
    return made


def _headings(named: list[tuple[str, str]], label: str, taken: list[str]) -> list[tuple[str, str]]:
    """Return headings, with the table name if another table has the same heading."""
    used = {heading.casefold() for heading in taken}
    told = [(name, f"{text} ({label})" if text.casefold() in used else text) for name, text in named]
    return unique_headings(told, taken)


def _label(item: Property, one: EntitySet, language: str) -> str:
    text = item.spec.en if language == "en" else item.spec.zh
    if item.name == KEY:
        label = one.label.in_(language)
        return f"{text} of {label.lower()}" if language == "en" else f"{label}{text}"
    if item.reading is not None and item.reading.is_number:
        return f"{text} number" if language == "en" else f"{text}关联编号"
    return text


def _is_key(item: Property) -> bool:
    return item.name == KEY or (item.reading is not None and item.reading.is_number)


def _kind(item: Property) -> str:
    if item.edm == INT:
        return "number"
    if item.edm == DECIMAL:
        kind = item.reading.column.kind if item.reading is not None else ""
        return kind if kind in ("money", "rate") else "decimal"
    return {"Edm.Date": "date", "Edm.DateTimeOffset": "datetime", "Edm.Boolean": "bool"}.get(item.edm, "text")


def numbers_of(table: ExtractTable, clients: list[int] | None) -> list[int]:
    """Return the ids of a table's rows in the reader's scope; only of `clients` (ids) if given."""
    rows = table.entity_set.rows().order_by("pk")
    path = getattr(table.entity_set.model, "client_path", None)
    if clients is not None and path:
        rows = rows.filter(**{f"{'pk' if path == 'pk' else path + '_id'}__among": clients})
    return list(rows.values_list("pk", flat=True))


def slices(table: ExtractTable, numbers: list[int], language: str) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Yield the rows of a table in the engine's format, in slices."""
    readings = [column.item.reading for column in table.columns if column.item.reading is not None]
    converters = [_converter(column, language) for column in table.columns if column.item.reading is not None]
    for start in range(0, len(numbers), SLICE):
        own, *cells = read_values(table.entity_set.model, numbers[start : start + SLICE], readings)
        converted = [[convert(cell) for cell in part] for convert, part in zip(converters, cells, strict=True)]
        yield zip(*_cells_in_order(table, own, converted), strict=True)


def _cells_in_order(table: ExtractTable, own: Cells, cells: list[Cells]) -> list[Cells]:
    left = iter(cells)
    return [own if column.item.reading is None else next(left) for column in table.columns]


def _converter(column: ExtractColumn, language: str) -> Callable[[Any], Any]:
    """Return the converter of a cell to the engine's format: names of choices, exact amounts, dates, desk times."""
    choices: Any = column.item.choices
    if choices is not None:
        names = {choice.value: choice.label_in(language) for choice in choices}
        return lambda cell: names.get(cell, cell)
    if column.kind == "money":
        return lambda cell: None if cell is None else Decimal(str(cell)).quantize(CENTS)
    if column.kind in ("rate", "decimal"):
        return lambda cell: None if cell is None else float(cell)
    if column.kind == "date":
        return lambda cell: date.fromisoformat(cell) if isinstance(cell, str) else cell
    if column.kind == "datetime":
        return lambda cell: cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
    if column.kind == "bool":
        return lambda cell: None if cell is None else bool(cell)
    if column.kind == "number":
        return lambda cell: None if cell is None else int(cell)
    return lambda cell: None if cell is None else str(cell)
