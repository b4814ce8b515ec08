"""A view as plain values, its values hidden from a reader, and the clients of one of its numbers. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.domains.insight.book.grids import Column, Grid, View, answer_value
from dakehu.domains.insight.book.spans import Span
from dakehu.foundation.base.errors import refusal

ALL = "all"  # the total row, in the name of a cell


@dataclass(frozen=True)
class Cell:
    """The clients of a number: bool [N], their values ([N], None if they are counted), and their sum."""

    mask: np.ndarray
    values: np.ndarray | None
    total: Any
    unit: str
    words: str
    is_amount: bool


def answer(view: View, earlier: list[tuple[Any, Span, View]], *, is_cleared: bool, is_filtered: bool) -> dict[str, Any]:
    """Return {figures, grids, chart, notes}. A reader who is not cleared for amounts gets only sums over many clients,
    and none under filters: two filters that differ by one client would reveal that client's amount."""
    hidden = {grid.name: {} if is_cleared else _hidden_rows(grid, is_filtered) for grid in view.grids}
    grids = {grid.name: _plain(grid, hidden[grid.name], is_cleared) for grid in view.grids}
    past = [(label, span, {one.name: one.values() for one in other.grids}, other) for label, span, other in earlier]
    figures = []
    for figure in view.figures:
        row = ALL if figure.row is None else str(figure.row)
        number = _number_at(grids[figure.grid], row, figure.column)
        compared = [
            _compare_with_earlier(label, span, values, number, figure, is_cleared or not number["is_amount"])
            for label, span, values, other in past
            if _has_column(other, figure)
        ]
        figures.append(
            {
                "label": str(figure.label),
                "note": str(figure.note),
                **number,
                "compared": [one for one in compared if one is not None],
            }
        )
    return {
        "figures": figures,
        "grids": list(grids.values()),
        "chart": _chart(view, grids, is_cleared),
        "notes": [str(one) for one in view.notes],
        "is_hidden": any(rows for layers in hidden.values() for rows in layers.values()),
    }


def _hidden_rows(grid: Grid, is_filtered: bool) -> dict[str, set[int | None]]:
    if not is_filtered:
        return grid.hidden()
    every: set[int | None] = {*range(len(grid.rows.labels)), None}
    return {grid.layer_of(one): every for one in grid.columns if one.is_amount}


def _plain(grid: Grid, hidden: dict[str, set[int | None]], is_cleared: bool) -> dict[str, Any]:
    values = grid.values()
    named = [column for column in grid.columns if str(column.label)]
    rows: list[dict[str, Any]] = []
    places: list[int | None] = [*range(len(grid.rows.labels)), *([None] if grid.has_total else [])]
    for at, place in enumerate(places):
        cells = [_cell(grid, column, values[column.name][at], place, hidden, is_cleared) for column in named]
        rows.append({"label": "" if place is None else str(grid.rows.labels[place]), "cells": cells})
    return {
        "name": grid.name,
        "title": str(grid.title),
        "row_label": str(grid.row_label),
        "columns": [{"name": one.name, "label": str(one.label), "unit": one.unit} for one in named],
        "rows": rows[:-1] if grid.has_total else rows,
        "total": rows[-1] if grid.has_total else None,
    }


def _cell(
    grid: Grid, column: Column, value: Any, place: int | None, hidden: dict[str, set[int | None]], is_cleared: bool
) -> dict[str, Any]:
    """Return a number in plain values; `cell` is its name for readers who may list its clients, else ""."""
    hides = column.is_amount and place in hidden.get(grid.layer_of(column), ())
    is_closed = hides or value is None or (column.is_amount and not is_cleared)
    return {
        "value": None if hides else answer_value(column.unit, value),
        "unit": column.unit,
        "cell": "" if is_closed else f"{grid.name}.{ALL if place is None else place}.{column.name}",
        "hidden": hides,
        "is_amount": column.is_amount,
    }


def _number_at(grid: dict[str, Any], row: str, column: str) -> dict[str, Any]:
    """Return a number of a grid in plain values; empty if there is none."""
    line = grid["total"] if row == ALL else grid["rows"][int(row)] if int(row) < len(grid["rows"]) else None
    at = next((place for place, one in enumerate(grid["columns"]) if one["name"] == column), None)
    if line is None or at is None:
        return {"value": None, "unit": "count", "cell": "", "hidden": False, "is_amount": False}
    found: dict[str, Any] = line["cells"][at]
    return found


def _has_column(view: View, figure: Any) -> bool:
    return any(
        grid.name == figure.grid and any(one.name == figure.column for one in grid.columns) for grid in view.grids
    )


def _compare_with_earlier(
    label: Any, span: Span, values: Any, number: dict[str, Any], figure: Any, is_open: bool
) -> Any:
    """Return the same number of an earlier span and the change since; None if either is missing."""
    cells = values[figure.grid][figure.column]
    place = -1 if figure.row is None else figure.row
    if not is_open or number["value"] is None or place >= len(cells) or cells[place] is None:
        return None
    before = answer_value(number["unit"], cells[place])
    return {
        "label": str(label),
        "span": span.name,
        "since": f"{span.first:%Y-%m}",
        "until": f"{span.last:%Y-%m}",
        "value": before,
        "change": round(number["value"] - before, 6),
    }


def _chart(view: View, grids: dict[str, dict[str, Any]], is_cleared: bool) -> dict[str, Any]:
    """Return the data of the chart: series of numbers with the names of their cells."""
    chart = view.chart
    if not chart or (chart.get("is_amount") and not is_cleared):
        return {}
    if "grid" not in chart:
        return chart
    grid = grids[chart["grid"]]
    at = [place for place, one in enumerate(grid["columns"]) if one["name"] in chart["columns"]]
    if chart["kind"] == "heat":
        return {"kind": "heat", "grid": grid["name"], "columns": at}
    if chart.get("by") == "row":
        lines = [(row["label"], [row["cells"][place] for place in at]) for row in grid["rows"][:8]]
        x = [grid["columns"][place]["label"] for place in at]
    else:
        lines = [(grid["columns"][place]["label"], [row["cells"][place] for row in grid["rows"]]) for place in at]
        x = [row["label"] for row in grid["rows"]]
    series = [
        {
            "name": name,
            "kind": chart["kind"],
            "unit": cells[0]["unit"] if cells else "count",
            "values": [cell["value"] for cell in cells],
            "cells": [cell["cell"] for cell in cells],
        }
        for name, cells in lines
    ]
    return {"kind": chart["kind"], "x": x, "series": series}


def read_cell(view: View, name: str) -> Cell:
    """Return the clients of a number by the name of its cell. Raises Refused for an unknown one."""
    parts = name.split(".")
    try:
        table, row, column = parts
        grid = view.grid(table)
        found = grid.column(column)
        place = None if row == ALL else int(row)
        if place is not None and not 0 <= place < len(grid.rows.labels):
            raise KeyError(name)
    except (ValueError, KeyError):
        raise refusal("cell", "没有“{cell}”这个数字。", "There is no number “{cell}”.", cell=name) from None
    base = grid.column(found.of) if found.derived is not None else found
    mask = grid.selected(place, base.name)
    values = base.values
    total: Any = int(np.count_nonzero(mask))
    if values is not None:
        total = values[mask].sum().item()
    label = str(found.label or base.label)
    words = f"{label} · {grid.rows.labels[place]}" if place is not None else label
    return Cell(mask, values, total, base.unit, words, found.is_amount or base.is_amount)
