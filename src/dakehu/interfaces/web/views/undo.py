"""Undoable acts: each with its changes, to be undone or redone by one click."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dakehu.exchange.imports import undo
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, perform
from dakehu.interfaces.web.views.errors import wants_json
from dakehu.interfaces.web.views.imports.steps import as_polled, job_of


@require_safe
def undoable(request: HttpRequest) -> HttpResponse:
    return _page(request, [])


@require_safe
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """The running undo for poll.js."""
    return JsonResponse(as_polled(job_of(undo_entries.get_entry(pk))))


def _page(request: HttpRequest, hindered: list[str]) -> HttpResponse:
    everybody = request.GET.get("whose") == "all" and undo.may_see_others()
    before = request.GET.get("before", "")
    rows = undo.history(everybody=everybody, before=int(before) if before.isdecimal() else None)
    page = {
        "rows": rows,
        "everybody": everybody,
        "others": undo.may_see_others(),
        "next": rows[-1]["batch"] if len(rows) == undo.PAGE else None,
        "hindered": hindered,
        "page_title": QUERIES["workbook.undoable"].label,
    }
    return render(request, "undo/page.html", page, status=422 if hindered else 200)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo one act, a large one in the background. A script gets the report; a page shows it, or the reason against it."""
    if wants_json(request):
        return JsonResponse(perform("workbook.undo", {"batch": pk}))
    try:
        if undo.begin(pk):
            return redirect("undo")
        report = perform("workbook.undo", {"batch": pk})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(request, [text for texts in refused.as_plain().values() for text in texts])
    messages.success(request, _result_text(report))
    return redirect("undo")


def _result_text(report: dict[str, Any]) -> str:
    done = bilingual(
        "已撤销：删除 {a} 条记录，恢复 {b} 条记录。",
        "Undone: {a} records removed, {b} restored.",
        a=report["removed"],
        b=report["restored"],
    )
    return str(done)
