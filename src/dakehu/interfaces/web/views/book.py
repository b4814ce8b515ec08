"""The book over time: a view with its picture and tables, and the clients of each of its numbers."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.insight.choices import BookView
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web import pivots
from dakehu.interfaces.web.views.clients.grid import asked_of as asked_of_list

OURS = ("view", "by", "since", "until")
FURTHER = ("cell", "offset", "question", *pivots.OF_LIST)
CRUMB = {"label": bilingual("资产全景", "The book over time"), "url": "/book-of-business/"}
UNITS = {
    "count": "number",
    "money": "money",
    "share": "share",
    "hours": "number",
    "number": "number",
    "index": "number",
}
BY_KINDS = {
    "choice": bilingual("选项与人员", "Choices and people"),
    "date": bilingual("日期", "Dates"),
    "amount": bilingual("金额区间", "Bands of amounts"),
}
PERIODS = ("month", "quarter", "year")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?view=flows&by=tier__code&since=2026-07&until=2026-09, every other name is a filter; ?question= one in natural language."""
    asked = _read_question(request)
    content: dict[str, Any] = {
        "page_title": CRUMB["label"],
        "asked": asked,
        "tabs": [(one.value, one.text, _address({**asked, "view": one.value, "by": ""})) for one in BookView],
        "filter_values": _values(asked["filters"]),
        "question": request.GET.get("question", ""),
        "filters": _filters(asked),
    }
    try:
        if content["question"]:
            return _render_answer(request, content, asked)
        found = ask("insight.book", _parameters(asked))
        content |= {"found": found, "by_choices": _choices(), **_draw_view(found, asked)}
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        content["fault"] = "；".join(texts[0] for texts in refused.as_plain().values())
    return render(request, "insight/book.html", content)


@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """The clients of a number: `cell` and `offset` in addition to the view's parameters."""
    asked = _read_question(request)
    cell, offset = request.GET.get("cell", ""), request.GET.get("offset")
    found = ask("insight.book_clients", {**_parameters(asked), "cell": cell, **({"offset": offset} if offset else {})})
    content = {
        "page_title": bilingual("数字背后的客户", "Clients of the number"),
        "crumbs": [{**CRUMB, "url": f"/book-of-business/?{_address(asked)}"}],
        "found": found,
        "number": _number(found["unit"], found["total"]),
        "rows": [{**one, "number": _number(found["unit"], one["value"])} for one in found["clients"]],
        "has_values": any(one["value"] is not None for one in found["clients"]),
        "next": f"?{_address(asked, cell=cell, offset=found['next'])}" if found["next"] else "",
    }
    return render(request, "insight/book_clients.html", content)


def _read_question(request: HttpRequest) -> dict[str, Any]:
    """Return the parameters of an address: {view, by, since, until, filters}."""
    asked: dict[str, Any] = {name: request.GET.get(name, "") for name in OURS}
    asked["view"] = BookView.read(asked["view"]) or BookView.FLOWS
    asked["view"] = str(asked["view"].value)
    left = {key: str(value) for key, value in request.GET.items() if key not in (*OURS, *FURTHER) and value}
    return {**asked, "filters": asked_of_list(left)[1]}


def _parameters(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value}


def _address(asked: dict[str, Any], **more: Any) -> str:
    """Return the query string of a view."""
    filters = _values(asked["filters"])
    named = {name: asked[name] for name in OURS if asked[name]}
    return urlencode({**named, **filters, **{name: value for name, value in more.items() if value not in (None, "")}})


def _values(filters: dict[str, Any]) -> dict[str, Any]:
    """Return filters as in an address: several values with commas."""
    return {
        key: ",".join(str(one) for one in value) if isinstance(value, (list, tuple)) else value
        for key, value in filters.items()
    }


