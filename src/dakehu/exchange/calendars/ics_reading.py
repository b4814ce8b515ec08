"""Read calendar files (RFC 5545) and report what was and was not understood. Pure.

A line or component that cannot be read is omitted and reported; the rest is read.
"""

import re
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dakehu.domains.service.calendar import series
from dakehu.exchange.calendars.events import Event, OneOfSeries, stamp
from dakehu.foundation.base.i18n import Bilingual, bilingual

LARGEST = 20_000_000  # bytes
MOST_EXPANDED = 100  # events of a series whose rule the desk does not support
HORIZON = timedelta(days=366)
LINE = re.compile(r"^[A-Za-z0-9-]+[;:]")
BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
KNOWN = ("VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM")

NOTES: dict[str, Bilingual] = {
    "line": bilingual("第 {n} 行无法识别，已略过：{text}", "Line {n} cannot be read and is left out: {text}"),
    "value": bilingual("“{name}”的 {property} 无法识别：{text}", "{property} of “{name}” cannot be read: {text}"),
    "no_start": bilingual(
        "“{name}”没有可识别的开始时间，未读入。", "“{name}” has no start that can be read; left out."
    ),
    "zone": bilingual(
        "“{name}”的时区“{zone}”未知，按本机构时区读取。",
        "The time zone {zone} of “{name}” is unknown; read as the firm's.",
    ),
    "zone_guessed": bilingual("时区名称不标准，按 {zone} 读取。", "A time zone has an unusual name; read as {zone}."),
    "end": bilingual(
        "“{name}”的结束早于开始，按开始时间读取。", "“{name}” ends before it starts; read without length."
    ),
    "long": bilingual(
        "“{name}”超过 14 天，导入时需改短。", "“{name}” lasts more than 14 days; shorten it to import it."
    ),
    "expanded": bilingual(
        "“{name}”的重复规则不能原样保存，读成 {n} 次单独的日程。",
        "The rule of “{name}” cannot be kept; read as {n} events.",
    ),
    "orphan": bilingual(
        "“{name}”是某个系列的一次，但文件里没有该系列，按单次读取。",
        "“{name}” belongs to a series that is not in the file; read as one event.",
    ),
    "kind": bilingual("{component} {n} 项，不是日程，未读入。", "{n} {component}: no events, left out."),
    "unreadable": bilingual("文件不是日历，或已损坏：{text}", "The file is no calendar or is damaged: {text}"),
    "empty": bilingual("文件里没有日程。", "There is no event in the file."),
    "encoding": bilingual("文件不是 UTF-8，按 GB18030 读取。", "The file is not UTF-8; read as GB18030."),
    "seconds": bilingual("“{name}”的秒数略去。", "The seconds of “{name}” are left out."),
}


@dataclass(frozen=True)
class Note:
    """Something that was not understood, or was read differently. `kind` names it in NOTES."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> Bilingual:
        """Return the note as text."""
        words = NOTES[self.kind]
        return bilingual(words.zh, words.en, **self.values)


@dataclass
class CalendarReading:
    """The content of a file: events understood, number of components by kind, and what was not understood."""

    events: list[Event] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)

    def add(self, kind: str, **values: Any) -> None:
        """Note something once."""
        note = Note(kind, {name: str(value)[:80] for name, value in values.items()})
        if note not in self.notes:
            self.notes.append(note)

    def report(self) -> dict[str, Any]:
        """Return {events, repeated, kinds: {kind: count}, notes: [{kind, zh, en}]} as plain values."""
        return {
            "events": len(self.events),
            "repeated": sum(1 for event in self.events if event.rrule or event.is_expanded),
            "kinds": dict(sorted(self.kinds.items())),
            "notes": [{"kind": one.kind, "zh": one.text.in_("zh"), "en": one.text.in_("en")} for one in self.notes],
        }


def read_calendar(content: bytes, zone: ZoneInfo) -> CalendarReading:
    """Read a calendar file despite any errors; times are converted to the firm's time zone."""
    reading = CalendarReading()
    components = _components(_text(content, reading), reading)
    found = [part for one in components for part in one.walk()]
    reading.kinds.update(str(part.name).upper() for part in found)
    for kind, count in sorted(reading.kinds.items()):
        if kind not in KNOWN:
            reading.add("kind", component=kind, n=count)
    _read_events([part for part in found if str(part.name).upper() == "VEVENT"], zone, reading)
    if not reading.events and not any(note.kind == "unreadable" for note in reading.notes):
        reading.add("empty")
    return reading


