"""Faulty calendar files are still read, and every part that was not understood is named."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dakehu.exchange.calendars.comparison import Here, Step, decide, merge
from dakehu.exchange.calendars.events import Event, OneOfSeries, as_json, comparable, from_json
from dakehu.exchange.calendars.ics_reading import read_calendar
from dakehu.exchange.calendars.ics_writing import changed_text, event_text
from dakehu.exchange.imports.service import run_import
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from tests.cast import acting

BESIDE = Path(__file__).parents[3].parent / "shared" / "data" / "calendar"
REAL = Path(os.environ.get("DAKEHU_CALENDAR_FILES", BESIDE))
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 1, 1, tzinfo=ZONE)
AT = datetime(2027, 3, 1, 10)
END = datetime(2027, 3, 1, 11)
FILE = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Asia/Shanghai:20270301T100000\nDURATION:PT45M\n"
    "SUMMARY:C0001 季度回顾\nLOCATION:陆家嘴\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20270302\n"
    "SUMMARY:路演\nEND:VEVENT\nBEGIN:VJOURNAL\nUID:3\nEND:VJOURNAL\nEND:VCALENDAR\n"
)


def read(text: str) -> Any:
    return read_calendar(text.encode(), ZONE)


def event(**others: Any) -> Event:
    return Event(**{"uid": "u", "summary": "回顾", "starts": AT, "ends": END, **others})


@pytest.mark.skipif(not REAL.exists(), reason=f"the 75 real calendar files are not at {REAL}")
def test_the_real_files_are_read_without_a_crash_and_what_is_not_understood_is_named() -> None:
    reports = {path.name: read_calendar(path.read_bytes(), ZONE).report() for path in sorted(REAL.glob("*.ics"))}
    assert len(reports) == 75
    assert sum(report["events"] for report in reports.values()) == 133
    silent = [
        name
        for name, one in reports.items()
        if (one["events"] < one["kinds"].get("VEVENT", 0) and not one["notes"])
        or (not one["events"] and not one["notes"])
    ]
    assert silent == []
    kinds = {note["kind"] for one in reports.values() for note in one["notes"]}
    assert kinds >= {"line", "value", "zone", "zone_guessed", "no_start", "kind", "expanded", "orphan", "unreadable"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(FILE) - 1), st.integers(0, 30), st.text("\n\r\t;:=,BEGIN\x00é张0Z", max_size=12))
def test_a_damaged_file_never_breaks_the_reader(at: int, length: int, noise: str) -> None:
    reading = read(FILE[:at] + noise + FILE[at + length :])
    assert reading.events or reading.notes


def test_zones_rules_and_whole_days_are_read_as_the_desk_keeps_them() -> None:
    text = FILE.replace(
        "SUMMARY:路演", "RRULE:FREQ=WEEKLY;UNTIL=20270401T000000Z\nEXDATE;VALUE=DATE:20270309\nSUMMARY:路演"
    )
    first, second = read(text).events
    assert (first.starts, first.ends.minute, first.place) == (AT, 45, "陆家嘴")
    assert second.all_day and second.starts == second.ends and second.excluded == ("2027-03-09T00:00",)
    assert second.rrule == "FREQ=WEEKLY;UNTIL=20270401T080000"


def test_a_rule_that_cannot_be_kept_is_read_as_single_events_and_named() -> None:
    reading = read(
        FILE.replace("SUMMARY:路演", "RRULE:FREQ=HOURLY;COUNT=3\nSUMMARY:路演").replace(
            ";VALUE=DATE:20270302", ":20270302T010000Z"
        )
    )
    assert len(reading.events) == 4 and [note.kind for note in reading.notes] == ["kind", "expanded"]


@pytest.mark.parametrize(
    "one",
    [
        event(),
        event(all_day=True, starts=AT.replace(hour=0), ends=AT.replace(hour=0, day=3)),
        event(rrule="FREQ=WEEKLY;UNTIL=20270501T000000", excluded=("2027-03-08T10:00",)),
        event(
            rrule="FREQ=WEEKLY;COUNT=9",
            exceptions=(OneOfSeries("2027-03-15T10:00", "改期", END, END.replace(hour=12)),),
        ),
    ],
)
def test_what_is_written_is_read_back_equal_and_kept_as_json(one: Event) -> None:
    content = event_text(one, ZONE, NOW)
    (back,) = read_calendar(content, ZONE).events
    assert comparable(back) == comparable(one) == comparable(from_json(as_json(one)))
    (again,) = read_calendar(changed_text(content, one, ZONE, NOW), ZONE).events
    assert comparable(again) == comparable(one)


def test_versions_are_merged_by_parts_and_what_both_changed_is_named() -> None:
    base, moved, placed = event(), event(starts=AT.replace(hour=9)), event(place="陆家嘴")
    merged = merge(base, moved, placed)
    assert merged.event == event(starts=AT.replace(hour=9), place="陆家嘴") and merged.parts == ()
    assert merge(base, moved, event(starts=AT.replace(hour=8))).parts == ("time",)
    assert decide(Here.HIDDEN, base, None, moved).step == Step.DELETE_THERE
    assert decide(Here.HELD, base, base, moved).reason == "held"


def test_a_file_is_imported_as_meetings_by_the_ordinary_import_and_taken_back(
    tmp_path: Path, lin: Any, zhang: Any
) -> None:
    path = tmp_path / "calendar.ics"
    path.write_text(
        FILE.replace("C0001", zhang.code)
        .replace("VALUE=DATE:20270302", "VALUE=DATE:20270302")
        .replace("路演", f"{zhang.code} 路演")
    )
    with acting(lin):
        report = run_import(path)
        assert (report["created"], report["errors"]) == (2, 0)
        assert run_import(path)["created"] == 0
        perform("workbook.undo", {"batch": report["batch"]})
        nothing = tmp_path / "empty.ics"
        nothing.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
        with pytest.raises(Refused):
            run_import(nothing)
