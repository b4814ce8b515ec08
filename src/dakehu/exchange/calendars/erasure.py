"""Erase the data about meetings of erased clients in other calendars."""

from dakehu.exchange.calendars.models import LinkedEvent
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.records.bulk import remove_rows


def erase_linked_events(erasure: Erasure) -> int:
    """Delete the linked events of their meetings, or whose title names them; return the count."""
    meetings = erasure.rows.get("service.Meeting", set())
    named = [
        pk
        for pk, meeting, title, theirs in LinkedEvent.objects.values_list("pk", "meeting_ref", "title", "theirs")
        if meeting in meetings or erasure.names_one(f"{title} {theirs}")
    ]
    if named:
        remove_rows(LinkedEvent, named)
    return len(named)


declare_eraser("calendars", erase_linked_events)
