"""The order of today's list, its groups and their counts, and the wording of a deadline."""

from datetime import datetime, timedelta

import pytest

from dakehu.domains.service.today import rules
from dakehu.domains.service.today.rules import Entry, Group

NOW = datetime(2026, 11, 30, 10, 0)
TODAY = rules.end_of(NOW.date())


def on(days):
    return rules.end_of(NOW.date() + timedelta(days=days))


def test_the_list_is_in_the_order_in_which_it_is_worked():
    entries = [
        Entry("follow_up", 1, 1, TODAY),
        Entry("moment", 2, 2, TODAY, kind="M33", priority=4),
        Entry("moment", 3, 3, TODAY, kind="M10", priority=1),
        Entry("moment", 4, 4, on(3), kind="M24", priority=1),
        Entry("promise", 5, 5, TODAY),
        Entry("follow_up", 6, 6, on(-3)),
        Entry("moment", 7, 7, TODAY.replace(hour=19), kind="M02", mandatory=True, priority=1),
        Entry("moment", 8, 8, on(9), kind="M37", priority=3),
    ]
    groups = [rules.group_of(entry, NOW).value for entry in rules.in_order(entries, NOW)]
    assert groups == ["mandatory", "overdue", "promise", "expiry", "move", "occasion", "service", "plan"]


def test_mandatory_work_goes_by_its_deadline_even_when_that_has_passed():
    late = Entry("moment", 1, 1, on(-1), kind="M02", mandatory=True)
    soon = Entry("moment", 2, 2, TODAY, kind="M06", mandatory=True)
    complaint = Entry("complaint", 3, 3, on(2))
    assert rules.in_order([complaint, soon, late], NOW) == [late, soon, complaint]
    assert {rules.group_of(entry, NOW) for entry in (late, soon, complaint)} == {Group.MANDATORY}


def test_overdue_work_goes_by_tier_and_then_by_how_long_it_is_overdue():
    low, high, older = (
        Entry("follow_up", 1, 1, on(-9), rank=1),
        Entry("follow_up", 2, 2, on(-1), rank=5),
        Entry("promise", 3, 3, on(-2), rank=5),
    )
    assert rules.in_order([low, high, older], NOW) == [older, high, low]


def test_work_that_is_due_at_an_hour_is_overdue_from_that_hour_on():
    entry = Entry("moment", 1, 1, NOW.replace(hour=12), kind="M10")
    assert rules.group_of(entry, NOW) is Group.MOVE
    assert rules.group_of(entry, NOW.replace(hour=13)) is Group.OVERDUE


def test_counts_name_every_group_and_add_up():
    entries = [Entry("follow_up", 1, 1, TODAY), Entry("promise", 2, 1, on(-1)), Entry("request", 3, 1, on(1))]
    counts = rules.counts_of(entries, NOW)
    assert set(counts) == {group.value for group in Group} and sum(counts.values()) == len(entries)
    assert (counts["plan"], counts["overdue"], counts["promise"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "due, zh, en",
    [
        (on(-3), "逾期 3 天", "3 days overdue"),
        (NOW.replace(hour=9), "已过 09:00", "past 09:00"),
        (NOW.replace(hour=19), "今天 19:00", "today 19:00"),
        (TODAY, "今天", "today"),
        (on(1), "明天", "tomorrow"),
        (datetime(2026, 12, 5, 12, 0), "12 月 5 日 12:00", "5 Dec 12:00"),
    ],
)
def test_a_deadline_is_said_in_a_few_words(due, zh, en):
    said = rules.deadline_words(due, NOW)
    assert (said.in_("zh"), said.in_("en")) == (zh, en)


@pytest.mark.parametrize("text", ["", "moment", "moment:", "moment:x", "client:1", "moment:1" + "0" * 20])
def test_what_names_no_line_is_none(text):
    assert rules.parse_work(text) is None


def test_a_line_is_named_by_what_it_is_and_its_number():
    assert rules.parse_work(" follow_up:12 ") == ("follow_up", 12) and Entry("promise", 7, 1, TODAY).work == "promise:7"
