"""The data source of an extract (`.tds`): clients with their one-to-one extensions, columns by label in
folders, with formats. The other tables are in the same extract and can be added in Tableau. Pure.

Source: the XML that Tableau's document API reads; Tableau publishes no schema.
"""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from dakehu.exchange.tableau.tables import MAIN, ExtractColumn, ExtractTable

CONNECTION = "hyper.desk"
TYPES = {  # kind of column: data type, role, type, format
    "text": ("string", "dimension", "nominal", ""),
    "number": ("integer", "measure", "quantitative", "n#,##0;-#,##0"),
    "money": ("real", "measure", "quantitative", "n#,##0.00;-#,##0.00"),
    "rate": ("real", "measure", "quantitative", "p0.00%"),
    "decimal": ("real", "measure", "quantitative", "n#,##0.00;-#,##0.00"),
    "date": ("date", "dimension", "ordinal", "*yyyy-mm-dd"),
    "datetime": ("datetime", "dimension", "ordinal", "*yyyy-mm-dd hh:nn"),
    "bool": ("boolean", "dimension", "nominal", ""),
}


def tds(title: str, extract: str, tables: list[ExtractTable]) -> str:
    """Return the data source `title`, which reads the extract at path `extract`. Without a visible clients' table it
    has no columns."""
    joined = [table for table in tables if table.name == MAIN] + [table for table in tables if table.is_beside]
    return "\n".join(
        (
            "<?xml version='1.0' encoding='utf-8'?>",
            f"<datasource formatted-name={quoteattr(title)} inline='true' source-platform='win' version='18.1'>",
            "  <connection class='federated'>",
            f"    <named-connections><named-connection caption={quoteattr(title)} name='{CONNECTION}'>",
            f"      <connection authentication='auth-none' class='hyper' dbname={quoteattr(extract)} default-settings='yes' "
            "schema='public' server='' username='tableau_internal_user'/>",
            "    </named-connection></named-connections>",
            *_relation(joined),
            "    <cols>",
            *(
                f"      <map key={quoteattr(f'[{_name(c)}]')} value={quoteattr(f'[{table.name}].[{_name(c)}]')}/>"
                for table in joined
                for c in table.columns
            ),
            "    </cols>",
            "  </connection>",
            *(_column(c) for table in joined for c in table.columns),
            "  <folders-common>",
            *(line for table in joined for line in _folder(table)),
            "  </folders-common>",
            "</datasource>",
            "",
        )
    )


def _name(column: ExtractColumn) -> str:
    return column.heading.replace("]", "]]")


def _relation(tables: list[ExtractTable]) -> Iterator[str]:
    """Yield clients left-joined with each other table by client id: no client is lost or duplicated."""
    if not tables:
        return
    main, *others = tables
    made = f"<relation connection='{CONNECTION}' name='{main.name}' table='[public].[{main.name}]' type='table'/>"
    own = main.column_of("id")
    for table in others:
        key = table.column_of("client_id")
        if own is None or key is None:
            continue
        left, right = f"[{main.name}].[{_name(own)}]", f"[{table.name}].[{_name(key)}]"
        made = (
            "<relation join='left' type='join'><clause type='join'><expression op='='>"
            f"<expression op={quoteattr(left)}/><expression op={quoteattr(right)}/></expression></clause>{made}"
            f"<relation connection='{CONNECTION}' name='{table.name}' table='[public].[{table.name}]' type='table'/></relation>"
        )
    yield f"    {made}"


def _column(column: ExtractColumn) -> str:
    data_type, role, kind, pattern = TYPES[column.kind]
    if column.is_key:
        role, kind, pattern = "dimension", "ordinal", ""
    more = f" default-format={quoteattr(pattern)}" if pattern else ""
    more += " aggregation='Avg'" if column.kind in ("rate", "decimal") else ""
    more += " hidden='true'" if column.is_key else ""
    said = column.item.spec.help_zh
    head = (
        f"  <column caption={quoteattr(column.heading)} datatype='{data_type}'{more} name={quoteattr(f'[{_name(column)}]')} "
        f"role='{role}' type='{kind}'"
    )
    if not said:
        return f"{head}/>"
    return f"{head}><desc><formatted-text><run>{_text(said)}</run></formatted-text></desc></column>"


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _folder(table: ExtractTable) -> Iterator[str]:
    shown = [column for column in table.columns if not column.is_key]
    if shown:
        yield f"    <folder name={quoteattr(table.label)}>"
        for column in shown:
            yield f"      <folder-item name={quoteattr(f'[{_name(column)}]')} type='field'/>"
        yield "    </folder>"
