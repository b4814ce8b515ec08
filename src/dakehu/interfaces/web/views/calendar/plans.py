"""The plan of a week, the clients to be contacted, and goals."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.rows import address_of
from dakehu.interfaces.web.views.calendar import board
from dakehu.interfaces.web.views.calendar.page import members, read_day, tabs_of

CRUMBS = [{"label": bilingual("日程", "Calendar"), "url": "/calendar/"}]
SPANS = (7, 30, 90)
TONES = {"reached": "good", "on_track": "accent", "behind": "warn", "missed": "bad"}


def _owner_parameter(request: HttpRequest, people: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the parameter for the owner of the plan shown; {} for one's own."""
    owner = request.GET.get("owner", "")
    return {"owner": int(owner)} if owner in dict(people) else {}


@require_safe
def week_plan(request: HttpRequest) -> HttpResponse:
    """?on=2026-12-01&owner=3: the proposed plan of a week; only the part for htmx requests."""
    people = members()
    whose = _owner_parameter(request, people)
    given = request.GET.get("on", "")
    found = ask("service.week_plan", {**({"first": read_day(given).isoformat()} if given else {}), **whose})
    first = date.fromisoformat(found["first"]) if found["first"] else clock.today()
    page = {
        "page_title": bilingual("周计划", "Plan of the week"),
        "crumbs": CRUMBS,
        "pages": tabs_of("/calendar/week-plan/"),
        "found": found,
        "title": board.title_of("week", first, first + timedelta(days=6), first),
        "days": [_plan_day(day) for day in found["days"]],
        "first": first.isoformat(),
        "before_url": "?" + urlencode({"on": (first - timedelta(days=7)).isoformat(), **whose}),
        "after_url": "?" + urlencode({"on": (first + timedelta(days=7)).isoformat(), **whose}),
        "people": people,
        "owner": str(whose.get("owner", "")),
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "calendar/week_plan_board.html" if inside else "calendar/week_plan.html", page)


def _plan_day(day: dict[str, Any]) -> dict[str, Any]:
    """Return a day of the plan with its date as text and its load."""
    on = date.fromisoformat(day["day"])
    taken = {"usable": day["usable"], "taken": day["meetings"] + day["planned"]}
    items = [{**item, "icon": board.ICONS.get(item["kind"], "phone")} for item in day["items"]]
    return {
        **day,
        "label": board.short_day(on),
        "weekday": board.WEEKDAYS[on.weekday()],
        "classes": ("is-today " if on == clock.today() else "") + ("" if day["usable"] else "is-closed"),
        "capacity": board.capacity_of([taken]),
        "items": items,
    }


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """?days=30&owner=3: the clients to be contacted, by day."""
    people = members()
    whose = _owner_parameter(request, people)
    given = request.GET.get("days", "")
    days = int(given) if given in map(str, SPANS) else 30
    found = ask("service.contacts_due", {"last": (clock.today() + timedelta(days=days)).isoformat(), **whose})
    page = {
        "page_title": bilingual("应联系客户", "Clients to contact"),
        "crumbs": CRUMBS,
        "pages": tabs_of("/calendar/contacts/"),
        "found": found,
        "days": days,
        "spans": [
            {"days": span, "url": "?" + urlencode({"days": span, **whose}), "current": span == days} for span in SPANS
        ],
        "people": people,
        "owner": str(whose.get("owner", "")),
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "calendar/contacts_list.html" if inside else "calendar/contacts.html", page)


@require_safe
def goals(request: HttpRequest) -> HttpResponse:
    """?ended=1: goals with their progress and timetable."""
    ended = request.GET.get("ended") == "1"
    rows = ask("service.goal_progress", {"ended": ended})
    page = {
        "page_title": bilingual("工作目标", "Goals"),
        "crumbs": CRUMBS,
        "pages": tabs_of("/calendar/goals/"),
        "goals": [_goal(row) for row in rows],
        "ended": ended,
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "calendar/goals_list.html" if inside else "calendar/goals.html", page)


def _goal(row: dict[str, Any]) -> dict[str, Any]:
    """Return a goal for rendering: widths of its bar in percent of the target, tone, and the address of its records."""
    target = row["target"]
    return {
        **row,
        "tone": TONES.get(row["state"], ""),
        "width": min(row["percent"] or 0, 100),
        "mark": round(min(100 * row["expected"] / target, 100), 1),
        "url": address_of(row["rows_at"]),
        "shown": "–" if row["value"] is None else f"{row['value']:g}{row['unit']}",
        "steps": [{**step, "share": round(100 * (step["value"] or 0) / target)} for step in row["steps"]],
    }
