"""Complaints by deadline: stages, owners, and one case with its evidence."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.client.timeline import add_icons

OPEN = "open_all"  # every stage but the last
VERBS = {  # step of a case → its action and label
    "acknowledge": ("compliance.acknowledge_complaint", bilingual("已告知客户", "Acknowledged")),
    "accept": ("compliance.accept_complaint", bilingual("受理", "Accept")),
    "reject": ("compliance.reject_complaint", bilingual("不予受理", "Reject")),
    "assign": ("compliance.assign_complaint", bilingual("指派", "Assign")),
    "note": ("compliance.add_complaint_note", bilingual("内部记录", "Note")),
    "extend": ("compliance.extend_complaint", bilingual("延期", "Extend")),
    "reply": ("compliance.reply_complaint", bilingual("答复客户", "Reply")),
    "close": ("compliance.close_complaint", bilingual("办结", "Close")),
    "reopen": ("compliance.reopen_complaint", bilingual("重新处理", "Take up again")),
}
MAIN = ("accept", "reply")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?stage=working&owner=3&mine=1; by default all that are not closed."""
    stage, owner = request.GET.get("stage") or OPEN, request.GET.get("owner", "")
    mine = bool(request.GET.get("mine"))
    filters: dict[str, Any] = {"state": stage} if stage != OPEN else {}
    if owner.isdigit():
        filters["owner"] = int(owner)
    found = ask("compliance.complaint_inbox", {"filters": filters, "mine": mine, "is_open": stage == OPEN})
    settings = ask("compliance.complaint_settings", {})
    kept = {name: value for name, value in (("owner", owner), ("mine", "1" if mine else "")) if value}
    page = {
        **found,
        "tabs": _tabs(found["stages"], stage, kept),
        "owner": owner,
        "mine": mine,
        "stage": stage,
        "owners": [(str(user.pk), user.name) for user in team.users().filter(is_active=True)],
        "page_title": bilingual("投诉", "Complaints"),
        "settings": settings["rows"],
        "settings_query": urlencode({row["name"]: row["value"] for row in settings["rows"]}),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "complaints/cases.html" if part else "complaints/page.html", page)


def _tabs(stages: list[dict[str, Any]], chosen: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    """Return one tab per stage, with its count, after one for all open cases."""
    is_open = [one for one in stages if one["state"] != "closed"]
    every = {
        "state": OPEN,
        "label": bilingual("未办结", "Not closed"),
        "count": sum(one["count"] for one in is_open),
        "overdue": sum(one["overdue"] for one in is_open),
    }
    return [
        {**one, "current": one["state"] == chosen, "url": "?" + urlencode({**kept, "stage": one["state"]})}
        for one in (every, *stages)
    ]


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case with its evidence: in the drawer, or as a page that prints."""
    found = ask("compliance.complaint_case", {"complaint": pk})
    evidence = ask("service.complaint_evidence", {"complaint": pk})
    page = {
        **found,
        "steps": [(VERBS[step][0], VERBS[step][1], step in MAIN) for step in found["steps"]],
        "files": evidence["files"],
        "moments": add_icons(evidence["moments"]),
        "page_title": bilingual("投诉详情", "Complaint"),
        "crumbs": [{"label": bilingual("投诉", "Complaints"), "url": "/complaints/"}],
    }
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "complaints/case.html" if part else "complaints/case_page.html", page)
