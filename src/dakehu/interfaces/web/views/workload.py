"""The hours of each colleague, the effect of moving clients on them, and the move itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform

PREFIX = "to."  # of a client's receiver in the form
TABS = (
    ("workload", "/workload/", bilingual("工作量", "Workload")),
    ("hand_overs", "/hand-overs/", bilingual("客户交接", "Hand-overs")),
)


def tabs_of(active: str) -> list[dict[str, Any]]:
    """Return the tabs over the pages of workload and hand-overs; none for a reader who may open only one page."""
    if not current_actor().may(Permission.SERVICE_READ):
        return []
    return [{"url": url, "label": label, "active": name == active} for name, url, label in TABS]


def moves_in(given: Any) -> dict[str, int]:
    """Return {client id: user id} of the fields of a form or an address."""
    found = {name.removeprefix(PREFIX): value for name, value in given.items() if name.startswith(PREFIX)}
    return {client: int(user) for client, user in found.items() if client.isdecimal() and user.isdecimal()}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """?user=3 lists a colleague's clients; to.12=4 tries a move; ?propose=1 fills in a proposal; POST with `confirm` does it."""
    given = request.POST if request.method == "POST" else request.GET
    errors: list[str] = []
    to: dict[str, Any] = ask("service.rebalancing", {})["to"] if given.get("propose") else moves_in(given)
    if request.method == "POST" and "confirm" in given:
        try:
            done = perform("service.rebalance", {"to": to, "reason": given.get("reason", "")})
            text = bilingual(
                "已调整 {n} 位客户，可在“撤销操作”中撤销。",
                "{n} clients moved; “Undo” takes it back.",
                n=done["clients"],
            )
            messages.success(request, str(text))
            return redirect("workload")
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            errors = [text for texts in refused.as_plain().values() for text in texts]
    found = ask("service.workload", {"to": to})
    chosen = given.get("user", "")
    people = [(str(one["user"]), one["name"]) for one in found["people"]]
    shown = {
        "page_title": bilingual("团队工作量", "Workload of the team"),
        "tabs": tabs_of("workload"),
        **found,
        "errors": [*errors, *found["errors"]],
        "colleagues": people,
        "chosen": chosen if chosen in dict(people) else "",
        "clients": _clients(chosen, to) if chosen in dict(people) else [],
        "kept": list(to.items()),
        "is_empty": "propose" in given and not to,
        "sees_tasks": current_actor().may(Permission.SERVICE_READ),
        "reason": given.get("reason", ""),
        "names": team.names_of([int(user) for user, _ in people]),
    }
    return render(request, "workload/page.html", shown, status=422 if shown["errors"] else 200)


def _clients(user: str, to: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a colleague's clients with the proposed receiver of each."""
    rows: list[dict[str, Any]] = ask("service.clients_of_colleague", {"user": int(user)})
    return [{**row, "field": f"{PREFIX}{row['id']}", "to": str(to.get(str(row["id"]), ""))} for row in rows]
