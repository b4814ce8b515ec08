"""The stored state of an event of another calendar, and how it is written."""

from typing import Any

from dakehu.exchange.calendars.comparison import Here
from dakehu.exchange.calendars.dav import Resource
from dakehu.exchange.calendars.events import Event, as_json
from dakehu.exchange.calendars.meetings import meetings
from dakehu.exchange.calendars.models import CalendarLink, EventState, LinkedEvent
from dakehu.foundation.access.actor import elevated


def save_event(
    link: CalendarLink,
    uid: str,
    row: LinkedEvent | None,
    meeting: Any,
    resource: Resource | None,
    state: EventState,
    reason: str,
    base: Event | None,
    title: str,
    is_from_there: bool = False,
) -> None:
    """Store the state of an event within the current act."""
    row = row or LinkedEvent(link=link, uid=uid[:255])
    is_linked = state == EventState.LINKED
    row.meeting_ref = meeting.pk if meeting is not None else row.meeting_ref
    row.state, row.reason = state.value, reason
    row.href, row.etag = (resource.href, resource.etag) if resource is not None else ("", "")
    row.base, row.title = (as_json(base) if base is not None else {}), (title if is_linked else row.title)
    row.theirs = "" if is_linked or resource is None else resource.content.decode(errors="replace")
    row.choice = "" if is_linked else row.choice
    row.is_from_there = row.is_from_there or is_from_there
    row.save()


def is_taken_back(row: LinkedEvent, here: Here) -> bool:
    """Return whether a meeting created from an external event was undone here: the event stays in its calendar."""
    if here != Here.CANCELLED or not row.is_from_there:
        return False
    with elevated("whether a meeting was taken back"):
        return not meetings().filter(pk=row.meeting_ref).exists()


def title_there(theirs: Event | None, at: str, otherwise: str) -> str:
    """Return the title that the other side gives to one of a series, `otherwise` if it gives none."""
    found = [one.summary for one in theirs.exceptions if one.at == at] if theirs is not None else []
    return found[0] if found else otherwise
