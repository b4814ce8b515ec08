"""Organisers of meetings, and transfer of future meetings to a colleague."""

from datetime import datetime, timedelta
from typing import Any

from dakehu.domains.service.calendar import series
from dakehu.domains.service.calendar.meetings import local
from dakehu.domains.service.models import Meeting, MeetingAttendee, MeetingState
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import publish_event

AHEAD = timedelta(days=366)  # within which a series must have a meeting to count as future


def coming_meetings(user: Any) -> Any:
    """Return the visible planned meetings of an organiser from today on, including series with future meetings."""
    today = datetime.combine(clock.today(), datetime.min.time())
    planned = Meeting.objects.filter(organiser=user, state=MeetingState.PLANNED.value)
    over = [
        row.pk
        for row in planned.exclude(rrule="")
        if not series.occurrences(row.rrule, local(row.starts_at), today, today + AHEAD, row.excluded)
    ]
    single = planned.filter(rrule="", starts_at__gte=clock.at_local(today))
    return single | planned.exclude(rrule="").exclude(pk__in=over)


def owner_column(label: str) -> str:
    """Return the column of the owner of a row of open work."""
    return "organiser_id" if label == Meeting._meta.label else "owner_id"


def give_to(row: Any, user: Any) -> None:
    """Set or clear the owner of open work, or the organiser of a meeting, who then is no longer an attendee."""
    setattr(row, owner_column(row._meta.label), user.pk if user is not None else None)
    row.save()
    if not isinstance(row, Meeting):
        return
    for seat in MeetingAttendee.objects.filter(meeting=row, user=user):
        seat.delete()
    publish_event("meeting.changed", meeting=row.pk)
