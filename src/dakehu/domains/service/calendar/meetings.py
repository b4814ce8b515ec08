"""Read occurrences of meetings: one row for each, series expanded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from dakehu.domains.service.calendar import series
from dakehu.domains.service.models import Answer, Meeting, MeetingAttendee, MeetingState
from dakehu.foundation.base import clock

MOST = 2000  # most rows that are read


@dataclass(frozen=True)
class Occurrence:
    """One occurrence of a meeting. starts, ends: local, without zone. people: ids of staff who have not declined."""

    row: Meeting
    starts: datetime
    ends: datetime
    people: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Return its name in the calendar: for a series with the start of this occurrence."""
        return f"meeting:{self.row.pk}" + (f"@{series.stamp(self.starts)}" if self.row.rrule else "")

    @property
    def minutes(self) -> int:
        """Return its duration in minutes, 0 for an all-day one."""
        return 0 if self.row.all_day else int((self.ends - self.starts).total_seconds() // 60)


def local(moment: datetime) -> datetime:
    """Return a moment in local time, without zone."""
    return clock.local(moment).replace(tzinfo=None)


def meetings_between(
    first: date, last: date, users: Iterable[int] | None = None, *, rows: Any = None, cancelled: bool = False
) -> list[Occurrence]:
    """Return the visible meetings that touch the days from first to last, in order of their start.

    `users` keeps those that one of them organises or attends; `rows` are the meetings to filter, all by default.
    """
    since, until = datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.min.time())
    until += timedelta(days=1)
    found = Meeting.objects.all() if rows is None else rows
    found = found.filter(starts_at__lt=clock.at_local(until))
    found = found.filter(~Q(rrule="") | Q(ends_at__gte=clock.at_local(since)))
    if not cancelled:
        found = found.exclude(state=MeetingState.CANCELLED)
    if users is not None:
        found = found.filter(_attended_by(tuple(users)))
    held = list(found.select_related("client").order_by("starts_at", "pk")[:MOST])
    people = people_at(row.pk for row in held)
    every = [
        Occurrence(row, start, end, _all_people(row, people))
        for row in held
        for start, end in spans_of(row, since, until)
    ]
    return sorted(every, key=lambda one: (one.starts, one.row.pk))


def _attended_by(users: tuple[int, ...]) -> Q:
    """Return the condition of meetings that one of some users organises or attends."""
    attended = MeetingAttendee.objects.filter(user_id__in=users).exclude(answer=Answer.DECLINED)
    return Q(organiser_id__in=users) | Q(pk__in=attended.values("meeting_id"))


def _all_people(row: Meeting, people: dict[int, list[int]]) -> tuple[int, ...]:
    """Return organiser and attending staff, each once."""
    own = [row.organiser_id] if row.organiser_id else []
    return tuple(dict.fromkeys([*own, *people.get(row.pk, [])]))


def people_at(meetings: Iterable[int]) -> dict[int, list[int]]:
    """Return {meeting: ids of attending staff who have not declined}."""
    found: dict[int, list[int]] = {}
    ids = list(meetings)
    if not ids:
        return found
    rows = MeetingAttendee.objects.filter(meeting_id__in=ids).exclude(user=None)
    for meeting, user in rows.exclude(answer=Answer.DECLINED).order_by("pk").values_list("meeting_id", "user_id"):
        found.setdefault(meeting, []).append(user)
    return found


def spans_of(row: Meeting, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return (start, end) of a meeting or of each of its series that touches the time from `since` to before `until`."""
    start, end = local(row.starts_at), local(row.ends_at)
    length = end - start
    if not row.rrule:
        touches = start < until and (end > since or start >= since)
        return [(start, end)] if touches else []
    starts = series.occurrences(row.rrule, start, since - length, until, row.excluded)
    return [(one, one + length) for one in starts if one + length > since or one >= since]


def occurrence_of(row: Meeting, at: datetime | None) -> tuple[datetime, datetime] | None:
    """Return (start, end) of the meeting of a series at a start, or of a single meeting; None if there is none."""
    start, end = local(row.starts_at), local(row.ends_at)
    if not row.rrule:
        return start, end
    if at is None:
        return None
    wanted = local(at) if at.tzinfo is not None else at
    if not series.takes_place(row.rrule, start, wanted, row.excluded):
        return None
    return wanted, wanted + (end - start)
