"""Plan, change, cancel and hold meetings, one or a series."""

from datetime import datetime
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service import actions as service
from dakehu.domains.service.calendar import attendees, meeting_rules, series
from dakehu.domains.service.calendar.meetings import local, occurrence_of
from dakehu.domains.service.calendar.parameters import (
    AT,
    ATTENDING,
    GUESTS,
    MEETING,
    STAFF,
    VERSION,
    WHICH,
    SeriesScope,
)
from dakehu.domains.service.models import Meeting, MeetingState
from dakehu.domains.service.models.calendar import new_uid, people_of
from dakehu.domains.service.parameters import ENDS, NEXT
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

ATTENDEES = (STAFF, GUESTS, ATTENDING)
RULE = Parameter("rrule", "service.Meeting", "rrule", required=False, choices_from="service.repeat_rules")
COPIED = ("client_id", "subject", "kind", "all_day", "place", "organiser_id", "agenda")


@action(
    "service.plan_meeting",
    needs=Permission.PLAN_WRITE,
    zh="安排会议",
    en="Arrange a meeting",
    parameters=(
        Fields("service.Meeting", required=("subject", "starts_at"), without=("rrule",), new=True),
        RULE,
        *ATTENDEES,
    ),
)
def plan_meeting(
    *,
    subject: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    staff: list[int] | None = None,
    guests: str | None = None,
    attending: str | None = None,
    **values: Any,
) -> Meeting:
    """Arrange a meeting, with a client or among staff, once or as a series (`rrule`).

    The organiser defaults to the actor, the end follows from the kind of meeting. `staff` are ids of colleagues,
    `guests` names on the client's side, `attending` codes of further clients. Raises Refused for contradicting times
    and rules.
    """
    row = Meeting(subject=subject, starts_at=starts_at, **{k: v for k, v in values.items() if v is not None})
    row.organiser = row.organiser or team.current_user()
    row.ends_at = ends_at or meeting_rules.usual_end(str(row.kind), starts_at)
    _check(row)
    row.save()
    attendees.set_attendees(row, staff or [], guests or "", attending or "")
    publish_event("meeting.changed", meeting=row.pk)
    return row


def _check(row: Meeting) -> None:
    """Raise Refused for a meeting whose times, kind or rule are wrong."""
    error = meeting_rules.meeting_error(row.starts_at, row.ends_at, row.client_id is not None, str(row.kind))
    if error is None and row.rrule:
        row.rrule = series.text_of(series.parts_of(row.rrule)) if "=" in row.rrule else row.rrule
        error = series.rule_error(row.rrule, local(row.starts_at))
    if error is not None:
        raise refusal(*error)


def get_meeting(pk: int) -> Meeting:
    """Return a visible meeting. Raises NotFound."""
    row: Meeting | None = Meeting.objects.filter(pk=pk).select_related("client", "organiser").first()
    if row is None:
        raise NotFound(bilingual("会议", "meeting"))
    return row


def _start_of(row: Meeting, at: datetime | None) -> tuple[datetime, datetime]:
    """Return (start, end) of the meeting to be changed, local. Raises Refused if the series has none then."""
    span = occurrence_of(row, at or row.starts_at)
    if span is None:
        raise refusal("at", "该系列在这个时间没有会议。", "The series has no meeting at that time.")
    return span


def single_out(row: Meeting, at: datetime | None) -> Meeting:
    """Return the row of one meeting: for a series a new row for this occurrence, else the row itself."""
    if not row.rrule:
        return row
    start, end = _start_of(row, at)
    row.excluded = [*row.excluded, series.stamp(start)]
    row.save()
    one = Meeting(
        **{name: getattr(row, name) for name in COPIED},
        starts_at=clock.at_local(start),
        ends_at=clock.at_local(end),
        series=row,
        recurrence_id=clock.at_local(start),
        uid=row.uid,
    )
    one.save()
    attendees.copy_attendees(row, one)
    return one


