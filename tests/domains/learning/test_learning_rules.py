"""Certificates on their last day, hours of a year, review dates and pages; no database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dakehu.domains.learning.certificates import rules as certificates
from dakehu.domains.learning.certificates.rules import Issue
from dakehu.domains.learning.knowledge import rules as knowledge
from dakehu.domains.learning.training import rules as training

ISSUED, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2025, 3, 1), 12, date(2026, 2, 28)),
        (date(2027, 3, 1), 12, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)
def test_a_term_of_months_ends_on_the_eve_of_its_day(issued, months, last):
    assert certificates.last_day(issued, months) == last


@pytest.mark.parametrize(
    ("day", "counts"),
    [(ISSUED - timedelta(1), False), (ISSUED, True), (LAST, True), (LAST + timedelta(1), False)],
)
def test_a_certificate_counts_from_its_first_to_its_last_day(day, counts):
    assert certificates.counts_on(Issue(ISSUED, LAST), day) is counts
    assert (certificates.refusal_of("规则", [Issue(ISSUED, LAST)], day) is None) is counts


def test_a_revoked_certificate_does_not_count_from_that_day_and_another_issue_may():
    revoked = Issue(ISSUED, LAST, date(2026, 6, 1))
    assert certificates.counts_on(revoked, date(2026, 5, 31)) and not certificates.counts_on(revoked, date(2026, 6, 1))
    assert "吊销" in str(certificates.refusal_of("规则", [revoked], date(2026, 7, 1)))
    assert certificates.refusal_of("规则", [revoked, Issue(date(2026, 7, 1), LAST)], date(2026, 7, 1)) is None
    assert "没有" in str(certificates.refusal_of("规则", [], LAST))


@pytest.mark.parametrize(
    ("left", "due"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-1, None)]
)
def test_reminders_come_sixty_thirty_seven_and_no_days_before(left, due):
    assert certificates.due_reminder(LAST, LAST - timedelta(left)) == due


def test_only_known_actions_are_gated_and_none_without_which_nobody_could_learn():
    known = {"growth.submit_campaign", "learning.start_attempt", "team.add_user"}
    assert certificates.gates_fault(["growth.submit_campaign"], known) is None
    assert "没有" in str(certificates.gates_fault(["growth.no_such"], known))
    for name in ("learning.start_attempt", "team.add_user"):
        assert certificates.gates_fault([name], known) is not None


@pytest.mark.parametrize(
    ("started", "year", "hours"),
    [
        (date(2025, 11, 20), 2025, "0"),
        (date(2025, 11, 20), 2026, "15"),  # began in November; required for the next full calendar year
        (date(2026, 1, 1), 2026, "0"),
        (date(2026, 12, 31), 2027, "15"),
        (None, 2026, "15"),
    ],
)
def test_fifteen_hours_are_asked_of_every_calendar_year_from_the_second_on(started, year, hours):
    assert training.required_hours(year, started).hours == Decimal(hours)


def test_adjusted_hours_count_with_their_reason():
    found = training.required_hours(2026, date(2020, 1, 1), (Decimal("7.5"), "产假半年"))
    assert found.hours == Decimal("7.5") and "产假" in str(found.reason)


def test_hours_count_once_a_course_and_only_when_they_were_accepted():
    rows = [("counted", Decimal(2), 1), ("counted", Decimal(2), 1), ("counted", Decimal("1.5"), None)]
    rows += [("counted", Decimal(3), None), ("waiting", Decimal(9), None), ("refused", Decimal(9), 2)]
    assert training.hours_done(rows) == Decimal("6.5")


def test_somebody_is_new_for_a_year_and_a_duty_by_year_ends_with_it():
    day = date(2026, 11, 29)
    assert training.is_new(day, day) and training.is_new(day - timedelta(364), day)
    assert not training.is_new(day - timedelta(365), day) and not training.is_new(None, day)
    assert training.due_day(day, 60, True) == date(2026, 12, 31)
    assert training.due_day(day, 60, False) == date(2027, 1, 28)


@pytest.mark.parametrize(
    ("held_on", "hours", "field"),
    [
        (date(2026, 11, 29), "3", None),
        (date(2025, 1, 1), "3", None),
        (date(2024, 12, 31), "3", "held_on"),
        (date(2026, 11, 30), "3", "held_on"),
        (date(2026, 11, 1), "0", "hours"),
        (date(2026, 11, 1), "121", "hours"),
    ],
)
def test_an_external_training_is_refused_for_days_and_hours_that_cannot_be(held_on, hours, field):
    fault = training.record_fault(held_on, date(2026, 11, 29), Decimal(hours))
    assert (fault and fault[0]) == field


@pytest.mark.parametrize(("days", "standing"), [(0, "current"), (1, "overdue"), (30, "overdue"), (31, "hidden")])
def test_an_article_is_marked_after_its_review_date_and_hidden_a_month_later(days, standing):
    assert knowledge.standing_of(LAST, LAST + timedelta(days)).value == standing


@pytest.mark.parametrize(
    ("pages", "path", "concerns"),
    [
        ("/clients/ /advice/", "/clients/12/", True),
        ("/clients/", "/clients/", True),
        ("/clients", "/clients-old/", False),
        ("/", "/clients/", False),
        ("/", "/", True),
        ("", "/", False),
    ],
)
def test_an_article_concerns_its_pages_and_what_lies_below(pages, path, concerns):
    assert knowledge.is_about_page(pages, path) is concerns


def test_addresses_of_other_machines_are_no_pages():
    assert knowledge.pages_fault("//evil.example /clients/") and knowledge.pages_fault("https://x.example/")
    assert knowledge.pages_fault("/clients/ /advice/") is None and knowledge.pages_fault("") is None
