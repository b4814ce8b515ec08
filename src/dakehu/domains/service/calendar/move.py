"""Move one entry of the calendar, of any kind, to another day or time."""

from datetime import date, datetime, time, timedelta
from typing import Any

from dakehu.domains.service import actions as service
from dakehu.domains.service.calendar import actions as meetings
from dakehu.domains.service.calendar import series
from dakehu.domains.service.calendar.meetings import local, occurrence_of
from dakehu.domains.service.calendar.parameters import REASON, WHICH
from dakehu.domains.service.models import FollowUp, PlanState
from dakehu.domains.service.today import actions as today
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

ENTRY = Parameter(
    "entry",
    spec=FieldSpec(
        "日程编号", "Entry", help_zh="如 meeting:12、follow_up:8", help_en="Such as meeting:12, follow_up:8"
    ),
)
TIME = Parameter(
    "time", required=False, spec=FieldSpec("时间", "Time", help_zh="如 14:30，仅会议", help_en="14:30, of a meeting")
)
MINUTES = Parameter("minutes", kind="integer", required=False, spec=FieldSpec("时长（分钟）", "Length in minutes"))
WHY = ("reason", "推迟需要写明原因。", "Say why it is put off.")
ON_TODAYS_LIST = ("promise", "request", "complaint", "moment")


@action(
    "service.move_entry",
    needs=Permission.PLAN_WRITE,
    zh="改期",
    en="Move to another time",
    parameters=(
        ENTRY,
        Parameter("day", kind="date", spec=FieldSpec("改到", "To")),
        TIME,
        MINUTES,
        WHICH,
        REASON,
    ),
)
def move_entry(
    *,
    entry: str,
    day: date,
    time: str | None = None,
    minutes: int | None = None,
    which: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Move an entry of the calendar to a day; a meeting also to a time of that day, or to another length in minutes.

    Work that clients wait for is postponed only with a reason, stored with the plan and in the audit log. Returns
    {entry: its new name}. Raises Refused for the deadline of a complaint.
    """
    what, _, number = entry.partition(":")
    number, _, at = number.partition("@")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise refusal("entry", "没有这样的日程。", "There is no such entry.")
    said = (reason or "").strip()
    if said:
        add_audit_note(entry=entry, reason=said)
    if what == "meeting":
        return {"entry": _move_meeting(int(number), at, day, time or "", minutes, which)}
    if what == "follow_up":
        _move_follow_up(int(number), day, said)
    elif what in ON_TODAYS_LIST:
        if not said:
            raise refusal(*WHY)
        today.postpone_work(work=f"{what}:{number}", until=day, reason=said)
    else:
        raise refusal("entry", "这一项不能改期。", "This entry cannot be moved.")
    return {"entry": entry}


def _move_meeting(pk: int, at: str, day: date, clock_time: str, minutes: int | None, which: str | None) -> str:
    """Move a meeting and return its new name."""
    row = meetings.get_meeting(pk)
    moment = series.read_stamp(at) if at else None
    span = occurrence_of(row, moment or local(row.starts_at))
    if span is None:
        raise refusal("entry", "该系列在这个时间没有会议。", "The series has no meeting at that time.")
    start = datetime.combine(day, _read_time(clock_time) if clock_time else span[0].time())
    length = span[1] - span[0] if minutes is None else timedelta(minutes=minutes)
    changed = meetings.change_meeting(
        meeting=pk,
        at=clock.at_local(span[0]),
        which=which,
        starts_at=clock.at_local(start),
        ends_at=clock.at_local(start + length),
    )
    return f"meeting:{changed.pk}" + (f"@{series.stamp(start)}" if changed.rrule else "")


def _read_time(text: str) -> time:
    """Return a time of day. Raises Refused for an invalid text."""
    try:
        return time.fromisoformat(text.strip().zfill(5))
    except ValueError:
        raise refusal("time", "时间应写作 14:30。", "Write the time as 14:30.") from None


def _move_follow_up(pk: int, day: date, reason: str) -> None:
    """Move a planned contact; to a later day only with a reason, stored with the plan."""
    row = FollowUp.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("跟进计划", "follow-up"))
    if row.state != PlanState.PLANNED:
        raise refusal("entry", "这项计划已经结束。", "This plan has already ended.")
    if day > row.due_on and not reason:
        raise refusal(*WHY)
    row.due_on = day
    row.moved_reason = reason or row.moved_reason
    row.save()
    service.update_contact_dates(row.client)
