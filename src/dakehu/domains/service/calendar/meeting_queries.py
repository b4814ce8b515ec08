"""Queries of meetings: the list, one with its attendees, those of a client, and who may be invited."""

from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.service.calendar import series
from dakehu.domains.service.calendar.actions import get_meeting
from dakehu.domains.service.calendar.meetings import local, meetings_between, occurrence_of
from dakehu.domains.service.calendar.parameters import AT, MEETING, SeriesScope
from dakehu.domains.service.models import Answer, Meeting, MeetingAttendee
from dakehu.domains.service.queries import CLIENT, FILTERS, ORDER
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of, render_row, render_rows
from dakehu.foundation.gates.registry import query

SOON = timedelta(days=120)  # within which the next meeting of a series is searched


@query("service.meetings", needs=Permission.SERVICE_READ, zh="会议列表", en="Meetings", parameters=(FILTERS, ORDER))
def meeting_rows(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible meetings, filtered and ordered; a series is one row. The latest first by default."""
    return filter_rows(Meeting.objects.all(), filters or {}, order or "-starts_at")


@query(
    "service.client_meetings",
    needs=Permission.SERVICE_READ,
    zh="客户会议",
    en="Meetings of a client",
    parameters=CLIENT,
)
def client_meetings(*, client: Any) -> Any:
    """Return the meetings with a client, latest first."""
    return Meeting.objects.filter(client=client).order_by("-starts_at", "-pk")


@query("service.meeting", needs=Permission.SERVICE_READ, zh="会议详情", en="A meeting", parameters=(MEETING, AT))
def meeting_detail(*, meeting: int, at: datetime | None = None) -> dict[str, Any]:
    """Return a meeting with its attendees: {meeting: its fields, shown: as texts, at, starts, ends, attendees, repeats, scopes}.

    Of a series the meeting at `at`, or else the next one. attendees: [{id, kind, name, user, client, answer}]. Raises
    NotFound for a start at which the series has no meeting.
    """
    row = get_meeting(meeting)
    span = occurrence_of(row, at or _next_of(row))
    if span is None:
        raise NotFound(bilingual("会议", "meeting"))
    return {
        "meeting": render_row(row),
        "shown": render_row(row, shown=True),
        "at": series.stamp(span[0]) if row.rrule else "",
        "starts": span[0].isoformat(timespec="minutes"),
        "ends": span[1].isoformat(timespec="minutes"),
        "has_begun": span[0] <= local(clock.now()),
        "attendees": attendees_of(row),
        "repeats": str(series.describe_rule(row.rrule)) if row.rrule else "",
        "series": row.series_id,
        "scopes": [{"value": one.value, "text": one.text} for one in SeriesScope] if row.rrule else [],
    }


def _next_of(row: Meeting) -> datetime:
    """Return the start of the next meeting of a series, for a single one its own."""
    first = local(row.starts_at)
    if not row.rrule:
        return first
    now = datetime.combine(clock.today(), datetime.min.time())
    coming = series.occurrences(row.rrule, first, max(first, now), max(first, now) + SOON, row.excluded)
    held = coming or series.occurrences(row.rrule, first, first, now, row.excluded)[-1:]
    return held[0] if held else first


def attendees_of(row: Meeting) -> list[dict[str, Any]]:
    """Return who attends: the organiser, staff, the client, further clients, guests."""
    clearance = current_actor().clearance
    seats = list(MeetingAttendee.objects.filter(meeting=row).select_related("user", "client").order_by("pk"))
    found = []
    if row.organiser_id:
        found.append(_render_attendee("organiser", row.organiser.name, user=row.organiser_id))
    found += [_render_attendee("staff", seat.user.name, seat, user=seat.user_id) for seat in seats if seat.user_id]
    if row.client_id:
        found.append(_render_attendee("client", name_of(row.client, clearance), client=row.client_id))
    found += [
        _render_attendee("client", name_of(seat.client, clearance), seat, client=seat.client_id)
        for seat in seats
        if seat.is_client
    ]
    guests = [seat for seat in seats if not seat.user_id and not seat.is_client]
    named = render_rows(guests, ("name",), shown=True)
    found += [_render_attendee("guest", text["name"], seat) for seat, text in zip(guests, named, strict=True)]
    return found


def _render_attendee(
    kind: str, name: str, seat: Any = None, user: int | None = None, client: int | None = None
) -> dict[str, Any]:
    """Return one attendee as plain values."""
    return {
        "id": seat.pk if seat is not None else None,
        "kind": kind,
        "name": name,
        "user": user,
        "client": client,
        "answer": str(Answer.text_of(seat.answer)) if seat is not None and kind == "staff" else "",
    }


@query("service.meeting_choices", needs=Permission.PLAN_WRITE, zh="可邀请的同事", en="Colleagues to invite")
def meeting_choices() -> dict[str, list[dict[str, Any]]]:
    """Return who may be invited, by parameter: {staff: [{id, label, chosen}]}, the actor's team first."""
    me = team.current_user()
    rows = [user for user in team.users().filter(is_active=True) if me is None or user.pk != me.pk]
    own = me.team_id if me is not None else None
    ordered = sorted(rows, key=lambda user: (user.team_id != own or own is None, user.name))
    return {"staff": [{"id": user.pk, "label": user.name, "chosen": False} for user in ordered]}


def held_between(first: date, last: date) -> Any:
    """Return the visible meetings recorded as held that began from first to last."""
    until = clock.start_of_day(last + timedelta(days=1))
    return Meeting.objects.filter(state="held", starts_at__gte=clock.start_of_day(first), starts_at__lt=until)


@query("service.meetings_today", needs=Permission.SERVICE_READ, zh="今日会议", en="Meetings today")
def meetings_today() -> dict[str, Any]:
    """Return the actor's meetings of today as a table of a start card (foundation.schema.cards), in order of time."""
    user, today = current_actor().user_id, clock.today()
    clearance = current_actor().clearance
    held = meetings_between(today, today, (user,) if user else ())
    labels = {
        "time": (bilingual("时间", "Time"), "text"),
        "subject": (bilingual("会议主题", "Subject"), "text"),
        "client": (bilingual("客户", "Client"), "client"),
        "place": (bilingual("地点", "Place"), "text"),
    }
    texts = render_rows([one.row for one in held], ("subject", "place"), shown=True)
    return {
        "columns": [{"name": name, "label": str(label), "kind": kind} for name, (label, kind) in labels.items()],
        "rows": [
            {
                "time": str(bilingual("全天", "All day"))
                if one.row.all_day
                else f"{one.starts:%H:%M}–{one.ends:%H:%M}",
                "subject": text["subject"],
                "client": {"id": one.row.client_id, "name": name_of(one.row.client, clearance)}
                if one.row.client_id
                else None,
                "place": text["place"],
            }
            for one, text in zip(held, texts, strict=True)
        ],
    }
