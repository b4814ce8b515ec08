"""Deadlines count trading days, and move if an event is near or the hour has passed."""

from datetime import date, datetime

import pytest

from dakehu.domains.service.moments.deadlines import due_at, parse_deadline, text_of

HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
FRIDAY, NOW = date(2026, 11, 27), datetime(2026, 11, 27, 18, 0)


def is_open(day):
    return day.weekday() < 5 and day not in HOLIDAYS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T+0 19:00", datetime(2026, 11, 27, 19, 0)),
        ("T+1", datetime(2026, 11, 30, 17, 30)),
        ("T+2 12:00", datetime(2026, 12, 1, 12, 0)),
        ("T+10", datetime(2026, 12, 11, 17, 30)),
        ("30d", datetime(2026, 12, 27, 17, 30)),
    ],
)
def test_days_after_count_trading_days_and_30d_counts_all(text, expected):
    assert due_at(parse_deadline(text), FRIDAY, NOW, is_open) == expected


def test_a_long_holiday_is_no_time():
    assert due_at(parse_deadline("T+1"), date(2026, 9, 30), datetime(2026, 9, 30, 18), is_open).date() == date(
        2026, 10, 8
    )


def test_days_before_an_event_are_trading_days_and_never_lie_behind():
    five = parse_deadline("E-5")
    assert due_at(five, FRIDAY, NOW, is_open, date(2026, 12, 11)).date() == date(2026, 12, 4)
    assert due_at(five, FRIDAY, NOW, is_open, date(2026, 12, 1)).date() == date(2026, 11, 30)
    assert due_at(parse_deadline("E 20:00"), FRIDAY, NOW, is_open, date(2026, 11, 29)) == datetime(2026, 11, 29, 20, 0)
    assert due_at(parse_deadline("E"), FRIDAY, NOW, is_open, None).date() == date(2026, 11, 30)


def test_an_hour_that_has_passed_becomes_nine_the_next_trading_morning():
    late = datetime(2026, 11, 27, 22, 0)
    assert due_at(parse_deadline("T+0 19:00"), FRIDAY, late, is_open) == datetime(2026, 11, 30, 9, 0)


@pytest.mark.parametrize("text", ["", "T+", "T-1", "5td", "E+1", "T+1 25", "E-1 12:0", "2026-11-27"])
def test_what_is_no_deadline_is_refused(text):
    with pytest.raises(ValueError):
        parse_deadline(text)


def test_a_deadline_reads_in_both_languages():
    assert text_of("T+2 12:00", "zh") == "2 个交易日内，12:00 前"
    assert text_of("E-5", "en") == "5 trading days before, by 17:30"
    assert text_of("nonsense", "zh") == "nonsense"
