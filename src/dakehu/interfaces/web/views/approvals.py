"""Approvals: requests waiting for the reader, submitted by them, and decided ones."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema.fields import labels_of

TONES = {"waiting": "warn", "approved": "good", "rejected": "bad", "void": ""}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?view=mine: requests for approval of every kind."""
    (view,) = QUERIES["compliance.approvals"].parameters
    views = [(one.value, one.text) for one in view.choice_set or ()]
    given = request.GET.get("view", "")
    chosen = given if given in dict(views) else views[0][0]
    rows = ask("compliance.approvals", {"view": chosen})
    content = {
        "page_title": bilingual("审批", "Approvals"),
        "labels": labels_of("compliance.Approval"),
        "views": views,
        "chosen": chosen,
        "reviews": ask("compliance.review_lists", {}) if chosen == "waiting" else [],
        "rows": [{**row, "tone": TONES.get(row["state_code"], "")} for row in rows],
    }
    return render(request, "compliance/approvals.html", content)