def _filters(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the filters as text, each with the address without it."""
    if not asked["filters"]:
        return []
    found = []
    for one in ask("insight.filter_words", {"filters": asked["filters"]}):
        left = {key: value for key, value in asked["filters"].items() if key != one["key"]}
        found.append({**one, "without": f"/book-of-business/?{_address({**asked, 'filters': left})}"})
    return found


def _render_answer(request: HttpRequest, content: dict[str, Any], asked: dict[str, Any]) -> HttpResponse:
    """Convert a question into filters of the view, or show what was not understood."""
    reading = ask("insight.question", {"text": content["question"]})
    if not reading["not_understood"]:
        return HttpResponseRedirect(f"/book-of-business/?{_address({**asked, 'filters': reading['filters']})}")
    return render(request, "insight/book.html", {**content, "reading": reading})


def _choices() -> list[tuple[str, list[dict[str, str]]]]:
    """Return the possible groupings of a view: [(kind, [{value, label}])]."""
    fields = ask("insight.pivot_fields", {})
    groups: dict[str, list[dict[str, str]]] = {kind: [] for kind in BY_KINDS}
    for one in fields["dimensions"]:
        if one["is_fact"]:
            continue
        kind = one["kind"] if one["kind"] in BY_KINDS else "choice"
        if kind != "date":
            groups[kind].append({"value": one["name"], "label": one["label"]})
            continue
        for period in (period for period in fields["periods"] if period["value"] in PERIODS):
            groups[kind].append(
                {"value": f"{one['name']}:{period['value']}", "label": f"{one['label']} · {period['label']}"}
            )
    return [(str(BY_KINDS[kind]), options) for kind, options in groups.items() if options]


def _draw_view(found: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return figures, tables and picture with the address of the clients of each number."""
    link = lambda cell: f"/book-of-business/clients?{_address(asked, cell=cell)}" if cell else ""  # noqa: E731
    grids = [
        {
            **grid,
            "rows": [{**row, "cells": _cells(row["cells"], link)} for row in grid["rows"]],
            "total": {**grid["total"], "cells": _cells(grid["total"]["cells"], link)} if grid["total"] else None,
        }
        for grid in found["grids"]
    ]
    figures = [
        {
            **one,
            "number": _number(one["unit"], one["value"], link(one["cell"])),
            "compared": [_compare_number(one["unit"], past, asked) for past in one["compared"]],
        }
        for one in found["figures"]
    ]
    return {"grids": grids, "figures": figures, "chart": _chart(found.get("chart") or {}, grids, link)}


def _cells(cells: list[dict[str, Any]], link: Any) -> list[dict[str, Any]]:
    return [{**one, "number": _number(one["unit"], one["value"], link(one["cell"]))} for one in cells]


def _compare_number(unit: str, past: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return an earlier number and the change since, with the address of the view of that span."""
    then = {**asked, "since": past["since"], "until": past["until"]}
    return {
        **past,
        "number": _number(unit, past["value"], f"/book-of-business/?{_address(then)}"),
        "change": _change(unit, past["change"]),
    }


def _change(unit: str, value: Any) -> dict[str, Any]:
    """Return a change for rendering."""
    if unit in ("index", "hours"):
        return {**_number(unit, value), "value": f"{value:+,.4f}" if unit == "index" else f"{value:+,.1f}"}
    return pivots.change(unit, value)


def _number(unit: str, value: Any, url: str = "") -> dict[str, Any]:
    """Return a number for rendering."""
    if value is not None and unit == "index":
        return {"value": f"{value:.4f}", "unit": "text", "tone": "", "url": url}
    if value is not None and unit == "hours":
        return {"value": f"{value:,.1f}", "unit": "text", "tone": "", "url": url}
    return {**pivots.cell_number(unit, value), "url": url}


def _chart(chart: dict[str, Any], grids: list[dict[str, Any]], link: Any) -> dict[str, Any]:
    """Return a picture as input of the script; a heat map shades the cells of its table instead."""
    if not chart:
        return {}
    if chart["kind"] == "heat":
        grid = next(one for one in grids if one["name"] == chart["grid"])
        cells = [row["cells"][at] for row in grid["rows"] for at in chart["columns"]]
        largest = max((cell["value"] for cell in cells if cell["value"]), default=0)
        for cell in cells:
            share = (cell["value"] or 0) / largest if largest else 0
            cell["shade"] = max(round(share * pivots.SHADES), 1) if share else 0
        return {}
    if chart["kind"] == "steps":
        return {"shape": "steps", "name": "", "data": {"unit": chart["unit"], "steps": chart["steps"]}}
    series = [
        {
            **{name: value for name, value in one.items() if name != "cells"},
            "unit": UNITS.get(one["unit"], "number"),
            **({"urls": [link(cell) for cell in one["cells"]]} if "cells" in one else {}),
        }
        for one in chart["series"]
    ]
    return {"shape": chart["kind"], "name": chart.get("title", ""), "data": {"x": chart["x"], "series": series}}
