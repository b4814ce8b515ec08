"""External calendars: connections with their runs and conflicts, one's feeds, one's bookable hours."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web import forms

FORMS = ("change", "replace_password", "remove")  # actions with a form
DONE_AT_ONCE = ("start", "switch_on", "switch_off", "undo_run", "decide")
SHOWN_ONCE = ("calendars.create_feed", "calendars.publish_hours")  # their answer contains an address to copy
ON_LIST = ("team.revoke_token", "calendars.revoke_hours")


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Every connection visible to the reader, and one's own feeds and booking links."""
    if request.method != "POST":
        return _list_page(request)
    name = request.POST.get("action", "")
    given = {key: value for key, value in request.POST.items() if key not in ("action", "csrfmiddlewaretoken")}
    if name in SHOWN_ONCE:
        try:
            made = perform(name, {key: value for key, value in given.items() if value})
        except NotAllowed:
            raise
        except Refused as refusal:
            return _list_page(request, 422, faulty=name, given=given, faults=dict(refusal.messages))
        address = request.build_absolute_uri(made["path"])
        return _list_page(request, made={"address": address, "is_feed": name == SHOWN_ONCE[0], **made})
    if name not in ON_LIST:
        raise NotFound(bilingual("操作", "action"), name)
    _perform(request, name, given)
    return redirect("calendar-connections")


def _list_page(
    request: HttpRequest,
    status: int = 200,
    faulty: str = "",
    given: dict[str, Any] | None = None,
    faults: dict[str, Any] | None = None,
    made: dict[str, Any] | None = None,
) -> HttpResponse:
    """Render the list, with the faults of a form or the address just created."""
    actor = current_actor()

    def asked(name: str) -> Any:
        is_faulty = name == faulty
        return forms.questions(ACTIONS[name], given or {} if is_faulty else {}, faults if is_faulty else None)

    has_own = actor.may(Permission.CALENDARS_OWN)
    links = ask("calendars.booking_links", {}) if has_own else []
    page = {
        "page_title": bilingual("外部日历", "Other calendars"),
        "page_note": bilingual("日历同步、订阅与客户预约", "Connections, feeds and hours that clients book"),
        "crumbs": [_way_in(actor)],
        "rows": ask("calendars.list", {}),
        "feeds": ask("calendars.feeds", {}) if has_own else [],
        "booking_links": [{**link, "address": request.build_absolute_uri(link["path"])} for link in links],
        "has_own": has_own,
        "feed_form": asked("calendars.create_feed") if has_own else [],
        "hours_form": asked("calendars.publish_hours") if has_own else [],
        "open_form": faulty,
        "made": made,
    }
    return render(request, "calendars/list.html", page, status=status)


def _way_in(actor: Actor) -> dict[str, Any]:
    """Return the parent page: the connections for users who see them, else one's own calendar."""
    if actor.may(Permission.CONNECTION_READ):
        return {"label": bilingual("外部连接", "Connections"), "url": "/connections/"}
    return {"label": bilingual("日程", "Calendar"), "url": "/calendar/"}


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection; actions without a form are posted here by their name."""
    if request.method == "POST":
        return _perform_simple_action(request, pk)
    try:
        found = ask("calendars.detail", {"calendar": pk})
    except NotAllowed:
        raise
    except Refused as unknown:
        raise NotFound(bilingual("日历连接", "calendar connection"), pk) from unknown
    page = {
        "page_title": found["name"],
        "page_note": found["owner"],
        "crumbs": [{"label": bilingual("外部日历", "Other calendars"), "url": "/connections/calendars/"}],
        "calendar": found,
        "last": found["runs"][0] if found["runs"] else None,
        "forms": {name: f"/actions/calendars.{name}?calendar={pk}" for name in FORMS},
    }
    return render(request, "calendars/one.html", page)


def _perform_simple_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Perform one of the actions without a form, and show the connection again."""
    name = request.POST.get("action", "")
    if name not in DONE_AT_ONCE:
        raise NotFound(bilingual("操作", "action"), name)
    given: dict[str, Any] = {"calendar": pk}
    if name == "undo_run":
        given = {"calendar_run": request.POST.get("run", "")}
    elif name == "decide":
        given = {"event": request.POST.get("event", ""), "side": request.POST.get("side", "")}
    _perform(request, f"calendars.{name}", given)
    return redirect("calendar-connection", pk=pk)


def _perform(request: HttpRequest, name: str, given: dict[str, Any]) -> None:
    """Perform an action and report the result."""
    try:
        perform(name, given)
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[name].label)))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
