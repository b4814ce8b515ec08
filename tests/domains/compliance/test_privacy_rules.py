"""Privacy periods: deadlines in working days, retention in years, and what a firm may change. No database."""

from datetime import date, timedelta

import pytest

from dakehu.domains.compliance.privacy import rules
from dakehu.domains.compliance.privacy.rules import DEADLINE, KeptUntil, Term
from dakehu.foundation.base import pending_restore

WEEKDAYS = [day for n in range(60) if (day := date(2026, 11, 27) + timedelta(days=n)).weekday() < 5]


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # a Friday: Monday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # a Saturday
        (date(2026, 11, 30), 15, date(2026, 12, 21)),
        (date(2026, 11, 30), 0, date(2026, 11, 30)),
    ],
)
def test_a_deadline_counts_working_days_after_the_day_of_receipt(received, amount, due):
    assert rules.due_on(received, WEEKDAYS, amount) == due


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2026, 1, 5), 20, date(2046, 1, 5)),
        (date(2024, 2, 29), 20, date(2044, 2, 29)),
        (date(2024, 2, 29), 3, date(2027, 3, 1)),
        (date(2026, 1, 5), 0, date(2026, 1, 5)),
    ],
)
def test_years_are_added_and_never_end_a_day_early(day, years, later):
    assert rules.add_years(day, years) == later


def test_the_longest_retention_counts_and_names_its_record():
    records = [("a.Short", date(2026, 1, 1), 3), ("a.Long", date(2020, 1, 1), 20), ("a.None", date(2030, 1, 1), 0)]
    assert rules.kept_until(records) == KeptUntil(date(2040, 1, 1), "a.Long", date(2020, 1, 1), 20)
    assert rules.kept_until([]) is None


def term(code, declared, certainty):
    return Term(code, declared, certainty, "", "", declared, certainty)


@pytest.mark.parametrize(
    ("one", "amount", "allowed"),
    [
        (term("service.Interaction", 20, "V"), 19, False),  # a verified law
        (term("service.Interaction", 20, "V"), 25, True),
        (term("a.House", 3, "D"), 1, True),
        (term(DEADLINE, 15, "D"), 30, True),
        (term(DEADLINE, 15, "D"), 0, False),
        (term(DEADLINE, 15, "V"), 16, False),
        (term(DEADLINE, 15, "V"), 10, True),
    ],
)
def test_what_a_law_fixes_is_not_kept_shorter_and_no_deadline_prolonged(one, amount, allowed):
    assert rules.may_shorten(one, amount) is allowed


def test_lists_of_the_erased_are_added_up_and_never_get_shorter(tmp_path):
    ours, theirs = tmp_path / "ours.txt", tmp_path / "theirs.txt"
    theirs.write_text("b\na\n")
    pending_restore.append_lines(theirs, ours)
    ours.write_text(ours.read_text() + "c\n")
    pending_restore.append_lines(theirs, ours)
    pending_restore.append_lines(tmp_path / "none.txt", ours)
    assert ours.read_text().split() == ["a", "b", "c"]
