"""Progress of a goal compared with its timetable."""

from datetime import date, timedelta

from dakehu.domains.service.calendar.goal_rules import goal_error, month_ends, progress

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
HOLIDAYS = {date(2026, 10, 1) + timedelta(days=n) for n in range(7)}


def working_days(first: date, last: date) -> int:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(day.weekday() < 5 and day not in HOLIDAYS for day in days)


def reached(counts, today, target=100.0, whole=None):
    return progress(FIRST, LAST, target, counts, whole, today, working_days)


def test_the_timetable_grows_with_working_days_so_that_a_holiday_week_asks_for_nothing():
    assert reached({}, date(2026, 10, 7)).expected == 0
    assert reached({}, date(2026, 12, 31)).expected == 100


def test_a_goal_is_on_track_behind_reached_or_missed():
    today = date(2026, 11, 16)
    assert reached({date(2026, 10, 9): 60}, today).state == "on_track"
    assert reached({date(2026, 10, 9): 10}, today).state == "behind"
    assert reached({date(2026, 10, 9): 100}, today).state == "reached"
    assert reached({date(2026, 10, 9): 99}, date(2027, 1, 1)).state == "missed"
    assert reached({}, date(2026, 9, 30)).state == "coming"


def test_what_happened_outside_the_period_does_not_count():
    found = reached({date(2026, 9, 30): 50, date(2026, 12, 31): 5, date(2027, 1, 1): 50}, date(2027, 1, 5))
    assert (found.value, found.percent) == (5, 5)


def test_coverage_is_a_share_of_the_clients_and_unknown_without_any():
    assert reached({date(2026, 10, 9): 9}, date(2026, 12, 1), 90.0, 10).value == 90
    assert reached({}, date(2026, 12, 1), 90.0, 0).state == "unknown"


def test_the_steps_are_the_months_with_what_was_reached_by_their_end():
    found = reached({date(2026, 10, 9): 30, date(2026, 11, 9): 30}, date(2026, 11, 16))
    assert [(step.month, step.value) for step in found.steps] == [("2026-10", 30), ("2026-11", 60), ("2026-12", None)]
    assert month_ends(date(2026, 11, 15), date(2027, 1, 10)) == [
        date(2026, 11, 30),
        date(2026, 12, 31),
        date(2027, 1, 10),
    ]


def test_a_goal_has_one_bearer_an_order_of_days_and_at_most_all_clients():
    right = {"has_user": True, "has_team": False, "first": FIRST, "last": LAST, "measure": "coverage", "target": 90.0}
    assert goal_error(**right, tier="T4") is None
    assert goal_error(**{**right, "has_team": True}, tier="")[0] == "user"
    assert goal_error(**{**right, "last": FIRST - timedelta(days=1)}, tier="")[0] == "last_on"
    assert goal_error(**{**right, "target": 101.0}, tier="")[0] == "target"
    assert goal_error(**{**right, "measure": "events"}, tier="T4")[0] == "tier"
