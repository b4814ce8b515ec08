"""Cells of the client grid: one changed in place, a range pasted."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.bulk_edit import cells
from dakehu.foundation.base.errors import Conflict, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import columns_of, perform, perform_with_merge, render_row
from dakehu.interfaces.web.views.clients.grid import as_cells, grid_columns
from dakehu.interfaces.web.views.errors import plain

SHOWN = 200  # lines of a preview; the counts are of all
MOST_PASTED = 2_000


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that a script sent. Raises Refused for anything else."""
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise Refused(bilingual("请求内容无法识别。", "The request could not be read."))
    return sent


def answer(made: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(made, status=status, json_dumps_params={"ensure_ascii": False})


def line_of(client: Any) -> dict[str, Any]:
    """Return a client as a row of the grid."""
    columns = grid_columns()
    return as_cells(render_row(client, [column.name for column in columns]), columns)


@require_POST
def change(request: HttpRequest, client_id: int) -> JsonResponse:
    """Write cells of one row: {version, base: the row as it was shown, values}. Answers {row, kept}: the current row
    and the fields that others changed in the meantime; 412 with both sides where both changed one cell."""
    clients.get_client(client_id)
    sent = body_of(request)
    values, base = sent.get("values"), sent.get("base", {})
    if not isinstance(values, dict) or not isinstance(base, dict):
        return plain({"": [bilingual("应为 {{version, base, values}}。", "Must be {{version, base, values}}.")]}, 400)
    try:
        saved = perform_with_merge("clients.change", {**values, "client": client_id}, base, sent.get("version"))
    except Conflict as conflict:
        report = {name: [str(text) for text in texts] for name, texts in conflict.messages.items()}
        return answer({"messages": report, **conflict.as_details(), "row": line_of(conflict.row)}, conflict.status)
    return answer({"row": line_of(clients.get_client(client_id)), "kept": saved.kept})


@require_POST
def paste(request: HttpRequest) -> JsonResponse:
    """Many cells: {rows: [{client, base, values}], apply}. Without `apply` a preview, cell by cell, and
    the errors; with it the cells without fault are written in one act. Answers {cells, clients, unchanged, lines,
    faults} or {changed, cells, batch}."""
    sent = body_of(request)
    rows = sent.get("rows")
    if isinstance(rows, list) and len(rows) > MOST_PASTED:
        return plain(
            {"rows": [bilingual("一次最多粘贴 {n} 行。", "At most {n} rows can be pasted at once.", n=MOST_PASTED)]},
            400,
        )
    made = cells.evaluate_rows(rows)
    if not sent.get("apply"):
        return answer(preview(made, rows))
    good = [
        {"client": number, "values": {name: raw_of(value) for name, value in values.items()}}
        for number, values in made.changes.items()
    ]
    return answer(perform("clients.change_cells", {"rows": good}))


def raw_of(value: Any) -> Any:
    """Return a value as it can be parsed again: keys to other rows by id."""
    if hasattr(value, "_meta"):
        return {"id": value.pk}
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def preview(made: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = (
        {column.name: column for column in columns_of(type(next(iter(made.before.values()), None)))}
        if made.before
        else {}
    )
    named = {number: render_row(client, ("name",), shown=True)["name"] for number, client in made.before.items()}
    lines = []
    for number, values in made.changes.items():
        client = made.before[number]
        was = render_row(client, values, shown=True)
        for name, value in values.items():
            setattr(client, name, value)
        becomes = render_row(client, values, shown=True)
        lines += [
            {
                "client": named[number],
                "label": columns[name].label,
                "was": was[name] or "–",
                "becomes": becomes[name] or "–",
            }
            for name in values
        ]
        if len(lines) > SHOWN:
            break
    faults = [
        {
            "client": named.get(rows[fault.row]["client"], "–"),
            "id": rows[fault.row]["client"],
            "field": fault.field,
            "label": columns[fault.field].label if fault.field in columns else fault.field,
            "value": fault.value,
            "message": str(fault.message),
        }
        for fault in made.faults[:SHOWN]
    ]
    return {
        "cells": made.cells,
        "clients": len(made.changes),
        "unchanged": made.unchanged,
        "wrong": len(made.faults),
        "lines": lines[:SHOWN],
        "faults": faults,
    }
