"""Help requests: the form, with known answers suggested during input."""

from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from dakehu.domains.support.client_data.rules import bare_page
from dakehu.domains.support.suggestions.ranking import Document, rank
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import labels_of, model_of
from dakehu.foundation.search.text import tokens
from dakehu.interfaces.web.views import guide
from dakehu.interfaces.web.views.support.tickets import CRUMBS

OPEN = "support.open_ticket"
TEXTS = ("kind", "area", "subject", "text", "page", "guide_page")
BOXES = ("is_public", "shows_name", "anyway")
GUIDE_HITS = 3
TYPED_MAX = 4000  # characters of the input that are used


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """?page=/clients/&guide=clients&kind=fault: the form of a ticket, with the page it was opened from."""
    wanted = ACTIONS[OPEN]
    if not current_actor().may(wanted.needs):
        raise NotAllowed(wanted.label, wanted.needs)
    values = {name: request.GET.get(name, "") for name in ("kind", "page")}
    values = {**values, "kind": values["kind"] or "question", "guide_page": request.GET.get("guide", "")}
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in (*TEXTS, *BOXES)}
        try:
            row = perform(OPEN, _raw(request, values))
        except NotAllowed:
            raise
        except Refused as refused:
            faults = refused.as_plain()
        else:
            messages.success(
                request, str(bilingual("已提交，有答复会在提醒里告诉您。", "Sent; the bell says when it is answered."))
            )
            return HttpResponseRedirect(f"/support/{row.pk}/")
    fields = {name: model_of("support.Ticket")._meta.get_field(name) for name in ("kind", "area")}
    content = {
        "page_title": bilingual("求助", "Ask for help"),
        "crumbs": CRUMBS,
        "labels": labels_of("support.Ticket"),
        "values": values,
        "faults": faults,
        "whole": faults.get("", []),
        "choices": {name: [(one.value, one.text) for one in column.choice_set] for name, column in fields.items()},
        "page_shown": bare_page(values["page"]),
        "guide_title": guide.pages(language()).get(values["guide_page"], ""),
    }
    return render(request, "support/ask.html", content, status=422 if faults else 200)


def _raw(request: HttpRequest, values: dict[str, str]) -> dict[str, Any]:
    raw: dict[str, Any] = {name: values[name] for name in TEXTS if values[name].strip() or name in ("subject", "text")}
    raw |= {name: bool(values[name]) for name in BOXES}
    for file in request.FILES.getlist("file"):
        raw["file"] = Upload(file.name or "", file.file)
    return raw


@require_POST
def suggestions(request: HttpRequest) -> HttpResponse:
    """Possible answers to the question being typed, and what in it looks like client data. Posted, not in the address."""
    subject, text = (request.POST.get(name, "").strip()[:TYPED_MAX] for name in ("subject", "text"))
    typed = subject or text  # the subject is the shortest summary
    content = {
        "typed": typed,
        "hits": ask("support.suggestions", {"text": typed}) if typed else [],
        "guide_hits": rank(typed, _guide_documents(language()), GUIDE_HITS) if typed else [],
        "warnings": ask("support.text_warnings", {"text": f"{subject} {text}"}) if typed else [],
    }
    return render(request, "support/suggestions.html", content)


@cache
def _guide_documents(code: str) -> tuple[Document, ...]:
    """Return the pages of the guide as documents to be ranked; they change only with the program."""
    return tuple(
        Document({"title": title, "url": f"/guide/{name}/"}, tokens(title), tokens(guide.plain_text(name, code)))
        for name, title in guide.pages(code).items()
    )
