"""Faults of a project's files that no schema detects: duplicate names, relations and fields without target, and
ambiguous filter paths. Reads the generated files, not their source objects. Pure."""

import re
from collections.abc import Iterator

import orjson

NAME = r"('(?:[^']|'')+'|\S+?)"
HEAD = re.compile(rf"(\t?)(table|column|measure|partition|relationship) {NAME}(?: = (.*))?$")
ENDS = re.compile(rf"\t(fromColumn|toColumn): {NAME}\.{NAME}$")
SUMMED = re.compile(r"'((?:[^']|'')+)'(?:\[((?:[^\]]|\]\])+)\])?")
SELECTED = re.compile(r"Table\.SelectColumns\(Rows, \{(.*)\}\)")
Names = dict[str, dict[str, set[str]]]


def find_faults(files: dict[str, str]) -> list[str]:
    """Return the faults of a project, one line each: file, and the missing target or duplicate."""
    names: Names = {}
    faults: list[str] = []
    for path, text in files.items():
        if "/definition/tables/" in path:
            faults += _read_table(path, text, names)
    measures = [one.casefold() for held in names.values() for one in held["measure"]]
    faults += [f"measure {one} is in two tables" for one in sorted(set(measures)) if measures.count(one) > 1]
    for path, text in files.items():
        if path.endswith("/relationships.tmdl"):
            faults += _relation_faults(path, text, names)
        elif path.endswith("/model.tmdl"):
            referred = {_plain(one) for one in re.findall(rf"^ref table {NAME}$", text, re.MULTILINE)}
            faults += [f"{path}: table {one} is not referred to alike" for one in sorted(referred ^ set(names))]
        elif path.endswith("/visual.json"):
            faults += _visual_faults(path, text, names)
    return faults


def _plain(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _read_table(path: str, text: str, names: Names) -> Iterator[str]:
    """Collect the columns and measures of a table; yield duplicate names and sums of missing columns."""
    table, sources, expressions = "", set(), []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head is None:
            source = re.match(r"\t\tsourceColumn: (\w+)$", line)
            if source is not None:
                sources.add(source[1])
            continue
        kind, name = head[2], _plain(head[3])
        if kind == "table":
            table = name
            if table in names:
                yield f"{path}: table {table} is there twice"
            names[table] = {"column": set(), "measure": set()}
        elif kind in ("column", "measure"):
            taken = {one.casefold() for held in names[table].values() for one in held}
            if name.casefold() in taken:
                yield f"{path}: {name} is there twice"
            names[table][kind].add(name)
            if kind == "measure":
                expressions.append((name, head[4] or ""))
    for name, expression in expressions:
        for of, column in SUMMED.findall(expression):
            if of.replace("''", "'") != table or (column and column.replace("]]", "]") not in names[table]["column"]):
                yield f"{path}: measure {name} names {of}[{column}], which is not there"
    chosen = SELECTED.search(text)
    if chosen is None or set(re.findall(r'"(\w+)"', chosen[1])) != sources:
        yield f"{path}: the query of {table} does not choose the columns of the table"


def _relation_faults(path: str, text: str, names: Names) -> Iterator[str]:
    joined = {table: table for table in names}

    def root(table: str) -> str:
        while joined[table] != table:
            table = joined[table]
        return table

    for block in re.split(r"^relationship ", text, flags=re.MULTILINE)[1:]:
        ends = {
            found[1]: (_plain(found[2]), _plain(found[3])) for line in block.splitlines() if (found := ENDS.match(line))
        }
        missing = [f"{t}.{c}" for t, c in ends.values() if c not in names.get(t, {}).get("column", set())]
        if len(ends) != 2 or missing:
            yield f"{path}: a relation leads nowhere: {', '.join(missing) or block.splitlines()[0]}"
            continue
        if ends["fromColumn"][0] == ends["toColumn"][0]:
            yield f"{path}: a relation of {ends['fromColumn'][0]} to itself"
        if "\tisActive: false" in block:
            continue
        first, second = root(ends["fromColumn"][0]), root(ends["toColumn"][0])
        if first == second:
            yield f"{path}: two active ways from {ends['fromColumn'][0]} to {ends['toColumn'][0]}"
        joined[first] = second


def _visual_faults(path: str, text: str, names: Names) -> Iterator[str]:
    for role in orjson.loads(text)["visual"].get("query", {}).get("queryState", {}).values():
        for shown in role["projections"]:
            ((kind, said),) = shown["field"].items()
            entity, name = said["Expression"]["SourceRef"]["Entity"], said["Property"]
            if name not in names.get(entity, {}).get(kind.lower(), set()):
                yield f"{path}: {kind.lower()} {entity}.{name} is not there"
