"""Faulty rows of an import, corrected in a grid in the browser."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from dakehu.exchange.imports import correction_grid, corrections, unknown_names
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.imports import batches
from dakehu.interfaces.web.views.clients.grid_cells import answer, body_of
from dakehu.interfaces.web.views.imports.steps import STEPS


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The faulty rows of one table (?table=…, else the first with any)."""
    imports.can_import()
    batch = batches.get_own(pk)
    tables = correction_grid.tables(batch) if correction_grid.can_correct(batch) else []
    if not tables:
        return redirect("import-batch", pk=pk)
    asked = request.GET.get("table", "")
    table = next((t for t in tables if str(t["number"]) == asked), tables[0])
    steps: list[dict[str, Any]] = [{"label": label, "note": "", "url": ""} for label in STEPS]
    steps[0] |= {"note": batch.filename, "url": "/import/"}
    return render(
        request,
        "imports/corrections.html",
        {
            "page_title": bilingual("在线修改", "Mend here"),
            "batch": batch,
            "steps": steps,
            "step": 2,
            "crumbs": [
                {"label": bilingual("导入", "Import"), "url": "/import/"},
                {"label": batch.filename, "url": f"/import/{pk}/"},
            ],
            "tables": tables,
            "table": table,
            "left": correction_grid.state_of(batch).in_all,
            "unknown": unknown_names.unknown_names({"faults": correction_grid.state_of(batch).faults}),
            "columns": [
                {
                    "field": f"c{c['index']}",
                    "index": c["index"],
                    "title": c["heading"] or c["label"],
                    "help": c["label"],
                    "kind": "text",
                    "edit": "text",
                    "many": True,
                    "sort": False,
                    "suggest": c["choices"],
                }
                for c in table["columns"]
            ],
        },
    )


@require_GET
def rows(request: HttpRequest, pk: int) -> JsonResponse:
    """{rows, values, left, tables} of ?table=…: see _state."""
    imports.can_import()
    number = _number(request.GET.get("table"))
    return answer({"rows": _rows(correction_grid.rows(batches.get_own(pk), number)), **_state(pk, number)})


@require_POST
def cells(request: HttpRequest, pk: int) -> JsonResponse:
    """Change cells: {table, cells: [[line, column, text or null to put it back]]}. Answers the rows that are other than
    before, and the remaining faults."""
    imports.can_import()
    batches.get_own(pk)
    sent = body_of(request)
    number, given = _number(sent.get("table")), sent.get("cells")
    if not isinstance(given, list):
        raise _unreadable()
    made = correction_grid.correct_cells(pk, number, [_cell(one) for one in given])
    return answer({"rows": _rows(made), **_state(pk, number)})


@require_POST
def replace(request: HttpRequest, pk: int) -> JsonResponse:
    """Replace one value by another: {table, column, value, text}. Answers {changed, rows, …}, or {changed, url} where
    the full file is dry-run again."""
    imports.can_import()
    batches.get_own(pk)
    sent = body_of(request)
    number, column = _number(sent.get("table")), _number(sent.get("column"))
    changed, again = correction_grid.replace_values(
        pk, number, column, str(sent.get("value", "")), str(sent.get("text", ""))
    )
    if again:
        return answer({"changed": changed, "url": reverse("import-batch", args=[pk])})
    return answer(
        {"changed": changed, "rows": _rows(correction_grid.rows(batches.get_own(pk), number)), **_state(pk, number)}
    )


def _state(pk: int, number: int) -> dict[str, Any]:
    """{left: faulty cells left in the file, mended, tables: {number: faults}, values: replaceable values of this table,
    as [column, text, rows]}."""
    batch = batches.get_own(pk)
    return {
        "left": correction_grid.state_of(batch).in_all,
        "mended": corrections.corrections_of(batch).count,
        "tables": {t["number"]: t["faults"] for t in correction_grid.tables(batch)},
        "values": correction_grid.faulty_values(batch, number),
    }


def _rows(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as input of the grid: {id, c0…, faults: {field or "": {message, remedy}}, came: {field: text}}."""
    code = language()
    return [
        {
            "id": row["line"],
            **{f"c{index}": text for index, text in row["cells"].items()},
            "faults": {
                "" if f["index"] is None else f"c{f['index']}": {"message": f[code], "remedy": f[f"remedy_{code}"]}
                for f in reversed(row["faults"])  # the first of several in one cell is shown
            },
            "came": {f"c{index}": text for index, text in row["came"].items()},
        }
        for row in made
    ]


def _cell(one: Any) -> tuple[int, int, str | None]:
    try:
        line, column, text = one
        return int(line), int(column), None if text is None else str(text)
    except (TypeError, ValueError):
        raise _unreadable() from None


def _number(given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        raise _unreadable() from None


def _unreadable() -> Refused:
    return Refused(bilingual("请求内容无法识别。", "The request could not be read."))
