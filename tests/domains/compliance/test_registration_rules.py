"""A registration applies from its first to its last day, adviser and analyst exclude each other, reminders are sent in time."""

from datetime import date

import pytest

from dakehu.domains.compliance.registrations import rules
from dakehu.domains.compliance.registrations.rules import Registration

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("state", "first", "last", "counts"),
    [
        ("valid", None, None, True),
        ("valid", DAY, DAY, True),
        ("valid", date(2026, 7, 1), None, False),
        ("valid", None, date(2026, 6, 29), False),
        ("unverified", None, None, False),
        ("suspended", None, None, False),
        ("cancelled", None, None, False),
    ],
)
def test_a_registration_counts_on_both_of_its_days_and_only_while_it_is_valid(state, first, last, counts):
    assert rules.counts_on(Registration("analyst", state, first, last), DAY) is counts


@pytest.mark.parametrize(
    ("one", "other", "is_refused"),
    [
        (("investment_adviser", "valid"), ("analyst", "valid"), True),
        (("analyst", "valid"), ("investment_adviser", "suspended"), True),
        (("analyst", "valid"), ("investment_adviser", "cancelled"), False),
        (("analyst", "unverified"), ("investment_adviser", "valid"), False),
        (("fund_sales", "valid"), ("investment_adviser", "valid"), False),
        (("analyst", "valid"), ("analyst", "valid"), False),
        (("analyst", "valid", date(2026, 7, 1)), ("investment_adviser", "valid", None, DAY), False),
        (("analyst", "valid", DAY), ("investment_adviser", "valid", None, DAY), True),
    ],
)
def test_nobody_is_adviser_and_analyst_on_one_day(one, other, is_refused):
    fault = rules.exclusion_fault(Registration(*one), [Registration(*other)])
    assert (fault is not None) is is_refused


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ([], "没有有效的登记"),
        ([Registration("fund_sales", "valid")], "没有有效的登记"),
        ([Registration("investment_adviser", "suspended")], "已暂停"),
        ([Registration("investment_adviser", "unverified")], "待合规核实"),
        ([Registration("investment_adviser", "valid", None, date(2026, 6, 29))], "2026-06-29 到期"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(held, words):
    refusal = rules.refusal_of("investment_adviser", held, DAY)
    chinese, english = refusal.in_("zh"), refusal.in_("en")
    assert words in chinese and "请" in chinese and "投资顾问" in chinese and "compliance" in english


def test_a_registration_that_counts_is_not_refused():
    held = [Registration("investment_adviser", "cancelled"), Registration("investment_adviser", "valid", None, DAY)]
    assert rules.refusal_of("investment_adviser", held, DAY) is None


@pytest.mark.parametrize(
    ("state", "last", "is_due"),
    [
        ("valid", date(2026, 7, 30), True),
        ("valid", date(2026, 7, 31), False),
        ("valid", date(2026, 1, 1), True),
        ("cancelled", date(2026, 7, 1), False),
        ("valid", None, False),
    ],
)
def test_a_reminder_is_due_thirty_days_before_the_end_and_after_it(state, last, is_due):
    assert rules.is_reminder_due(Registration("analyst", state, None, last), DAY) is is_due


def test_it_cannot_end_before_it_begins():
    assert rules.days_fault(DAY, date(2026, 6, 29)) is not None
    assert rules.days_fault(DAY, DAY) is None and rules.days_fault(None, DAY) is None
