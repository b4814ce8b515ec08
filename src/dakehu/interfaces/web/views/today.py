"""Today: the working list first, each line with its reason; figures and dates after it."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.service import queries as service
from dakehu.domains.team.sign_in import sessions
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days

GROUPS = (
    ("overdue", bilingual("逾期", "Overdue"), "bad"),
    ("today", bilingual("今天", "Today"), "accent"),
    ("soon", bilingual("近期待办", "Coming up"), ""),
)
WHAT = {
    "complaint": (bilingual("投诉", "Complaint"), "flag", "bad"),
    "request": (bilingual("需求", "Request"), "inbox", "violet"),
    "promise": (bilingual("承诺", "Promise"), "handshake", "warn"),
    "follow_up": (bilingual("跟进", "Follow-up"), "calendar", "accent"),
}
DAYS_AHEAD = 14


def why(line: dict[str, Any]) -> Bilingual:
    """Why this line stands here, in a sentence."""
    days, what = line["days"], line["what"]
    due = date.fromisoformat(line["due_on"])
    facts = {"days": abs(days), "due": bilingual(f"{due.month} 月 {due.day} 日", f"{due.day} {due:%b}")}
    if what == "promise":
        if days < 0:
            return bilingual("承诺 {due}前完成，逾期 {days} 天", "Promised by {due}, {days} days overdue", **facts)
        return bilingual("承诺 {due}前完成", "Promised by {due}", **facts)
    if what in ("complaint", "request"):
        if days < 0:
            return bilingual("应于 {due}前办结，逾期 {days} 天", "Was due on {due}, {days} days overdue", **facts)
        if days == 0:
            return bilingual("应于今天办结", "Due today")
        return bilingual("应于 {due}前办结，还有 {days} 天", "Due on {due}, {days} days left", **facts)
    if days < 0:
        return bilingual("应于 {due}跟进，逾期 {days} 天", "Planned for {due}, {days} days overdue", **facts)
    if days == 0:
        return bilingual("应于今天跟进", "Planned for today")
    return bilingual("应于 {due}跟进，提前提醒", "Planned for {due}; you asked to be reminded", **facts)


@require_safe
def today_page(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    if not actor.may(Permission.SERVICE_READ):
        return render(
            request, "today/welcome.html", {"page_title": bilingual("欢迎", "Welcome"), "notices": sessions.notices()}
        )
    # Those who serve clients begin with their own work; a lead's team is one press away.
    whose = request.GET.get("whose") or ("mine" if actor.may(Permission.PLAN_WRITE) else "all")
    made = service.today(mine=whose == "mine")
    for line in made["lines"]:
        line["label"], line["icon"], line["tone"] = WHAT[line["what"]]
        line["why"] = why(line)
    groups = [
        {
            "key": key,
            "title": title,
            "tone": tone,
            "count": made["counts"].get(key, 0),
            "badge": f"{title} {made['counts'].get(key, 0)}",
            "lines": [line for line in made["lines"] if line["urgency"] == key],
        }
        for key, title, tone in GROUPS
    ]
    page = {
        "groups": groups,
        "counts": made["counts"],
        "whose": whose,
        "total": sum(g["count"] for g in groups),
        "more": sum(g["count"] for g in groups) - len(made["lines"]),
        "team": len(actor.covers) > 1,
    }
    if request.headers.get("HX-Request"):
        return render(request, "today/tasks.html", page)
    return render(request, "today/page.html", {**page, **around(made), "notices": sessions.notices()})


def around(made: dict[str, Any]) -> dict[str, Any]:
    """Figures, each with the address of its rows, and the dates of the coming fortnight."""
    day = clock.today()
    fill = clients.completeness()
    week = (day - timedelta(days=7)).isoformat()
    return {
        "page_title": bilingual("今日工作台", "Today"),
        "day": day,
        "trading": trading_days.is_trading_day(day),
        "contacts": made["contacts_this_week"],
        "contacts_url": "/clients/?" + urlencode({"last_contact_on.ge": week, "sort": "-last_contact_on"}),
        "fill": fill,
        "ahead": dates_ahead(day),
    }


def dates_ahead(day: date) -> list[dict[str, Any]]:
    rows = clients.upcoming_dates(days=DAYS_AHEAD)
    for row in rows:
        row["days"] = (date.fromisoformat(row["on"]) - day).days
    return rows