def split_off(row: Meeting, at: datetime | None) -> Meeting:
    """Return the series from a meeting on: a new one, unless that meeting is the first of the series."""
    start, end = _start_of(row, at)
    if start <= local(row.starts_at):
        return row
    before, after = series.split_rule(row.rrule, local(row.starts_at), start)
    mark = series.stamp(start)
    later = Meeting(
        **{name: getattr(row, name) for name in COPIED},
        starts_at=clock.at_local(start),
        ends_at=clock.at_local(end),
        rrule=after,
        excluded=[one for one in row.excluded if one >= mark],
        uid=new_uid(),
    )
    later.save()
    attendees.copy_attendees(row, later)
    for exception in Meeting.objects.filter(series=row, recurrence_id__gte=clock.at_local(start)):
        exception.series, exception.uid = later, later.uid
        exception.save()
    row.rrule, row.excluded = before, [one for one in row.excluded if one < mark]
    row.save()
    return later


def _row_to_change(row: Meeting, at: datetime | None, which: str | None) -> Meeting:
    """Return the row that a change is written to: of one meeting, of those from here on, or of the entire series."""
    if not row.rrule or which == SeriesScope.ALL:
        return row
    return split_off(row, at) if which == SeriesScope.FOLLOWING else single_out(row, at)


@action(
    "service.change_meeting",
    needs=Permission.PLAN_WRITE,
    zh="修改会议",
    en="Change a meeting",
    parameters=(MEETING, VERSION, AT, WHICH, Fields("service.Meeting", without=("rrule",)), RULE, *ATTENDEES),
)
def change_meeting(
    *,
    meeting: int,
    version: int | None = None,
    at: datetime | None = None,
    which: str | None = None,
    staff: list[int] | None = None,
    guests: str | None = None,
    attending: str | None = None,
    **values: Any,
) -> Meeting:
    """Change a meeting; of a series the one at `at` (`which` "one", the default), from there on, or all.

    A new start without an end keeps the duration; a series is shifted by the same offset as the moved meeting. A new
    rule applies from here on or to all. Raises a conflict if `version` is not the stored one.
    """
    row = get_meeting(meeting)
    check_version(row, version)
    _check_open(row)
    is_one = bool(row.rrule) and which not in (SeriesScope.FOLLOWING, SeriesScope.ALL)
    if is_one and values.get("rrule", row.rrule) != row.rrule:
        raise refusal(
            "which", "修改重复规则请选择“这一次及以后”或“整个系列”。", "A rule changes from here on or for all."
        )
    start, end = _start_of(row, at)
    changed = _row_to_change(row, at, which)
    _set_times(changed, start, end, values)
    for name, value in values.items():
        if value is not None or Meeting._meta.get_field(name).null:
            setattr(changed, name, value)
    if is_one:
        changed.rrule = ""
    _check(changed)
    changed.sequence += 1
    attendees.follow_client(changed)  # first: afterwards they would be invisible
    changed.save()
    if staff is not None or guests is not None or attending is not None:
        attendees.set_attendees(changed, staff, guests, attending)
    publish_event("meeting.changed", meeting=changed.pk)
    return changed


def _set_times(row: Meeting, start: datetime, end: datetime, values: dict[str, Any]) -> None:
    """Shift a meeting or series by the offset of its meeting from `start` to `end`; removes the times from `values`."""
    new_start, new_end = values.pop("starts_at", None), values.pop("ends_at", None)
    old_start, old_end = local(row.starts_at), local(row.ends_at)
    moved_to = local(new_start) if new_start is not None else start
    length = (local(new_end) - moved_to) if new_end is not None else end - start
    row.starts_at = clock.at_local(old_start + (moved_to - start))
    row.ends_at = clock.at_local(local(row.starts_at) + length)
    if row.rrule and moved_to != start and "rrule" not in values:
        row.rrule = series.move_rule(row.rrule, start, moved_to)
        shift = moved_to - start
        stamps = [series.read_stamp(text) for text in row.excluded]
        row.excluded = [series.stamp(one + shift) for one in stamps if one is not None]
        for exception in Meeting.objects.filter(series=row):
            exception.recurrence_id = clock.at_local(local(exception.recurrence_id) + shift)
            exception.save()
    if old_end == old_start and new_end is None:
        row.ends_at = row.starts_at


def _check_open(row: Meeting) -> None:
    """Raise Refused for a meeting that was held or cancelled, and for one among staff organised by another person."""
    if row.client_id is None and row.organiser_id not in (None, *people_of(current_actor())):
        raise refusal(
            "meeting", "内部会议由组织人或其团队负责人修改。", "Its organiser or their lead changes this meeting."
        )
    if row.state != MeetingState.PLANNED:
        raise refusal("meeting", "这次会议已经登记或取消。", "This meeting was recorded or cancelled already.")


