"""Decisions about the work on moments. Pure: no Django, clock or database."""

from datetime import date, datetime

OPEN_STATES = ("open", "snoozed", "passed")  # a moment in one of these is still to be worked
ATTEMPTS = ("no_answer", "message_left")  # outcomes after which the client still has to be reached
FURTHEST_SNOOZE = 90  # days
# One message for a field: (field, zh, en)
Fault = tuple[str, str, str]


def work_fault(*, state: str, outcome: str, offered: tuple[str, ...]) -> Fault | None:
    """Return why a moment cannot be worked with an outcome, None if it can."""
    if state not in OPEN_STATES:
        return "moment", "这一事件已经结束。", "This moment is no longer open."
    if outcome not in offered:
        return "outcome", "这类事件没有这种处理结果。", "This kind of moment has no such outcome."
    return None


def snooze_fault(*, until: date, today: date, mandatory: bool, due_on: date, reason: str) -> Fault | None:
    """Return why a moment cannot be snoozed until a day, None if it can. A mandatory one not beyond its deadline."""
    if not reason.strip():
        return "reason", "请写明推迟的原因。", "State why it is snoozed."
    if until <= today:
        return "until", "应晚于今天。", "Must be later than today."
    if (until - today).days > FURTHEST_SNOOZE:
        return "until", "最多推迟 90 天。", "At most 90 days ahead."
    if mandatory and until > due_on:
        return "until", "必做事项不能推迟到时限之后。", "A mandatory moment cannot be snoozed beyond its deadline."
    return None


def is_on_time(worked_at: datetime | None, due_at: datetime) -> bool:
    """Return whether a moment was worked within its deadline."""
    return worked_at is not None and worked_at <= due_at
