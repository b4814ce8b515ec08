"""Client figures for sheets: the form that publishes them, and the address at which they are read without signing in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.exchange.sheets_sync.published import read_published
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform
from dakehu.interfaces.web import forms


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """The form of a published table, which shows the address once it is created."""
    action, asked, status = ACTIONS["sheets.publish"], dict[str, Any](), 200
    values: dict[str, Any] = {}
    made: dict[str, Any] = {}
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    if request.method == "POST":
        try:
            made = perform(action.name, forms.answers(action, request.POST, changing=False))
        except NotAllowed:
            raise
        except Refused as refusal:
            asked, status, values = dict(refusal.messages), 422, dict(request.POST.items())
    page = {
        "page_title": action.label,
        "crumbs": [{"label": bilingual("在线表格", "Linked sheets"), "url": "/connections/sheets/"}],
        "questions": forms.questions(action, values, asked),
        "whole": asked.get("", []),
        "formula": f'=IMPORTDATA("{request.build_absolute_uri(made["path"])}")' if made else "",
    }
    return render(request, "connections/publish.html", page, status=status)


@require_safe
def read(request: HttpRequest, token: str) -> HttpResponse:
    """A published table as CSV, for any holder of its address."""
    return HttpResponse(read_published(token), content_type="text/csv; charset=utf-8")
