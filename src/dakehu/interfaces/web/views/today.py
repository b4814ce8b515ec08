"""The start page: the cards that the domains declare for the reader's role, and the working list among them."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.team import queries as team
from dakehu.domains.team.sign_in import sessions
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views import start_cards

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
    """Show the cards of the reader's role; the working list alone where the browser asks for it again."""
    actor = current_actor()
    if request.headers.get("HX-Request"):
        return render(request, "today/tasks.html", day_list(request))
    day = clock.today()
    cards = []
    for card in start_cards.cards_of(actor):
        if card.kind == "day_list":
            cards.append(
                {"template": "today/tasks.html", "size": card.size, "kind": card.kind, "shown": day_list(request)}
            )
        else:
            cards.append(start_cards.drawn(card))
    page = {
        "page_title": bilingual("今日工作台", "Today"),
        "day": day,
        "trading": trading_days.is_trading_day(day),
        "sections": start_cards.sections(cards),
        "notices": sessions.notices(),
    }
    for one in cards:
        page |= one.get("shown", {})
    return render(request, "today/page.html", page)


def day_list(request: HttpRequest) -> dict[str, Any]:
    """What is due, in groups: one's own, everybody's in sight, or that of one member of staff (`owner`)."""
    actor = current_actor()
    owner = request.GET.get("owner", "")
    asked: dict[str, Any] = {"owner": owner} if owner.isdecimal() else {}
    # Those who serve clients begin with their own work; a lead's team is one press away.
    whose = request.GET.get("whose") or ("mine" if actor.may(Permission.PLAN_WRITE) else "all")
    whose = "member" if asked else whose
    made = ask("service.today", asked or {"mine": whose == "mine"})
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
    total = sum(group["count"] for group in groups)
    return {
        "groups": groups,
        "counts": made["counts"],
        "whose": whose,
        "asked_for": f"owner={owner}" if asked else f"whose={whose}",
        "member": team.names_of([int(owner)]).get(int(owner), "") if asked else "",
        "total": total,
        "more": total - len(made["lines"]),
        "team": len(actor.covers) > 1,
    }
