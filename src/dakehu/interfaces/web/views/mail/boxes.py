"""Mailboxes: all that are visible to the reader, and each with its runs and the handling of their mails."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform

FORMS = ("change", "replace_password", "remove")  # actions with a form
DONE_AT_ONCE = ("mailbox.start", "mailbox.switch_on", "mailbox.switch_off", "mailbox.undo_run")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every mailbox with its last run."""
    page = {
        "page_title": bilingual("邮箱", "Mailboxes"),
        "page_note": bilingual("从哪些邮箱归档客户邮件", "Where mails with clients come from"),
        "section": "boxes",
        "rows": ask("mailbox.list", {}),
    }
    return render(request, "mail/boxes.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One mailbox; actions without a form are posted here by their name."""
    if request.method == "POST":
        return _perform(request, pk)
    try:
        found = ask("mailbox.detail", {"mailbox": pk})
    except NotAllowed:
        raise
    except Refused as unknown:
        raise NotFound(bilingual("邮箱", "mailbox"), pk) from unknown
    page = {
        "page_title": found["name"],
        "page_note": found["address"],
        "crumbs": [{"label": bilingual("邮箱", "Mailboxes"), "url": "/mail/boxes/"}],
        "box": found,
        "last": found["runs"][0] if found["runs"] else None,
        "forms": {name: f"/actions/mailbox.{name}?mailbox={pk}" for name in FORMS},
    }
    return render(request, "mail/box.html", page)


def _perform(request: HttpRequest, pk: int) -> HttpResponse:
    """Perform one of the actions without a form, and show the mailbox again."""
    name = request.POST.get("action", "")
    if name not in DONE_AT_ONCE:
        raise NotFound(bilingual("操作", "action"), name)
    given = {"mail_run": request.POST.get("run", "")} if name == "mailbox.undo_run" else {"mailbox": pk}
    try:
        perform(name, given)
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[name].label)))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("mailbox", pk=pk)
