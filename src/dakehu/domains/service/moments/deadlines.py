"""Deadlines in trading time. Pure: no Django, clock or database.

"T+0 19:00" and "T+2 12:00" count trading days from the day on which the moment fired, "30d" counts calendar days, "E",
"E-5" and "E-1 15:00" count trading days back from the day of the event itself (the end of a contract, a birthday).
Without an hour the deadline is 17:30.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

END_OF_DAY = time(17, 30)
FIRST_HOUR = time(9, 0)  # of the day on which a client may be contacted: house practice, no law
FURTHEST = 400  # days
_FORM = re.compile(
    r"(?:T\+(?P<after>\d{1,3})|(?P<days>\d{1,3})d|E(?:-(?P<before>\d{1,3}))?)(?: (?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
)

IsOpen = Callable[[date], bool]


@dataclass(frozen=True)
class Deadline:
    """A parsed deadline. One of `after` (trading days from T), `days` (calendar days), `before` (trading days before E)."""

    after: int | None
    days: int | None
    before: int | None
    at: time

    @property
    def needs_event(self) -> bool:
        """Whether it counts from the day of the event."""
        return self.before is not None


def parse_deadline(text: str) -> Deadline:
    """Parse a deadline. Raises ValueError for an unknown form."""
    found = _FORM.fullmatch(" ".join(text.split()))
    if found is None:
        raise ValueError(text)
    after, days, before = (int(found[name]) if found[name] else None for name in ("after", "days", "before"))
    if after is None and days is None:
        before = before or 0
    at = time(int(found["hour"]), int(found["minute"])) if found["hour"] else END_OF_DAY
    return Deadline(after, days, before, at)


def due_at(
    deadline: Deadline, fired_on: date, now: datetime, is_open: IsOpen, event_on: date | None = None
) -> datetime:
    """Return when a moment is due, local time without zone.

    A deadline before an event that is too near is due on the next trading day, but not after the event's own day.
    A deadline that passed before the moment was known is due on the next trading morning at nine. An event without a
    known day is due on the next trading day.
    """
    if deadline.needs_event:
        next_day = trading_day_after(fired_on, 1, is_open)
        if event_on is None:
            due_on = next_day
        else:
            due_on = max(trading_day_before(event_on, deadline.before or 0, is_open), min(next_day, event_on))
    elif deadline.after is not None:
        due_on = trading_day_after(fired_on, deadline.after, is_open)
    else:
        due_on = fired_on + timedelta(days=deadline.days or 0)
    due = datetime.combine(due_on, deadline.at)
    if due > now:
        return due
    return datetime.combine(trading_day_after(now.date(), 1, is_open), FIRST_HOUR)


def trading_day_after(day: date, count: int, is_open: IsOpen) -> date:
    """Return the day on which `count` trading days after `day` have passed; `day` itself for 0."""
    for _ in range(FURTHEST):
        if count <= 0:
            break
        day += timedelta(days=1)
        count -= is_open(day)
    return day


def trading_day_before(day: date, count: int, is_open: IsOpen) -> date:
    """Return the day `count` trading days before `day`; `day` itself for 0."""
    for _ in range(FURTHEST):
        if count <= 0:
            break
        day -= timedelta(days=1)
        count -= is_open(day)
    return day


def text_of(text: str, language: str) -> str:
    """Return a deadline as text: "2 个交易日内，12:00 前"; unchanged if its form is unknown."""
    try:
        deadline = parse_deadline(text)
    except ValueError:
        return text
    hour = deadline.at.strftime("%H:%M")
    if language == "en":
        if deadline.after is not None:
            days = {0: "the same day", 1: "the next trading day"}.get(
                deadline.after, f"within {deadline.after} trading days"
            )
        elif deadline.days is not None:
            days = f"within {deadline.days} days"
        else:
            days = f"{deadline.before} trading days before" if deadline.before else "on the day"
        return f"{days}, by {hour}"
    if deadline.after is not None:
        days = {0: "当日", 1: "下一交易日"}.get(deadline.after, f"{deadline.after} 个交易日内")
    elif deadline.days is not None:
        days = f"{deadline.days} 天内"
    else:
        days = f"提前 {deadline.before} 个交易日" if deadline.before else "当天"
    return f"{days}，{hour} 前"
