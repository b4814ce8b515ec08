"""Who decides, the deadline for objections, the effect of a correction, and which books are reviewed."""

from datetime import date
from decimal import Decimal as D

import pytest

from dakehu.domains.appraisal.guards.rules import Flag, Holding, flags
from dakehu.domains.appraisal.measures.rules import MEDIAN, SHARE, Row
from dakehu.domains.appraisal.objections.rules import correct_rows, last_day
from dakehu.domains.appraisal.reviews import rules

ROWS = [Row("service.Moment", pk, D(value), D(1)) for pk, value in ((11, 1), (12, 0), (13, 0))]


@pytest.mark.parametrize(
    ("begin", "end"),
    [(date(2026, 11, 27), date(2026, 12, 11)), (date(2026, 11, 30), date(2026, 12, 14))],
)
def test_an_objection_has_ten_working_days(begin, end):
    assert last_day(begin, lambda day: day.weekday() < 5) == end


def test_a_correction_counts_one_row_and_leaves_out_another():
    found = correct_rows(SHARE, ROWS, [2], [3])
    assert [(row.pk, row.value) for row in found] == [(11, D(1)), (12, D(1))]


@pytest.mark.parametrize(
    ("kind", "counted", "left_out", "fault"),
    [
        (SHARE, [], [], "none"),
        (SHARE, [2], [2], "both"),
        (SHARE, [4], [], "number"),
        (SHARE, [], [0], "number"),
        (MEDIAN, [1], [], "kind"),
    ],
)
def test_a_correction_that_says_nothing_clear_is_refused(kind, counted, left_out, fault):
    with pytest.raises(ValueError, match=fault):
        correct_rows(kind, ROWS, counted, left_out)


@pytest.mark.parametrize(
    ("actor", "involved", "may"),
    [(7, (1, 2), True), (1, (1, 2), False), (2, (1, 2), False), (None, (1, 2), False), (7, (None,), True)],
)
def test_another_person_decides(actor, involved, may):
    assert (rules.decider_fault(actor, *involved) is None) is may


@pytest.mark.parametrize(
    ("actor", "person", "lead", "may_all", "may"),
    [
        (2, 1, 2, False, True),
        (3, 1, 2, False, False),
        (3, 1, 2, True, True),
        (1, 1, 1, True, False),  # a lead does not review their own appraisal
        (1, 1, 2, True, False),
        (None, 1, 2, False, False),
        (3, 1, None, False, False),
    ],
)
def test_a_person_is_reviewed_by_the_lead_and_never_by_themselves(actor, person, lead, may_all, may):
    assert (rules.manager_note_fault(actor, person, lead, may_all) is None) is may


def test_only_the_person_writes_the_self_review():
    assert rules.own_note_fault(1, 1) is None and rules.own_note_fault(2, 1) is not None


def books(count, turnover="2"):
    return [Holding(user, "T3", D(100), D(turnover) + D(user) / 100, D("0.01")) for user in range(1, count + 1)]


def test_turnover_is_compared_with_books_of_the_same_tier():
    high = Holding(1, "T4", D(100), D(50), D("0.01"))  # another tier with too few books
    found = flags([*books(40), high])
    assert [(flag.user, flag.kind, flag.tier) for flag in found] == [(39, "turnover", "T3"), (40, "turnover", "T3")]


def test_few_books_are_not_compared():
    assert flags(books(19)) == []


def test_a_book_that_costs_three_percent_is_reviewed_weighted_with_value():
    rows = [Holding(5, "T3", D(900), None, D("0.03")), Holding(5, "T4", D(100), None, D("0.031"))]
    assert flags(rows) == [Flag(5, "cost", "", D("0.0301"), D("0.03"))]
    assert flags([Holding(5, "T3", D(900), None, D("0.029")), Holding(5, "T4", D(100), None, D("0.031"))]) == []
