"""The semantic model, derived from a reader's entity sets: tables, columns, measures and relations. Pure except for
the reader's clearance, by which a masked column is text without a sum."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dakehu.exchange.odata.entity_sets import DECIMAL, INT, KEY, EntitySet, Navigation, Property
from dakehu.exchange.odata.power_query import choice_names, format_list, quote_text, unique_headings

TYPES = {  # of OData: type in the model, type in M
    INT: ("int64", "Int64.Type"),
    DECIMAL: ("decimal", "Currency.Type"),
    "Edm.Date": ("dateTime", "type date"),
    "Edm.DateTimeOffset": ("dateTime", "type datetimezone"),
    "Edm.Boolean": ("boolean", "type logical"),
}
TEXT = ("string", "type text")
FLOAT = ("double", "type number")
FORMATS = {"money": "#,0.00", "rate": "0.00%", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:nn"}
MANY, MONEY = "#,0", "#,0.00"


@dataclass(frozen=True)
class Column:
    """A column: its display name, its source property, its types in the model and in M, and its format."""

    name: str
    source: str
    data_type: str
    m_type: str
    description: str
    pattern: str = ""  # format string
    is_hidden: bool = False
    is_key: bool = False
    is_date: bool = False


@dataclass(frozen=True)
class Measure:
    """A measure: its name, its expression in DAX and its format string."""

    name: str
    expression: str
    pattern: str


@dataclass(frozen=True)
class Table:
    """A table of the model: its display name, the entity set it reads, its columns, measures and query."""

    name: str
    entity_set: str
    description: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    query: str

    def column_of(self, source: str) -> Column | None:
        """Return the column of a property, None if there is none."""
        return next((column for column in self.columns if column.source == source), None)


@dataclass(frozen=True)
class Relation:
    """A relation from the column of one table to the key of another. An inactive one can be used by DAX."""

    table: str
    column: str
    to_table: str
    to_column: str
    is_one_to_one: bool
    is_active: bool


@dataclass(frozen=True)
class Model:
    """The semantic model in one language."""

    tables: tuple[Table, ...]
    relations: tuple[Relation, ...]
    language: str

    def table_of(self, entity_set: str) -> Table | None:
        """Return the table that reads an entity set, None if there is none."""
        return next((table for table in self.tables if table.entity_set == entity_set), None)


def stable_id(*parts: str) -> str:
    """Return an id derived only from names: the same object has the same id in every export."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "dakehu/powerbi/" + "/".join(parts)))


def model_of_sets(sets: dict[str, EntitySet], language: str) -> Model:
    """Return the model of what a reader may list."""
    taken: set[str] = set()
    tables = tuple(_table(one, language, _stands_beside(one, sets), taken) for one in sets.values())
    by_set = {table.entity_set: table for table in tables}
    return Model(tables, tuple(_relations(sets, by_set)), language)


def _stands_beside(one: EntitySet, sets: dict[str, EntitySet]) -> bool:
    """Return whether each row of a set belongs to one row of another set, one to one."""
    return any(way.is_own_key and _is_one_to_one(way, sets) for way in one.navigations.values())


def _is_one_to_one(way: Navigation, sets: dict[str, EntitySet]) -> bool:
    return not sets[way.target].navigations[way.partner].is_many


def _table(one: EntitySet, language: str, is_beside: bool, taken: set[str]) -> Table:
    """Build a table. `taken` are the measure names of previous tables: they are unique in a model."""
    named = unique_headings([(item.name, _label(item, language)) for item in one.properties.values()])
    headings = dict(named)
    columns = tuple(_column(item, headings[item.name]) for item in one.properties.values())
    name = one.label.in_(language)
    measures = [
        replace(made, name=f"{made.name} ({name})") if made.name.casefold() in taken else made
        for made in _measures(one, name, headings, language, is_beside)
    ]
    taken |= {measure.name.casefold() for measure in measures}
    return Table(
        name,
        one.name,
        f"{one.label.in_('zh')} {one.label.in_('en')}",
        columns,
        tuple(measures),
        _query(one, columns, language),
    )


