"""Linked online sheets: the list, and each with its runs, rows by direction, and skipped rows and why."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, perform

FORMS = ("schedule", "change", "replace_key", "remove")  # actions with a form
DONE_AT_ONCE = ("sheets.start", "sheets.switch_on", "sheets.switch_off")
TITLE = bilingual("在线表格", "Linked sheets")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every linked sheet with its last run."""
    page = {
        "page_title": TITLE,
        "page_note": bilingual("与 Google 表格双向同步", "Google sheets, both ways"),
        "tab": "sheets",
        "rows": ask("sheets.list", {}),
        "published": _published_tables(),
    }
    return render(request, "connections/sheets.html", page)


def _published_tables() -> list[dict[str, Any]]:
    """Return the published tables, for users who may see connections; each with the form that withdraws it."""
    if not current_actor().may(QUERIES["sheets.published"].needs):
        return []
    rows = ask("sheets.published", {})
    return [{**row, "withdraw": f"/actions/sheets.withdraw?published={quote(row['name'])}"} for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One linked sheet; actions without a form are posted here by their name."""
    if request.method == "POST":
        return _perform(request, pk)
    try:
        found = ask("sheets.detail", {"sheet": pk})
    except (NotAllowed, NotFound):
        raise
    except Refused as unknown:
        raise NotFound(bilingual("在线表格", "linked sheet"), pk) from unknown
    page = {
        "page_title": found["name"],
        "page_note": bilingual("Google 表格", "Google Sheets"),
        "crumbs": [{"label": TITLE, "url": "/connections/sheets/"}],
        "sheet": found,
        "last": found["runs"][0] if found["runs"] else None,
        "forms": {name: f"/actions/sheets.{name}?sheet={pk}" for name in FORMS},
    }
    return render(request, "connections/sheet.html", page)


def _perform(request: HttpRequest, pk: int) -> HttpResponse:
    """Perform one of the actions without a form, and show the sheet again."""
    name = request.POST.get("action", "")
    if name not in DONE_AT_ONCE:
        raise NotFound(bilingual("操作", "action"), name)
    try:
        perform(name, {"sheet": pk})
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[name].label)))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("linked-sheet", pk=pk)
