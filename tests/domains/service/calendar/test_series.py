"""Series of meetings by RFC 5545 rules."""

from datetime import datetime, timedelta

import pytest

from dakehu.domains.service.calendar import series

FIRST = datetime(2026, 11, 30, 10, 0)  # a Monday


def starts(rule: str, since: datetime, until: datetime, excluded: tuple[str, ...] = ()) -> list[str]:
    return [series.stamp(one) for one in series.occurrences(rule, FIRST, since, until, excluded)]


def test_a_weekly_series_goes_on_over_the_change_of_year() -> None:
    assert starts("FREQ=WEEKLY;INTERVAL=2", datetime(2026, 12, 20), datetime(2027, 1, 31)) == [
        "2026-12-28T10:00",
        "2027-01-11T10:00",
        "2027-01-25T10:00",
    ]


def test_a_series_on_the_thirty_first_skips_months_without_one() -> None:
    found = series.occurrences("FREQ=MONTHLY", datetime(2026, 12, 31, 9), datetime(2026, 12, 1), datetime(2027, 6, 1))
    assert [one.date().isoformat() for one in found] == ["2026-12-31", "2027-01-31", "2027-03-31", "2027-05-31"]


def test_a_count_ends_the_series() -> None:
    assert len(starts("FREQ=DAILY;COUNT=3", FIRST, FIRST + timedelta(days=30))) == 3


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", "FREQ=DAILY;INTERVAL=5", "FREQ=WEEKLY;WKST=SU;INTERVAL=2"]
)
def test_a_window_years_later_shows_the_same_days_as_the_whole_series(rule: str) -> None:
    whole = series.occurrences(rule, FIRST, FIRST, datetime(2029, 3, 1))
    since = datetime(2028, 11, 7)
    assert series.occurrences(rule, FIRST, since, datetime(2029, 3, 1)) == [one for one in whole if one >= since]


def test_an_excluded_start_is_left_out() -> None:
    assert starts("FREQ=DAILY;COUNT=3", FIRST, FIRST + timedelta(days=9), ("2026-12-01T10:00",)) == [
        "2026-11-30T10:00",
        "2026-12-02T10:00",
    ]


def test_until_in_another_calendars_form_counts_its_day() -> None:
    assert starts("FREQ=DAILY;UNTIL=20261202T160000Z", FIRST, FIRST + timedelta(days=9))[-1] == "2026-12-02T10:00"


def test_the_window_begins_with_a_meeting_at_its_first_moment() -> None:
    assert starts("FREQ=DAILY", FIRST, FIRST + timedelta(minutes=1)) == ["2026-11-30T10:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "every week",
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=MONTHLY;BYMONTHDAY=first",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=WEEKLY;BYHOUR=9",
    ],
)
def test_a_rule_without_sense_or_without_a_meeting_is_refused(rule: str) -> None:
    assert series.rule_error(rule, FIRST) is not None


@pytest.mark.parametrize("rule", [rule for rule, _, _ in series.PRESETS if rule] + ["RRULE:FREQ=MONTHLY;BYDAY=2TU"])
def test_rules_that_the_form_offers_are_accepted(rule: str) -> None:
    assert series.rule_error(rule, FIRST) is None


def test_from_here_on_shares_the_count_between_both_series() -> None:
    before, after = series.split_rule("FREQ=WEEKLY;COUNT=10", FIRST, FIRST + timedelta(weeks=4))
    assert (before, after) == ("FREQ=WEEKLY;COUNT=4", "FREQ=WEEKLY;COUNT=6")


def test_from_here_on_ends_the_first_part_before_the_change() -> None:
    at = FIRST + timedelta(weeks=2)
    before, after = series.split_rule("FREQ=WEEKLY", FIRST, at)
    assert after == "FREQ=WEEKLY"
    assert starts(before, FIRST, FIRST + timedelta(weeks=9)) == ["2026-11-30T10:00", "2026-12-07T10:00"]


def test_a_series_that_moves_to_another_weekday_repeats_on_that_day() -> None:
    assert series.move_rule("FREQ=WEEKLY;BYDAY=MO", FIRST, FIRST + timedelta(days=2)) == "FREQ=WEEKLY;BYDAY=WE"


def test_rules_are_said_in_words() -> None:
    assert str(series.describe_rule("FREQ=MONTHLY;INTERVAL=3;COUNT=4")) == "每季度，共 4 次"
    assert str(series.describe_rule("FREQ=WEEKLY;BYDAY=TU,TH")) == "每周（周二、周四）"
    assert str(series.describe_rule("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR")) == "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR"
