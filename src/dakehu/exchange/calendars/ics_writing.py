"""Write events as calendar files; a file of another program keeps the parts that the desk does not support. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dakehu.domains.service.calendar import series
from dakehu.exchange.calendars.events import STAMP, Event, OneOfSeries

PRODUCT = "-//dakehu//calendar//ZH"


@dataclass(frozen=True)
class Entry:
    """An event of a feed: the event and the other data that a feed shows of it."""

    event: Event
    url: str = ""
    category: str = ""


def feed_text(entries: Iterable[Entry], name: str, zone: ZoneInfo, now: datetime) -> bytes:
    """Return entries as one calendar file with a refresh interval of one hour."""
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        part = _part(entry.event, zone, now)
        part.add("class", "PRIVATE")
        if entry.category:
            part.add("categories", [entry.category])
        if entry.url:
            part.add("url", entry.url)
        calendar.add_component(part)
    return _serialize_with_zones(calendar)


def event_text(event: Event, zone: ZoneInfo, now: datetime) -> bytes:
    """Return an event as a separate file."""
    calendar = _calendar()
    calendar.add_component(_part(event, zone, now))
    for one in event.exceptions:
        calendar.add_component(_exception(event, one, zone, now))
    return _serialize_with_zones(calendar)


def changed_text(content: bytes, event: Event, zone: ZoneInfo, now: datetime) -> bytes:
    """Return a file with an event changed: title, time, place and series; reminders, notes and the like stay."""
    from icalendar import Calendar

    calendar = Calendar.from_ical(content.decode())
    parts = [part for part in calendar.subcomponents if part.name == "VEVENT"]
    master = next((part for part in parts if part.get("RECURRENCE-ID") is None), None)
    if master is None:
        return event_text(event, zone, now)
    _fill(master, event, zone)
    _mark(master, now)
    known = {_stamp_of(part, zone): part for part in parts if part.get("RECURRENCE-ID") is not None}
    wanted = {one.at: one for one in event.exceptions}
    for at, part in known.items():
        if at not in wanted:
            calendar.subcomponents.remove(part)
    for at, one in wanted.items():
        if at in known:
            _set(known[at], one.summary, one.starts, one.ends, event.all_day, one.place, zone)
            _mark(known[at], now)
        else:
            calendar.add_component(_exception(event, one, zone, now))
    return _serialize_with_zones(calendar)


def _calendar() -> Any:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _part(event: Event, zone: ZoneInfo, now: datetime) -> Any:
    from icalendar import Event as Part

    part = Part()
    part.add("uid", event.uid)
    part.add("dtstamp", now)
    _fill(part, event, zone)
    if event.text:
        part.add("description", event.text)
    return part


def _exception(event: Event, one: OneOfSeries, zone: ZoneInfo, now: datetime) -> Any:
    from icalendar import Event as Part

    part = Part()
    part.add("uid", event.uid)
    part.add("dtstamp", now)
    part.add("recurrence-id", _value(datetime.strptime(one.at, STAMP), event.all_day, zone))  # noqa: DTZ007  local
    _set(part, one.summary, one.starts, one.ends, event.all_day, one.place, zone)
    return part


def _fill(part: Any, event: Event, zone: ZoneInfo) -> None:
    """Set the desk's data of an event, replacing the existing properties."""
    _set(part, event.summary, event.starts, event.ends, event.all_day, event.place, zone)
    for name in ("RRULE", "EXDATE"):
        part.pop(name, None)
    if not event.rrule:
        return
    part.add("rrule", _rule(event, zone))
    for at in event.excluded:
        moment = datetime.strptime(at, STAMP)  # noqa: DTZ007  local by definition
        part.add("exdate", _value(moment, event.all_day, zone))


def _set(part: Any, summary: str, starts: datetime, ends: datetime, all_day: bool, place: str, zone: ZoneInfo) -> None:
    for name in ("SUMMARY", "DTSTART", "DTEND", "DURATION", "LOCATION"):
        part.pop(name, None)
    part.add("summary", summary)
    part.add("dtstart", _value(starts, all_day, zone))
    part.add("dtend", _value(ends + timedelta(days=1) if all_day else ends, all_day, zone))
    if place:
        part.add("location", place)


def _mark(part: Any, now: datetime) -> None:
    """Note that an event was changed."""
    number = int(part.get("SEQUENCE", 0)) + 1
    for name in ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP"):
        part.pop(name, None)
    part.add("sequence", number)
    part.add("last-modified", now)
    part.add("dtstamp", now)


def _value(moment: datetime, all_day: bool, zone: ZoneInfo) -> date:
    return moment.date() if all_day else moment.replace(tzinfo=zone)


def _rule(event: Event, zone: ZoneInfo) -> Any:
    """Return the rule as other calendars read it: its end in UTC, or as a date for all-day events."""
    from icalendar.prop import vRecur

    parts = series.parts_of(event.rrule)
    if parts.get("UNTIL"):
        last = parts["UNTIL"].removesuffix("Z")
        if event.all_day:
            parts["UNTIL"] = last[:8]
        else:
            moment = datetime.strptime(last if "T" in last else f"{last}T235959", series.STAMP)  # noqa: DTZ007  local
            parts["UNTIL"] = moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).strftime("%Y%m%dT%H%M%SZ")
    return vRecur.from_ical(series.text_of(parts))


def _stamp_of(part: Any, zone: ZoneInfo) -> str:
    """Return the stamp of the instance of a series that a component replaces."""
    value = part["RECURRENCE-ID"].dt
    if not isinstance(value, datetime):
        return f"{value:%Y-%m-%d}T00:00"
    return (value.astimezone(zone) if value.tzinfo else value).strftime(STAMP)


def _serialize_with_zones(calendar: Any) -> bytes:
    """Return a calendar as text, with the time zones that it references."""
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text
