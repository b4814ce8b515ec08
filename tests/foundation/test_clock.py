"""Dates of the desk: Shanghai's date, and the exchanges' holidays."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time

from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.calendar.models import CalendarDay
from tests.cast import as_system


@pytest.mark.parametrize(
    ("utc", "day"), [("2026-01-05 15:59:59", date(2026, 1, 5)), ("2026-01-05 16:30:00", date(2026, 1, 6))]
)
def test_half_past_midnight_in_shanghai_is_already_tomorrow(utc, day):
    with freeze_time(utc):
        assert clock.today() == day


def test_what_a_person_writes_is_a_time_on_the_desks_wall():
    assert (
        clock.at_local(datetime(2026, 1, 5, 0, 30)).astimezone(ZoneInfo("UTC")).isoformat()
        == "2026-01-04T16:30:00+00:00"
    )


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_holiday_is_skipped_and_the_end_of_the_calendar_is_known():
    with as_system(), act("test.calendar"):
        for day, trading in (("2031-10-01", False), ("2031-10-02", False), ("2031-10-03", False), ("2031-12-31", True)):
            CalendarDay(on=date.fromisoformat(day), trading=trading).save()
    assert not trading_days.is_trading_day(date(2031, 10, 1))
    assert trading_days.next_trading_day(date(2031, 10, 1)) == date(2031, 10, 6)
    assert trading_days.calendar_ends_on() == date(2031, 12, 31)
