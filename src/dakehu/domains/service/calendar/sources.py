"""Calendar entries of service: meetings, contacts, promises, requests, moments, and who is away."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from dakehu.domains.compliance.complaints.store import open_cases
from dakehu.domains.service.calendar.effort import current_effort
from dakehu.domains.service.calendar.meetings import Occurrence, local, meetings_between
from dakehu.domains.service.models import Absence, FollowUp, Interaction, MeetingState, Moment, PlanState, Request
from dakehu.domains.service.models.calendar import people_of
from dakehu.domains.service.moments import rules as moment_rules
from dakehu.domains.service.today import words
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.calendar_sources import CalendarEntry, CalendarSource, declare

MOST = 2000  # rows of a source
MOVE = "service.move_entry"
Users = tuple[int, ...] | None


def _text(text: str) -> str:
    """Return a personal text, dots for readers not cleared for it."""
    return text if current_actor().clearance >= PERSONAL else DOTS


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _of(rows: Any, column: str, users: Users) -> Any:
    """Return the rows whose person in `column` is one of the users."""
    return rows if users is None else rows.filter(**{f"{column}_id__in": users})


def _whole_day(day: date, **more: Any) -> CalendarEntry:
    """Return an entry of one day without an hour."""
    return CalendarEntry(starts=_midnight(day), ends=_midnight(day), all_day=True, **more)


def meeting_entries(first: date, last: date, users: Users) -> list[CalendarEntry]:
    """Return meetings, those of a series one by one."""
    return [_meeting_entry(one) for one in meetings_between(first, last, users)]


def _meeting_entry(one: Occurrence) -> CalendarEntry:
    row = one.row
    is_open = row.state == MeetingState.PLANNED
    at = one.key.partition("@")[2]
    return CalendarEntry(
        starts=one.starts,
        ends=one.ends,
        all_day=row.all_day,
        title=_text(row.subject),
        client=row.client_id,
        kind="meeting",
        owner=row.organiser_id,
        link=f"/calendar/meetings/{row.pk}/" + (f"?at={at}" if at else ""),
        key=one.key,
        minutes=one.minutes,
        people=one.people,
        move=MOVE if is_open else "",
        state="open" if is_open else "done",
        repeats=bool(row.rrule or row.series_id),
    )


def follow_up_entries(first: date, last: date, users: Users) -> list[CalendarEntry]:
    """Return planned and finished contacts by the day for which they were planned."""
    minutes_of = current_effort().minutes_of
    rows = FollowUp.objects.filter(due_on__gte=first, due_on__lte=last).exclude(state=PlanState.CANCELLED)
    columns = ("pk", "client_id", "due_on", "subject", "channel", "owner_id", "state")
    return [
        _whole_day(
            due,
            title=_text(subject),
            client=client,
            kind="follow_up",
            owner=owner,
            link=f"/today/follow_up:{pk}" if state == PlanState.PLANNED else f"/clients/{client}/",
            key=f"follow_up:{pk}",
            minutes=minutes_of("follow_up", channel),
            people=(owner,) if owner else (),
            move=MOVE if state == PlanState.PLANNED else "",
            state="open" if state == PlanState.PLANNED else "done",
        )
        for pk, client, due, subject, channel, owner, state in _of(rows, "owner", users)
        .order_by("due_on", "pk")
        .values_list(*columns)[:MOST]
    ]


def promise_entries(first: date, last: date, users: Users) -> list[CalendarEntry]:
    """Return promises by the day for which they were given."""
    minutes_of = current_effort().minutes_of
    rows = Interaction.objects.filter(promise_due_on__gte=first, promise_due_on__lte=last).exclude(promise="")
    columns = ("pk", "client_id", "promise_due_on", "promise", "staff_id", "promise_kept_on")
    return [
        _whole_day(
            due,
            title=_text(promise),
            client=client,
            kind="promise",
            owner=staff,
            link=f"/today/promise:{pk}" if kept is None else f"/clients/{client}/",
            key=f"promise:{pk}",
            minutes=minutes_of("promise"),
            people=(staff,) if staff else (),
            mandatory=True,
            move=MOVE if kept is None else "",
            state="open" if kept is None else "done",
        )
        for pk, client, due, promise, staff, kept in _of(rows, "staff", users)
        .order_by("promise_due_on", "pk")
        .values_list(*columns)[:MOST]
    ]


def request_entries(first: date, last: date, users: Users) -> list[CalendarEntry]:
    """Return open requests by their deadline, and complaints, whose deadline cannot be moved."""
    within = {"due_on__gte": first, "due_on__lte": last}
    requests = Request.objects.exclude(state="closed").filter(**within)
    return [
        *_deadlines("request", requests, users),
        *_deadlines("complaint", open_cases().filter(**within), users),
    ]


def _deadlines(what: str, rows: Any, users: Users) -> list[CalendarEntry]:
    """Return open requests or complaints by their deadline."""
    minutes_of = current_effort().minutes_of
    return [
        _whole_day(
            due,
            title=_text(subject),
            client=client,
            kind=what,
            owner=owner,
            link=f"/today/{what}:{pk}",
            key=f"{what}:{pk}",
            minutes=minutes_of("request"),
            people=(owner,) if owner else (),
            mandatory=what == "complaint",
            move="" if what == "complaint" else MOVE,
        )
        for pk, client, due, subject, owner in _of(rows, "owner", users)
        .order_by("due_on", "pk")
        .values_list("pk", "client_id", "due_on", "subject", "owner_id")[:MOST]
    ]


def moment_entries(first: date, last: date, users: Users) -> list[CalendarEntry]:
    """Return open moments by their deadline, with its hour."""
    minutes_of = current_effort().minutes_of
    since, until = clock.start_of_day(first), clock.start_of_day(last + timedelta(days=1))
    rows = Moment.objects.filter(state__in=moment_rules.OPEN_STATES, due_at__gte=since, due_at__lt=until)
    held = _of(rows, "owner", users).select_related("client").order_by("due_at", "pk")[:MOST]
    return [
        _whole_day(
            local(row.due_at).date(),
            title=words.title(row),
            client=row.client_id,
            kind="moment",
            owner=row.owner_id,
            link=f"/today/moment:{row.pk}",
            key=f"moment:{row.pk}",
            minutes=minutes_of("moment"),
            people=(row.owner_id,) if row.owner_id else (),
            mandatory=row.mandatory,
        )
        for row in held
    ]


def absences_between(first: date, last: date, users: Iterable[int]) -> list[Absence]:
    """Return the absences of some members of staff that touch the days from first to last."""
    rows = Absence.objects.filter(user_id__in=list(users), first_on__lte=last, last_on__gte=first)
    return list(rows.select_related("user").order_by("first_on", "pk"))


def absence_entries(first: date, last: date, users: Users) -> list[CalendarEntry]:
    """Return the absent ones of the people whom the reader covers."""
    actor = current_actor()
    seen = set(people_of(actor))
    if actor.reach in (Reach.ACROSS_WALLS, Reach.SYSTEM):
        seen |= set(users or ())
    return [
        CalendarEntry(
            starts=_midnight(row.first_on),
            ends=_midnight(row.last_on),
            all_day=True,
            title=str(bilingual("{name}休假", "{name} away", name=row.user.name)),
            client=None,
            kind="absence",
            owner=row.user_id,
            link="",
            key=f"absence:{row.pk}",
            people=(row.user_id,),
        )
        for row in absences_between(first, last, seen if users is None else seen & set(users))
    ]


NEEDS = Permission.SERVICE_READ
declare(
    CalendarSource(
        "service.absences",
        "休假",
        "Absences",
        absence_entries,
        NEEDS,
        order=10,
        kinds={"absence": bilingual("休假", "Absence")},
    ),
    CalendarSource(
        "service.meetings",
        "会议",
        "Meetings",
        meeting_entries,
        NEEDS,
        order=20,
        kinds={"meeting": bilingual("会议", "Meeting")},
    ),
    CalendarSource(
        "service.moments",
        "关键时刻",
        "Moments",
        moment_entries,
        NEEDS,
        order=30,
        kinds={"moment": bilingual("关键时刻", "Moment")},
    ),
    CalendarSource(
        "service.promises",
        "承诺",
        "Promises",
        promise_entries,
        NEEDS,
        order=40,
        kinds={"promise": bilingual("承诺", "Promise")},
    ),
    CalendarSource(
        "service.requests",
        "诉求与投诉",
        "Requests",
        request_entries,
        NEEDS,
        order=50,
        kinds={"complaint": bilingual("投诉", "Complaint"), "request": bilingual("诉求", "Request")},
    ),
    CalendarSource(
        "service.follow_ups",
        "跟进计划",
        "Follow-ups",
        follow_up_entries,
        NEEDS,
        order=60,
        kinds={"follow_up": bilingual("跟进", "Follow-up")},
    ),
)
