"""Trials: the list, and one with its design, its detectable effect, its result and the decision."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.innovation.trials import queries as trials
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.schema.fields import labels_of, model_of
from dakehu.interfaces.web.views.campaigns import segment_lines, views
from dakehu.interfaces.web.views.clients.grid import asked_of

SIZE = 100
CRUMBS = [{"label": bilingual("试点", "Trials"), "url": "/trials/"}]
TONES = {"waiting": "warn", "approved": "accent", "running": "accent", "adopted": "good", "aborted": "bad"}
SHOWN = ("name", "state", "measure", "owner", "started_on", "ends_on")
DESIGN = ("hypothesis", "treatment", "why_small", "abort_reason")
FACTS = (
    "owner",
    "varied",
    "days",
    "started_on",
    "ends_on",
    "control_percent",
    "contact",
    "channel",
    "older_from",
    "cost",
)
VERBS = {  # step → its action, label, icon, whether it is the main one
    "edit": ("innovation.change_trial", bilingual("修改", "Edit"), "pencil", False),
    "submit": ("innovation.submit_trial", bilingual("提交批准", "Submit for approval"), "circle-check", True),
    "start": ("innovation.start_trial", bilingual("抽取分组并开始", "Draw and start"), "users", True),
    "measure": ("innovation.measure_trial", bilingual("测量结果", "Measure"), "chart-column", True),
    "decide": ("innovation.decide_trial", bilingual("决定", "Decide"), "circle-check", True),
    "abort": ("innovation.abort_trial", bilingual("中止", "Abort"), "circle-x", False),
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?state=running: the visible trials, the newest first."""
    state = request.GET.get("state", "")
    rows = list(trials.trials(filters={"state": state} if state else {})[:SIZE])
    (column,) = columns_of(model_of("innovation.Trial"), ("state",))
    content = {
        "rows": [
            {**text, "id": row.pk, "tone": TONES.get(str(row.state), "")}
            for row, text in zip(rows, render_rows(rows, SHOWN, shown=True), strict=True)
        ],
        "states": [(one.value, one.text) for one in column.choice_set],
        "given": state,
        "labels": labels_of("innovation.Trial"),
        "measures": ask("innovation.trial_measures", {}),
        "page_title": bilingual("试点", "Trials"),
    }
    return render(request, "innovation/trials.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One trial, from its design to the decision, as far as the reader may see it."""
    found = ask("innovation.trial_page", {"trial": pk})
    labels, can, shown = labels_of("innovation.Trial"), found["can"], found["shown"]
    segment: dict[str, Any] = found["segment"] or {"filters": {}, "text": ""}
    content = {
        **found,
        "plan": ask("innovation.trial_preview", {"trial": pk}) if can["preview"] else found["plan"],
        "tone": TONES.get(found["state_code"], ""),
        "design": [(labels[name], shown[name]) for name in DESIGN if shown.get(name)],
        "facts": [(labels[name], shown[name]) for name in FACTS if shown.get(name)],
        "verbs": [VERBS[step] for step in VERBS if can[step]],
        "segment_lines": segment_lines(segment),
        "segment_query": urlencode({**segment["filters"], "q": segment["text"]}),
        "views": [(key, label) for key, label, _ in views()] if can["edit"] else [],
        "members": ask("innovation.trial_members", {"trial": pk}) if any(found["own"].values()) else None,
        "page_title": shown["name"],
        "crumbs": CRUMBS,
    }
    return render(request, "innovation/trial.html", content)


@require_POST
def segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the clients of a view of the client list."""
    chosen = request.POST.get("view", "")
    found = next((query for key, _, query in views() if key == chosen), None)
    if found is None:
        raise NotFound(bilingual("视图", "view"))
    text, filters, _ = asked_of(dict(parse_qsl(found)))
    perform("innovation.change_trial", {"trial": pk, "text": text, "filters": filters})
    return HttpResponseRedirect(f"/trials/{pk}/")
