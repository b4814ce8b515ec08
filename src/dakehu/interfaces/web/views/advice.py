"""Advice: the list with the policies to be reviewed, and one piece with its checks, its steps and its outcomes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.advice.records import queries as records
from dakehu.domains.compliance.rule_sets.registry import CERTAINTY
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_rows
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.schema.fields import labels_of, model_of
from dakehu.interfaces.web.views.compliance import SEVERITIES

SIZE = 50
SHOWN = ("client", "kind", "subject", "product", "adviser", "state", "delivered_at", "decision")
TONES = {"draft": "", "waiting": "warn", "approved": "accent", "delivered": "good", "decided": "good", "withdrawn": ""}
OUTCOME_TONES = {"refuse": "bad", "block": "bad", "allow_with_warning": "warn", "allow": "good"}
CRUMBS = [{"label": bilingual("投资建议", "Advice"), "url": "/advice/"}]
DETAILS = ("kind", "product", "initiative", "adviser", "submitted_at", "channel", "delivered_at")
DECISION = ("decision", "decided_on", "decision_note")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?state=waiting: the visible advice, the newest first, and the policies whose review is due."""
    state = request.GET.get("state", "")
    found = records.advice_list(filters={"state": state} if state else {})
    rows = list(found[:SIZE])
    (column,) = columns_of(model_of("advice.Advice"), ("state",))
    content = {
        "page_title": bilingual("投资建议", "Advice"),
        "labels": labels_of("advice.Advice"),
        "rows": [
            {**text, "id": row.pk, "client_id": row.client_id, "tone": TONES[str(row.state)]}
            for row, text in zip(rows, render_rows(rows, SHOWN, shown=True), strict=True)
        ],
        "count": found.count(),
        "given": state,
        "states": [(one.value, one.text) for one in column.choice_set],
        "reviews": ask("advice.policies_to_review", {}),
    }
    return render(request, "advice/list.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A piece of advice: text, checks, approval, steps, decision, outcomes."""
    found = ask("advice.advice_page", {"advice": pk})
    labels, shown = labels_of("advice.Advice"), found["shown"]
    checks = found["checks"]
    content = {
        **found,
        "page_title": shown["subject"],
        "crumbs": CRUMBS,
        "labels": labels,
        "tone": TONES[found["advice"]["state"]],
        "facts": [
            *((labels[name], shown[name]) for name in DETAILS if shown.get(name)),
            *([(labels["policy"], found["policy"])] if found["policy"] else []),
        ],
        "decided": [(labels[name], shown[name]) for name in DECISION if shown.get(name)],
        "fit": _add_certainty(checks["suitability"]) if "suitability" in checks else None,
        "fit_tone": OUTCOME_TONES.get(checks.get("suitability", {}).get("outcome", ""), ""),
        "wording": _add_severity(checks.get("wording") or {"severity": None, "hits": []}),
        "steps": [{**step, "tone": TONES[step["state_code"]]} for step in found["steps"]],
    }
    return render(request, "advice/record.html", content)


def _add_certainty(fit: dict[str, Any]) -> dict[str, Any]:
    """Return a check of suitability and its duties with the certainty of each source as text."""
    duties = [{**duty, "certainty_text": CERTAINTY[duty["certainty"]]} for duty in fit["duties"]]
    return {**fit, "duties": duties, "certainty_text": CERTAINTY[fit["certainty"]]}


def _add_severity(wording: dict[str, Any]) -> dict[str, Any]:
    """Return a check of wording with its severity as text and its tone."""
    text, tone = SEVERITIES[wording["severity"]]
    return {**wording, "severity_text": text, "tone": tone}
