"""The shared note of a client: the page, and its requests during editing."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.notes import queries as notes
from dakehu.foundation.base.errors import Conflict
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_row

SENT = ("paragraph", "text", "version", "after", "earlier")
ACTIONS = {
    "write": "service.write_note",
    "remove": "service.remove_note_paragraph",
    "restore": "service.restore_note_paragraph",
}


@require_safe
def note_page(request: HttpRequest, client_id: int) -> HttpResponse:
    """The note, written and read by several people at once."""
    client = clients.get_client(client_id)
    content = {
        "client": client,
        "name": render_row(client, shown=True)["name"],
        "paragraphs": ask("service.note", {"client": client_id}),
        "page_title": bilingual("共享笔记", "Shared note"),
        "crumbs": [
            {"label": bilingual("客户页", "Client page"), "url": f"/clients/{client_id}/"},
        ],
    }
    return render(request, "client/note.html", content)


@require_safe
def paragraphs(request: HttpRequest, client_id: int) -> HttpResponse:
    """The current paragraphs; ?paragraph=5: its earlier versions."""
    clients.get_client(client_id)
    if request.GET.get("paragraph"):
        given = {"client": client_id, "paragraph": request.GET["paragraph"]}
        return JsonResponse({"earlier": ask("service.note_history", given)})
    return JsonResponse({"paragraphs": ask("service.note", {"client": client_id})})


@require_POST
def save(request: HttpRequest, client_id: int, verb: str) -> HttpResponse:
    """Write, remove or restore a paragraph; 409 with the present one where another user has changed it since."""
    clients.get_client(client_id)
    given: dict[str, Any] = {name: request.POST[name] for name in SENT if request.POST.get(name)}
    if verb == "write":
        given["text"] = request.POST.get("text", "")
    try:
        row = perform(ACTIONS[verb], {"client": client_id, **given})
    except Conflict as conflict:
        return JsonResponse(_get_paragraph(client_id, conflict.row.pk), status=409)
    return JsonResponse(_get_paragraph(client_id, row.pk))


@require_POST
def typing(request: HttpRequest, client_id: int, paragraph: int) -> HttpResponse:
    """Signal that the reader is typing in a paragraph."""
    notes.mark_typing(clients.get_client(client_id), paragraph)
    return HttpResponse(status=204)


def _get_paragraph(client_id: int, paragraph: int) -> dict[str, Any]:
    found = ask("service.note", {"client": client_id})
    return next(one for one in found if one["id"] == paragraph)
