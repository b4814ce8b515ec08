"""Complaints by deadline: stages, owners, and the evidence of one case."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.service import cases
from dakehu.domains.team import queries as team
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.web.views.client.timeline import with_looks

OPEN = "open_all"  # every stage but the last


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?stage=working&owner=3&mine=1; nothing chosen shows all that are not closed."""
    stage, owner = request.GET.get("stage") or OPEN, request.GET.get("owner", "")
    mine = bool(request.GET.get("mine"))
    filters: dict[str, Any] = {"state": stage} if stage != OPEN else {}
    if owner.isdigit():
        filters["owner"] = int(owner)
    found = cases.complaint_cases(filters=filters, mine=mine, is_open=stage == OPEN)
    kept = {name: value for name, value in (("owner", owner), ("mine", "1" if mine else "")) if value}
    page = {
        **found,
        "tabs": _tabs(found["stages"], stage, kept),
        "owner": owner,
        "mine": mine,
        "stage": stage,
        "owners": [(str(user.pk), user.name) for user in team.users().filter(is_active=True)],
        "page_title": bilingual("投诉", "Complaints"),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "complaints/cases.html" if part else "complaints/page.html", page)


def _tabs(stages: list[dict[str, Any]], chosen: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    """One tab a stage, with its number, after one for all that are open."""
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
    found = cases.complaint_case(request=pk)
    page = {
        **found,
        "moments": with_looks(found["moments"]),
        "page_title": bilingual("投诉详情", "Complaint"),
        "crumbs": [{"label": bilingual("投诉", "Complaints"), "url": "/complaints/"}],
    }
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "complaints/case.html" if part else "complaints/case_page.html", page)
