"""The inbox of client feedback, by deadline, and one piece of feedback."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of

CRUMBS = [{"label": bilingual("客户意见", "Feedback"), "url": "/feedback/"}]
VERBS = {  # step → its action and label
    "confirm_contact": ("care.confirm_contact", bilingual("已联系客户", "Client contacted")),
    "reply": ("care.reply_feedback", bilingual("答复客户", "Reply")),
    "close": ("care.close_feedback", bilingual("办结", "Close")),
    "change": ("care.change_feedback", bilingual("更正登记", "Correct")),
    "pass_on": ("care.pass_to_complaints", bilingual("转为投诉", "Pass on as a complaint")),
}
MAIN = ("confirm_contact", "reply")
FACTS = (
    *("channel", "received_at", "topic", "mood", "distress", "contacted_by", "contacted_at"),
    *("sender", "sender_contact", "owner", "registered_by", "due_on"),
)
ANSWER = ("reply", "replied_on", "satisfied", "closed_on")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?kind=suggestion&mine=1&all=1; by default all that are not closed."""
    kind, mine, every = (request.GET.get(name, "") for name in ("kind", "mine", "all"))
    asked: dict[str, Any] = {"mine": bool(mine), "is_open": not every}
    found = ask("care.inbox", {**asked, **({"kind": kind} if kind else {})})
    chosen = {name: "1" for name, value in (("mine", mine), ("all", every)) if value}
    kinds = [{"kind": "", "label": bilingual("全部", "All"), "count": sum(one["count"] for one in found["kinds"])}]
    content = {
        **found,
        "tabs": [
            {**one, "current": one["kind"] == kind, "url": "?" + urlencode({**chosen, "kind": one["kind"]})}
            for one in (*kinds, *found["kinds"])
        ],
        "kind": kind,
        "mine": mine,
        "every": every,
        "page_title": bilingual("客户意见", "What clients say"),
    }
    part = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "feedback/lines.html" if part else "feedback/page.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of feedback: in the drawer, or as a page."""
    found = ask("care.feedback_detail", {"feedback": pk})
    labels, row = labels_of("care.Feedback"), found["row"]
    content = {
        **found,
        "verbs": [(*VERBS[step], step in MAIN) for step in found["steps"] if step in VERBS],
        "can_link": "link" in found["steps"],
        "facts": [(labels[name], row[name]) for name in FACTS if row.get(name)],
        "answer": [(labels[name], row[name]) for name in ANSWER if row.get(name)] if row["replied_on"] else [],
        "page_title": bilingual("客户意见", "Feedback"),
        "crumbs": CRUMBS,
    }
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "feedback/one.html" if part else "feedback/one_page.html", content)
