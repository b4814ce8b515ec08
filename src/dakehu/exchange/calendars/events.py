"""A calendar event in the desk's own form, independent of the source format. Pure.

All times are local, without zone, to the minute. For an all-day event `starts` and `ends` are midnight of its first
and of its last day, as in the desk's calendar.
"""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

STAMP = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class OneOfSeries:
    """One event of a series that differs from it. `at`: its original start, as a stamp."""

    at: str
    summary: str
    starts: datetime
    ends: datetime
    place: str = ""


@dataclass(frozen=True)
class Event:
    """An event, single or a series by `rrule`. `excluded`: stamps of the cancelled instances of the series.

    is_private: its owner marked it so. is_expanded: one of a series whose rule the desk does not support.
    """

    uid: str
    summary: str
    starts: datetime
    ends: datetime
    all_day: bool = False
    place: str = ""
    text: str = ""
    rrule: str = ""
    excluded: tuple[str, ...] = ()
    exceptions: tuple[OneOfSeries, ...] = ()
    people: tuple[str, ...] = ()
    is_private: bool = False
    is_cancelled: bool = False
    is_expanded: bool = False


COMPARED = ("summary", "starts", "ends", "all_day", "place", "rrule", "excluded", "exceptions")


def stamp(moment: datetime) -> str:
    """Return the start that identifies one of a series: "2026-12-01T10:00"."""
    return moment.strftime(STAMP)


def as_json(event: Event) -> dict[str, Any]:
    """Return the compared parts of an event as plain values."""
    values = {name: value for name, value in asdict(event).items() if name in COMPARED}
    values["starts"], values["ends"] = stamp(event.starts), stamp(event.ends)
    values["excluded"] = list(event.excluded)
    values["exceptions"] = [
        {**asdict(one), "starts": stamp(one.starts), "ends": stamp(one.ends)} for one in event.exceptions
    ]
    return values


def from_json(values: dict[str, Any], uid: str = "") -> Event:
    """Return the event of plain values."""
    known = {field.name for field in fields(Event)}
    kept = {name: value for name, value in values.items() if name in known}
    kept["starts"], kept["ends"] = _moment(values["starts"]), _moment(values["ends"])
    kept["excluded"] = tuple(values.get("excluded", ()))
    kept["exceptions"] = tuple(
        OneOfSeries(**{**one, "starts": _moment(one["starts"]), "ends": _moment(one["ends"])})
        for one in values.get("exceptions", ())
    )
    return Event(uid=uid, **{name: value for name, value in kept.items() if name != "uid"})


def _moment(text: str) -> datetime:
    return datetime.strptime(text, STAMP)  # noqa: DTZ007  local by definition


def comparable(event: Event) -> tuple[Any, ...]:
    """Return the values by which two versions of an event are compared."""
    ordered = replace(
        event,
        excluded=tuple(sorted(event.excluded)),
        exceptions=tuple(sorted(event.exceptions, key=lambda one: one.at)),
    )
    return tuple(getattr(ordered, name) for name in COMPARED)
