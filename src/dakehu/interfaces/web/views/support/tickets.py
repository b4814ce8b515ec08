"""The lists of tickets, one ticket, and its files."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.support.tickets import queries as ticket_queries
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.learning.sending import send_file

TITLE = bilingual("求助台", "Support desk")
CRUMBS = [{"label": TITLE, "url": "/support/"}]
TONES = {"open": "warn", "answered": "accent", "solved": "good", "closed": ""}
KIND_TONES = {"question": "", "fault": "bad", "wish": "violet"}
TABS = {
    "mine": bilingual("我的求助", "Mine"),
    "waiting": bilingual("待答复", "Waiting"),
    "answers": bilingual("已答复的公开问题", "Answered, public"),
    "wishes": bilingual("功能建议", "Wishes"),
}
EMPTY = {
    "mine": bilingual("您还没有求助", "You have not asked yet"),
    "waiting": bilingual("没有待答复的求助", "Nothing waits for an answer"),
    "answers": bilingual("还没有公开的答复", "No public answer yet"),
    "wishes": bilingual("还没有功能建议", "No wish yet"),
}
ABOUT = ("area", "page", "desk_version", "first_answered_at", "solved_at", "reopened")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?tab=mine|waiting|answers|wishes&q=导入: tickets, and for leads and administrators the counts of support."""
    asked = request.GET.get("q", "").strip()
    found = ask("support.ticket_list", {"tab": request.GET.get("tab", ""), **({"text": asked} if asked else {})})
    is_support = current_actor().may(Permission.SUPPORT_ANSWER)
    content = {
        "page_title": TITLE,
        "labels": labels_of("support.Ticket"),
        "tab": found["tab"],
        "tabs": [
            {"code": code, "label": label, "count": found["counts"][code]}
            for code, label in TABS.items()
            if code != "waiting" or is_support
        ],
        "rows": [_add_tones(row) for row in found["rows"]],
        "empty_text": EMPTY[found["tab"]],
        "asked": asked,
        "counts": _counts() if current_actor().may(Permission.SUPPORT_COUNTS) else None,
    }
    return render(request, "support/tickets.html", content)


def _add_tones(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "tone": TONES[row["state_code"]], "kind_tone": KIND_TONES[row["kind_code"]]}


def _counts() -> dict[str, Any]:
    counts = ask("support.counts", {})
    spans = {name: span_text(counts[name]) for name in ("first_answer", "solution", "oldest_waiting")}
    return {**counts, **spans}


def span_text(minutes: int | None) -> Any:
    """Return working minutes as text; a dash for none."""
    if minutes is None:
        return "–"
    if minutes < 60:
        return bilingual("{n} 分钟", "{n} min", n=minutes)
    return bilingual("{n} 小时", "{n} h", n=f"{minutes / 60:.1f}")


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One ticket: the question, the messages, and the reader's possible actions."""
    found = ask("support.ticket_page", {"ticket": pk})
    labels, row = labels_of("support.Ticket"), found["row"]
    content = {
        **{name: value for name, value in found.items() if name != "messages"},
        "written": found["messages"],
        "row": _add_tones(row),
        "about": [(labels[name], row[name]) for name in ABOUT if row.get(name) and row[name] != "0"],
        "page_title": row["subject"],
        "crumbs": CRUMBS,
        "labels": labels,
    }
    return render(request, "support/ticket.html", content)


@require_safe
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download a file of a ticket."""
    return send_file(*ticket_queries.ticket_file(ticket_file=pk))