def _label(item: Property, language: str) -> str:
    return item.spec.en if language == "en" else item.spec.zh


def _column(item: Property, heading: str) -> Column:
    kind = item.reading.column.kind if item.reading is not None else ""
    is_key = item.name == KEY
    is_number = item.edm == DECIMAL and kind not in ("money",)
    data_type, m_type = FLOAT if is_number else TYPES.get(item.edm, TEXT)
    pattern = FORMATS.get(kind, "") if data_type != "string" else ""
    if not pattern and data_type == "double":
        pattern = MONEY
    elif not pattern and data_type == "int64":
        pattern = "0"
    is_number_of_row = is_key or (item.reading is not None and item.reading.is_number)
    said = " ".join(filter(None, (item.spec.heading, item.spec.help_zh, item.spec.help_en)))
    return Column(
        heading, item.name, data_type, m_type, said, pattern, is_number_of_row, is_key, item.edm == "Edm.Date"
    )


def _measures(one: EntitySet, name: str, headings: dict[str, str], language: str, is_beside: bool) -> Iterator[Measure]:
    """Yield the row count of a list, and the sum of every amount that the reader sees unmasked. Rates have no
    measure: a mean of returns is not a return."""
    if not is_beside:
        counted = f"Number of {name.lower()}" if language == "en" else f"{name}数"
        yield Measure(counted, f"COUNTROWS({table_name(name)})", MANY)
    for item in one.properties.values():
        if item.reading is not None and item.reading.column.kind == "money" and item.edm == DECIMAL:
            heading = headings[item.name]
            summed = f"Total {heading}" if language == "en" else f"{heading}合计"
            yield Measure(summed, f"SUM({table_name(name)}[{column_name(heading)}])", MONEY)


def table_name(name: str) -> str:
    """Return the name of a table in DAX."""
    return "'" + name.replace("'", "''") + "'"


def column_name(name: str) -> str:
    """Return the name of a column in DAX, inside its brackets."""
    return name.replace("]", "]]")


def _query(one: EntitySet, columns: tuple[Column, ...], language: str) -> str:
    """Return the query in M: the properties of the columns, names of choices instead of codes, each with its type."""
    worded = [change for item in one.properties.values() if (change := choice_names(item, language))]
    types = ", ".join(f"{{{quote_text(column.source)}, {column.m_type}}}" for column in columns)
    steps = [
        'Source = OData.Feed(ServiceRoot, null, [Implementation = "2.0", ODataVersion = 4])',
        f'Rows = Source{{[Name = {quote_text(one.name)}, Signature = "table"]}}[Data]',
        f"Chosen = Table.SelectColumns(Rows, {format_list(column.source for column in columns)})",
    ]
    if worded:
        steps.append(f"Worded = Table.TransformColumns(Chosen, {{{', '.join(worded)}}})")
    steps.append(f"Typed = Table.TransformColumnTypes({'Worded' if worded else 'Chosen'}, {{{types}}})")
    body = ",\n    ".join(steps)
    return f"let\n    {body}\nin\n    Typed"


def _relations(sets: dict[str, EntitySet], tables: dict[str, Table]) -> list[Relation]:
    """Return the relations along foreign keys, except self-relations, which Power BI does not support. Between two
    tables at most one path is active, including indirect ones: Power BI refuses a model with ambiguous filter paths."""
    ways = [
        (one, way)
        for one in sets.values()
        for way in one.navigations.values()
        if way.is_own_key and way.target != one.name
    ]
    joined = {name: name for name in sets}

    def root(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    made = []
    for one, way in sorted(ways, key=lambda pair: pair[1].target != "Clients"):
        source, target = tables[one.name], tables[way.target]
        column, key = source.column_of(f"{way.key}_id"), target.column_of(KEY)
        if column is None or key is None:
            continue
        is_active = root(one.name) != root(way.target)
        joined[root(one.name)] = root(way.target)
        made.append(Relation(source.name, column.name, target.name, key.name, _is_one_to_one(way, sets), is_active))
    return made
