"""Notifications: the count, the panel, the page of all notices, and marking them as read."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.team import notices
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database import lock_timeout

IN_PANEL = 8


def _notices() -> list[dict[str, Any]]:
    """Return the reader's notices with their times as datetimes, for relative display."""
    return [
        {**row, "at": datetime.fromisoformat(row["at"]) if "T" in row["at"] else row["at"]} for row in notices.notices()
    ]


def _outside(row: dict[str, Any]) -> dict[str, str]:
    """Return the browser notifications: without personal data of a client."""
    return {"text": row["outside"] or row["title"]}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All notices; as fragments their count (`?part=count`) or the first of them (`?part=panel`), and for notifications
    of the browser as JSON (`?part=new`)."""
    part = request.GET.get("part", "")
    try:
        with lock_timeout.raise_busy():
            rows = _notices()
    except lock_timeout.Busy:
        if part != "count":
            raise
        return HttpResponse()  # requested again with the next page
    unread = [row for row in rows if not row["read"]]
    if part == "new":
        shown = ("key", "title", "url")
        return JsonResponse({"notices": [{name: row[name] for name in shown} | _outside(row) for row in unread]})
    if part == "count":
        return render(request, "notices/count.html", {"count": len(unread)})
    found = {"rows": rows, "unread": unread, "first": unread[:IN_PANEL], "page_title": bilingual("提醒", "Notices")}
    return render(request, "notices/panel.html" if part == "panel" else "notices/page.html", found)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark the notices of `key`, or all, as read; then show the panel again, or the target page."""
    keys = request.POST.getlist("key")
    notices.read_notices(keys=keys or None)
    if request.headers.get("HX-Request"):
        unread = [row for row in _notices() if not row["read"]]
        answer = render(request, "notices/panel.html", {"unread": unread, "first": unread[:IN_PANEL]})
        answer["HX-Trigger"] = "noticed"
        return answer
    return redirect("notices")
