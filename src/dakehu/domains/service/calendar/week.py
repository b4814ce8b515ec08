"""The plan of a week of one member of staff: existing entries, and proposed contacts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dakehu.domains.service.calendar import week_rules
from dakehu.domains.service.calendar.capacity import DayCapacity
from dakehu.domains.service.calendar.contact_rules import CONTACT_NAMES, NextContact
from dakehu.domains.service.calendar.contacts import Book, book_of, served_by
from dakehu.domains.service.calendar.effort import Effort, current_effort
from dakehu.domains.service.calendar.queries import capacities_of, load_entries
from dakehu.domains.service.calendar.week_rules import WeekPlan, Work
from dakehu.domains.service.models import Channel, FollowUp, PlanState
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.calendar_sources import CalendarEntry
from dakehu.foundation.schema.fields import model_of

BEHIND = 60  # days before the week in which overdue work is searched
CONTACT = "contact"


@dataclass(frozen=True)
class Contact:
    """A contact that the plan proposes. row: the client. day: the planned day."""

    client: int
    row: Any
    day: date
    channel: str
    subject: str


@dataclass(frozen=True)
class Week:
    """The plan of a week. entries: {key: entry} of existing dated work, next: {client: next contact}."""

    first: date
    last: date
    capacities: dict[date, DayCapacity]
    plan: WeekPlan
    works: dict[str, Work]
    entries: dict[str, CalendarEntry]
    next: dict[int, NextContact]
    clients: dict[int, Any]

    @property
    def contacts(self) -> list[Contact]:
        """Return the proposed contacts that were placed on a day, in order of time."""
        found = []
        for key, day in self.plan.placed.items():
            what, _, number = key.partition(":")
            if what == CONTACT:
                owed = self.next[int(number)]
                row = self.clients[int(number)]
                found.append(Contact(int(number), row, day, owed.channel, str(subject_of(owed))))
        return sorted(found, key=lambda one: (one.day, one.client))


def subject_of(owed: NextContact) -> Bilingual:
    """Return the subject of a planned contact: how the client is contacted, or met."""
    how = Channel.text_of(owed.channel) if owed.channel else CONTACT_NAMES[owed.kind]
    return bilingual("定期联系：{how}", "Regular contact: {how}", how=how)


def week_of(day: date | None) -> tuple[date, date]:
    """Return Monday and Sunday of the week of a day; of today if none is given, of next week on a weekend."""
    today = clock.today()
    wanted = day or (today if today.weekday() < 5 else today + timedelta(days=7 - today.weekday()))
    first = wanted - timedelta(days=wanted.weekday())
    return first, first + timedelta(days=6)


def proposed_week(user: int, day: date | None = None) -> Week:
    """Return the plan of a member's week, of today's or the one of `day`."""
    first, last = week_of(day)
    today, effort = clock.today(), current_effort()
    open_days = set(trading_days.trading_days_between(first, last))
    entries = [one for one in load_entries(first - timedelta(days=BEHIND), last, (user,)) if one.state == "open"]
    meetings = [one for one in entries if one.kind == "meeting"]
    capacities = capacities_of(first, last, (user,), meetings, open_days)[user]
    free = {on: day_capacity.free if on >= today else 0 for on, day_capacity in capacities.items()}
    dated = {one.key: one for one in entries if one.kind not in ("meeting", "absence")}
    works = [_dated_work(one, first, last) for one in dated.values()]
    served = served_by(user)
    book = book_of(served)
    busy = _contacted_anyway(served, first, last, entries)
    owed = {client: book.next_of(client) for client in served if client not in busy}
    due = {client: one for client, one in owed.items() if one.on is not None and one.on <= last}
    works += [_contact_work(client, one, book, effort, last) for client, one in due.items()]
    rows: Any = model_of("clients.Client").objects.filter(pk__among=sorted(due))
    return Week(
        first,
        last,
        capacities,
        week_rules.plan_week(free, works),
        {one.key: one for one in works},
        dated,
        due,
        {row.pk: row for row in rows},
    )


def _dated_work(one: CalendarEntry, first: date, last: date) -> Work:
    """Return an entry of the calendar as work of the week: plans on their own day, the rest by deadline."""
    due = one.starts.date()
    late = max((first - due).days, 0)
    return Work(
        one.key,
        one.minutes,
        due=max(due, first) if not late else last,
        mandatory=one.mandatory,
        fixed=due if one.kind == "follow_up" and not late else None,
        late=late,
    )


def _contact_work(client: int, owed: NextContact, book: Book, effort: Effort, last: date) -> Work:
    """Return an owed contact as work of the week."""
    wish = book.wishes.get(client)
    is_open = wish.no_contact_until if wish is not None else None
    return Work(
        f"{CONTACT}:{client}",
        effort.minutes_of("follow_up", owed.channel),
        due=last,
        days=wish.days if wish is not None else frozenset(),
        earliest=is_open + timedelta(days=1) if is_open is not None else None,
        late=owed.late_days(book.today),
        rank=book.rank_of(client),
    )


def _contacted_anyway(clients: Iterable[int], first: date, last: date, entries: Iterable[CalendarEntry]) -> set[int]:
    """Return the clients with a meeting or a planned contact up to the end of the week: nothing is proposed for them."""
    planned = FollowUp.objects.filter(client_id__among=sorted(clients), state=PlanState.PLANNED, due_on__lte=last)
    met = {one.client for one in entries if one.kind == "meeting" and one.client and one.starts.date() >= first}
    return set(planned.values_list("client_id", flat=True)) | met
