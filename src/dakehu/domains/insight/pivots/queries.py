"""Query: a pivot over the clients that the reader sees."""

from typing import Any

import polars as pl

from dakehu.domains.insight.pivots import dimensions, rules
from dakehu.domains.insight.pivots.dimensions import Source
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

ROWS = Parameter("rows", spec=FieldSpec("行", "Rows", example="branch"))
COLUMNS = Parameter("columns", required=False, spec=FieldSpec("列", "Columns", example="opened_on:quarter"))
MEASURE = Parameter("measure", required=False, spec=FieldSpec("指标", "Measure", example="sum:assets"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))


@query(
    "insight.pivot",
    needs=Permission.INSIGHT_READ,
    zh="透视分析",
    en="Pivot",
    parameters=(ROWS, COLUMNS, MEASURE, FILTERS),
)
def pivot(
    *, rows: str, columns: str | None = None, measure: str | None = None, filters: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return visible clients by rows and columns, with a measure: count (the default), share, or sum, mean, median, min,
    max or share of a number, as in "sum:assets".

    Rows and columns are columns of the client list, manager or team; dates with :month, :quarter or :year; amounts in bands.
    Returns {rows: [{value, label, cells by column, total, filters}], columns: [{value, label, total, filters}], total,
    measure: {name, label, column}, row_label, column_label, clients: how many are counted, as_of, suppressed: {rows,
    columns}: smaller groups put together, where there are any}. A missing number is None; shares are 0 to 1 of the total;
    `filters` open the clients of a group in the list. Raises Refused for columns that are unknown or not for the reader.
    """
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户列表", "Clients"), Permission.CLIENT_READ)
    by_row = dimensions.find_dimension(rows, "rows")
    by_column = dimensions.find_dimension(columns, "columns") if columns else None
    name, measured = dimensions.find_measured(rules.read_measure(measure or rules.MeasureName.COUNT.value))
    frame = _read([one for one in (by_row, by_column, measured) if one is not None], filters or {})
    row_groups, row_places, row_rest = _grouped(by_row, frame, rules.MOST_ROWS)
    column_groups, column_places, column_rest = (
        _grouped(by_column, frame, rules.MOST_COLUMNS) if by_column is not None else ([], None, 0)
    )
    table = rules.tabulate(
        pl.DataFrame(
            {
                "row": row_places,
                "column": column_places if column_places is not None else pl.repeat(0, frame.height, eager=True),
                "value": _values(measured, frame),
            }
        ),
        name,
        len(row_groups),
        len(column_groups),
        measured is not None,
    )
    shown = _shown(name, measured)
    label = rules.MeasureName.text_of(name)
    suppressed = {key: rest for key, rest in (("rows", row_rest), ("columns", column_rest)) if rest}
    return {
        "rows": [
            group | {"cells": [shown(cell) for cell in cells], "total": shown(total)}
            for group, cells, total in zip(row_groups, table.cells, table.row_totals, strict=True)
        ],
        "columns": [
            group | {"total": shown(total)} for group, total in zip(column_groups, table.column_totals, strict=True)
        ],
        "total": shown(table.total),
        "measure": {
            "name": name,
            "column": measured.name if measured is not None else "",
            "label": f"{measured.label} · {label}" if measured is not None else label,
        },
        "row_label": by_row.label,
        "column_label": by_column.label if by_column is not None else "",
        "clients": frame.height,
        "as_of": clock.local(clock.now()).isoformat(timespec="minutes"),
        **({"suppressed": suppressed} if suppressed else {}),
    }


def _read(sources: list[Source], filters: dict[str, Any]) -> pl.DataFrame:
    """Return the columns of the clients in scope that pass the filters, in one statement."""
    schema = {source.name: dimensions.TYPES[source.kind] for source in sources}
    clients = filter_rows(model_of("clients.Client").objects.all(), filters).order_by()
    return read_columns(dimensions.annotated(clients, list(schema)).values_list(*schema), schema)


def _grouped(source: Source, frame: pl.DataFrame, most: int) -> tuple[list[dict[str, Any]], pl.Series, int]:
    """Return (groups as described, place of each client among them, number of groups put together)."""
    values = dimensions.group_values(source, frame)
    groups, rest = rules.ordered_groups(values, dimensions.order_of(source), most)
    described = dimensions.described_groups(source, groups, rest)
    found = rules.places(values, groups, rest)
    if not (found == len(described) - 1).any():
        described.pop()  # nobody without a value
    return described, found, rest


def _values(measured: Source | None, frame: pl.DataFrame) -> pl.Series:
    """Return the numbers that are measured: amounts as whole cents."""
    if measured is None:
        return pl.repeat(None, frame.height, dtype=pl.Int64, eager=True)
    values = frame.get_column(measured.name)
    return (values * measured.cents).round().cast(pl.Int64) if measured.cents else values


def _shown(name: str, measured: Source | None) -> Any:
    """Return the function that turns a cell into the number of the answer."""
    cents = measured.cents if measured is not None else 0
    if name == rules.MeasureName.SHARE:
        return lambda value: value
    return (lambda value: None if value is None else round(value / cents, 2)) if cents else (lambda value: value)
