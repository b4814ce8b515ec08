"""Rules of tasks and absences, without a database."""

from datetime import date, timedelta

import pytest

from dakehu.domains.service.absences import rules as absence_rules
from dakehu.domains.service.hand_over.rules import digest_of
from dakehu.domains.service.tasks import rules
from dakehu.domains.service.tasks.rules import Item
from dakehu.domains.service.workload import rules as load_rules
from dakehu.domains.service.workload.rules import Load

MONDAY = date(2026, 11, 30)


def weekday(day):
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("task", "after", "known", "circle"),
    [
        (1, 1, {}, True),
        (1, 2, {}, False),
        (1, 2, {2: [1]}, True),
        (1, 2, {2: [3], 3: [4], 4: [1]}, True),
        (1, 2, {2: [3, 4], 3: [4]}, False),
        (1, 2, {3: [3]}, False),
    ],
)
def test_a_task_never_waits_for_itself_over_any_number_of_steps(task, after, known, circle):
    assert (rules.dependency_fault(task, after, known) is not None) is circle


def test_a_task_that_waits_for_others_cannot_begin_nor_end():
    assert rules.move_fault("open", "working", 1, 0)[0] == "state"
    assert rules.move_fault("open", "done", 1, 0) is not None
    assert rules.move_fault("open", "done", 0, 2) is not None
    assert rules.move_fault("open", "waiting", 1, 0) is None
    assert rules.move_fault("open", "cancelled", 1, 2) is None
    assert rules.move_fault("working", "done", 0, 0) is None


def test_overdue_stands_before_blocked_and_ended_before_both():
    day = MONDAY
    assert rules.urgency("open", day - timedelta(days=1), day, is_blocked=True) == "overdue"
    assert rules.urgency("open", day, day, is_blocked=True) == "blocked"
    assert rules.urgency("waiting", day, day, is_blocked=False) == "today"
    assert rules.urgency("done", day - timedelta(days=9), day, is_blocked=True) == "ended"


def test_dates_of_a_checklist_are_working_days_and_never_before_the_item_they_come_after():
    items = [Item(1, 5), Item(2, 1, after=1), Item(3, 6)]
    found = rules.due_dates(items, MONDAY, weekday)
    assert found == {1: date(2026, 12, 7), 2: date(2026, 12, 7), 3: date(2026, 12, 8)}


def test_an_item_comes_after_an_earlier_one_only():
    assert rules.items_fault([Item(1, 1), Item(2, 1, after=1)]) is None
    assert rules.items_fault([Item(1, 1, after=2), Item(2, 1)]) is not None
    assert rules.items_fault([Item(1, 1), Item(2, 1, after=7)]) is not None


@pytest.mark.parametrize(
    ("opened", "first", "last", "year"),
    [
        (date(2020, 11, 30), MONDAY, MONDAY, 2026),
        (date(2020, 12, 31), date(2026, 12, 28), date(2027, 1, 3), 2026),
        (date(2020, 1, 2), date(2026, 12, 28), date(2027, 1, 3), 2027),
        (date(2024, 2, 29), date(2027, 2, 28), date(2027, 3, 1), 2027),
        (MONDAY, MONDAY, MONDAY, None),
        (None, MONDAY, MONDAY, None),
        (date(2020, 11, 29), MONDAY, MONDAY, None),
    ],
)
def test_an_anniversary_is_found_over_the_turn_of_the_year_and_on_29_february(opened, first, last, year):
    assert rules.anniversary_between(opened, first, last) == year


def test_an_absence_overlaps_no_other_and_has_an_order():
    day = MONDAY
    other = [(day, day + timedelta(days=3))]
    assert absence_rules.absence_fault(day + timedelta(days=3), day + timedelta(days=5), other) is not None
    assert absence_rules.absence_fault(day + timedelta(days=4), day + timedelta(days=5), other) is None
    assert absence_rules.absence_fault(day, day - timedelta(days=1), []) is not None


def test_a_deputy_is_somebody_else_of_the_team_who_serves_clients_and_is_there():
    fine = {
        "is_same": False,
        "is_active": True,
        "serves": True,
        "in_team": True,
        "away": [],
        "first": MONDAY,
        "last": MONDAY,
    }
    assert absence_rules.deputy_fault(**fine) is None
    for name, value in (
        ("is_same", True),
        ("is_active", False),
        ("serves", False),
        ("in_team", False),
        ("away", [(MONDAY, MONDAY)]),
    ):
        assert absence_rules.deputy_fault(**{**fine, name: value})[0] == "deputy"


def load(user, hours, available, tasks=0.0):
    return Load(user, dict(hours), tasks, available)


def test_a_proposal_relieves_in_few_moves_and_never_makes_somebody_else_too_busy():
    loads = {1: load(1, {10: 30.0, 11: 5.0, 12: 5.0}, 20.0), 2: load(2, {}, 32.0), 3: load(3, {13: 9.0}, 10.0)}
    to = load_rules.proposal(loads)
    assert to == {10: 2}
    after = load_rules.loads_after_move(loads, to)
    assert all(one.free >= 0 for one in after.values()) and loads[1].hours == 40.0
    assert load_rules.proposal(loads, frozenset({10})) == {11: 2, 12: 2}
    assert load_rules.proposal({1: load(1, {10: 9.0}, 10.0), 2: load(2, {}, 10.0)}) == {}


def test_the_digest_of_a_pack_depends_on_what_it_says_and_not_on_the_order():
    assert digest_of({"a": 1, "b": ["x"]}) == digest_of({"b": ["x"], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
