"""The calendar by day, week, month and team, and the page of a meeting."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.calendar import board

VIEWS = (
    ("day", bilingual("日", "Day")),
    ("week", bilingual("周", "Week")),
    ("month", bilingual("月", "Month")),
    ("team", bilingual("团队", "Team")),
)
KINDS = ("meeting", "follow_up", "promise", "request", "complaint", "moment", "task", "absence")
EVERYBODY = "team"
PAGES = (
    ("/calendar/", bilingual("日程", "Calendar")),
    ("/calendar/week-plan/", bilingual("周计划", "Plan of the week")),
    ("/calendar/contacts/", bilingual("应联系客户", "Clients to contact")),
    ("/calendar/goals/", bilingual("工作目标", "Goals")),
)
OTHER = ("/connections/calendars/", bilingual("外部日历", "Other calendars"))


def read_day(text: str) -> date:
    """Return the day of an address, today where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return clock.today()


def tabs_of(current: str) -> list[dict[str, Any]]:
    """Return the pages of this section, the last for users who may have external calendars."""
    pages = [*PAGES, OTHER] if current_actor().may(Permission.CALENDARS_OWN) else PAGES
    return [{"url": url, "label": label, "current": url == current} for url, label in pages]


def members() -> list[tuple[str, str]]:
    """Return the people whose calendar the reader may choose: [(id, name)], [] for one who covers no one else."""
    covers = current_actor().covers
    return (
        [(str(pk), name) for pk, name in sorted(team.names_of(covers).items(), key=lambda item: item[1])]
        if len(covers) > 1
        else []
    )


@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """?view=week&on=2026-11-30&whose=3&kinds=meeting&tier=T4; for htmx requests only the part that is replaced."""
    given = request.GET
    people = members()
    views = [one for one in VIEWS if one[0] != EVERYBODY or people]
    view = given.get("view", "") if given.get("view", "") in dict(views) else "week"
    day, whose = read_day(given.get("on", "")), given.get("whose", "")
    if view == EVERYBODY:
        whose = EVERYBODY
    kinds, tier = [kind for kind in given.getlist("kinds") if kind in KINDS], given.get("tier", "")
    first, last = board.span_of(view, day)
    asked: dict[str, Any] = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "kinds": ",".join(kinds),
        "tier": tier,
    }
    if whose.isdecimal() and whose in dict(people):
        asked["owner"] = int(whose)
    elif whose != EVERYBODY:
        asked["mine"] = True
    found = ask("service.calendar", asked)
    today = clock.today()
    kept = {
        "view": view,
        "on": day.isoformat(),
        **({"whose": whose} if whose else {}),
        **({"tier": tier} if tier else {}),
    }
    before, after = board.neighbours(view, day)
    page = {
        "page_title": bilingual("日程", "Calendar"),
        "pages": tabs_of("/calendar/"),
        "view": view,
        "views": [{"name": name, "label": label, "url": _address(kept, kinds, view=name)} for name, label in views],
        "title": board.title_of(view, first, last, day),
        "cells": [
            {**cell, "url": _address({**kept, "view": "day"}, kinds, on=cell["iso"])}
            for cell in board.day_cells(found, today, day.month if view == "month" else None)
        ],
        "rows": board.team_rows(found, today) if view == EVERYBODY else [],
        "hours": range(board.FIRST_HOUR, board.LAST_HOUR),
        "before_url": _address(kept, kinds, on=before.isoformat()),
        "after_url": _address(kept, kinds, on=after.isoformat()),
        "today_url": _address(kept, kinds, on=today.isoformat()),
        "on": day,
        "people": people,
        "whose": whose,
        "kinds": [
            {"name": kind, "label": _kind_name(kind), "count": found["kinds"].get(kind, 0), "chosen": kind in kinds}
            for kind in KINDS
            if found["kinds"].get(kind) or kind in kinds
        ],
        "tier": tier,
        "tiers": sorted(
            {(row["tier_code"], row["tier"]) for row in found["entries"] if row["tier_code"]}, reverse=True
        ),
        "clashes": sum(1 for row in found["entries"] if row["clashes"]),
        "count": len(found["entries"]),
        "new_start": _next_hour(day, today),
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "calendar/board.html" if inside else "calendar/page.html", page)


def _kind_name(kind: str) -> Any:
    names = {
        "meeting": bilingual("会议", "Meetings"),
        "follow_up": bilingual("跟进", "Follow-ups"),
        "promise": bilingual("承诺", "Promises"),
        "request": bilingual("诉求", "Requests"),
        "complaint": bilingual("投诉", "Complaints"),
        "moment": bilingual("关键时刻", "Moments"),
        "task": bilingual("任务", "Tasks"),
        "absence": bilingual("休假", "Absences"),
    }
    return names[kind]


def _address(kept: dict[str, str], kinds: list[str], **changed: str) -> str:
    """Return the address of the calendar with some parameters changed."""
    return "/calendar/?" + urlencode([*{**kept, **changed}.items(), *(("kinds", kind) for kind in kinds)])


def _next_hour(day: date, today: date) -> str:
    """Return the default start of a new meeting: the next full hour of today, else ten o'clock of the day shown."""
    if day != today:
        return f"{day.isoformat()}T10:00"
    return f"{clock.local(clock.now()) + timedelta(hours=1):%Y-%m-%dT%H}:00"


@require_safe
def meeting_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting: in the drawer, or as a page; ?at=2026-12-01T10:00 of a series."""
    at = request.GET.get("at", "")
    found = ask("service.meeting", {"meeting": pk, **({"at": at} if at else {})})
    starts, ends = datetime.fromisoformat(found["starts"]), datetime.fromisoformat(found["ends"])
    client = found["meeting"]["client"]
    is_planned = found["meeting"]["state"] == "planned"
    page = {
        **found,
        "page_title": bilingual("会议", "Meeting"),
        "crumbs": [{"label": bilingual("日程", "Calendar"), "url": f"/calendar/?on={starts.date().isoformat()}"}],
        "when": board.title_of("day", starts.date(), starts.date(), starts.date()),
        "weekday": board.WEEKDAYS[starts.weekday()],
        "hours": "" if found["meeting"]["all_day"] else f"{starts:%H:%M}–{ends:%H:%M}",
        "address": f"/clients/{client['id']}/actions/" if client else "/actions/",
        "kept": urlencode({"meeting": pk, **({"at": found["at"]} if found["at"] else {}), "then": "stay"}),
        "times": urlencode({"starts_at": found["starts"], "ends_at": found["ends"]}),
        "seats": urlencode(
            {
                "staff": ",".join(_attendee_names(found, "staff", "user")),
                "guests": "、".join(_attendee_names(found, "guest", "name")),
            }
        ),
        "is_invited": is_planned and str(current_actor().user_id) in _attendee_names(found, "staff", "user"),
        "is_planned": is_planned,
        "may_hold": is_planned and found["has_begun"],
    }
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "calendar/meeting.html" if part else "calendar/meeting_page.html", page)


def _attendee_names(found: dict[str, Any], kind: str, name: str) -> list[str]:
    """Return the parameter that names the attendees of a kind."""
    return [str(seat[name]) for seat in found["attendees"] if seat["kind"] == kind]
