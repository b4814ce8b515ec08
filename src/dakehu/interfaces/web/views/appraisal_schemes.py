"""Schemes of appraisal: the list, and one as its editor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.appraisal.schemes import queries
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_rows

TITLE = bilingual("考核方案", "Appraisal schemes")
TONES = {"draft": "warn", "waiting": "accent", "approved": "good", "retired": ""}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All schemes with their editions."""
    rows = list(queries.scheme_rows())
    shown = render_rows(rows, ("name", "edition", "state"), shown=True)
    schemes = [
        {**text, "id": row.pk, "state_text": text["state"], "tone": TONES[str(row.state)]}
        for row, text in zip(rows, shown, strict=True)
    ]
    return render(request, "appraisal/schemes.html", {"page_title": TITLE, "schemes": schemes})


@require_safe
def scheme(request: HttpRequest, pk: int) -> HttpResponse:
    """One scheme with its parts, weights and targets; a draft is edited here."""
    found = ask("appraisal.scheme", {"appraisal_scheme": pk})
    content = {
        **found,
        "tone": TONES[found["state"]],
        "is_draft": found["state"] == "draft",
        "page_title": found["label"],
        "crumbs": [{"label": TITLE, "url": "/appraisal/schemes/"}],
    }
    return render(request, "appraisal/scheme.html", content)
