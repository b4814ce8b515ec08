"""Requests about personal information, erasures by date, and the terms."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.compliance.privacy import queries, withdrawals
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.gates.output import render_rows
from dakehu.interfaces.web.views.compliance_tabs import tabs_at
from dakehu.interfaces.web.views.imports.wizard import download_response

SHOWN = 200
TONES = {"open": "warn", "granted": "good", "refused": "bad"}


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The page of personal information: requests for users who serve clients, the rest for compliance."""
    decides = current_actor().may(QUERIES["compliance.erasure_preview"].needs)
    content: dict[str, Any] = {
        "page_title": bilingual("个人信息", "Personal information"),
        **tabs_at("/compliance/privacy/"),
        "rows": _requests(),
        "decides": decides,
    }
    if decides:
        terms = ask("compliance.privacy_terms", {})
        content["preview"] = ask("compliance.erasure_preview", {})
        content["own_terms"] = [term for term in terms if not term["is_usual"]]
        content["usual_terms"] = [term for term in terms if term["is_usual"]]
    return render(request, "compliance/privacy.html", content)


def _requests() -> list[dict[str, Any]]:
    """Return the requests as shown, with the values that control the page."""
    rows = list(queries.privacy_requests()[:SHOWN])
    today = clock.today()
    return [
        {
            **text,
            "client": plain["client"],
            "tone": TONES.get(row.state, ""),
            "withdrawn": withdrawals.names_of(row.purposes),
            "may_refuse": row.kind != "withdraw",
            "is_open": row.state == "open",
            "is_late": row.state == "open" and row.due_on < today,
        }
        for row, plain, text in zip(rows, render_rows(rows), render_rows(rows, shown=True), strict=True)
    ]


@require_POST
def client_copy(request: HttpRequest) -> HttpResponse:
    """The data copy of a client, downloaded once and not stored."""
    found = perform("privacy.copy_client", {"client": request.POST.get("client", "")})
    return download_response(found["name"], base64.b64decode(found["content"]))
