"""The client list: saved views as tabs, the grid, a new client."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform
from dakehu.foundation.gates.registry import QUERIES
from dakehu.interfaces.web.views.clients.grid import clean_columns, described_columns


def ready_views() -> list[dict[str, Any]]:
    """Views of every user."""
    today = clock.today()
    week = today + timedelta(days=6 - today.weekday())
    return [
        {"key": "", "label": bilingual("全部客户", "All clients"), "query": ""},
        {
            "key": "due",
            "label": bilingual("本周待跟进", "Due this week"),
            "query": urlencode({"next_contact_on.le": week.isoformat(), "sort": "next_contact_on"}),
        },
        {
            "key": "risk",
            "label": bilingual("风险测评即将到期", "Risk assessment expiring"),
            "query": urlencode({"risk_valid_to.le": (today + timedelta(days=30)).isoformat(), "sort": "risk_valid_to"}),
        },
        {
            "key": "quiet",
            "label": bilingual("超期未联系", "Out of touch"),
            "query": urlencode(
                {"last_contact_on.le": (today - timedelta(days=60)).isoformat(), "sort": "last_contact_on"}
            ),
        },
    ]


@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    needed = QUERIES["clients.list"]
    if not actor.may(needed.needs):
        raise NotAllowed(needed.label, needed.needs)
    asked = {key: str(value) for key, value in request.GET.items() if key != "view"}
    chosen = request.GET.get("view", "")
    views = ready_views()
    for view in team.views(page="clients"):
        views.append(
            {
                "key": str(view.pk),
                "label": view.name,
                "query": view.state.get("query", ""),
                "pk": view.pk,
                "shared": view.shared,
                "mine": view.owner_id == actor.user_id,
            }
        )
    now = next((view for view in views if view["key"] == chosen), views[0])
    query = urlencode(asked) if asked else now["query"]
    key = "" if asked else now["key"]
    return render(
        request,
        "clients/listing.html",
        {
            "views": views,
            "now": key if not asked else None,
            "query": query,
            "columns": described_columns(key),
            "may_export": actor.may(Permission.EXPORT),
            "page_title": bilingual("客户", "Clients"),
            "asked": asked,
            "view": key,
        },
    )


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Save the current list under a name, its columns included; optionally shared with the team, where each member may
    rearrange the columns without changing them for the others."""
    try:
        columns = clean_columns(json.loads(request.POST.get("columns") or "[]"))
    except (ValueError, KeyError, TypeError):
        columns = []
    view = perform(
        "team.save_view",
        {
            "page": "clients",
            "name": request.POST.get("name", ""),
            "shared": "shared" in request.POST,
            "state": {"query": request.POST.get("query", "")[:2000], "columns": columns},
        },
    )
    messages.success(request, str(bilingual("视图“{name}”已保存。", "View “{name}” saved.", name=view.name)))
    return HttpResponseRedirect(f"/clients/?view={view.pk}")


@require_POST
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    perform("team.delete_view", {"view": view_id})
    messages.success(request, str(bilingual("视图已删除。", "View dropped.")))
    return HttpResponseRedirect("/clients/")
