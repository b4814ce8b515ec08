"""Rules of complaints: deadlines, which step may follow which, who may handle one, when it is escalated. Pure.

The days are settings of the firm (domain.md 5.7: most of them [K], unverified, or [D], house defaults; none is stated as law).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

LEVELS = (50, 80, 100)  # per cent of the time at which a case is escalated [D]
SOON_DAYS = 3  # working days before a deadline at which it is marked
STEPS = {  # stage → permitted steps
    "open": {"acknowledge", "accept", "reject", "assign", "note", "extend", "reply", "close"},
    "working": {"acknowledge", "assign", "note", "extend", "reply", "close"},
    "replied": {"assign", "note", "reply", "close", "reopen"},
    "closed": {"note", "reopen"},
}

IsOpen = Callable[[date], bool]


@dataclass(frozen=True)
class Deadlines:
    """The deadlines of the settings in working days, `outer` in calendar days."""

    acknowledge: int = 1
    accept: int = 5
    reply: int = 15
    extension: int = 15
    outer: int = 60


def working_days_after(day: date, count: int, is_open: IsOpen) -> date:
    """Return the day on which `count` working days after `day` have passed; `day` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_open(day)
    return day


def deadlines_of(received: date, days: Deadlines, is_open: IsOpen) -> tuple[date, date, date]:
    """Return by when a complaint is to be acknowledged, accepted or rejected, and replied to; none later than the outer bound."""
    outer = received + timedelta(days=days.outer)
    counts = (days.acknowledge, days.accept, days.reply)
    first, second, third = (min(working_days_after(received, one, is_open), outer) for one in counts)
    return first, second, third


def extended_deadline(received: date, due: date, days: Deadlines, is_open: IsOpen) -> date:
    """Return the deadline after the one extension, at most the outer bound."""
    return max(due, min(working_days_after(due, days.extension, is_open), received + timedelta(days=days.outer)))


def working_days_left(due: date, today: date, is_open: IsOpen) -> int:
    """Return the working days from today to a deadline, 0 on the day itself; negative for those since it passed."""
    first, last = min(due, today), max(due, today)
    open_days = sum(is_open(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    return open_days if due >= today else -max(open_days, 1)


def tone_of(days_left: int, state: str) -> str:
    """Return the tone of a deadline: "bad" today or overdue, "warn" soon, "good" closed, else ""."""
    if state == "closed":
        return "good"
    return "bad" if days_left <= 0 else "warn" if days_left <= SOON_DAYS else ""


def next_deadline(
    state: str, acknowledge_by: date, accept_by: date, due: date, is_acknowledged: bool
) -> tuple[str, date]:
    """Return the next deadline of an open case: (acknowledge, accept or reply, its day)."""
    if state == "open" and not is_acknowledged:
        return "acknowledge", min(acknowledge_by, due)
    return ("accept", min(accept_by, due)) if state == "open" else ("reply", due)


def escalation_level(received: date, due: date, today: date, is_open: IsOpen) -> int:
    """Return the highest level reached by the percentage of a case's working days that have passed; 0 below all."""
    whole = max(working_days_left(due, received, is_open), 1)
    passed = working_days_left(today, received, is_open) if today > received else 0
    return max((level for level in LEVELS if passed * 100 >= level * whole), default=0)


def may_step(state: str, step: str) -> bool:
    """Return whether a step may be taken in a stage."""
    return step in STEPS.get(state, set())


def owner_error(owner: int | None, about: int | None) -> tuple[str, str, str] | None:
    """Return the error of an owner: the person complained about never handles the case."""
    if owner is not None and owner == about:
        return "owner", "经办人不能是被投诉人。", "The person complained about cannot handle it."
    return None


def registration_error(
    has_client: bool, complainant: str, received: date, today: date, due: date | None, outer: int
) -> tuple[str, str, str] | None:
    """Return the error of a registration as (field, zh, en), None if it is valid."""
    if not has_client and not complainant.strip():
        return "client", "请填写客户，或写明投诉人。", "Name the client, or say who complains."
    if received > today:
        return "received_on", "收到日期不能晚于今天。", "It cannot have come in after today."
    if due is not None and due > received + timedelta(days=outer):
        return "due_on", "答复期限超过最长期限。", "The deadline lies beyond the outer bound."
    return None


def kept_until(closed: date, years: int) -> date:
    """Return the day until which a closed case is kept."""
    return closed + relativedelta(years=years)
