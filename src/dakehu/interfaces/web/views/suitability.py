"""Suitability: check a product for a client, open decisions, stored checks with their duties, call-backs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web import forms

TITLE = bilingual("适当性", "Suitability")
CRUMBS = [{"label": TITLE, "url": "/suitability/"}]
TONES = {"refuse": "bad", "block": "warn", "allow_with_warning": "warn", "allow": "good"}
ASKED = ("client", "product", "product_name", "product_risk", "initiative", "channel", "purpose", "kyc_complete")
KEPT_ONLY = ("product_name", "purpose")  # fields of a record that the rules do not require
FACTS = ("checked_at", "checked_by", "purpose", "initiative", "channel", "rule", "rules_version")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?client=…&product=…: the form with its answer, open items of the reader, and the latest checks."""
    given = {name: request.GET.get(name, "").strip() for name in ASKED}
    answer, faults = _answer(given) if any(given.values()) else (None, {})
    content = {
        "page_title": TITLE,
        "questions": _questions(given, faults),
        "answer": answer,
        "tone": TONES[answer["outcome"]] if answer else "",
        "faults": faults.get("", []),
        "given": given,
        "rows": [{**row, "tone": TONES[row["outcome_code"]]} for row in ask("advice.latest_checks", {})],
        "labels": labels_of("advice.SuitabilityCheck"),
        "test_links": [
            {**link, "address": request.build_absolute_uri(link["path"])}
            for link in _rows_if_allowed("advice.questionnaire_links")
        ],
        "reviews": _rows_if_allowed("advice.waiting_assessments"),
        "classes": _rows_if_allowed("advice.waiting_classes"),
        "rules": ask("advice.suitability_rules", {}),
        "may_see_self_checks": current_actor().may(QUERIES["compliance.self_checks"].needs),
        "may_call": current_actor().may(QUERIES["advice.call_backs"].needs),
    }
    return render(request, "suitability/page.html", content)


def _questions(given: dict[str, str], faults: dict[str, Any]) -> list[forms.Question]:
    """Return the questions of the form, as in the action that stores a check."""
    known = {parameter.name: parameter for parameter in ACTIONS["advice.record_check"].parameters}
    return [forms.question(known[name], given[name], faults.get(name, [])) for name in ASKED]


def _answer(given: dict[str, str]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return (decision of the rules, faults by field) of a filled form."""
    raw = {name: value for name, value in given.items() if value and name not in KEPT_ONLY}
    try:
        return ask("advice.check_suitability", raw), {}
    except NotAllowed:
        raise
    except Refused as refused:
        return None, dict(refused.messages)


def _rows_if_allowed(name: str) -> list[dict[str, Any]]:
    """Return the rows of a query, none for a reader who may not call it."""
    return ask(name, {}) if current_actor().may(QUERIES[name].needs) else []


@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Store a check, and show it with its duties."""
    raw = {name: request.POST[name] for name in ASKED if request.POST.get(name)}
    try:
        row = perform("advice.record_check", raw)
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect("/suitability/")
    return HttpResponseRedirect(f"/suitability/checks/{row.pk}/")


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """A stored check with its duties and documents."""
    found = ask("advice.check_page", {"suitability": pk})
    labels = labels_of("advice.SuitabilityCheck")
    content = {
        **found,
        "page_title": found["shown"]["product_name"],
        "crumbs": CRUMBS,
        "facts": [(labels[name], found["shown"][name]) for name in FACTS if found["shown"].get(name)],
    }
    return render(request, "suitability/check.html", content)


@require_safe
def call_backs(request: HttpRequest) -> HttpResponse:
    """The call-backs that are due, new clients without one, and the progress of the year's share."""
    found = ask("advice.call_backs", {})
    content = {**found, "page_title": bilingual("客户回访", "Call-backs"), "crumbs": CRUMBS}
    return render(request, "suitability/call_backs.html", content)
