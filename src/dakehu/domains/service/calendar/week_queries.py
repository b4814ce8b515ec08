"""Query of the plan of a week."""

from datetime import date
from typing import Any

from dakehu.domains.service.calendar.contact_rules import CONTACT_NAMES
from dakehu.domains.service.calendar.parameters import FIRST, OWNER
from dakehu.domains.service.calendar.week import CONTACT, Week, proposed_week, subject_of
from dakehu.domains.service.models import Channel
from dakehu.domains.service.today.queries import tiers_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.calendar_sources import kind_name
from dakehu.foundation.schema.fields import model_of


@query(
    "service.week_plan",
    needs=Permission.SERVICE_READ,
    zh="周计划建议",
    en="Proposed plan of a week",
    parameters=(FIRST, OWNER),
)
def week_plan(*, first: date | None = None, owner: int | None = None) -> dict[str, Any]:
    """Return the plan of a week: dated work, proposed contacts, and what does not fit with the reason.

    {first, last, owner, days: [{day, usable, meetings, planned, free, is_past, absent, items}], left: [item with `why_left`],
    proposed: number of contacts to accept}. An item: {key, kind, kind_name, title, client, tier, minutes, mandatory,
    proposed, late, why}. The plan is deterministic.
    """
    user = owner or current_actor().user_id
    if user is None:
        return {"first": None, "last": None, "owner": None, "days": [], "left": [], "proposed": 0}
    week = proposed_week(user, first)
    items = _items(week)
    today = clock.today()
    days = [
        {
            "day": day.isoformat(),
            "usable": day_capacity.usable,
            "meetings": day_capacity.meetings,
            "planned": sum(items[key]["minutes"] for key, on in week.plan.placed.items() if on == day),
            "free": week.plan.free[day],
            "is_past": day < today,
            "absent": day_capacity.absent,
            "items": [items[key] for key, on in week.plan.placed.items() if on == day],
        }
        for day, day_capacity in week.capacities.items()
    ]
    return {
        "first": week.first.isoformat(),
        "last": week.last.isoformat(),
        "owner": {"id": user, "name": team.names_of([user]).get(user, "")},
        "days": days,
        "left": [{**items[one.work.key], "why_left": str(one.why)} for one in week.plan.left],
        "proposed": len(week.contacts),
    }


def _items(week: Week) -> dict[str, dict[str, Any]]:
    """Return {key: item} of all work of the week."""
    ids = sorted({one.client for one in week.entries.values() if one.client} | set(week.next))
    rows: Any = model_of("clients.Client").objects.filter(pk__among=ids)
    clearance = current_actor().clearance
    named = {row.pk: {"id": row.pk, "name": name_of(row, clearance), "code": row.code} for row in rows}
    tiers = tiers_of(ids)
    return {key: _item(key, week, named, tiers) for key in week.works}


def _item(key: str, week: Week, named: dict[int, dict[str, Any]], tiers: dict[int, tuple[int, str]]) -> dict[str, Any]:
    """Return one piece of work as plain values."""
    work = week.works[key]
    what, _, number = key.partition(":")
    if what == CONTACT:
        client: int | None = int(number)
        owed = week.next[int(number)]
        title, why = str(subject_of(owed)), [str(text) for text in owed.why]
        shown_kind = Channel.text_of(owed.channel) if owed.channel else str(CONTACT_NAMES[owed.kind])
        link = f"/clients/{client}/"
    else:
        entry = week.entries[key]
        client, title, why, link = entry.client, entry.title, [], entry.link
        shown_kind = str(kind_name(entry.kind))
    return {
        "key": key,
        "kind": what,
        "kind_name": shown_kind,
        "title": title,
        "client": named.get(client) if client is not None else None,
        "tier": tiers.get(client, (0, ""))[1] if client is not None else "",
        "minutes": work.minutes,
        "mandatory": work.mandatory,
        "proposed": what == CONTACT,
        "late": work.late,
        "why": why,
        "link": link,
    }