def _text(content: bytes, reading: CalendarReading) -> str:
    """Return the content as text with uniform line endings, without invalid lines."""
    try:
        text = content[:LARGEST].decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content[:LARGEST].decode("gb18030", errors="replace")
        reading.add("encoding")
    kept: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if LINE.match(line) or (kept and line[:1] in (" ", "\t")):
            kept.append(line)
        elif line.strip():
            reading.add("line", n=number, text=line.strip()[:60])
    return "\r\n".join(kept) + "\r\n"


def _components(text: str, reading: CalendarReading) -> list[Any]:
    """Return the outermost components of a text; none if the text cannot be read."""
    from icalendar import Calendar

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = list(Calendar.from_ical(text, multiple=True))
        except BROKEN as fault:
            reading.add("unreadable", text=fault)
            found = []
    for one in warned:
        guessed = re.search(r"means '([^']+)'", str(one.message))
        if guessed:
            reading.add("zone_guessed", zone=guessed[1])
    return found


def _read_events(parts: list[Any], zone: ZoneInfo, reading: CalendarReading) -> None:
    """Read events; those that replace one of a series are added to their series."""
    series_of: dict[str, list[Any]] = {}
    for part in parts:
        for name, fault in part.errors:
            reading.add("value", name=_title(part), property=name or "?", text=fault)
        if part.get("RECURRENCE-ID") is not None and part.get("UID"):
            series_of.setdefault(str(part["UID"]), []).append(part)
    masters = {str(part.get("UID", "")) for part in parts if part.get("RECURRENCE-ID") is None}
    for part in parts:
        uid = str(part.get("UID", ""))
        is_one_of = part.get("RECURRENCE-ID") is not None
        if is_one_of and uid in masters:
            continue
        if is_one_of:
            reading.add("orphan", name=_title(part))
        try:
            event = _event(part, zone, reading)
            if event is not None:
                reading.events += _events_with_series(event, part, series_of.get(uid, []), zone, reading)
        except BROKEN as fault:
            reading.add("value", name=_title(part), property="VEVENT", text=fault)


def _title(part: Any) -> str:
    return str(part.get("SUMMARY", "") or part.get("UID", "") or part.name)


