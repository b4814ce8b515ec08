"""Query the calendar: entries, capacity and clashes of some days, within scope."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.service.calendar import capacity, series
from dakehu.domains.service.calendar.capacity import Busy, Clash, DayCapacity
from dakehu.domains.service.calendar.effort import current_effort, hours_of
from dakehu.domains.service.calendar.meetings import meetings_between
from dakehu.domains.service.calendar.parameters import FIRST, LAST, MINE, OWNER
from dakehu.domains.service.calendar.sources import absences_between
from dakehu.domains.service.models.calendar import people_of
from dakehu.domains.service.today.queries import tiers_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.calendar_sources import CalendarEntry, kind_name, sources
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

LONGEST = 100  # most days that are shown together
KINDS = Parameter(
    "kinds",
    required=False,
    spec=FieldSpec("类别", "Kinds", help_zh="如 meeting,follow_up", help_en="meeting,follow_up"),
)
TIER = Parameter("tier", required=False, spec=FieldSpec("客户级别", "Tier"))
CLIENT = Parameter("client", "clients.Client", required=False, spec=FieldSpec("客户", "Client"))

CLASHES = {
    "double": bilingual("{name}同一时间有两项会议", "{name} has two meetings at this time"),
    "absent": bilingual("{name}当天休假", "{name} is away that day"),
    "holiday": bilingual("当天休市放假", "That day is a holiday"),
}


@query(
    "service.calendar",
    needs=Permission.SERVICE_READ,
    zh="日程",
    en="Calendar",
    parameters=(FIRST, LAST, MINE, OWNER, KINDS, TIER, CLIENT),
)
def calendar_of(
    *,
    first: date | None = None,
    last: date | None = None,
    mine: bool | None = None,
    owner: int | None = None,
    kinds: str | None = None,
    tier: str | None = None,
    client: Any = None,
) -> dict[str, Any]:
    """Return all dated entries between two days, on one time axis, within scope; this week by default.

    {first, last, days: [{day, is_open, entries}], entries: [{key, kind, starts, ends, …}], people: [{id, name, days:
    [{day, working, usable, meetings, tasks, free, percent, absent}]}], kinds: {kind: count}}. `mine` and `owner` keep one
    person's work; without them a lead has the team's. Entries have `clashes`: their conflicts.
    """
    begin, end = _check_days(first, last)
    users = _users(mine, owner)
    entries = load_entries(begin, end, users)
    counted = {kind: sum(1 for one in entries if one.kind == kind) for kind in dict.fromkeys(e.kind for e in entries)}
    open_days = set(trading_days.trading_days_between(begin, end))
    capacities = capacities_of(begin, end, users, entries, open_days)
    collisions = clashes_of(entries, capacities, open_days)
    shown = _filter_entries(entries, kinds, client)
    rows = _rows(shown, collisions)
    rows = [row for row in rows if row["tier_code"] == tier] if tier else rows
    return {
        "first": begin.isoformat(),
        "last": end.isoformat(),
        "days": [
            {"day": day.isoformat(), "is_open": day in open_days, "entries": _count_on(rows, day)}
            for day in _days(begin, end)
        ],
        "entries": rows,
        "people": _people(capacities),
        "kinds": counted,
    }


def _check_days(first: date | None, last: date | None) -> tuple[date, date]:
    """Return the requested days. Raises Refused for an end before the beginning, and for more than LONGEST days."""
    today = clock.today()
    begin = first or (today - timedelta(days=today.weekday()) if last is None else last)
    end = last or (begin + timedelta(days=6))
    if end < begin:
        raise refusal("last", "不能早于开始日期。", "Cannot come before the first day.")
    if (end - begin).days >= LONGEST:
        raise refusal("last", "一次最多查看 {n} 天。", "At most {n} days at once.", n=LONGEST)
    return begin, end


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _users(mine: bool | None, owner: int | None) -> tuple[int, ...]:
    """Return the people whose entries are shown: one person, or those whom the actor covers."""
    actor = current_actor()
    if owner:
        return (owner,)
    if mine and actor.user_id:
        return (actor.user_id,)
    return tuple(dict.fromkeys(people_of(actor)))


def load_entries(first: date, last: date, users: tuple[int, ...] | None) -> list[CalendarEntry]:
    """Return the entries of every source that the actor may read, in order of time; all-day ones first."""
    actor = current_actor()
    found: list[CalendarEntry] = []
    for source in sources():
        if actor.may(source.needs):
            found += source.load(first, last, users)
    return sorted(found, key=lambda one: (one.starts.date(), not one.all_day, one.starts))


def _filter_entries(entries: list[CalendarEntry], kinds: str | None, client: Any) -> list[CalendarEntry]:
    """Return the entries of some kinds and of one client."""
    wanted = {kind.strip() for kind in (kinds or "").split(",") if kind.strip()}
    kept = [one for one in entries if one.kind in wanted] if wanted else entries
    return [one for one in kept if one.client == client.pk] if client is not None else kept


def capacities_of(
    first: date, last: date, users: tuple[int, ...], entries: Iterable[CalendarEntry], open_days: set[date]
) -> dict[int, dict[date, DayCapacity]]:
    """Return {user: {day: capacity}} of some people over some days, from their entries of all kinds."""
    hours, share = hours_of(users), current_effort().reserve
    away = _days_away(first, last, users)
    booked: dict[tuple[int, date], list[int]] = {}
    for one in entries:
        if one.state == "cancelled" or one.kind == "absence":
            continue
        for person in one.people:
            slot = booked.setdefault((person, one.starts.date()), [0, 0])
            slot[0 if one.kind == "meeting" else 1] += one.minutes
    return {
        user: {
            day: capacity.capacity_of(
                day, hours[user], day in open_days, day in away.get(user, ()), share, *booked.get((user, day), (0, 0))
            )
            for day in _days(first, last)
        }
        for user in users
    }


def _days_away(first: date, last: date, users: Iterable[int]) -> dict[int, set[date]]:
    """Return {user: days away}."""
    found: dict[int, set[date]] = {}
    for row in absences_between(first, last, users):
        found.setdefault(row.user_id, set()).update(_days(max(row.first_on, first), min(row.last_on, last)))
    return found


def clashes_of(
    entries: Iterable[CalendarEntry], capacities: dict[int, dict[date, DayCapacity]], open_days: set[date]
) -> dict[str, list[Clash]]:
    """Return {key: clashes} of meetings that are still to be held."""
    busy = [
        Busy(one.key, one.starts, one.ends, one.people)
        for one in entries
        if one.kind == "meeting" and one.state == "open" and not one.all_day
    ]

    def away(person: int, day: date) -> bool:
        day_capacity = capacities.get(person, {}).get(day)
        return day_capacity is not None and day_capacity.absent

    shown = {day for days in capacities.values() for day in days}
    found: dict[str, list[Clash]] = {}
    for clash in capacity.clashes(busy, away, lambda day: day in open_days or day not in shown):
        found.setdefault(clash.key, []).append(clash)
    return found


def _rows(entries: list[CalendarEntry], collisions: dict[str, list[Clash]]) -> list[dict[str, Any]]:
    """Return entries as plain values, with the names of client, tier and people, and their clashes."""
    ids = {one.client for one in entries if one.client is not None}
    clients: Any = model_of("clients.Client").objects.filter(pk__among=sorted(ids)) if ids else ()
    clearance = current_actor().clearance
    named = {row.pk: {"id": row.pk, "name": name_of(row, clearance), "code": row.code} for row in clients}
    tiers = tiers_of(ids) if ids else {}
    people = team.names_of({p for one in entries for p in one.people} | {e.owner for e in entries if e.owner})
    rows = []
    for one in entries:
        tier = tiers.get(one.client, (0, "")) if one.client is not None else (0, "")
        rows.append(
            {
                "key": one.key,
                "kind": one.kind,
                "kind_name": str(kind_name(one.kind)),
                "starts": one.starts.isoformat(timespec="minutes"),
                "ends": one.ends.isoformat(timespec="minutes"),
                "all_day": one.all_day,
                "title": one.title,
                "client": named.get(one.client) if one.client is not None else None,
                "tier": tier[1],
                "tier_code": tier[1].partition(" ")[0],
                "owner": one.owner,
                "owner_name": people.get(one.owner, "") if one.owner else "",
                "people": [{"id": person, "name": people.get(person, "")} for person in one.people],
                "minutes": one.minutes,
                "mandatory": one.mandatory,
                "move": one.move,
                "state": one.state,
                "repeats": one.repeats,
                "link": one.link,
                "clashes": [_clash_words(clash, people) for clash in collisions.get(one.key, ())],
            }
        )
    return rows


def _clash_words(clash: Clash, people: dict[int, str]) -> str:
    """Return a clash as text."""
    text = CLASHES[clash.kind]
    return str(bilingual(text.zh, text.en, name=people.get(clash.person or 0, "")))


def _count_on(rows: list[dict[str, Any]], day: date) -> int:
    """Return how many entries touch a day."""
    text = day.isoformat()
    return sum(1 for row in rows if row["starts"][:10] <= text <= row["ends"][:10])


def _people(capacities: dict[int, dict[date, DayCapacity]]) -> list[dict[str, Any]]:
    """Return the capacity of each person by day as plain values."""
    names = team.names_of(capacities)
    ordered = sorted(capacities, key=lambda user: names.get(user, ""))
    return [
        {
            "id": user,
            "name": names.get(user, ""),
            "days": [_capacity_values(day_capacity) for day_capacity in capacities[user].values()],
        }
        for user in ordered
    ]


def _capacity_values(day_capacity: DayCapacity) -> dict[str, Any]:
    """Return a capacity as plain values."""
    return {
        "day": day_capacity.day.isoformat(),
        "working": day_capacity.working,
        "usable": day_capacity.usable,
        "meetings": day_capacity.meetings,
        "tasks": day_capacity.tasks,
        "taken": day_capacity.taken,
        "free": day_capacity.free,
        "percent": day_capacity.percent,
        "absent": day_capacity.absent,
    }


@query(
    "service.busy_times",
    needs=Permission.SERVICE_READ,
    zh="同事占用时间",
    en="When colleagues are busy",
    parameters=(FIRST, LAST, Parameter("users", kind="ids", spec=FieldSpec("人员", "Staff"))),
)
def busy_times(*, users: list[int], first: date | None = None, last: date | None = None) -> list[dict[str, Any]]:
    """Return when colleagues are in meetings or away, without clients and subjects: [{user, starts, ends}]."""
    begin, end = _check_days(first, last)
    with elevated("when colleagues are busy, without what they do"):
        held = meetings_between(begin, end, users)
        away = absences_between(begin, end, users)
    wanted = set(users)
    spans = [(user, one.starts, one.ends) for one in held for user in one.people if user in wanted]
    for row in away:
        begins = datetime.combine(row.first_on, datetime.min.time())
        spans.append((row.user_id, begins, datetime.combine(row.last_on, datetime.max.time())))
    return [
        {"user": user, "starts": starts.isoformat(timespec="minutes"), "ends": ends.isoformat(timespec="minutes")}
        for user, starts, ends in sorted(spans, key=lambda span: (span[1], span[0]))
    ]


@query(
    "service.repeat_rules",
    needs=Permission.SERVICE_READ,
    zh="重复规则",
    en="Rules of repetition",
)
def repeat_rules() -> list[dict[str, str]]:
    """Return the rules that a form offers for a series: [{value, label}]."""
    return [{"value": rule, "label": str(bilingual(zh, en))} for rule, zh, en in series.PRESETS]
