"""Strategy reviews: when the next is due, what a review must state, who may sign it off."""

from datetime import date, timedelta

import pytest

from dakehu.domains.risk.reviews import rules

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 11, 27), 3, date(2027, 2, 27)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_the_next_review_is_due_some_months_later(day, months, due):
    assert rules.next_due(day, months) == due


@pytest.mark.parametrize(
    ("held", "findings", "following", "field"),
    [
        (DAY, "目标未变", None, None),
        (None, "目标未变", None, "held_on"),
        (DAY + timedelta(days=1), "目标未变", None, "held_on"),
        (DAY, " ", None, "findings"),
        (DAY, "目标未变", DAY, "next_due_on"),
    ],
)
def test_a_review_says_when_what_and_when_next(held, findings, following, field):
    error = rules.content_error(held, findings, following, DAY)
    assert (error[0] if error else None) == field


def test_a_review_is_signed_off_by_a_second_person_only():
    assert rules.sign_error(1, 2, "waiting") is None
    assert rules.sign_error(1, 1, "waiting") is not None
    assert rules.sign_error(1, 2, "due") is not None and rules.sign_error(1, None, "waiting") is not None
