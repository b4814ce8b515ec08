"""Clients' reports as PDF: one immediately, many in the background; the ZIP is downloaded from the exports page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.clients import queries as clients
from dakehu.exchange.reports import service as reports
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.interfaces.web.views.exports.workbook import chosen_of
from dakehu.interfaces.web.views.imports.wizard import download_response


def _rise_is_red(request: HttpRequest) -> bool:
    chosen = request.COOKIES.get("updown")
    return chosen != "green-up" if chosen else bool(firm_settings.current("RISE_IS_RED"))


@require_safe
def one(request: HttpRequest, client_id: int) -> HttpResponse:
    """The report of a client, created now; its export is recorded."""
    client = clients.get_client(client_id)
    paper = reports.render_and_record(
        client, language=request.GET.get("language") or None, rise_is_red=_rise_is_red(request)
    )
    return download_response(paper.name, paper.content)


@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Reports of each chosen, filtered, or visible client."""
    kind, rows = chosen_of(request.POST)
    numbers = None if kind == "all" else list(rows.values_list("pk", flat=True))
    try:
        job = reports.start(numbers, request.POST.get("language") or None, _rise_is_red(request))
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("export")
    return redirect("export-job", pk=job)
