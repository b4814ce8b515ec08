"""Hand-overs of clients: the list, the plan with each person's hours, one with its packs, a pack, letters."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web.views.workload import PREFIX, moves_in, tabs_of

CRUMBS = [{"label": bilingual("客户交接", "Hand-overs"), "url": "/hand-overs/"}]
ACTS = {
    "apply": "service.apply_hand_over",
    "cancel": "service.cancel_hand_over",
    "undo": "service.undo_hand_over",
    "tell": "service.tell_clients",
    "sign": "service.sign_packs",
    "told": "service.mark_clients_told",
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The hand-overs that the reader planned, leads or received."""
    page = {
        "page_title": bilingual("客户交接", "Hand-overs"),
        "tabs": tabs_of("hand_overs") if current_actor().may(Permission.CLIENT_ASSIGN) else [],
        "rows": ask("service.hand_over_list", {}),
    }
    return render(request, "hand_over/page.html", page)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """?user=3 chooses the giving user; POST previews with each person's hours, and with `confirm` plans."""
    action = ACTIONS["service.plan_hand_over"]
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    given = request.POST if request.method == "POST" else request.GET
    user = given.get("user", "")
    people = [(str(row.pk), row.name) for row in _colleagues()]
    shown: dict[str, Any] = {
        "page_title": bilingual("安排交接", "Plan a hand-over"),
        "crumbs": CRUMBS,
        "colleagues": people,
        "user": user,
        "given": given,
        "today": clock.today().isoformat(),
        "may_end": current_actor().may(Permission.TEAM_WRITE),
        "errors": [],
    }
    if not user.isdigit():
        return render(request, "hand_over/plan.html", shown)
    try:
        shown["clients"] = _clients(user, given)
        shown["receivers"] = [one for one in people if one[0] != user]
        if request.method == "POST":
            if "confirm" in given:
                row = perform("service.plan_hand_over", _raw(given, shown["clients"], action=True))
                messages.success(request, str(bilingual("交接已安排。", "The hand-over is planned.")))
                return redirect("hand-over", row.pk)
            shown["preview"] = ask("service.hand_over_preview", _raw(given, shown["clients"], action=False))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        shown["errors"] = [text for texts in refused.as_plain().values() for text in texts]
    return render(request, "hand_over/plan.html", shown, status=422 if shown["errors"] else 200)


def _colleagues() -> Any:
    """Return the people whose clients the reader may hand over: a lead's team, or all."""
    rows, actor = team.users().filter(is_active=True), current_actor()
    return rows.filter(pk__in=actor.covers) if actor.may(Permission.CLIENT_ASSIGN) and len(actor.covers) > 1 else rows


def _clients(user: str, given: Any) -> list[dict[str, Any]]:
    """Return the giving colleague's clients, whether each is moved, and to whom."""
    rows: list[dict[str, Any]] = ask("service.clients_of_colleague", {"user": int(user)})
    is_posted = "receiver" in given
    ticked = set(given.getlist("clients")) if is_posted else {str(row["id"]) for row in rows}
    named = moves_in(given)
    return [
        {
            **row,
            "field": f"{PREFIX}{row['id']}",
            "goes": str(row["id"]) in ticked,
            "to": str(named.get(str(row["id"]), "")),
        }
        for row in rows
    ]


def _raw(given: Any, clients: list[dict[str, Any]], *, action: bool) -> dict[str, Any]:
    """Return the parameters of the preview or the action from the request."""
    chosen = [row for row in clients if row["goes"]]
    raw: dict[str, Any] = {
        "user": int(given["user"]),
        "clients": [row["id"] for row in chosen],
        "split": {"clients": {str(row["id"]): int(row["to"]) for row in chosen if row["to"]}},
    }
    if given.get("receiver", "").isdigit():
        raw["receiver"] = int(given["receiver"])
    if action:
        raw |= {name: given.get(name, "") for name in ("reason", "effective_on", "note")}
        raw["ends_account"] = "ends_account" in given
    return raw


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-over with its packs, and the possible actions."""
    found = ask("service.hand_over", {"hand_over": pk})
    title = bilingual("{name}的客户交接", "Hand-over of {name}", name=found["giver"])
    page = {"page_title": title, "crumbs": CRUMBS, "found": found, "undo": ACTIONS[ACTS["undo"]]}
    return render(request, "hand_over/one.html", page)


@require_safe
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """The briefing for the receiver of a client, to be read, printed and signed."""
    found = ask("service.hand_over_pack", {"pack": pk})
    number = found["hand_over"]["id"]
    crumbs = [*CRUMBS, {"label": found["hand_over"]["giver"], "url": f"/hand-overs/{number}/"}]
    title = bilingual("交接包：{name}", "Pack of {name}", name=found["client"]["name"])
    script = found["contents"].get("script", {}).get(language(), "")
    work = [{**row, "kind": row["kind"].get(language(), "")} for row in found["contents"].get("open_work", ())]
    page = {
        "page_title": title,
        "crumbs": crumbs,
        "found": found,
        "says": found["contents"],
        "script": script,
        "work": work,
    }
    return render(request, "hand_over/pack.html", page)


@require_safe
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters to clients not yet informed, to be printed or copied."""
    page = {
        "page_title": bilingual("告知客户的信", "Letters to clients"),
        "crumbs": [*CRUMBS, {"label": bilingual("交接", "Hand-over"), "url": f"/hand-overs/{pk}/"}],
        "rows": ask("service.hand_over_letters", {"hand_over": pk}),
        "number": pk,
    }
    return render(request, "hand_over/letters.html", page)


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Perform one of the actions of a hand-over, and show it again."""
    if act not in ACTS:
        raise NotFound(bilingual("操作", "action"), act)
    by_pack = act in ("sign", "told")
    raw: dict[str, Any] = {"packs": request.POST.getlist("packs")} if by_pack else {"hand_over": pk}
    if act == "undo":
        raw["reason"] = request.POST.get("reason", "")
    try:
        perform(ACTS[act], raw)
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[ACTS[act]].label)))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, " ".join(text for texts in refused.as_plain().values() for text in texts))
    if act == "told":
        return redirect("hand-over-letters", pk)
    return redirect("hand-over", pk)
