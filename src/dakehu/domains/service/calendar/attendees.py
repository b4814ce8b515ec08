"""Who attends a meeting: staff, guests and further clients."""

from typing import Any

from dakehu.domains.service.calendar import meeting_rules
from dakehu.domains.service.models import Meeting, MeetingAttendee
from dakehu.domains.team import queries as team
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import model_of


def set_attendees(row: Meeting, staff: list[int] | None, guests: str | None, attending: str | None) -> None:
    """Replace the attendees of a meeting by the named ones; None leaves those of a kind unchanged."""
    seats = list(MeetingAttendee.objects.filter(meeting=row).select_related("client"))
    if staff is not None:
        _set_staff(row, [seat for seat in seats if seat.user_id], staff)
    if guests is not None:
        _set_guests(row, [seat for seat in seats if not seat.user_id and not seat.is_client], guests)
    if attending is not None:
        _set_clients(row, [seat for seat in seats if seat.is_client], attending)


def _set_staff(row: Meeting, seats: list[Any], staff: list[int]) -> None:
    """Invite colleagues, without the organiser. Raises Refused for a person who has left."""
    wanted = [user for user in dict.fromkeys(staff) if user != row.organiser_id]
    for seat in seats:
        if seat.user_id not in wanted:
            seat.delete()
    known = {seat.user_id for seat in seats}
    for user_id in wanted:
        user = team.get_user(user_id)
        if user is None:
            raise refusal("staff", "没有这位同事，或已离职。", "There is no such colleague, or they have left.")
        if user_id not in known:
            MeetingAttendee(meeting=row, client_id=row.client_id, user=user).save()


def _set_guests(row: Meeting, seats: list[Any], guests: str) -> None:
    """Set the guests on the client's side."""
    wanted = meeting_rules.names_in(guests)
    for seat in seats:
        if seat.name not in wanted:
            seat.delete()
    known = {seat.name for seat in seats}
    for name in wanted:
        if name not in known:
            MeetingAttendee(meeting=row, client_id=row.client_id, name=name[:120]).save()


def _set_clients(row: Meeting, seats: list[Any], attending: str) -> None:
    """Set further clients by code. Raises Refused for one that the actor does not see."""
    codes = meeting_rules.names_in(attending)
    found: Any = model_of("clients.Client").objects.filter(code__in=codes)
    wanted = {client.pk: client for client in found}
    missing = sorted(set(codes) - {client.code for client in wanted.values()})
    if missing:
        raise refusal(
            "attending", "没有客户号为 {code} 的客户。", "There is no client with the code {code}.", code=missing[0]
        )
    wanted.pop(row.client_id, None)
    for seat in seats:
        if seat.client_id not in wanted:
            seat.delete()
    known = {seat.client_id for seat in seats}
    for pk, client in wanted.items():
        if pk not in known:
            MeetingAttendee(meeting=row, client=client, is_client=True).save()


def copy_attendees(source: Meeting, target: Meeting) -> None:
    """Copy the attendees of one meeting to another, with their answers."""
    for seat in MeetingAttendee.objects.filter(meeting=source).order_by("pk"):
        MeetingAttendee(
            meeting=target,
            client_id=seat.client_id,
            user_id=seat.user_id,
            is_client=seat.is_client,
            name=seat.name,
            address=seat.address,
            answer=seat.answer,
        ).save()


def follow_client(row: Meeting) -> None:
    """Set the client of the meeting on staff and guests, which determines who sees them."""
    for seat in MeetingAttendee.objects.filter(meeting=row, is_client=False).order_by("pk"):
        if seat.client_id != row.client_id:
            seat.client_id = row.client_id
            seat.save()


def other_clients(row: Meeting) -> list[Any]:
    """Return the attendee rows of clients other than the client of the meeting."""
    return list(MeetingAttendee.objects.filter(meeting=row, is_client=True).select_related("client").order_by("pk"))


def set_answer(row: Meeting, user: int | None, answer: str) -> None:
    """Set the answer of a member of staff. Raises Refused for one who is not invited."""
    seat = MeetingAttendee.objects.filter(meeting=row, user_id=user).first() if user else None
    if seat is None:
        raise refusal("meeting", "您不在这次会议的参会名单中。", "You are not invited to this meeting.")
    seat.answer = answer
    seat.save()