@action(
    "service.cancel_meeting",
    needs=Permission.PLAN_WRITE,
    zh="取消会议",
    en="Cancel a meeting",
    parameters=(MEETING, VERSION, AT, WHICH, Parameter("reason", spec=FieldSpec("取消原因", "Why cancelled"))),
)
def cancel_meeting(
    *, meeting: int, reason: str, version: int | None = None, at: datetime | None = None, which: str | None = None
) -> Meeting:
    """Cancel a meeting, with the reason; of a series the one at `at`, from there on, or all. The record is kept."""
    row = get_meeting(meeting)
    check_version(row, version)
    _check_open(row)
    if not reason.strip():
        raise refusal("reason", "请写明取消原因。", "Say why it is cancelled.")
    ended = _row_to_change(row, at, which)
    moved_ones = Meeting.objects.filter(series=ended, state=MeetingState.PLANNED) if ended.rrule else ()
    for one in (ended, *moved_ones):
        one.state, one.cancel_reason = MeetingState.CANCELLED.value, reason.strip()
        one.sequence += 1
        one.save()
    publish_event("meeting.changed", meeting=ended.pk)
    return ended


@action(
    "service.answer_invitation",
    needs=Permission.PLAN_WRITE,
    zh="答复会议邀请",
    en="Answer an invitation",
    parameters=(MEETING, Parameter("answer", "service.MeetingAttendee", "answer")),
)
def answer_invitation(*, meeting: int, answer: str) -> Meeting:
    """Accept or decline a meeting to which the actor is invited; a declined meeting does not make the actor busy."""
    row = get_meeting(meeting)
    attendees.set_answer(row, current_actor().user_id, answer)
    return row


@action(
    "service.hold_meeting",
    needs=Permission.INTERACTION_LOG,
    zh="登记会议纪要",
    en="Record a meeting",
    parameters=(
        MEETING,
        VERSION,
        AT,
        Parameter("minutes", "service.Meeting", "minutes"),
        Parameter("outcome", "service.Meeting", "outcome", required=False),
        *parameters_of("service.Interaction", optional=("mood", "promise", "promise_due_on")),
        *NEXT,
        *ENDS,
    ),
)
def hold_meeting(
    *,
    meeting: int,
    minutes: str,
    outcome: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
    **follows: Any,
) -> Meeting:
    """Record the result of a meeting. Each attending client gets an interaction with the minutes.

    Promise and next contact become those of the client's timeline; `fulfils`, `keeps_promises`, `closes_requests` name open
    work that it ends. Raises Refused for a meeting that has not begun, and for follow-ups of one without a client.
    """
    row = get_meeting(meeting)
    check_version(row, version)
    start, _ = _start_of(row, at)
    error = meeting_rules.held_error(start, clock.now().astimezone(clock.zone()).replace(tzinfo=None), str(row.state))
    if error is not None:
        raise refusal(*error)
    held = single_out(row, at)
    held.state, held.minutes, held.outcome = MeetingState.HELD.value, minutes, outcome or ""
    logged = {name: value for name, value in follows.items() if value is not None}
    if held.client_id is None and logged:
        raise refusal(
            next(iter(logged)), "没有客户的会议不能登记承诺或下次联系。", "A meeting without a client has no follow-up."
        )
    if held.client_id is not None:
        held.interaction = _log(held, held.client, start, logged)
    held.sequence += 1
    held.save()
    for seat in attendees.other_clients(held):
        seat.interaction = _log(held, seat.client, start, {})
        seat.save()
    add_audit_note(meeting=held.pk)
    publish_event("meeting.changed", meeting=held.pk)
    return held


def _log(row: Meeting, client: Any, start: datetime, follows: dict[str, Any]) -> Any:
    """Record a meeting as an interaction of one client and return it."""
    return service.log_interaction(
        client=clients.get_client(client.pk),
        held_at=clock.at_local(start),
        summary=row.minutes,
        channel=meeting_rules.CHANNEL[str(row.kind)],
        purpose=row.subject[:120],
        result=row.outcome,
        staff=row.organiser,
        **follows,
    )
