"""Live connections: the address of OData with a token and files that open programs there, and one's own SQL login."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from dakehu.exchange.powerbi.project import archive
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual, join_items, language
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web.views.imports.wizard import download_response

NAMED = 8  # masked columns named in the text


def service_address(request: HttpRequest) -> str:
    """Return the address of OData as this browser reaches the desk."""
    return request.build_absolute_uri(reverse("odata-root") + "/")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """How Excel, Power BI and others read the desk."""
    return _draw_page(request)


@require_POST
def sql_login(request: HttpRequest) -> HttpResponse:
    """A new SQL login of one's own, shown once."""
    try:
        made = perform("bi.create_login", {})
    except NotAllowed:
        raise
    except Refused as refusal:
        return _draw_page(request, 422, sql_refused=str(refusal))
    return _draw_page(request, sql_made=made)


def _draw_page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    sets = ask("odata.entity_sets", {})
    masked = list(dict.fromkeys(label for one in sets for label in one["masked"]))
    return render(
        request,
        "exports/odata.html",
        {
            "page_title": bilingual("实时连接", "Live connection"),
            "page_note": bilingual("Excel、Power BI 直接取数", "For Excel and Power BI"),
            "crumbs": [{"label": bilingual("导出", "Export"), "url": reverse("export")}],
            "address": service_address(request),
            "sets": sets,
            "masked": masked,
            "masked_shown": join_items(masked[:NAMED], language()) + (" …" if len(masked) > NAMED else ""),
            "sql": ask("bi.access", {}),
            **more,
        },
        status=status,
    )


@require_GET
def file(request: HttpRequest, entity_set: str = "") -> HttpResponse:
    """The connection file of the service (.pbids) or of one table (.odc)."""
    made = ask("odata.connection_file", {"address": service_address(request), "entity_set": entity_set})
    return download_response(made["name"], made["text"].encode())


@require_GET
def project(request: HttpRequest) -> HttpResponse:
    """The Power BI project as a ZIP."""
    made = ask("powerbi.project", {"address": service_address(request)})
    return download_response(made["name"], archive(made["files"]))
