"""Rules of service, without a database."""

from datetime import date

from dakehu.domains.service import rules


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def test_a_contact_due_on_saturday_moves_to_monday():
    assert rules.next_contact(date(2026, 1, 3), 14, weekdays) == date(2026, 1, 19)


def test_a_contact_due_on_a_working_day_stays():
    assert rules.next_contact(date(2026, 1, 5), 14, weekdays) == date(2026, 1, 19)


def test_a_monthly_plan_of_the_31st_falls_on_the_last_day_of_short_months_and_comes_back_to_the_31st():
    first = date(2026, 1, 31)
    assert rules.next_in_series(first, "month", first) == date(2026, 2, 28)
    assert rules.next_in_series(first, "month", date(2026, 2, 28)) == date(2026, 3, 31)


def test_a_plan_finished_late_skips_the_occurrences_that_have_passed():
    assert rules.next_in_series(date(2026, 1, 5), "week", date(2026, 2, 1)) == date(2026, 2, 2)


def test_a_plan_that_happens_once_has_no_next():
    assert rules.next_in_series(date(2026, 1, 5), "once", date(2026, 1, 5)) is None


def test_fifteen_working_days_after_a_friday_is_a_friday_three_weeks_on():
    assert rules.working_days_after(date(2026, 1, 2), 15, weekdays) == date(2026, 1, 23)


def test_urgency_counts_from_the_reminder():
    today = date(2026, 1, 10)
    assert rules.urgency(date(2026, 1, 9), today) == "overdue"
    assert rules.urgency(today, today) == "today"
    assert rules.urgency(date(2026, 1, 11), today) == "soon"
    assert rules.urgency(date(2026, 1, 14), today) == "later"
    assert rules.urgency(date(2026, 1, 14), today, remind_days=7) == "soon"


def test_a_request_goes_forward_and_a_closed_one_may_be_taken_up_again():
    assert rules.can_move("open", "working")
    assert rules.can_move("closed", "working")
    assert not rules.can_move("closed", "replied")
    assert not rules.can_move("replied", "open")


def test_the_usual_interval_is_the_median_of_the_days_between_contacts_and_needs_three():
    days = [date(2026, 1, 1), date(2026, 1, 8), date(2026, 1, 8), date(2026, 1, 18), date(2026, 4, 1)]
    assert rules.usual_interval(days) == 10
    assert rules.usual_interval(days[:2]) is None
    assert rules.usual_interval([date(2026, 1, n) for n in (1, 2, 3)]) == 3
