"""Half-yearly self-checks: the counts of each period, the report and its signature."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

TONES = {"due": "warn", "waiting": "accent", "returned": "bad", "signed": "good"}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All self-checks, the latest first."""
    rows = ask("compliance.self_checks", {})
    content = {
        "page_title": bilingual("半年自查", "Half-yearly self-checks"),
        **tabs_at("/compliance/self-checks/"),
        "labels": labels_of("compliance.SelfCheck"),
        "rows": [{**row, "tone": TONES.get(row["state_code"], "")} for row in rows],
    }
    return render(request, "compliance/self_checks.html", content)
