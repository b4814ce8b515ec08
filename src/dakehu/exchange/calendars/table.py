"""A calendar file as the worksheet of meetings, for the ordinary import with its preview, faults and undo."""

import polars as pl

from dakehu.exchange.calendars.events import Event
from dakehu.exchange.calendars.ics_reading import CalendarReading, read_calendar
from dakehu.exchange.calendars.meetings import find_clients
from dakehu.exchange.workbook.reading import Book, Sheet, Unopenable
from dakehu.foundation.base import clock

SHEET = "会议安排"
HEADINGS = ("客户号", "会议主题", "开始时间", "结束时间", "全天", "地点", "议程", "重复规则")


def is_calendar(content: bytes) -> bool:
    """Return whether a file is a calendar, by its first characters."""
    return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() == b"BEGIN:VCALENDAR"


def book_of(content: bytes, name: str) -> Book:
    """Return the events of a calendar file as rows; the client is the one whose code is in the title, otherwise empty
    for a person to fill in. Cancelled and private events stay out. Raises Unopenable for a file without an event."""
    reading = read_calendar(content, clock.zone())
    events = importable(reading)
    if not events:
        raise Unopenable(name, "里面没有可导入的日程。", "there is no event in it to import.")
    clients = find_clients(event.summary for event in events)
    rows = [HEADINGS, *(_row(event, getattr(clients.get(event.summary), "code", "")) for event in events)]
    columns = {f"c{n}": [row[n] or None for row in rows] for n in range(len(HEADINGS))}
    return Book(name, [Sheet(SHEET, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))])


def importable(reading: CalendarReading) -> list[Event]:
    """Return the events of a file that may become meetings."""
    return [event for event in reading.events if not event.is_private and not event.is_cancelled]


def _row(event: Event, code: str) -> tuple[str, ...]:
    return (
        code,
        event.summary[:200],
        f"{event.starts:%Y-%m-%d %H:%M}",
        f"{event.ends:%Y-%m-%d %H:%M}",
        "是" if event.all_day else "",
        event.place[:200],
        event.text,
        event.rrule,
    )
