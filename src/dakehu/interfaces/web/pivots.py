"""Pivots as addresses, tables and pictures: shared by the pivot page, its cells, and the cards of dashboards."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dakehu.interfaces.web.views.clients.grid import asked_of as asked_of_list

PIVOT = ("rows", "columns", "measure", "top", "chart", "past")
OURS = (*PIVOT, "of", "question", "report", "row", "column", "offset", "add_column", "add_operator", "add_value")
OF_LIST = ("q", "sort", "view", "show", "ids")  # parameters of the client list other than filters
CHARTS = ("bar", "line", "pie", "heat", "funnel", "table")
SHADES = 9  # of a heat map, in addition to none
MOST_SLICES, MOST_SERIES = 12, 8
UNITS = {"count": "number", "money": "money", "share": "rate", "number": "number"}


def definition_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of a pivot in an address; all other parameters are filters."""
    definition: dict[str, Any] = {name: str(given[name]) for name in PIVOT if given.get(name)}
    if given.get("of") and definition.get("measure", "count") != "count":
        definition["measure"] = f"{definition['measure']}:{given['of']}"
    left = {key: str(value) for key, value in given.items() if key not in (*OURS, *OF_LIST) and value not in ("", None)}
    filters = asked_of_list(left)[1]
    if given.get("add_column"):
        operator = given.get("add_operator") or "eq"
        key = given["add_column"] + ("" if operator == "eq" else f".{operator}")
        value = given.get("add_value") or ("true" if operator in ("empty", "filled") else "")
        filters |= {key: str(value)} if value else {}
    return {**definition, "filters": filters}


def address_of(definition: Mapping[str, Any], **more: Any) -> str:
    """Return the query string of a pivot's definition."""
    asked = {name: definition[name] for name in PIVOT if definition.get(name)}
    filters = {
        key: ",".join(str(one) for one in value) if isinstance(value, (list, tuple)) else value
        for key, value in (definition.get("filters") or {}).items()
    }
    return urlencode({**asked, **filters, **{name: value for name, value in more.items() if value not in (None, "")}})


