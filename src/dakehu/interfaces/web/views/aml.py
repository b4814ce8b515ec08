"""The anti-money-laundering page and the file of a client: for compliance only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_row
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

URL = "/compliance/aml/"


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Open work: reviews, hits of the lists, open suspicions."""
    found = ask("compliance.aml_desk", {})
    content = {"page_title": bilingual("反洗钱", "Money laundering"), **tabs_at(URL), **found}
    return render(request, "compliance/aml.html", content)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The compliance file of a client; each opening is recorded."""
    found = perform("compliance.open_aml_file", {"client": pk})
    client = clients.get_client(pk)
    content = {
        "page_title": bilingual("反洗钱档案", "AML file"),
        "crumbs": [{"label": bilingual("反洗钱", "Money laundering"), "url": URL}],
        "client": client,
        "client_name": render_row(client, ("name",), shown=True)["name"],
        **found,
    }
    return render(request, "compliance/aml_file.html", content)
