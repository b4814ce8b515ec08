"""The Power Query (M) queries with which Excel and Power BI read an entity set: chosen columns, names of
choices instead of codes, headings in the reader's language. No credential: the program prompts for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dakehu.exchange.odata.entity_sets import EntitySet, Property

LOOKED_UP = ("code", "name")  # of a row referenced by a key


@dataclass(frozen=True)
class LiveQuery:
    """A query: its name, its text, and the headings of the columns it returns, in order."""

    name: str
    formula: str
    headings: tuple[str, ...]


def live_queries(sets: Iterable[EntitySet], root: str, language: str) -> list[LiveQuery]:
    """Return a query for each entity set with columns to show. `root` is the service address with a trailing slash."""
    every = {one.name: one for one in sets}
    made = (live_query(one, every, root, language) for one in every.values())
    return [query for query in made if query.headings]


def live_query(one: EntitySet, sets: dict[str, EntitySet], root: str, language: str) -> LiveQuery:
    """Return the query that reads the listed columns of a set, with code and name of a row's client."""
    shown = [item for item in one.properties.values() if item.reading is not None and item.spec.listed]
    own = [item for item in shown if not (item.reading is not None and item.reading.is_number)]
    ways = [way for way in one.navigations.values() if way.is_own_key and sets.get(way.target) is not None]
    steps = [
        f'Source = OData.Feed({quote_text(root)}, null, [Implementation = "2.0", ODataVersion = 4])',
        f'Rows = Source{{[Name = {quote_text(one.name)}, Signature = "table"]}}[Data]',
        f"Chosen = Table.SelectColumns(Rows, {format_list([*(w.name for w in ways), *(i.name for i in own)])})",
    ]
    labels = unique_headings([(item.name, _label(item, language)) for item in own], taken=())
    for way in ways:
        behind = [sets[way.target].properties[name] for name in LOOKED_UP if name in sets[way.target].properties]
        expanded = [f"{way.name}.{item.name}" for item in behind]
        columns = f"{format_list(item.name for item in behind)}, {format_list(expanded)}"
        steps.append(
            f"{way.name}Shown = Table.ExpandRecordColumn({_last_step_name(steps)}, {quote_text(way.name)}, {columns})"
        )
        heads = [(name, _label(item, language)) for name, item in zip(expanded, behind, strict=True)]
        labels = [*unique_headings(heads, taken=[label for _, label in labels]), *labels]
    translated = [change for item in own if (change := choice_names(item, language))]
    if translated:
        steps.append(f"Worded = Table.TransformColumns({_last_step_name(steps)}, {{{', '.join(translated)}}})")
    renamed = ", ".join(f"{{{quote_text(name)}, {quote_text(label)}}}" for name, label in labels)
    steps.append(f"Named = Table.RenameColumns({_last_step_name(steps)}, {{{renamed}}})")
    steps.append(f"Ordered = Table.ReorderColumns(Named, {format_list(label for _, label in labels)})")
    body = ",\n    ".join(steps)
    return LiveQuery(one.label.in_(language), f"let\n    {body}\nin\n    Ordered", tuple(label for _, label in labels))


def quote_text(text: str) -> str:
    """Return an M text literal: quotes doubled, control characters and `#(` escaped."""
    body = text.replace("#(", "#(#)(").replace('"', '""')
    return '"' + body.replace("\r", "#(cr)").replace("\n", "#(lf)").replace("\t", "#(tab)") + '"'


def format_list(texts: Iterable[str]) -> str:
    """Return an M list of texts."""
    return "{" + ", ".join(quote_text(text) for text in texts) + "}"


def _last_step_name(steps: list[str]) -> str:
    return steps[-1].partition(" = ")[0]


def _label(item: Property, language: str) -> str:
    return item.spec.en if language == "en" else item.spec.zh


def unique_headings(named: list[tuple[str, str]], taken: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return unique headings, compared case-insensitively."""
    used, made = {label.casefold() for label in taken}, []
    for name, label in named:
        heading = label if label.casefold() not in used else f"{label} ({name})"
        used.add(heading.casefold())
        made.append((name, heading))
    return made


def choice_names(item: Property, language: str) -> str:
    """Return the step that replaces codes of a closed list by names; "" for a column without one."""
    choices: Any = item.choices
    if choices is None:
        return ""
    fields = ", ".join(f"#{quote_text(choice.value)} = {quote_text(choice.label_in(language))}" for choice in choices)
    word = f"if _ = null then null else Record.FieldOrDefault([{fields}], _, _)"
    return f"{{{quote_text(item.name)}, each {word}, type nullable text}}"
