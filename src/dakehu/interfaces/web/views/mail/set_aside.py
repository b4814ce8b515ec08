"""Mails set aside for manual filing: the list, and one with the clients to whom it can be filed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web.views.client.attachments import size

FOUND = 8  # clients offered for a search
DONE_AT_ONCE = ("service.file_set_aside", "service.dismiss_set_aside")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The mails waiting for the reader, with the reasons; users who may not read mails get the mailboxes."""
    if not current_actor().may(Permission.SERVICE_READ):
        return redirect("mailboxes")
    rows = ask("service.set_aside_mails", {})
    page = {
        "page_title": bilingual("邮件", "Mail"),
        "page_note": bilingual("没有自动归档的邮件，由人决定", "Mails that were not filed by themselves"),
        "section": "aside",
        "rows": [{**row, "size": size(row["size"])} for row in rows],
    }
    return render(request, "mail/set_aside.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One waiting mail; it is filed or discarded here."""
    if request.method == "POST":
        return _decide(request, pk)
    mail = perform("service.open_set_aside", {"set_aside": pk})
    line = next((row for row in ask("service.set_aside_mails", {}) if row["id"] == pk), None)
    text = request.GET.get("q", "").strip()
    page = {
        "page_title": mail["subject"] or bilingual("（无主题）", "(no subject)"),
        "page_note": mail["reason_text"],
        "crumbs": [{"label": bilingual("邮件", "Mail"), "url": "/mail/"}],
        "mail": mail,
        "candidates": line["clients"] if line else [],
        "found": _clients(text) if text else [],
        "text": text,
    }
    return render(request, "mail/set_aside_one.html", page)


def _clients(text: str) -> list[dict[str, Any]]:
    """Return the first clients of a search."""
    rows: list[dict[str, Any]] = ask("clients.list", {"text": text})["rows"]
    return rows[:FOUND]


def _decide(request: HttpRequest, pk: int) -> HttpResponse:
    """File or discard a mail, and return to the list."""
    name = request.POST.get("action", "")
    if name not in DONE_AT_ONCE:
        raise NotFound(bilingual("操作", "action"), name)
    given: dict[str, Any] = {"set_aside": pk}
    if name == "service.file_set_aside":
        given |= {"client": request.POST.get("client", ""), "remember": request.POST.get("remember") == "on"}
    try:
        perform(name, given)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("mail-aside-one", pk=pk)
    done = bilingual("已归档。", "Filed.") if len(given) > 1 else bilingual("不归档这封邮件。", "Left out.")
    messages.success(request, str(done))
    return redirect("mail")


@require_safe
def source(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download a filed mail in its original form, never displayed inside the desk's pages."""
    found = perform("service.open_mail_source", {"client_mail": pk})
    answer = StreamingHttpResponse(iter(found["content"]), content_type=found["media"])
    answer["Content-Disposition"] = content_disposition_header(True, found["name"]) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
