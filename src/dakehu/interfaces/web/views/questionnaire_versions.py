"""The firm's own questionnaire: the version in force, the firm's versions, and the page on which one is edited."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.advice.questionnaire_versions import queries as questionnaires
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.schema.fields import labels_of

TITLE = bilingual("测评问卷", "Questionnaire")
CRUMBS = [{"label": TITLE, "url": "/suitability/questionnaire/"}]
TONES = {"draft": "", "waiting": "warn", "approved": "good", "withdrawn": ""}
SHOWN = ("name", "state", "effective_from", "based_on", "note")
ROWS = 2  # empty rows for further options


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The version in force with its questions, and the versions written by the firm."""
    rows = list(questionnaires.questionnaire_versions()[:50])
    content = {
        "page_title": TITLE,
        "current": ask("advice.questionnaire", {}),
        "labels": labels_of("advice.QuestionnaireVersion"),
        "rows": [
            {**text, "id": row.pk, "tone": TONES[str(row.state)]}
            for row, text in zip(rows, render_rows(rows, SHOWN, shown=True), strict=True)
        ],
    }
    return render(request, "suitability/questionnaires.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A version: its questions to be edited or read, its errors, its changes."""
    found = ask("advice.questionnaire_page", {"questionnaire": pk})
    empty = {"code": "", "group": "", "kind": "single", "zh": "", "en": "", "options": []}
    content = {
        **found,
        "tone": TONES[found["state_code"]],
        "page_title": found["name"],
        "crumbs": CRUMBS,
        "labels": labels_of("advice.QuestionnaireVersion"),
        "topics": [{**topic, "items": [_with_rows(item) for item in topic["items"]]} for topic in found["topics"]],
        "new_item": _with_rows(empty),
    }
    return render(request, "suitability/questionnaire_version.html", content)


def _with_rows(item: dict[str, Any]) -> dict[str, Any]:
    """Return a question with empty rows for further options."""
    spare: dict[str, Any] = {"code": "", "zh": "", "en": "", "points": "", "minimum": False, "exclusive": False}
    return {**item, "options": [*item["options"], *({**spare} for _ in range(ROWS if item["options"] else 4))]}


@require_POST
def set_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a question of the form, and show the version with it or with the errors."""
    raw = {"questionnaire": pk, "version": request.POST.get("version", ""), "item": _item(request.POST)}
    try:
        perform("advice.set_questionnaire_item", raw)
        messages.success(request, str(bilingual("题目已保存", "The question is saved")))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(f"/suitability/questionnaire/{pk}/#q-{request.POST.get('code', '')}")


def _item(form: QueryDict) -> dict[str, Any]:
    """Return a question as input of the action. Option rows without text are left out."""
    columns = [form.getlist(f"option_{name}") for name in ("code", "zh", "en", "points")]
    lowest, alone = set(form.getlist("option_minimum")), set(form.getlist("option_exclusive"))
    options = [
        {
            "code": code.strip(),
            "zh": zh,
            "en": en,
            "points": int(points) if points.strip().isascii() and points.strip().isdigit() else None,
            "minimum": str(at) in lowest,
            "exclusive": str(at) in alone,
        }
        for at, (code, zh, en, points) in enumerate(zip(*columns, strict=False))
        if code.strip() or zh.strip() or en.strip()
    ]
    facts = {name: form.get(name, "").strip() for name in ("code", "group", "kind", "zh", "en")}
    return {**facts, "options": options}
