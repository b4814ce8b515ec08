"""Webhooks: all endpoints, each with its messages; a secret is shown once, on the page that created it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web import forms

FORMS = ("change", "remove")  # actions with a form
DONE_AT_ONCE = (
    "webhooks.switch_on",
    "webhooks.switch_off",
    "webhooks.confirm",
    "webhooks.test",
    "webhooks.rotate_secret",
    "webhooks.send_again",
)
TITLE = bilingual("Webhook", "Webhooks")
CRUMBS = [{"label": TITLE, "url": "/connections/webhooks/"}]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every endpoint with the numbers of its messages."""
    page = {
        "page_title": TITLE,
        "page_note": bilingual("有事发生时通知其他程序", "Other programs are told when something happens"),
        "tab": "webhooks",
        "rows": ask("webhooks.list", {}),
    }
    return render(request, "connections/webhooks.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form of a new endpoint, which shows its secret once it is created."""
    action, asked, status = ACTIONS["webhooks.add"], dict[str, Any](), 200
    values: dict[str, Any] = {}
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    if request.method == "POST":
        try:
            made = perform(action.name, forms.answers(action, request.POST, changing=False))
            return _draw_endpoint(request, made["endpoint"], secret=made["secret"])
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            asked, status, values = dict(refusal.messages), 422, dict(request.POST.items())
    page = {
        "page_title": action.label,
        "crumbs": CRUMBS,
        "questions": forms.questions(action, values, asked),
        "whole": asked.get("", []),
        "events": ask("webhooks.events", {}),
    }
    return render(request, "connections/webhook_new.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint; actions without a form are posted here by their name."""
    if request.method != "POST":
        return _draw_endpoint(request, pk)
    name = request.POST.get("action", "")
    if name not in DONE_AT_ONCE:
        raise NotFound(bilingual("操作", "action"), name)
    asked = {"message": request.POST.get("message", "")} if name == "webhooks.send_again" else {"endpoint": pk}
    try:
        made = perform(name, asked)
        if name == "webhooks.rotate_secret":
            return _draw_endpoint(request, pk, secret=made["secret"])
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[name].label)))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("webhook", pk=pk)


def _draw_endpoint(request: HttpRequest, pk: int, secret: str = "") -> HttpResponse:
    """Show an endpoint, once with its new secret."""
    try:
        found = ask("webhooks.detail", {"endpoint": pk})
    except (NotAllowed, NotFound):
        raise
    except Refused as unknown:
        raise NotFound(bilingual("Webhook 端点", "webhook endpoint"), pk) from unknown
    page = {
        "page_title": found["name"],
        "page_note": TITLE,
        "crumbs": CRUMBS,
        "endpoint": found,
        "secret": secret,
        "forms": {name: f"/actions/webhooks.{name}?endpoint={pk}" for name in FORMS},
    }
    return render(request, "connections/webhook.html", page)
