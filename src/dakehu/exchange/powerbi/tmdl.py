"""The semantic model as TMDL, Microsoft's text form of tabular models. Pure.

Source: Microsoft, Tabular Model Definition Language (TMDL).
"""

import re

from dakehu.exchange.odata.power_query import quote_text
from dakehu.exchange.powerbi.model import Column, Measure, Model, Relation, Table, stable_id

LEVEL = 1600  # compatibility level of the model
PLAIN = re.compile(r"[^\W\d]\w*")
ROOT = "ServiceRoot"


def object_name(name: str) -> str:
    """Return a name in TMDL, quoted unless it is one word."""
    return name if PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def tmdl_files(model: Model, root: str) -> dict[str, str]:
    """Return {path below the definition: text}. `root` is the OData address with a trailing slash."""
    files = {
        "database.tmdl": f"database\n\tcompatibilityLevel: {LEVEL}\n",
        "model.tmdl": _model(model),
        "expressions.tmdl": _root(root),
    }
    if model.relations:
        files["relationships.tmdl"] = "\n".join(_relation(one) for one in model.relations)
    return files | {f"tables/{table.name}.tmdl": _table(table) for table in model.tables}


def _model(model: Model) -> str:
    culture = "en-US" if model.language == "en" else "zh-CN"
    return (
        f"model Model\n\tculture: {culture}\n\tdefaultPowerBIDataSourceVersion: powerBI_V3\n\tsourceQueryCulture: {culture}\n"
        "\tdataAccessOptions\n\t\tlegacyRedirects\n\t\treturnErrorValuesAsNull\n\n"
        "\tannotation __PBI_TimeIntelligenceEnabled = 0\n\n"
        + "".join(f"ref table {object_name(table.name)}\n" for table in model.tables)
    )


def _root(root: str) -> str:
    """Return the address as a parameter, so that a project can be moved to another desk by one change."""
    return (
        f'expression {ROOT} = {quote_text(root)} meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]\n'
        f"\tlineageTag: {stable_id('root')}\n\n\tannotation PBI_ResultType = Text\n"
    )


def _relation(one: Relation) -> str:
    parts = [f"relationship {stable_id('relation', one.table, one.column, one.to_table)}"]
    if not one.is_active:
        parts.append("\tisActive: false")
    if one.is_one_to_one:
        parts += ["\tfromCardinality: one", "\tcrossFilteringBehavior: bothDirections"]
    parts += [
        f"\tfromColumn: {object_name(one.table)}.{object_name(one.column)}",
        f"\ttoColumn: {object_name(one.to_table)}.{object_name(one.to_column)}",
    ]
    return "\n".join(parts) + "\n"


def _table(table: Table) -> str:
    parts = [
        _description_line(table.description, 0) + f"table {object_name(table.name)}\n\tlineageTag: {_tag(table)}\n"
    ]
    parts += [_measure(table, one) for one in table.measures]
    parts += [_column(table, one) for one in table.columns]
    query = "\n".join("\t\t\t\t" + line for line in table.query.splitlines())
    parts.append(f"\tpartition {object_name(table.name)} = m\n\t\tmode: import\n\t\tsource =\n{query}\n")
    return "\n".join(parts)


def _measure(table: Table, one: Measure) -> str:
    return (
        f"\tmeasure {object_name(one.name)} = {one.expression}\n\t\tformatString: {one.pattern}\n"
        f"\t\tlineageTag: {_tag(table, 'measure', one.name)}\n"
    )


def _column(table: Table, one: Column) -> str:
    parts = [f"\tcolumn {object_name(one.name)}", f"\t\tdataType: {one.data_type}"]
    if one.is_hidden:
        parts.append("\t\tisHidden")
    if one.is_key:
        parts.append("\t\tisKey")
    if one.pattern:
        parts.append(f"\t\tformatString: {one.pattern}")
    parts += [
        f"\t\tlineageTag: {_tag(table, 'column', one.source)}",
        "\t\tsummarizeBy: none",
        f"\t\tsourceColumn: {one.source}",
    ]
    if one.is_date:
        parts += ["", "\t\tannotation UnderlyingDateTimeDataType = Date"]
    return _description_line(one.description, 1) + "\n".join(parts) + "\n"


def _description_line(text: str, depth: int) -> str:
    """Return the description line above an object."""
    flat = " ".join(text.split())
    return f"{chr(9) * depth}/// {flat}\n" if flat else ""


def _tag(table: Table, *parts: str) -> str:
    return stable_id("table", table.entity_set, *parts)
