"""The working time of a day: how much there is, what is taken, and what collides. Pure.

Minutes are integers. Days of the week count from 1 (Monday) to 7 (Sunday).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

Windows = Mapping[int, tuple[tuple[time, time], ...]]

USUAL: Windows = {weekday: ((time(9), time(12)), (time(13), time(18))) for weekday in range(1, 6)}
USUAL_MINUTES = {"call": 12, "message": 5, "visit": 90, "report": 20}  # house defaults [D], if no scheme is in force
USUAL_RESERVE = 0.2  # of the day, for unplanned work [D]

# Kind of contact of a channel in a tier scheme, which sets its duration.
CONTACT_OF_CHANNEL = {
    "call": "call",
    "wechat": "message",
    "mail": "message",
    "message": "message",
    "meeting": "visit",
    "event": "visit",
    "video": "visit",
    "other": "call",
    "": "call",
}


@dataclass(frozen=True)
class DayCapacity:
    """The working time of one person on one day, in minutes.

    working: by the hours of the weekday, 0 on days off. reserve: for unplanned work. meetings: booked. tasks: other
    work of the day.
    """

    day: date
    working: int
    reserve: int
    meetings: int
    tasks: int
    absent: bool = False

    @property
    def usable(self) -> int:
        """Return the minutes that may be planned."""
        return max(self.working - self.reserve, 0)

    @property
    def taken(self) -> int:
        return self.meetings + self.tasks

    @property
    def free(self) -> int:
        """Return the remaining minutes, never below 0."""
        return max(self.usable - self.taken, 0)

    @property
    def percent(self) -> int | None:
        """Return the share taken in percent, rounded; None on a day without working time."""
        return round(100 * self.taken / self.usable) if self.usable else None


def minutes_between(start: time, end: time) -> int:
    """Return the minutes from one time of a day to another, 0 if the end comes first."""
    return max((end.hour - start.hour) * 60 + end.minute - start.minute, 0)


def working_minutes(windows: Windows, day: date, is_open: bool, absent: bool) -> int:
    """Return the working minutes of a day: none on holidays and days away."""
    if absent or not is_open:
        return 0
    return sum(minutes_between(start, end) for start, end in windows.get(day.isoweekday(), ()))


def windows_error(windows: Windows) -> tuple[str, str, str] | None:
    """Return the fault of working hours as (field, zh, en): an end before its start, or hours that overlap."""
    for spans in windows.values():
        ordered = sorted(spans)
        if any(end <= start for start, end in ordered):
            return "ends", "结束时间应晚于开始时间。", "The end must come after the start."
        if any(after[0] < before[1] for before, after in pairwise(ordered)):
            return "starts", "同一天的工作时间不能重叠。", "The hours of a day must not overlap."
    return None


def capacity_of(
    day: date, windows: Windows, is_open: bool, absent: bool, reserve: float, meetings: int, tasks: int
) -> DayCapacity:
    """Return the free capacity of a day."""
    working = working_minutes(windows, day, is_open, absent)
    return DayCapacity(day, working, round(working * reserve), meetings, tasks, absent)


@dataclass(frozen=True)
class Busy:
    """A time at which people are busy. `key` names the entry; `meets` whether a person is met or phoned."""

    key: str
    starts: datetime
    ends: datetime
    people: tuple[int, ...]
    meets: bool = True


@dataclass(frozen=True)
class Clash:
    """Why an entry is in conflict: "double" (with `other`), "absent" (`person`) or "holiday"."""

    kind: str
    key: str
    person: int | None = None
    other: str = ""


def clashes(entries: Iterable[Busy], away: Callable[[int, date], bool], is_open: Callable[[date], bool]) -> list[Clash]:
    """Return the clashes of meetings: two at the same time for one person, an absent person, a non-working day."""
    meeting = sorted((one for one in entries if one.meets), key=lambda one: (one.starts, one.key))
    found: list[Clash] = []
    for place, one in enumerate(meeting):
        days = _days(one)
        if not all(is_open(day) for day in days):
            found.append(Clash("holiday", one.key))
        found += [Clash("absent", one.key, person) for person in one.people if any(away(person, day) for day in days)]
        for other in meeting[place + 1 :]:
            if other.starts >= one.ends:
                break
            both = sorted(set(one.people) & set(other.people))
            if both:
                found += [Clash("double", one.key, both[0], other.key), Clash("double", other.key, both[0], one.key)]
    return found


def _days(one: Busy) -> list[date]:
    """Return the days that an entry touches; one that ends at midnight does not touch the day after."""
    last = max(one.starts, one.ends - timedelta(minutes=1)).date()
    return [one.starts.date() + timedelta(days=n) for n in range((last - one.starts.date()).days + 1)]
