"""Quarantined rows of statements: viewed, corrected, released into the ledger, or dropped with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, perform, render_row, render_rows
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.interfaces.web import forms
from dakehu.interfaces.web.views.imports.statements import said_of, words_of

SPAN = 50
HELD = "ledger.quarantined_rows"
SHOWN = ("client", "source", "line", "reason", "detail", "state")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Quarantined rows, of all visible clients or of ?client=number, by state."""
    state = _model()._meta.get_field("state")
    choices = state.choice_set
    chosen = request.GET.get("state", "waiting")
    chosen = chosen if chosen in {one.value for one in choices} else "waiting"
    number = request.GET.get("client", "")
    client = clients.get_client(int(number)) if number.isdigit() else None
    found = QUERIES[HELD].body(client=client, state=chosen)
    count = found.count()
    pages = max(1, -(-count // SPAN))
    asked = request.GET.get("page", "1")
    at = min(max(int(asked) if asked.isdigit() else 1, 1), pages)
    rows = found[(at - 1) * SPAN : at * SPAN]
    whose = f"&client={client.pk}" if client else ""
    return render(
        request,
        "imports/quarantine.html",
        {
            "page_title": QUERIES[HELD].label,
            "rows": _lines(rows),
            "count": count,
            "client": client,
            "labels": _labels(),
            "tabs": [
                {"label": one.text, "url": f"?state={one.value}{whose}", "current": one.value == chosen}
                for one in choices
            ],
            "words": QUERIES["ledger.unmapped_terms"].body() if _may_write() and chosen == "waiting" else [],
            "explain": _explain(),
            "at": at,
            "pages": pages,
            "address": f"?state={chosen}{whose}&page={{page}}",
            "may_write": _may_write() and chosen == "waiting",
            "crumbs": [{"label": bilingual("导入", "Import"), "url": "/import/"}],
        },
    )


def _explain() -> dict[str, Any]:
    """Return the form's questions that define a word: labels and choices of the action itself."""
    meaning = next(one for one in forms.questions(ACTIONS["ledger.map_term"], {}) if one.name == "meaning")
    return {
        "word": QUERIES["ledger.unmapped_terms"].label,
        "meaning": meaning.label,
        "choices": [c for c in meaning.choices if c[0]],
    }


@require_POST
def explain(request: HttpRequest) -> HttpResponse:
    """Define a word for all rows that wait because of it."""
    try:
        report = perform("ledger.map_term", {name: request.POST.get(name, "") for name in ("word", "meaning")})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        done = bilingual(
            "已更正 {n} 行，放行 {m} 行；可在“撤销操作”中撤销。",
            "{n} rows corrected, {m} released; “What may be undone” takes it back.",
            n=report["corrected"],
            m=report["released"],
        )
        messages.success(request, str(done))
    return redirect("quarantine")


def _model() -> Any:
    return model_of("ledger.QuarantinedRow")


def _labels() -> dict[str, str]:
    return {name: facts.label for name, _, facts in described_fields(_model())}


def _may_write() -> bool:
    return current_actor().may(ACTIONS["ledger.release_quarantined_row"].needs)


def _lines(rows: Any) -> list[dict[str, Any]]:
    reasons = words_of("ledger.quarantine_reasons", "reason")
    shown, plain = render_rows(rows, SHOWN, shown=True), render_rows(rows, ("cells", "client"))
    return [
        {
            **row,
            "why": reasons.get(row["reason"], row["reason"]),
            "client_id": report["client"]["id"],
            "said": said_of(report["cells"]) if isinstance(report["cells"], dict) else report["cells"],
        }
        for row, report in zip(shown, plain, strict=True)
    ]


@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row: POST `then` is save, release (corrections first) or drop (with `reason`)."""
    held = QUERIES[HELD].body().filter(pk=pk).first()
    if held is None:
        raise NotFound(QUERIES[HELD].label, pk)
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            said = _settle_request(request, held)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            faults = refused.as_plain()
            held.refresh_from_db()
        else:
            messages.success(request, said)
            return redirect("quarantine-row", pk=pk) if request.POST.get("then") == "save" else redirect("quarantine")
    return render(
        request,
        "imports/quarantine_row.html",
        {
            "page_title": bilingual("第 {n} 行", "Line {n}", n=held.line),
            "held": held,
            "row": _lines([held])[0],
            "faults": faults,
            "fields": _fields(held),
            "labels": _labels(),
            "may_write": _may_write() and held.state == "waiting",
            "crumbs": [{"label": QUERIES[HELD].label, "url": "/import/quarantine/"}],
        },
        status=422 if faults else 200,
    )


def _fields(held: Any) -> list[dict[str, Any]]:
    """Return the form's questions: every field a row may have, then the further columns of its file."""
    cells = render_row(held, ("cells",))["cells"]
    if not isinstance(cells, dict):
        return []
    known = words_of("ledger.quarantine_fields", "field")
    asked = [*known.items(), *((name, name) for name in cells if name not in known)]
    return [{"name": f"cell.{name}", "label": label, "value": cells.get(name, "")} for name, label in asked]


def _settle_request(request: HttpRequest, held: Any) -> str:
    """Perform the requested step; returns its message."""
    then = request.POST.get("then")
    if then == "drop":
        perform("ledger.drop_quarantined_row", {"row": held.pk, "reason": request.POST.get("reason", "")})
        return str(bilingual("已作废，原因已留存。", "Dropped; the reason is kept."))
    changed = {
        name[5:]: str(value).strip()
        for name, value in request.POST.items()
        if name.startswith("cell.") and str(value).strip() != held.cells.get(name[5:], "")
    }
    if changed:
        perform("ledger.correct_quarantined_row", {"row": held.pk, "cells": changed})
    if then != "release":
        return str(bilingual("更正已保存。", "The corrections are kept."))
    if perform("ledger.release_quarantined_row", {"row": held.pk})["taken"]:
        return str(bilingual("已放行，成交已入账。", "Released; the trade is booked."))
    return str(
        bilingual("已放行；这一行看得懂，但不改变资金和持仓。", "Released; the row is understood and changes nothing.")
    )
