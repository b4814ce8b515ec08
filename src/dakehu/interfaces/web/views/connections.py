"""Connections to other systems: the list, and each with its runs, imported rows, and rows set aside and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform

FORMS = ("schedule", "change", "replace_secrets", "choose_fields", "remove")  # actions with a form
DONE_AT_ONCE = ("connections.start", "connections.start_writing", "connections.switch_on", "connections.switch_off")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every connection with its last run."""
    page = {
        "page_title": bilingual("外部连接", "Connections"),
        "page_note": bilingual("与其他系统之间的数据", "Data from and to other systems"),
        "tab": "connections",
        "rows": ask("connections.list", {}),
    }
    return render(request, "connections/list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection; actions without a form are posted here by their name."""
    if request.method == "POST":
        return _perform(request, pk)
    try:
        found = ask("connections.detail", {"connection": pk})
    except NotAllowed:
        raise
    except Refused as unknown:
        raise NotFound(bilingual("外部连接", "connection"), pk) from unknown
    page = {
        "page_title": found["name"],
        "page_note": found["system"],
        "crumbs": [{"label": bilingual("外部连接", "Connections"), "url": "/connections/"}],
        "connection": found,
        "last": found["runs"][0] if found["runs"] else None,
        "forms": {name: f"/actions/connections.{name}?connection={pk}" for name in FORMS},
        "fields": [name for name in found["writes_back"].split(",") if name],
    }
    return render(request, "connections/one.html", page)


def _perform(request: HttpRequest, pk: int) -> HttpResponse:
    """Perform one of the actions without a form, and show the connection again."""
    name = request.POST.get("action", "")
    if name not in DONE_AT_ONCE:
        raise NotFound(bilingual("操作", "action"), name)
    try:
        perform(name, {"connection": pk})
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[name].label)))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("connection", pk=pk)
