"""Rules of service: dates, deadlines, urgency, request states. Pure: no Django, clock or database."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta

STEPS = {
    "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "half_year": relativedelta(months=6),
    "year": relativedelta(years=1),
}
REQUEST_DAYS = 5


def interaction_error(
    *, held_at: datetime, now: datetime, held_on: date, promise: str, promise_due_on: date | None, next_on: date | None
) -> tuple[str, str, str] | None:
    """Return the error of an interaction as (field, zh, en), None if it is valid."""
    if held_at > now:
        return "held_at", "沟通时间不能晚于现在。", "The time cannot lie in the future."
    if promise_due_on and not promise:
        return "promise", "填写了承诺期限，请同时写明承诺事项。", "A promised date needs the promise itself."
    if next_on is not None and next_on < held_on:
        return "next_on", "下次跟进日期不能早于本次服务。", "The next contact cannot come before this one."
    return None


FURTHEST_DAYS = 3660  # a plan more than ten years ahead is a typing error


def days_error(days: int | None) -> tuple[str, str, str] | None:
    """Return the error of "next contact in days" as (field, zh, en), None if it is valid."""
    if days is not None and not 0 <= days <= FURTHEST_DAYS:
        return "next_in_days", "应在 0 到 3660 天之间。", "Must be between 0 and 3,660 days."
    return None


def next_contact(last: date, every_days: int, is_open: Callable[[date], bool]) -> date:
    """Return the first open day at least `every_days` after the last contact."""
    day = last + timedelta(days=every_days)
    while not is_open(day):
        day += timedelta(days=1)
    return day


def next_in_series(first: date, every: str, after: date) -> date | None:
    """Return the next day of a series after `after`, None for a plan that happens once.

    Counted from the first day, so that the 31st stays the 31st in months that have one.
    """
    step = STEPS.get(every)
    if step is None:
        return None
    times = 1
    while (day := first + step * times) <= after:
        times += 1
    return day


NEXT_STEPS = ((7, ("1 周后", "In a week")), (30, ("1 个月后", "In a month")), (90, ("3 个月后", "In three months")))
FURTHEST_SUGGESTED = 210  # most days ahead of a suggested day
DAYS_OFFERED = 14  # a plan due later than this is not what today's contact was about


def last_day_offered(today: date) -> date:
    """Return the last due day of the plans that a contact may fulfil."""
    return today + timedelta(days=DAYS_OFFERED)


def usual_interval(contacts: list[date]) -> int | None:
    """Return the median days between contacts, within 3 and 180; None for fewer than three days of contact."""
    days = sorted(set(contacts))
    if len(days) < 3:
        return None
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    return min(max(gaps[len(gaps) // 2], 3), 180)


def working_days_after(day: date, count: int, is_open: Callable[[date], bool]) -> date:
    """Return the day on which `count` working days after `day` have passed."""
    while count > 0:
        day += timedelta(days=1)
        if is_open(day):
            count -= 1
    return day


def read_split(split: object) -> dict[str, dict[str, int]]:
    """Return {"segments": {segment: user id}, "clients": {client id: user id}} of raw input, without invalid ids."""
    given = split if isinstance(split, dict) else {}
    parts = {name: given.get(name) for name in ("segments", "clients")}
    return {
        name: {str(key): int(value) for key, value in part.items() if str(value).isdigit()}
        if isinstance(part, dict)
        else {}
        for name, part in parts.items()
    }


def receiver_of(client: int, segment: str, split: dict[str, dict[str, int]], default: int | None) -> int | None:
    """Return the receiver of a client: the one given for it, for its segment, or for all; None without one."""
    return split["clients"].get(str(client)) or split["segments"].get(segment) or default


def urgency(due: date, today: date, remind_days: int = 0) -> str:
    """Return "overdue", "today", "soon" (within the reminder) or "later"."""
    if due < today:
        return "overdue"
    if due == today:
        return "today"
    return "soon" if (due - today).days <= max(remind_days, 1) else "later"


MOVES = {
    "open": {"working", "replied", "closed"},
    "working": {"replied", "closed"},
    "replied": {"working", "closed"},
    "closed": {"working"},
}


def can_move(state: str, to: str) -> bool:
    """Return whether a request may change from one state to another; a closed one may be reopened."""
    return to in MOVES.get(state, set())
