"""The known problems of the desk, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.support.tickets import CRUMBS

TITLE = bilingual("已知问题", "Known problems")
TONES = {"open": "warn", "fixed": "good"}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?q=打印: the known problems, those not fixed first."""
    asked = request.GET.get("q", "").strip()
    rows = ask("support.problem_list", {"text": asked} if asked else {})
    content = {
        "page_title": TITLE,
        "crumbs": CRUMBS,
        "labels": labels_of("support.KnownProblem"),
        "rows": [{**row, "tone": TONES[row["state_code"]]} for row in rows],
        "asked": asked,
    }
    return render(request, "support/problems.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One known problem with its workaround."""
    row = ask("support.problem_page", {"known_problem": pk})
    content = {
        "page_title": row["title"],
        "crumbs": [*CRUMBS, {"label": TITLE, "url": "/support/problems/"}],
        "labels": labels_of("support.KnownProblem"),
        "row": {**row, "tone": TONES[row["state_code"]]},
    }
    return render(request, "support/problem.html", content)
