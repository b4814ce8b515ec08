"""When a feed is due, late and missing. Pure: trading days and the current time are passed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from dakehu.domains.ledger.feeds.feed import Feed

LOOKED_BACK = 20  # trading days that are checked for missing ones


@dataclass(frozen=True)
class Punctuality:
    """State of a feed: `expected` is the newest day that is due by now, `due_at` the time when it was; `late` counts
    the trading days up to it that were not imported, `missing` names those of the last LOOKED_BACK, oldest first."""

    expected: date | None
    due_at: datetime | None
    late: int
    missing: tuple[date, ...]


def due_moment(feed: Feed, day: date, trading: Sequence[date], zone: tzinfo) -> datetime | None:
    """Return when the file of a trading day is due; None if `trading` ends too early."""
    later = [other for other in trading if other > day]
    if feed.due_after == 0:
        return datetime.combine(day, feed.due, zone)
    return datetime.combine(later[feed.due_after - 1], feed.due, zone) if len(later) >= feed.due_after else None


def punctuality(feed: Feed, came: Sequence[date], trading: Sequence[date], now: datetime) -> Punctuality:
    """Return the state of a feed from the imported days and the trading days around now, both ascending.

    Days before the first import are not missing; a feed that may have no rows on a day is never late.
    """
    if not feed.every_day or not came or now.tzinfo is None:
        return Punctuality(None, None, 0, ())
    due = [(day, moment) for day in trading if (moment := due_moment(feed, day, trading, now.tzinfo)) is not None]
    owed = [(day, moment) for day, moment in due if moment <= now]
    if not owed:
        return Punctuality(None, None, 0, ())
    known = set(came)
    missing = tuple(day for day, _ in owed[-LOOKED_BACK:] if day not in known and day > came[0])
    late = sum(1 for day, _ in owed if day > came[-1])
    expected, moment = owed[-1]
    return Punctuality(expected, moment, late, missing)
