"""The wording rules: check a text, the groups with their patterns, the texts waiting for review."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.compliance.rule_sets.registry import CERTAINTY
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

SEVERITIES = {
    "BLOCK": (bilingual("不得发送", "May not be sent"), "bad"),
    "COND": (bilingual("须附相应内容", "Needs companion texts"), "warn"),
    "WARN": (bilingual("提示", "Warning"), "warn"),
    "REVIEW": (bilingual("待人工复核", "A person decides"), "info"),
    None: (bilingual("未发现问题", "Nothing found"), "good"),
}


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Redirect to the wording rules, the first page of compliance."""
    return redirect("wording")


@require_safe
def wording(request: HttpRequest) -> HttpResponse:
    """The page of the wording rules."""
    found = ask("compliance.lexicon", {})
    may_review = current_actor().may(QUERIES["compliance.text_reviews"].needs)
    content = {
        "page_title": bilingual("用语合规", "Wording"),
        **tabs_at("/compliance/wording/"),
        "groups": [_group(group) for group in found["groups"]],
        "rates": {**found["rates"], **_shares(found["rates"])},
        "reviews": ask("compliance.text_reviews", {}) if may_review else None,
    }
    return render(request, "compliance/wording.html", content)


def _group(group: dict[str, Any]) -> dict[str, Any]:
    """Return a group with its severity and certainty as text."""
    text, tone = SEVERITIES[group["severity"]]
    return {**group, "severity_text": text, "tone": tone, "certainty_text": CERTAINTY[group["certainty"]]}


def _shares(rates: dict[str, Any]) -> dict[str, str]:
    """Return the error rates as percentages."""
    names = ("missed_share", "false_alarms_share")
    return {name: f"{100 * rates[name]:.1f} %" for name in names}


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Return the check's result for the text typed on the page."""
    try:
        found = ask("compliance.check_wording", {"text": request.POST.get("text", "")})
    except Refused as refused:
        return render(request, "compliance/checked.html", {"error": str(refused)})
    text, tone = SEVERITIES[found["severity"]]
    code = language()
    hits = [
        {
            **hit,
            "tone": SEVERITIES[hit["severity"]][1],
            "severity_text": SEVERITIES[hit["severity"]][0],
            "reason": hit["reason"][code],
            "suggestion": hit["suggestion"][code],
            "certainty_text": CERTAINTY[hit["certainty"]],
        }
        for hit in found["hits"]
    ]
    return render(request, "compliance/checked.html", {"text": text, "tone": tone, "hits": hits})


@require_POST
def reviewed_text(request: HttpRequest, pk: int) -> HttpResponse:
    """A waiting text; its opening is recorded."""
    found = perform("compliance.open_reviewed_text", {"review": pk})
    return render(request, "compliance/reviewed_text.html", {"found": found})
