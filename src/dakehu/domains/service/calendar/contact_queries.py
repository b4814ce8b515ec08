"""Queries of contact plans: the next contact of one client, and those of a book in order."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.service.calendar.contact_rules import CONTACT_NAMES, NextContact
from dakehu.domains.service.calendar.contacts import Book, book_of, served_by
from dakehu.domains.service.calendar.meetings import Occurrence, meetings_between
from dakehu.domains.service.calendar.parameters import LAST, OWNER
from dakehu.domains.service.models import Channel, ContactPlan, Meeting, MeetingState
from dakehu.domains.service.queries import CLIENT
from dakehu.domains.service.today.queries import tiers_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of, render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema import client_cards
from dakehu.foundation.schema.client_cards import ClientCard
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SOON = timedelta(days=90)  # within which meetings are on the client's card
MEETINGS_SHOWN = 3
MOST = 500  # contacts that are listed
WEEKDAYS = (("周一", "Mon"), ("周二", "Tue"), ("周三", "Wed"), ("周四", "Thu"), ("周五", "Fri"))


@query(
    "service.contact_plan",
    needs=Permission.SERVICE_READ,
    zh="客户联系计划",
    en="Contact plan of a client",
    parameters=CLIENT,
)
def contact_plan(*, client: Any) -> dict[str, Any]:
    """Return when a client is to be contacted next and why, and the client's wishes.

    {on, owed_on, late_days, kind, channel, why: [sentence], wishes: the stored row or None}; `on` is None if no contact
    is owed, with the reason in `why`.
    """
    found = book_of([client.pk]).next_of(client.pk)
    row = ContactPlan.objects.filter(client=client).first()
    return {**_render_next_contact(found, clock.today()), "wishes": render_row(row) if row is not None else None}


def _render_next_contact(found: NextContact, today: date) -> dict[str, Any]:
    """Return the next contact as plain values; personal texts in reasons are hidden from uncleared readers."""
    is_cleared = current_actor().clearance >= PERSONAL
    return {
        "on": found.on.isoformat() if found.on else None,
        "owed_on": found.owed_on.isoformat() if found.owed_on else None,
        "late_days": found.late_days(today),
        "kind": found.kind,
        "kind_name": str(CONTACT_NAMES[found.kind]),
        "channel": found.channel,
        "channel_name": Channel.text_of(found.channel) if found.channel else "",
        "why": [str(text) for text in (found.why if is_cleared else found.why[:1])],
    }


@query(
    "service.contacts_due",
    needs=Permission.SERVICE_READ,
    zh="应联系的客户",
    en="Clients to be contacted",
    parameters=(OWNER, LAST),
)
def contacts_due(*, owner: int | None = None, last: date | None = None) -> dict[str, Any]:
    """Return the next contacts of the clients whom a member serves, by day: those up to `last`, in 30 days by default.

    {rows: [{client, tier, on, owed_on, late_days, kind_name, why}], late, more, without: clients for whom none is owed}.
    """
    user = owner or current_actor().user_id
    end = last or clock.today() + timedelta(days=30)
    ids = served_by(user) if user else []
    book = book_of(ids)
    every = {client: book.next_of(client) for client in ids}
    due = sorted(
        (client for client, found in every.items() if found.on is not None and found.on <= end),
        key=lambda client: (every[client].on, -every[client].late_days(book.today), -book.rank_of(client), client),
    )
    return {
        "rows": _rows(due[:MOST], every, book),
        "late": sum(1 for client in due if every[client].late_days(book.today) > 0),
        "more": max(len(due) - MOST, 0),
        "without": sum(1 for found in every.values() if found.on is None),
        "total": len(ids),
    }


def _rows(clients: list[int], every: dict[int, NextContact], book: Book) -> list[dict[str, Any]]:
    """Return next contacts as rows, with the names of clients and tiers."""
    found: Any = model_of("clients.Client").objects.filter(pk__among=sorted(clients))
    names = {row.pk: (name_of(row, current_actor().clearance), row.code) for row in found}
    tiers = tiers_of(clients)
    return [
        {
            "client": {"id": client, "name": names[client][0], "code": names[client][1]},
            "tier": tiers.get(client, (0, ""))[1],
            **_render_next_contact(every[client], book.today),
        }
        for client in clients
        if client in names
    ]


@query(
    "service.contact_wishes",
    needs=Permission.SERVICE_READ,
    zh="客户联系意愿",
    en="Contact wishes of clients",
    parameters=(FILTERS, ORDER),
)
def contact_wishes(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the stored wishes and postponements of the visible clients."""
    return filter_rows(ContactPlan.objects.all(), filters or {}, order or "-next_on")


@query(
    "service.contact_card",
    needs=Permission.SERVICE_READ,
    zh="联系计划卡片",
    en="Card of a client's contact plan",
    parameters=CLIENT,
)
def contact_card(*, client: Any) -> dict[str, Any]:
    """Return the next contact of a client as a card of the client's page (foundation.schema.client_cards)."""
    found = contact_plan(client=client)
    lead = bilingual("不主动联系", "No contact planned")
    if found["on"]:
        lead = bilingual("{day} {what}", "{day}: {what}", day=found["on"], what=found["kind_name"])
    facts = _facts(found["wishes"] or {})
    return {
        "lead": str(lead),
        "tone": "bad" if found["late_days"] else "",
        "notes": [*found["why"], *_overdue_text(found["late_days"])],
        "facts": [{"what": str(what), "text": str(text)} for what, text in facts],
        "lines": [{"what": f"{one.starts:%Y-%m-%d %H:%M}", "text": text} for one, text in _coming_meetings(client)],
        "actions": ["service.set_contact_wishes", *(["service.postpone_contact"] if found["on"] else [])],
    }


def _coming_meetings(client: Any) -> list[tuple[Occurrence, str]]:
    """Return the next meetings with a client, each with its subject."""
    today = clock.today()
    held = meetings_between(today, today + SOON, rows=Meeting.objects.filter(client=client))
    coming = [one for one in held if one.row.state == MeetingState.PLANNED][:MEETINGS_SHOWN]
    texts = render_rows([one.row for one in coming], ("subject",), shown=True)
    return [(one, text["subject"]) for one, text in zip(coming, texts, strict=True)]


def _overdue_text(days: int) -> list[str]:
    return [str(bilingual("已超期 {n} 天", "{n} days overdue", n=days))] if days else []


def _facts(wishes: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Return the wishes of a client as facts."""
    facts: list[tuple[Any, Any]] = []
    if wishes.get("channel"):
        facts.append((bilingual("偏好渠道", "Preferred channel"), Channel.text_of(wishes["channel"])))
    if wishes.get("days"):
        named = [bilingual(*WEEKDAYS[int(digit) - 1]) for digit in wishes["days"] if digit in "12345"]
        facts.append((bilingual("方便的星期", "Weekdays"), bilingual("{days}", "{days}", days=named)))
    if wishes.get("from_time") or wishes.get("until_time"):
        hours = f"{wishes['from_time'] or '…'}–{wishes['until_time'] or '…'}"
        facts.append((bilingual("方便的时间", "Hours"), hours))
    if wishes.get("wish"):
        facts.append((bilingual("客户意愿", "Wish"), wishes["wish"]))
    return facts


client_cards.declare(ClientCard("service.contact_plan", "联系计划", "Contact plan", "service.contact_card", order=25))
