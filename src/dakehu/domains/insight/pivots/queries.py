"""Queries: a pivot over the clients that the reader sees, its available columns, and the clients of its cells."""

from typing import Any

import numpy as np

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.insight.book.spans import Span, month_of
from dakehu.domains.insight.pivots import dimensions, rules
from dakehu.domains.insight.pivots.computation import Axis, Pivot, work_out
from dakehu.domains.insight.questions.spans import shift_day
from dakehu.domains.insight.snapshots import store
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import RECORDED_DOORS, query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

ROWS = Parameter("rows", spec=FieldSpec("行", "Rows", example="branch"))
COLUMNS = Parameter("columns", required=False, spec=FieldSpec("列", "Columns", example="opened_on:quarter"))
MEASURE = Parameter("measure", required=False, spec=FieldSpec("指标", "Measure", example="sum:assets"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
TOP = Parameter("top", required=False, kind="integer", spec=FieldSpec("前几行", "Rows at most", example="10"))
ROW = Parameter("row", required=False, spec=FieldSpec("行值", "Row value"))
COLUMN = Parameter("column", required=False, spec=FieldSpec("列值", "Column value"))
PAST = Parameter("past", required=False, spec=FieldSpec("历史季度", "Quarter before", example="2026-09"))
PLACE = Parameter("offset", required=False, kind="integer", spec=FieldSpec("从第几位起", "From place"))
EMPTY, REST = "~empty", "~rest"  # names of the groups of missing values and of combined groups in cells
SIZE = 100  # clients of a cell per page


@query(
    "insight.pivot",
    needs=Permission.INSIGHT_READ,
    zh="透视分析",
    en="Pivot",
    parameters=(ROWS, COLUMNS, MEASURE, FILTERS, TOP, PAST),
)
def pivot(
    *,
    rows: str,
    columns: str | None = None,
    measure: str | None = None,
    filters: dict[str, Any] | None = None,
    top: int | None = None,
    past: str | None = None,
) -> dict[str, Any]:
    """Return visible clients by rows and columns, with a measure: count (the default), distinct of a column, sum, mean,
    median, min or max of a number as in "sum:assets", or share, row_share, column_share of clients or of an amount.

    Rows and columns are columns of the client list, nightly facts, manager or team; dates with :day, :week, :month,
    :quarter or :year; amounts in bands. With `top` the largest rows, the others combined.
    With `past`, a month, from the last snapshot of its quarter, for the clients that the reader sees today.
    Returns {rows: [{value, name: its name in insight.pivot_clients, label, cells by column, total, filters}], columns:
    [{value, name, label, total, filters}], total,
    measure: {name, label, column, unit}, row_label, column_label, clients: how many are counted, as_of, suppressed: {rows,
    columns}: smaller groups combined, if any}. A missing number is None; shares are 0 to 1 of the total;
    `filters` open the clients of a group in the list, None if the list cannot be filtered so (insight.pivot_clients can).
    Raises Refused for columns that are unknown or not for the reader.
    """
    return answer(work_out(rows, columns, measure, filters, top, find_past(past)))


def answer(pivot: Pivot) -> dict[str, Any]:
    """Return a pivot as plain values; see insight.pivot."""
    across = pivot.across
    label = rules.MeasureName.text_of(pivot.measure)
    measured = pivot.measured
    axes = {"rows": pivot.down, "columns": across}
    suppressed = {key: axis.rest for key, axis in axes.items() if axis is not None and axis.rest}
    table, shown = pivot.table, pivot.shown
    return {
        "rows": [
            group | {"cells": [shown(cell) for cell in cells], "total": shown(total)}
            for group, cells, total in zip(_groups_with_names(pivot.down), table.cells, table.row_totals, strict=True)
        ],
        "columns": [
            group | {"total": shown(total)}
            for group, total in zip(_groups_with_names(across), table.column_totals, strict=True)
        ],
        "total": shown(table.total),
        "measure": {
            "name": pivot.measure,
            "column": measured.name if measured is not None else "",
            "label": f"{measured.spec.label} · {label}" if measured is not None else label,
            "unit": pivot.unit,
        },
        "row_label": pivot.down.source.label,
        "column_label": across.source.label if across is not None else "",
        "clients": pivot.data.height,
        "as_of": clock.local(pivot.data.as_of).isoformat(timespec="minutes"),
        **({"suppressed": suppressed} if suppressed else {}),
    }


@query(
    "insight.pivot_clients",
    needs=Permission.INSIGHT_READ,
    zh="透视单元格的客户",
    en="Clients of a cell of a pivot",
    parameters=(ROWS, COLUMNS, MEASURE, FILTERS, TOP, ROW, COLUMN, PLACE, PAST),
)
def pivot_clients(
    *,
    rows: str,
    columns: str | None = None,
    measure: str | None = None,
    filters: dict[str, Any] | None = None,
    top: int | None = None,
    row: str | None = None,
    column: str | None = None,
    offset: int | None = None,
    past: str | None = None,
) -> dict[str, Any]:
    """Return the clients of a cell of a pivot, a hundred from an offset, and their sum.

    `row` and `column` are values of groups as in the pivot, ~empty for missing values, ~rest for the combined
    groups; without them a whole column, row or table. Returns {clients: [{id, code, name, value: of the measured column}],
    count, total: the cell of the pivot, row_label, column_label, measure, as_of, offset, next}.
    Raises Refused for a group that is not in the pivot.
    """
    pivot = work_out(rows, columns, measure, filters, top, find_past(past))
    at_row = _place(pivot.down, row, "row")
    at_column = _place(pivot.across, column, "column") if pivot.across is not None else None
    mask = np.ones(pivot.data.height, bool)
    if at_row is not None:
        mask &= pivot.down.places == at_row
    if at_column is not None and pivot.across is not None:
        mask &= pivot.across.places == at_column
    found = np.flatnonzero(mask)
    start = max(offset or 0, 0)
    shown = found[start : start + SIZE]
    _check_programs(min(start + SIZE, len(found)))
    ids = pivot.data.ids[shown].tolist()
    values = _values(pivot, shown)
    by_id = {one.pk: one for one in model_of("clients.Client").objects.filter(pk__in=ids)}
    present = [(number, value) for number, value in zip(ids, values, strict=True) if number in by_id]
    texts = render_rows([by_id[number] for number, _ in present], ["code", "name"], shown=True)
    whole = answer(pivot)
    return {
        "clients": [
            {"id": number, "code": text["code"], "name": text["name"], "value": value}
            for (number, value), text in zip(present, texts, strict=True)
        ],
        "count": len(found),
        "total": _cell(whole, at_row, at_column),
        "row_label": _label(whole["row_label"], pivot.down, at_row),
        "column_label": _label(whole["column_label"], pivot.across, at_column),
        "measure": whole["measure"],
        "as_of": whole["as_of"],
        "offset": start,
        "next": start + SIZE if start + SIZE < len(found) else None,
        "filters": None if past else _list_filters(filters or {}, pivot, at_row, at_column),
    }


def find_past(month: str | None) -> store.Snapshot | None:
    """Return the last snapshot of the quarter of a month, None without a month. Raises Refused if none is kept."""
    if not month:
        return None
    found = store.last_of_quarter(month_of(month, "past"))
    if found is None:
        raise refusal(
            "past",
            "没有保存 {month} 所在季度的快照。",
            "No snapshot of the quarter of {month} was kept.",
            month=month,
        )
    return found


def _check_programs(number: int) -> None:
    """Raise Refused if a program reads more clients than may be exported without a second person's approval."""
    if current_actor().door in RECORDED_DOORS:
        permits.check_rows(ExportWay.PROGRAMS, model_of("clients.Client").objects.all(), number)


@query("insight.pivot_fields", needs=Permission.INSIGHT_READ, zh="透视可用的列", en="Columns of pivots")
def pivot_fields() -> dict[str, Any]:
    """Return the columns available to the reader for pivots: {dimensions, measures: [{name, label, kind, is_fact}],
    measure_names, periods, operators: [{value, label}], snapshot: the moment of the newest, None before the first,
    quarters: [{value, label}] with a stored snapshot, the newest first}."""
    snapshot = store.newest()
    return {
        **dimensions.fields_of_reader(),
        "operators": [{"value": value, "label": str(label)} for value, label in dimensions.OPERATORS.items()],
        "measure_names": [
            {"value": one.value, "label": str(rules.MeasureName.text_of(one.value))} for one in rules.MeasureName
        ],
        "periods": [{"value": one.value, "label": str(rules.Period.text_of(one.value))} for one in rules.Period],
        "quarters": [
            {"value": f"{first:%Y-%m}", "label": Span(first, shift_day(first, "month", 2)).name}
            for first in store.quarters()
        ],
        "snapshot": clock.local(snapshot.taken_at).isoformat(timespec="minutes") if snapshot is not None else None,
    }


@query(
    "insight.filter_words",
    needs=Permission.INSIGHT_READ,
    zh="筛选条件说明",
    en="Filters in words",
    parameters=(Parameter("filters", kind="json", spec=FieldSpec("筛选", "Filters")),),
)
def filter_words(*, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return filters as text, to be shown and changed: [{key, label, operator, value, has_value}]."""
    return dimensions.described_filters(filters)


def _place(axis: Axis | None, value: str | None, parameter: str) -> int | None:
    """Return the index of a group by its value as text, None for all groups. Raises Refused for an unknown one."""
    if axis is None or value in (None, ""):
        return None
    names = [group_name(axis, place) for place in range(len(axis.groups))]
    if value not in names:
        raise refusal(parameter, "透视表里没有“{value}”这一组。", "The pivot has no group “{value}”.", value=value)
    return names.index(value)


def _groups_with_names(axis: Axis | None) -> list[dict[str, Any]]:
    return [] if axis is None else [one | {"name": group_name(axis, place)} for place, one in enumerate(axis.groups)]


def group_name(axis: Axis, place: int) -> str:
    """Return the name of a group in cells."""
    value = axis.groups[place]["value"]
    if value is not None:
        return str(value)
    return EMPTY if axis.has_missing and place == len(axis.groups) - 1 else REST


def _cell(whole: dict[str, Any], at_row: int | None, at_column: int | None) -> Any:
    if at_row is None:
        return whole["total"] if at_column is None else whole["columns"][at_column]["total"]
    line = whole["rows"][at_row]
    return line["total"] if at_column is None else line["cells"][at_column]


def _label(name: str, axis: Axis | None, place: int | None) -> str:
    return "" if axis is None or place is None else f"{name}：{axis.groups[place]['label']}"


def _values(pivot: Pivot, rows: np.ndarray) -> list[Any]:
    """Return the measured number of some rows, None if clients or values are counted."""
    if pivot.measured is None or pivot.measure == rules.MeasureName.DISTINCT:
        return [None] * len(rows)
    numbers = pivot.data.numbers(pivot.measured).gather(rows).to_list()
    cents = pivot.measured.cents
    return [value if value is None or not cents else round(value / cents, 2) for value in numbers]


def _list_filters(
    filters: dict[str, Any], pivot: Pivot, at_row: int | None, at_column: int | None
) -> dict[str, Any] | None:
    """Return the filters that select these clients in the current list, None if the list cannot."""
    parts = [dict(filters)]
    for axis, place in ((pivot.down, at_row), (pivot.across, at_column)):
        if axis is not None and place is not None:
            parts.append(axis.groups[place]["filters"])
    if any(part is None for part in parts) or any(key.startswith("fact__") for key in filters):
        return None
    merged: dict[str, Any] = {}
    for part in parts:
        if set(part) & set(merged):
            return None  # a filter and a group of the same column: the list accepts one value for each
        merged |= part
    return merged
