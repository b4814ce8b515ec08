"""The next course of a path, its due date, whom a path concerns; and the requirements of a promotion."""

from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.appraisal.measures.registry import measures
from dakehu.domains.learning.choices import ConditionOutcome
from dakehu.domains.learning.ladder import rules as ladder
from dakehu.domains.learning.ladder.conditions import ConditionKind, Figure, condition_kinds, declare
from dakehu.domains.learning.paths.rules import Step, applies_to, progress_of
from dakehu.foundation.base.i18n import bilingual

DAY = date(2026, 3, 1)
STEPS = [Step(1, 10), Step(2, 30), Step(3, 60)]


@pytest.mark.parametrize(
    ("done", "today", "expected"),
    [
        (set(), date(2026, 3, 5), (0, 1, date(2026, 3, 11), False)),
        ({1}, date(2026, 4, 1), (1, 2, date(2026, 3, 31), True)),
        ({2}, date(2026, 3, 11), (1, 1, date(2026, 3, 11), False)),
        ({1, 2, 3, 9}, date(2027, 1, 1), (3, None, None, False)),
    ],
)
def test_the_first_course_that_is_not_completed_comes_next_with_its_own_due_day(done, today, expected):
    found = progress_of(STEPS, done, DAY, today)
    assert (found.done, found.next_course, found.due_on, found.is_late) == expected


def test_a_path_without_courses_has_no_share():
    assert progress_of([], {1}, DAY, DAY).share == 0.0
    assert progress_of(STEPS, {1}, DAY, DAY).share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("path_role", "new_only", "role", "is_new", "expected"),
    [
        ("", False, "manager", False, True),
        ("manager", False, "manager", False, True),
        ("manager", False, "lead", True, False),
        ("manager", True, "manager", False, False),
        ("", True, "analyst", True, True),
    ],
)
def test_a_path_concerns_its_role_and_where_it_says_so_new_staff_only(path_role, new_only, role, is_new, expected):
    assert applies_to(path_role, new_only, role, is_new) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "not_measured"), ("11.9", "not_met"), ("12", "met"), ("0", "not_met")],
)
def test_a_missing_figure_is_not_measurable_and_never_nought(value, expected):
    assert ladder.outcome_of(None if value is None else Decimal(value), Decimal(12)) == expected


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 11, 5), date(2026, 11, 5), 24),
        (date(2026, 12, 1), date(2026, 11, 5), 0),
    ],
)
def test_months_in_a_level_are_whole_months(since, day, months):
    assert ladder.months_between(since, day) == months


MET, NOT_MET, NOT_MEASURED = (one.value for one in ConditionOutcome)


@pytest.mark.parametrize(
    ("proposer", "outcomes", "exception", "where"),
    [
        (1, [MET], "", "person"),
        (2, [MET, MET], "", None),
        (2, [MET, NOT_MET], " ", "exception"),
        (2, [NOT_MEASURED], "", "exception"),
        (2, [NOT_MEASURED, NOT_MET], "主持了全行适当性改造", None),
    ],
)
def test_nobody_proposes_themselves_and_an_unmet_condition_needs_a_reason(proposer, outcomes, exception, where):
    fault = ladder.proposal_fault(proposer, 1, outcomes, exception)
    assert (fault and fault[0]) == where


@pytest.mark.parametrize("code", ["trade_volume", "new_accounts", "commission_income", "net_inflow"])
def test_no_condition_counts_trades_accounts_or_income(code):
    words = bilingual("", "")
    with pytest.raises(ValueError, match="nobody is promoted"):
        declare(ConditionKind(code, "", "", words, words, lambda *_: Figure(None)))


def test_the_conditions_of_the_desk_are_measured_and_none_is_a_measure_of_volume():
    codes = {one.code for one in condition_kinds()}
    assert {"certificate", "training_hours", "months_in_level", "appraisal_score", "coverage", "path"} == codes
    assert {"new_accounts", "net_inflow"} <= {one.code for one in measures()} - codes
