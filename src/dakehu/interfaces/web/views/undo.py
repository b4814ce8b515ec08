"""What may be undone: one's own imports, bulk edits, hand-overs, merges; each taken back by a press."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dakehu.exchange.imports import undo
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, perform
from dakehu.foundation.imports import batches
from dakehu.interfaces.web.views.imports.steps import as_polled, job_of


@require_safe
def undoable(request: HttpRequest) -> HttpResponse:
    return _page(request, [])


@require_safe
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """The running undo for poll.js."""
    return JsonResponse(as_polled(job_of(batches.get_own(pk, any_act=True))))


def _page(request: HttpRequest, hindered: list[str]) -> HttpResponse:
    page = {
        "rows": QUERIES["workbook.undoable"].body(),
        "hindered": hindered,
        "page_title": QUERIES["workbook.undoable"].label,
    }
    return render(request, "undo/page.html", page, status=422 if hindered else 200)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one act back, a large one in the background; a refusal stands on the page, record by record."""
    try:
        if undo.begin(pk):
            return redirect("undo")
        report = perform("workbook.undo", {"batch": pk})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(request, [text for texts in refused.as_plain().values() for text in texts])
    done = bilingual(
        "已撤销：删除 {a} 条记录，恢复 {b} 条记录。",
        "Undone: {a} records removed, {b} restored.",
        a=report["removed"],
        b=report["restored"],
    )
    messages.success(request, str(done))
    return redirect("undo")
