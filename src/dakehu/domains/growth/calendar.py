"""Calendar entries: client events, for their owner."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from dakehu.domains.growth.choices import EventState
from dakehu.domains.growth.models import Event
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.schema.calendar_sources import CalendarEntry, CalendarSource, declare

USUAL = timedelta(hours=2)  # duration of an event without an end


def event_entries(first: date, last: date, users: tuple[int, ...] | None) -> Iterator[CalendarEntry]:
    """Yield the visible client events that begin between the first and the last day."""
    since = clock.at_local(datetime.combine(first, time.min))
    rows = Event.objects.filter(starts_at__gte=since, starts_at__lt=since + (last - first) + timedelta(days=1))
    if users is not None:
        rows = rows.filter(owner_id__in=users)
    for row in rows.exclude(state=EventState.CANCELLED.value).order_by("starts_at"):
        starts = clock.local(row.starts_at).replace(tzinfo=None)
        ends = clock.local(row.ends_at).replace(tzinfo=None) if row.ends_at else starts + USUAL
        yield CalendarEntry(
            starts=starts,
            ends=ends,
            all_day=False,
            title=row.name,
            client=None,
            kind="meeting",
            owner=row.owner_id,
            link=f"/events/{row.pk}/",
            key=f"event:{row.pk}",
            minutes=int((ends - starts).total_seconds() // 60),
            people=(row.owner_id,) if row.owner_id else (),
            mandatory=True,
        )


declare(CalendarSource("growth.events", "客户活动", "Client events", event_entries, Permission.GROWTH_READ, order=25))
