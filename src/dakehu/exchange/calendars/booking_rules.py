"""Which hours a client may book. Pure; times are local, without zone."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from dakehu.domains.service.calendar.capacity import Windows

QUARTER = timedelta(minutes=15)
STEP = timedelta(minutes=30)  # between the starts that are offered [D]
NOTICE = timedelta(hours=2)  # minimum lead time of a booking [D]
MOST_A_DAY = 12

Span = tuple[datetime, datetime]


def free_starts(
    windows: Windows, is_open: Callable[[date], bool], busy: Iterable[Span], minutes: int, now: datetime, days: int
) -> dict[date, list[datetime]]:
    """Return {day: starts} of the free hours: from now on, in working hours, on open days, not overlapping `busy`."""
    taken, length = list(busy), timedelta(minutes=minutes)
    found: dict[date, list[datetime]] = {}
    for day in (now.date() + timedelta(days=n) for n in range(days + 1)):
        if not is_open(day):
            continue
        starts = [
            start
            for opens, closes in windows.get(day.isoweekday(), ())
            for start in _possible_starts(datetime.combine(day, opens), datetime.combine(day, closes), length)
            if start >= now + NOTICE and not any(start < end and begin < start + length for begin, end in taken)
        ]
        if starts:
            found[day] = starts[:MOST_A_DAY]
    return found


def _possible_starts(opens: datetime, closes: datetime, length: timedelta) -> list[datetime]:
    """Return the start times offered within working hours."""
    found = []
    while opens + length <= closes:
        found.append(opens)
        opens += STEP
    return found


def quarters(start: datetime, minutes: int) -> list[datetime]:
    """Return the start times of the quarter hours that a booking overlaps."""
    first = start - timedelta(minutes=start.minute % 15)
    count = -(-int((start + timedelta(minutes=minutes) - first).total_seconds()) // 900)
    return [first + n * QUARTER for n in range(count)]
