"""The working time of a day, and meetings that collide."""

from datetime import date, datetime, time

from dakehu.domains.service.calendar.capacity import (
    USUAL,
    Busy,
    DayCapacity,
    capacity_of,
    clashes,
    windows_error,
    working_minutes,
)

MONDAY, SUNDAY = date(2026, 11, 30), date(2026, 12, 6)
LIN, ZHOU = 1, 2


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute))


def test_a_holiday_a_weekend_and_a_day_away_have_no_working_time() -> None:
    assert working_minutes(USUAL, MONDAY, True, False) == 480
    assert working_minutes(USUAL, MONDAY, False, False) == 0
    assert working_minutes(USUAL, SUNDAY, True, False) == 0
    assert working_minutes(USUAL, MONDAY, True, True) == 0


def test_a_day_leaves_what_reserve_meetings_and_tasks_do_not_take() -> None:
    day_capacity = capacity_of(MONDAY, USUAL, True, False, 0.2, 90, 60)
    assert (day_capacity.usable, day_capacity.free, day_capacity.percent) == (384, 234, 39)


def test_a_day_that_is_too_full_has_no_room_left_and_says_how_full() -> None:
    day_capacity = capacity_of(MONDAY, USUAL, True, False, 0.2, 300, 200)
    assert (day_capacity.free, day_capacity.percent) == (0, 130)


def test_a_day_off_has_no_percentage() -> None:
    assert DayCapacity(SUNDAY, 0, 0, 60, 0).percent is None


def test_two_meetings_at_once_collide_for_those_in_both() -> None:
    found = clashes(
        [
            Busy("a", at(10), at(11), (LIN,)),
            Busy("b", at(10, 30), at(12), (LIN, ZHOU)),
            Busy("c", at(11), at(12), (LIN,)),
        ],
        lambda person, day: False,
        lambda day: True,
    )
    assert [(one.kind, one.key, one.other, one.person) for one in found] == [
        ("double", "a", "b", LIN),
        ("double", "b", "a", LIN),
        ("double", "b", "c", LIN),
        ("double", "c", "b", LIN),
    ]


def test_meetings_that_follow_one_another_do_not_collide() -> None:
    assert (
        clashes([Busy("a", at(10), at(11), (1,)), Busy("b", at(11), at(12), (1,))], lambda p, d: False, lambda d: True)
        == []
    )


def test_a_meeting_of_somebody_away_or_on_a_holiday_collides() -> None:
    found = clashes([Busy("a", at(10), at(11), (LIN, ZHOU))], lambda person, day: person == ZHOU, lambda day: False)
    assert [(one.kind, one.person) for one in found] == [("holiday", None), ("absent", ZHOU)]


def test_a_meeting_until_midnight_does_not_touch_the_day_after() -> None:
    late = Busy("a", at(20), datetime(2026, 12, 1), (LIN,))
    assert clashes([late], lambda person, day: False, lambda day: day == MONDAY) == []


def test_working_hours_that_overlap_or_end_before_they_start_are_refused() -> None:
    assert windows_error({1: ((time(9), time(12)), (time(11), time(18)))}) is not None
    assert windows_error({1: ((time(12), time(9)),)}) is not None
    assert windows_error(USUAL) is None
