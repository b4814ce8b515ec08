"""The departure of a colleague as one guided page: the user, open items, receivers, a preview, and the act."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform

ACTION = "service.hand_over_colleague"
COUNTED = (
    ("clients", bilingual("主办客户", "Main clients")),
    ("plans", bilingual("待跟进计划", "Open plans")),
    ("promises", bilingual("未兑现承诺", "Open promises")),
    ("requests", bilingual("未办结诉求", "Open requests")),
    ("complaints", bilingual("未办结投诉", "Open complaints")),
    ("tasks", bilingual("未完成任务", "Open tasks")),
    ("moments", bilingual("待处理关键时刻", "Open moments")),
    ("meetings", bilingual("待召开会议", "Meetings to come")),
)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """?user=3 chooses the colleague; POST previews, and with `confirm` does it."""
    action = ACTIONS[ACTION]
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("user", "")
    colleagues = _colleagues()
    shown: dict[str, Any] = {
        "action": action,
        "page_title": action.label,
        "colleagues": [(str(row.pk), row.name) for row in colleagues],
        "user": chosen,
        "given": given,
        "today": clock.today().isoformat(),
        "may_deactivate": current_actor().may(Permission.TEAM_WRITE),
        "errors": [],
    }
    if not chosen.isdigit():
        return render(request, "leaving/page.html", shown)
    try:
        shown |= _open_work_of(chosen, given)
        if request.method == "POST":
            if "confirm" in request.POST:
                return _report_response(request, perform(ACTION, _raw(request.POST)))
            shown["preview"] = _preview(request.POST)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        shown["errors"] = [text for texts in refused.as_plain().values() for text in texts]
    return render(request, "leaving/page.html", shown, status=422 if shown["errors"] else 200)


def _colleagues() -> Any:
    """Return the people whose clients the reader may hand over: a lead's team, or all."""
    rows, actor = team.users().filter(is_active=True).exclude(pk=current_actor().user_id), current_actor()
    return rows.filter(pk__in=actor.covers) if actor.covers else rows


def _open_work_of(user: str, given: Any) -> dict[str, Any]:
    """Return the colleague's clients and open work, each segment and client with the receiver chosen for it."""
    found = ask("service.leaving", {"user": int(user)})
    receivers = [(str(row.pk), row.name) for row in _colleagues() if str(row.pk) != user]
    me = team.current_user()
    if me is not None:
        receivers.insert(0, (str(me.pk), me.name))
    for place, row in enumerate(found["segments"]):
        row |= {"field": f"segment.{place}", "chosen": given.get(f"segment.{place}", "")}
    for row in found["clients"]:
        row |= {"field": f"client.{row['id']}", "chosen": given.get(f"client.{row['id']}", "")}
    counts = [(label, found["counts"][name]) for name, label in COUNTED]
    return {**found, "counted": counts, "receivers": receivers}


def _raw(posted: Any) -> dict[str, Any]:
    """Return the parameters of the action from the request."""
    found = ask("service.leaving", {"user": int(posted["user"])})
    segments = {row["segment"]: posted.get(f"segment.{place}") for place, row in enumerate(found["segments"])}
    clients = {str(row["id"]): posted.get(f"client.{row['id']}") for row in found["clients"]}
    split = {
        "segments": {name: value for name, value in segments.items() if value},
        "clients": {name: value for name, value in clients.items() if value},
    }
    raw: dict[str, Any] = {"user": int(posted["user"]), "split": split, "deactivate": "deactivate" in posted}
    if posted.get("receiver", "").isdigit():
        raw["receiver"] = int(posted["receiver"])
    return raw | {name: posted.get(name, "") for name in ("reason", "on", "note")}


def _preview(posted: Any) -> dict[str, Any]:
    raw = _raw(posted)
    asked = {name: raw[name] for name in ("user", "receiver", "split") if name in raw}
    made: dict[str, Any] = ask("service.leaving_preview", asked)
    made["rows"] = [(row["name"], [row[name] for name, _ in COUNTED]) for row in made["receivers"]]
    made["heads"] = [label for _, label in COUNTED]
    return made


def _report_response(request: HttpRequest, report: dict[str, Any]) -> HttpResponse:
    text = bilingual(
        "交接完成：{n} 位客户，{plans} 项计划，{open} 项诉求与投诉。可在“撤销操作”中撤销交接。",
        "Handed over: {n} clients, {plans} plans, {open} requests and complaints. “Undo” takes the hand-over back.",
        n=report["clients"],
        plans=report["plans"],
        open=report["requests"] + report["complaints"],
    )
    messages.success(request, str(text))
    return redirect("clients" if not current_actor().may(Permission.TEAM_WRITE) else "staff")