def asked_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of insight.pivot for a definition."""
    return {name: value for name, value in definition.items() if name != "chart" and value not in (None, "", {})}


def draw_pivot(
    definition: Mapping[str, Any], answer: Mapping[str, Any], shape: str = "", place: int = 0
) -> dict[str, Any]:
    """Return a pivot for rendering: its table with a link to the clients of each number, and the data of its picture."""
    shape = shape or definition.get("chart") or "bar"
    lines = [_line(definition, answer, row) for row in answer["rows"]]
    page: dict[str, Any] = {
        "shape": shape,
        "chart_id": f"chart-{place}",
        "answer": {**answer, "as_of": moment(answer["as_of"])},
        "address": address_of(definition),
        "lines": lines,
        "columns": [
            {**column, "number": _number(definition, answer, column["total"], column=column["name"])}
            for column in answer["columns"]
        ],
        "total": _number(definition, answer, answer["total"]),
    }
    if shape in ("bar", "line"):
        page["chart"] = _series(answer, lines, shape)
    elif shape == "pie":
        page["chart"] = _slices(answer, lines)
    elif shape == "heat":
        _add_shades(lines)
    elif shape == "funnel":
        _add_bar_widths(lines)
    return page


def _line(definition: Mapping[str, Any], answer: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    cells = [
        _number(definition, answer, value, row=row["name"], column=column["name"])
        for value, column in zip(row["cells"], answer["columns"], strict=True)
    ]
    return {"label": row["label"], "cells": cells, "number": _number(definition, answer, row["total"], row=row["name"])}


def _number(definition: Mapping[str, Any], answer: Mapping[str, Any], value: Any, **cell: str) -> dict[str, Any]:
    url = f"/pivot/clients?{address_of(definition, **cell)}" if value is not None else ""
    return {**cell_number(answer["measure"]["unit"], value), "plain": value, "url": url}


def compare_number(definition: Mapping[str, Any], unit: str, past: Mapping[str, Any]) -> dict[str, Any]:
    """Return an earlier number with the address of its clients, and the change since then."""
    then = {**definition, "rows": past["rows"], "columns": "", "top": "", "past": past["past"]}
    return {
        **past,
        "as_of": moment(past["as_of"])[:10],
        "number": {**cell_number(unit, past["value"]), "url": f"/pivot/clients?{address_of(then)}"},
        "change": change(unit, past["change"]),
    }


def change(unit: str, value: Any) -> dict[str, Any]:
    """Return a change for rendering: with its sign, counts and amounts in the colours of rise and fall."""
    drawn_change = cell_number(unit, value)
    if unit == "money":
        return {**drawn_change, "value": value, "tone": "signed"}
    if unit == "count" and value:
        return {**drawn_change, "value": f"{value:+,}", "unit": "text", "tone": "up" if value > 0 else "down"}
    if value and value > 0:
        return {**drawn_change, "value": f"+{drawn_change['value']}"}
    return drawn_change


def _series(answer: Mapping[str, Any], lines: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return bars or lines: one for each column, or one of the totals."""
    unit = UNITS[answer["measure"]["unit"]]
    columns = [] if len(answer["columns"]) > MOST_SERIES else answer["columns"]
    series = [
        {
            "name": column["label"],
            "kind": kind,
            "unit": unit,
            "stack": "all" if kind == "bar" and answer["measure"]["name"] in ("count", "sum", "share") else None,
            "values": [line["cells"][at]["plain"] for line in lines],
            "urls": [line["cells"][at]["url"] for line in lines],
        }
        for at, column in enumerate(columns)
    ]
    whole = {
        "name": answer["measure"]["label"],
        "kind": kind,
        "unit": unit,
        "values": [line["number"]["plain"] for line in lines],
        "urls": [line["number"]["url"] for line in lines],
    }
    return {"x": [line["label"] for line in lines], "series": series or [whole]}


def _slices(answer: Mapping[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [line for line in lines if (line["number"]["plain"] or 0) > 0][:MOST_SLICES]
    slices = [{"name": line["label"], "value": line["number"]["plain"], "url": line["number"]["url"]} for line in shown]
    return {"unit": UNITS[answer["measure"]["unit"]], "slices": slices}


def _add_shades(lines: list[dict[str, Any]]) -> None:
    """Set the shade of every cell, 0 to SHADES, relative to the largest."""
    cells = [cell for line in lines for cell in (line["cells"] or [line["number"]])]
    largest = max((abs(cell["plain"]) for cell in cells if cell["plain"]), default=0)
    for cell in cells:
        share = abs(cell["plain"] or 0) / largest if largest else 0
        cell["shade"] = max(round(share * SHADES), 1) if share else 0


def _add_bar_widths(lines: list[dict[str, Any]]) -> None:
    """Set the width of every line's bar, in hundredths of the largest, and its start."""
    largest = max((line["number"]["plain"] or 0 for line in lines), default=0)
    for line in lines:
        width = round(100 * max(line["number"]["plain"] or 0, 0) / largest, 1) if largest else 0
        line["width"], line["start"] = width, round((100 - width) / 2, 1)


def moment(answered: str) -> str:
    """Return the moment of an answer as text: 2026-11-29 18:30."""
    return answered[:16].replace("T", " ")


def cell_number(unit: str, value: Any) -> dict[str, Any]:
    """Return a number of a pivot for rendering without a link."""
    if value is None or unit not in ("number", "share"):
        return {"value": value, "unit": unit, "tone": "", "url": ""}
    shown = f"{value:.1%}" if unit == "share" else f"{value:,.2f}".rstrip("0").rstrip(".")
    return {"value": shown, "unit": "text", "tone": "", "url": ""}
