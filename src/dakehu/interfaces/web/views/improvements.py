"""Issues of improvement: the board of four stages, and one issue from its cause to its effect."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of, model_of

CRUMBS = [{"label": bilingual("改进事项", "Improvements"), "url": "/improvements/"}]
VERBS = {  # step → its action and label
    "measure": ("care.measure_issue", bilingual("测量效果", "Measure")),
    "submit": ("care.submit_issue", bilingual("提交关闭", "Submit for closing")),
    "change": ("care.change_issue", bilingual("修改", "Edit")),
    "move": ("care.move_issue", bilingual("换阶段", "Move")),
    "enter": ("care.enter_counts", bilingual("填报数量", "Type in counts")),
    "reopen": ("care.reopen_issue", bilingual("重新打开", "Take up again")),
}
PLAN = ("topic", "problem", "cause_method", "cause", "measure", "owner", "due_on", "opened_by", "opened_on")
EFFECT = ("metric", "smallest_effect", "before_from", "before_to", "after_from", "after_to")
END = ("no_effect_reason", "closing_note", "closed_on", "closed_by")


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """?mine=1&topic=speed: issues by stage; for htmx only the columns."""
    mine, topic = request.GET.get("mine", ""), request.GET.get("topic", "")
    asked: dict[str, Any] = {"mine": bool(mine), **({"topic": topic} if topic else {})}
    content = {
        **ask("care.issue_board", asked),
        "mine": mine,
        "topic": topic,
        "topics": [(one.value, one.text) for one in model_of("care.Issue")._meta.get_field("topic").choice_set],
        "page_title": bilingual("改进看板", "Board of improvement"),
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "improvements/columns.html" if inside else "improvements/board.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue: plan, effect with its interval, the records behind it, and which clients were informed."""
    found = ask("care.issue_detail", {"issue": pk})
    labels, row = labels_of("care.Issue"), found["row"]
    content = {
        **found,
        "verbs": [(*VERBS[step], step == _main_step(found)) for step in VERBS if step in found["steps"]],
        "can_write": "write" in found["steps"],
        "plan": [(labels[name], row[name]) for name in PLAN if row.get(name)],
        "how": [(labels[name], row[name]) for name in _method_fields(found) if row.get(name)],
        "end": [(labels[name], row[name]) for name in END if row.get(name)],
        "metrics": ask("care.metrics", {}),
        "titles": [stage["title"] for stage in found["stages"]],
        "place": sum(stage["is_done"] for stage in found["stages"]),
        "page_title": row["title"],
        "crumbs": CRUMBS,
    }
    return render(request, "improvements/issue.html", content)


def _method_fields(found: dict[str, Any]) -> tuple[str, ...]:
    """Return the fields that define how an effect is measured, without those shown in its result."""
    return ("smallest_effect",) if found["result"]["has_result"] else EFFECT


def _main_step(found: dict[str, Any]) -> str:
    """Return the next step: measure, and once there is an effect submit."""
    return "submit" if found["result"].get("verdict_code") else "measure"
