"""The start page: the day's work list, one line of it with its details, and the cards."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.shocks.queries import is_running
from dakehu.domains.team import queries as team
from dakehu.domains.team.sign_in import sessions
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views import start_cards
from dakehu.interfaces.web.views.client.composer import contact_form
from dakehu.interfaces.web.views.client.head import peek_of

LIST = "day_list"  # the kind of the card that is the list itself
SHOWN = 40  # lines shown initially
STEP = 60
MOST = 200
DAILY = "day"  # the daily list, as opposed to that after a fall of the market
ICONS = {
    "complaint": "flag",
    "request": "inbox",
    "promise": "handshake",
    "follow_up": "calendar",
    "task": "list-checks",
    "shock": "phone",
}
MOMENT_ICONS = {
    "mandatory": "shield",
    "overdue": "clock",
    "expiry": "clock",
    "move": "activity",
    "occasion": "gift",
    "service": "heart-handshake",
}


@require_safe
def today_page(request: HttpRequest) -> HttpResponse:
    """Show the list and, below it, the cards of the reader's role; only the list where the browser requests it again."""
    has_list = any(card.kind == LIST for card in start_cards.cards_of(current_actor()))
    if request.headers.get("HX-Request"):
        return render(request, "today/list.html", day_list(request))
    day = clock.today()
    page = {
        "page_title": bilingual("今日工作台", "Today"),
        "day": day,
        "trading": trading_days.is_trading_day(day),
        "notices": sessions.notices(),
        "has_list": has_list,
        **(day_list(request) if has_list else _cards()),
    }
    return render(request, "today/page.html", page)


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """Show the cards of the reader's role other than the list: they are loaded after it, once they come into view."""
    return render(request, "today/cards.html", _cards())


def _cards() -> dict[str, Any]:
    """Return the sections of the cards other than the list."""
    drawn = [start_cards.draw_card(card) for card in start_cards.cards_of(current_actor()) if card.kind != LIST]
    return {"sections": start_cards.sections(drawn)}


def day_list(request: HttpRequest) -> dict[str, Any]:
    """Return the list as the address requests it: owner, group, number of lines."""
    actor = current_actor()
    owner, group, most = (request.GET.get(name, "") for name in ("owner", "group", "most"))
    asked: dict[str, Any] = {"owner": owner} if owner.isdecimal() else {}
    has_team = len(actor.covers) > 1
    # Users who serve clients start with their own work, a lead with the team's.
    whose = request.GET.get("whose") or ("mine" if actor.may(Permission.PLAN_WRITE) and not has_team else "all")
    whose = "member" if asked else whose
    which = request.GET.get("list", "")
    address = {"owner": owner} if asked else {"whose": whose}
    limit = min(int(most), MOST) if most.isdecimal() and len(most) < 6 else SHOWN
    wanted = {**(asked or {"mine": whose == "mine"}), "group": group, "limit": limit}
    found: dict[str, Any] = ask("service.shock_list", wanted) if which != DAILY else {"shock": None}
    # After a fall of the market the page is the list of calls, unless the daily list is requested.
    if found["shock"] is None:
        found = {**ask("service.today_list", wanted), "shock": None, "has_shock": which == DAILY and is_running()}
    address |= {"list": DAILY} if which == DAILY and found.get("has_shock") else {}
    for line in found["lines"]:
        line["icon"] = icon_of(line)
    is_idle = not found["lines"] and not found.get("total") and not found["next_due"]
    if found["next_due"]:
        found["next_due"]["url"] = f"/clients/{found['next_due']['client']['id']}/"
    return {
        **found,
        "groups": _groups(found, address, group),
        "sections_of_lines": _sections(found),
        "has_clients": not is_idle or clients.clients().exists(),
        "group": group,
        "whose": whose,
        "asked_for": urlencode(address),
        "other_list": urlencode({**address, "list": "" if which == DAILY else DAILY}),
        "here": urlencode({**address, **({"group": group} if group else {})}),
        "next_step": limit + STEP,
        "member": team.names_of([int(owner)]).get(int(owner), "") if asked else "",
        "team": has_team,
        "may_choose": has_team and found["shock"] is None and actor.may(Permission.PLAN_WRITE),
    }


def icon_of(line: dict[str, Any]) -> str:
    """Return the icon of a line: of its kind of work, for a moment of its group."""
    return ICONS.get(line["what"]) or MOMENT_ICONS[line["group"]]


def _groups(found: dict[str, Any], address: dict[str, str], chosen: str) -> list[dict[str, Any]]:
    """Return the filters with their counts: everything first, then the groups that have lines."""
    every = {"group": "", "title": str(bilingual("全部", "All")), "count": found["total"]}
    named = [{"group": one["group"], "title": one["title"], "count": one["count"]} for one in found["groups"]]
    return [
        {
            **one,
            "key": str(place),
            "is_chosen": one["group"] == chosen,
            "url": "/?" + urlencode({**address, **({"group": one["group"]} if one["group"] else {})}),
        }
        for place, one in enumerate([every, *(one for one in named if one["count"] or one["group"] == chosen)])
    ]


def _sections(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines under the titles of their groups."""
    return [
        {**one, "lines": lines}
        for one in found["groups"]
        if (lines := [line for line in found["lines"] if line["group"] == one["group"]])
    ]


@require_safe
def work(request: HttpRequest, work: str) -> HttpResponse:
    """Show one line with its details, and the form that processes it."""
    what, _, number = work.partition(":")
    if what == "shock":
        detail = ask("service.shock_call", {"client": clients.get_client(int(number) if number.isdecimal() else 0).pk})
    else:
        detail = ask("service.work_detail", {"work": work})
    detail["line"]["icon"] = icon_of(detail["line"])
    client = clients.get_client(detail["line"]["client"]["id"])
    page = {
        **detail,
        **peek_of(client),
        **contact_form(client, detail),
        "page_title": detail["line"]["client"]["name"],
    }
    inside = request.headers.get("HX-Request")
    return render(request, "today/work.html" if inside else "today/work_page.html", page)
