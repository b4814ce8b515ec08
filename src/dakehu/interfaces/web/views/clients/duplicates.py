"""Likely duplicates: the hint while a client is entered, the list of pairs, and the page that merges two."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.schema.names import name_of_table

ASKED = ("name", "kind", "birth_on", "id_type", "id_number", "employer", "phone", "mail")


@require_POST
def hint(request: HttpRequest) -> HttpResponse:
    """Likely duplicates of the client in the form: a fragment, empty while none is found or the input is incomplete."""
    given = {name: request.POST[name] for name in ASKED if request.POST.get(name, "").strip()}
    try:
        found = ask("clients.similar_clients", given)
    except (NotAllowed, NotFound):
        raise
    except Refused:
        found = {"found": [], "elsewhere": False}
    return render(request, "clients/duplicates_hint.html", found)


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    pairs = QUERIES["clients.duplicates"].body()
    return render(
        request, "clients/duplicates.html", {"pairs": pairs, "page_title": QUERIES["clients.duplicates"].label}
    )


@require_POST
def tell_apart(request: HttpRequest, client_id: int, other_id: int) -> HttpResponse:
    client, other = clients.get_client(client_id), clients.get_client(other_id)
    perform("clients.mark_not_duplicate", {"client": client.pk, "other": other.pk})
    messages.success(
        request,
        str(bilingual("已记下：不是同一人，不再提示。", "Noted: not the same person. It is not suggested again.")),
    )
    return redirect("duplicates")


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, client_id: int, other_id: int) -> HttpResponse:
    """Both records side by side; each differing field is chosen. POST merges the two."""
    client, other = clients.get_client(client_id), clients.get_client(other_id)
    _may_merge()
    if client.pk == other.pk:
        return redirect("client", client_id=client.pk)
    given = request.POST if request.method == "POST" else request.GET
    parameter = [name.removeprefix("take.") for name in given if name.startswith("take.") and given[name] == "other"]
    asked = {"client": client.pk, "other": other.pk, "take": parameter}
    faults: list[str] = []
    if request.method == "POST":
        versions = {name: given[name] for name in ("version", "other_version") if given.get(name)}
        try:
            report = perform("clients.merge", {**asked, **versions})
        except Conflict as conflict:
            faults = [str(text) for texts in conflict.messages.values() for text in texts]
        else:
            done = bilingual(
                "已合并，{moved} 条记录已移入。可在“撤销操作”中撤销。",
                "Merged; {moved} records moved. “What may be undone” takes it back.",
                moved=report["moved"],
            )
            messages.success(request, str(done))
            return redirect("client", client_id=client.pk)
    preview = ask("clients.merge_preview", asked)
    page = {
        "client": client,
        "other": other,
        "shown": preview["client"],
        "others": preview["other"],
        "fields": preview["fields"],
        "moves": [(name_of_table(label), count) for label, count in preview["moves"].items()],
        "remarks": preview["remarks"],
        "faults": faults,
        "page_title": ACTIONS["clients.merge"].label,
    }
    return render(request, "clients/merge.html", page, status=412 if faults else 200)


def _may_merge() -> None:
    verb = ACTIONS["clients.merge"]
    if not current_actor().may(verb.needs):
        raise NotAllowed(verb.label, verb.needs)


@require_safe
def merge_with(request: HttpRequest, client_id: int) -> HttpResponse:
    """Choose the other record by code; leads to the page of both."""
    client, typed = clients.get_client(client_id), request.GET.get("other", "").strip()
    _may_merge()
    fault = ""
    if typed:
        rows = clients.clients(filters={"code": typed})
        other = rows.first()
        if other is not None and other.pk != client.pk:
            return redirect("merge", client_id=client.pk, other_id=other.pk)
        fault = str(
            bilingual(
                "找不到客户号为“{text}”的另一位客户。", "There is no other client with the code “{text}”.", text=typed
            )
        )
    page = {"client": client, "typed": typed, "fault": fault, "page_title": ACTIONS["clients.merge"].label}
    return render(request, "clients/merge_with.html", page, status=422 if fault else 200)
