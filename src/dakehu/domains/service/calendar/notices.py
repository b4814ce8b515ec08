"""Notifications of meetings: invitations that wait for an answer."""

from typing import Any

from django.db.models import Q

from dakehu.domains.service.absences.standing_in import for_whom, reminded_for
from dakehu.domains.service.calendar.meetings import local
from dakehu.domains.service.models import Answer, MeetingAttendee, MeetingState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

INVITATIONS = "service.meeting_invitations"
MOST = 20


@query(INVITATIONS, needs=Permission.SERVICE_READ, zh="会议邀请", en="Invitations to meetings")
def meeting_invitations() -> list[dict[str, Any]]:
    """Return one notice for each future meeting to which the reader is invited, until it is answered; a series is one.

    Also those of colleagues for whom the reader deputises.
    """
    seats = MeetingAttendee.objects.filter(user_id__in=reminded_for(), answer=Answer.OPEN.value)
    to_come = Q(meeting__starts_at__gte=clock.now()) | ~Q(meeting__rrule="")
    seats = seats.filter(to_come, meeting__state=MeetingState.PLANNED.value, meeting__series=None)
    return [_notice(seat) for seat in seats.select_related("meeting__organiser").order_by("-pk")[:MOST]]


def _notice(seat: MeetingAttendee) -> dict[str, Any]:
    """Return the notice of one invitation; outside the desk without the subject."""
    row = seat.meeting
    said = {
        "who": row.organiser.name if row.organiser else str(bilingual("同事", "A colleague")),
        "when": f"{local(row.starts_at):%m-%d %H:%M}",
        "whose": for_whom(seat.user_id),
        "subject": row.subject if current_actor().clearance >= PERSONAL else DOTS,
    }
    text = bilingual(
        "{who}邀请您参加 {when} 的会议“{subject}”{whose}",
        "{who} invites you to “{subject}” on {when}{whose}",
        **said,
    )
    outside = bilingual(
        "{who}邀请您参加 {when} 的会议{whose}", "{who} invites you to a meeting on {when}{whose}", **said
    )
    url = f"/calendar/meetings/{row.pk}/"
    return notice(f"{INVITATIONS}:{seat.pk}", text, at=seat.created_at.isoformat(), url=url, outside=outside)


declare(NoticeSource(INVITATIONS, bilingual("会议邀请", "Invitations"), "handshake", order=22))