def _event(part: Any, zone: ZoneInfo, reading: CalendarReading) -> Event | None:
    """Return an event without its series, None for one without a start."""
    start = _value(part, "DTSTART")
    if not isinstance(start, date):
        reading.add("no_start", name=_title(part))
        return None
    all_day = not isinstance(start, datetime)
    starts = _local(start, zone)
    ends = _end(part, starts, all_day, zone)
    if ends < starts:
        reading.add("end", name=_title(part))
        ends = starts
    if ends - starts > timedelta(days=14):
        reading.add("long", name=_title(part))
    _note_zone(part, start, reading)
    if starts.second or ends.second:
        reading.add("seconds", name=_title(part))
    return Event(
        uid=str(part.get("UID", "")),
        summary=str(part.get("SUMMARY", "")).strip(),
        starts=starts.replace(second=0),
        ends=ends.replace(second=0),
        all_day=all_day,
        place=str(part.get("LOCATION", "")).strip(),
        text=str(part.get("DESCRIPTION", "")).strip(),
        people=_people(part),
        is_private=str(part.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"),
        is_cancelled=str(part.get("STATUS", "")).upper() == "CANCELLED",
    )


def _value(part: Any, name: str) -> Any:
    """Return a property as a Python value, None where it is missing, empty or broken."""
    found = part.get(name)
    found = found[0] if isinstance(found, list) and found else found
    return _read(found, "dt", None)


def _read(value: Any, name: str, default: Any) -> Any:
    """Return an attribute of a value, the default where the value is missing or broken."""
    try:
        return getattr(value, name, default)
    except ValueError:  # raised by the library for an invalid value
        return default


def _local(value: date, zone: ZoneInfo) -> datetime:
    """Return a day or moment as local time without zone; a value without zone is already local."""
    if not isinstance(value, datetime):
        return datetime.combine(value, datetime.min.time())
    moment = value.astimezone(zone) if value.tzinfo is not None else value
    return moment.replace(tzinfo=None, microsecond=0)


def _end(part: Any, starts: datetime, all_day: bool, zone: ZoneInfo) -> datetime:
    """Return the end; for all-day events midnight of the last day. Default: one day, or no duration for a moment."""
    end, lasts = _value(part, "DTEND"), _value(part, "DURATION")
    if isinstance(end, date):
        ends = _local(end, zone)
    elif isinstance(lasts, timedelta):
        ends = starts + lasts
    else:
        return starts
    return max(ends - timedelta(days=1), starts) if all_day and ends > starts else ends


def _note_zone(part: Any, start: date, reading: CalendarReading) -> None:
    """Note a named zone that is unknown: its times are read without a zone."""
    named = part.get("DTSTART")
    name = getattr(named, "params", {}).get("TZID") if named is not None else None
    if name and isinstance(start, datetime) and start.tzinfo is None:
        reading.add("zone", name=_title(part), zone=name)


def _people(part: Any) -> tuple[str, ...]:
    """Return the mail addresses of organiser and attendees, in lower case."""
    named = part.get("ATTENDEE") or []
    every = [part.get("ORGANIZER"), *(named if isinstance(named, list) else [named])]
    found = [str(one).lower().removeprefix("mailto:") for one in every if one]
    return tuple(dict.fromkeys(text for text in found if "@" in text))


def _events_with_series(
    event: Event, part: Any, parts: list[Any], zone: ZoneInfo, reading: CalendarReading
) -> list[Event]:
    """Return an event with its rule and exceptions; separate events if the desk does not support the rule."""
    if part.get("RECURRENCE-ID") is not None or not (part.get("RRULE") or part.get("RDATE")):
        return [event]
    rule = _rule(part, event, zone)
    if rule is None:
        return _expand_series(event, part, parts, zone, reading)
    exceptions, cancelled = [], []
    for one in parts:
        at, read = _value(one, "RECURRENCE-ID"), _event(one, zone, reading)
        if not isinstance(at, date) or read is None:
            continue
        mark = stamp(_local(at, zone))
        if read.is_cancelled:
            cancelled.append(mark)
        else:
            exceptions.append(OneOfSeries(mark, read.summary, read.starts, read.ends, read.place))
    excluded = {*_excluded_stamps(part, zone), *cancelled} - {one.at for one in exceptions}
    ordered = tuple(sorted(exceptions, key=lambda one: one.at))
    return [replace(event, rrule=rule, excluded=tuple(sorted(excluded)), exceptions=ordered)]


def _rule(part: Any, event: Event, zone: ZoneInfo) -> str | None:
    """Return the rule as the desk stores it, None if unsupported: further dates, hours, weekdays of another zone."""
    rules = part.get("RRULE")
    if part.get("RDATE") or isinstance(rules, list) or any(name == "RRULE" for name, _ in part.errors):
        return None
    parts = series.parts_of(rules.to_ical().decode())
    if parts.get("UNTIL", "").endswith("Z"):
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=ZoneInfo("UTC"))
        parts["UNTIL"] = _local(until, zone).strftime(series.STAMP)
    start = _value(part, "DTSTART")
    if isinstance(start, datetime) and start.tzinfo is not None:
        is_steady = len({_offset(start.tzinfo, month) for month in (1, 7)}) == 1
        names_days = any(key.startswith("BY") for key in parts)
        if not is_steady or (names_days and start.date() != event.starts.date()):
            return None
    text = series.text_of(parts)
    is_whole = set(parts) <= set(series.KEYS) and len(text) <= 200
    return text if is_whole and series.rule_error(text, event.starts) is None else None


def _offset(zone: Any, month: int) -> timedelta | None:
    return datetime(2026, month, 1, 12, tzinfo=zone).utcoffset()


def _excluded_stamps(part: Any, zone: ZoneInfo) -> list[str]:
    """Return the stamps excluded from a series."""
    named = part.get("EXDATE") or []
    values = [day.dt for one in (named if isinstance(named, list) else [named]) for day in _read(one, "dts", ())]
    return [stamp(_local(value, zone)) for value in values if isinstance(value, date)]


def _expand_series(event: Event, part: Any, parts: list[Any], zone: ZoneInfo, reading: CalendarReading) -> list[Event]:
    """Return the events of a series as single events, for a year from its start, at most MOST_EXPANDED."""
    import recurring_ical_events
    from icalendar import Calendar

    calendar = Calendar()
    for one in (part, *parts):
        calendar.add_component(one)
    first = event.starts - timedelta(days=1)
    try:
        occurrences = recurring_ical_events.of(calendar).between(first, first + HORIZON)[:MOST_EXPANDED]
    except BROKEN as fault:
        reading.add("value", name=_title(part), property="RRULE", text=fault)
        return [event]
    found = [read for one in occurrences if (read := _event(one, zone, reading)) is not None]
    if not found:
        return [event]
    reading.add("expanded", name=_title(part), n=len(found))
    return [replace(read, is_expanded=True) for read in sorted(found, key=lambda one: one.starts)]
