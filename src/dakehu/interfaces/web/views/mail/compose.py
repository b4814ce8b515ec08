"""Write to a client: choose a template, preview the mail and the reasons against it, send."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.mail import queries as mails
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.web.views.client.head import head_of

GIVEN = ("mail_template", "contact", "client_mail", "subject", "text")


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, client_id: int) -> HttpResponse:
    """The current mail; `do=send` sends it, everything else shows it filled in."""
    client = clients.get_client(client_id)
    source = request.POST if request.method == "POST" else request.GET
    given = {name: source[name] for name in GIVEN if source.get(name)}
    if source.get("do") == "fill":  # another template restarts the draft
        given = {name: value for name, value in given.items() if name not in ("subject", "text")}
    if request.method == "POST" and source.get("do") == "send":
        try:
            perform("service.send_mail", {"subject": "", "text": "", **given, "client": client.pk})
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            for text in (text for texts in refusal.as_plain().values() for text in texts):
                messages.error(request, text)
        else:
            messages.success(request, str(bilingual("邮件已交付发送。", "The mail is on its way.")))
            return redirect(f"/clients/{client.pk}/?tab=overview&show=mail")
    return render(request, "mail/write.html", _page(client, given))


def _page(client: Any, given: dict[str, str]) -> dict[str, Any]:
    preview = ask("service.mail_preview", {**given, "client": client.pk})
    if not given.get("text"):  # no text yet
        preview["refusals"] = [
            one for one in preview["refusals"] if one["rule"] not in ("empty_text", "open_placeholder")
        ]
    thread = _thread(int(given["client_mail"])) if given.get("client_mail", "").isdigit() else []
    contacts = [row for row in clients.contacts(client=client) if row.kind == "mail"]
    return {
        **head_of(client),
        "page_title": bilingual("写邮件", "Write a mail"),
        "crumbs": [{"label": head_of(client)["shown"]["name"], "url": f"/clients/{client.pk}/"}],
        "mail": preview,
        "given": given,
        "templates": _templates(),
        "contacts": [
            {"id": row.pk, "value": shown["value"]}
            for row, shown in zip(contacts, render_rows(contacts, ("value",), shown=True), strict=True)
        ],
        "thread": thread,
    }


def _thread(pk: int) -> list[dict[str, Any]]:
    """The mails of a thread, the newest first."""
    rows = list(mails.mail_thread(client_mail=pk))[::-1]
    return mails.mail_lines(rows, render_rows(rows, shown=True))


def _templates() -> list[dict[str, Any]]:
    """Return the templates in use, with their language as text."""
    languages = model_of("service.MailTemplate")._meta.get_field("language").choice_set
    rows: list[dict[str, Any]] = ask("service.mail_templates", {})["rows"]
    return [{**row, "language": languages.text_of(row["language"])} for row in rows]


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """The templates in use, and the earlier editions of one."""
    chosen = request.GET.get("template", "")
    page = {
        "page_title": bilingual("邮件模板", "Mail templates"),
        "page_note": bilingual("团队负责人维护，改动即成新版", "Kept by team leads; each change is a new edition"),
        "section": "templates",
        "rows": _templates(),
        "editions": ask("service.mail_template_editions", {"mail_template": chosen})["rows"]
        if chosen.isdigit()
        else [],
    }
    return render(request, "mail/templates.html", page)
