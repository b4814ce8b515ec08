"""Calls after a shock: who is due, required fields of an attempt, two persons, verdicts on outflow, and scripts' placeholders."""

from datetime import date
from random import Random

import pytest

from dakehu.domains.care.distress import case_rules
from dakehu.domains.care.outreach import rules, words
from dakehu.domains.care.outreach.choices import ScriptCode
from dakehu.domains.care.outreach.rules import Due, Outflow
from dakehu.domains.growth.campaigns.rules import newcombe
from dakehu.domains.service.shocks import rules as shock_rules

TODAY = date(2026, 5, 12)


def due(count, caller=1, next_on=TODAY):
    return [Due(n, caller, n, next_on) for n in range(count)]


def test_a_day_holds_as_many_calls_as_a_person_can_make_and_the_rest_rolls_on():
    assert rules.due_today(due(5), {}, 3, TODAY) == {0, 1, 2}
    assert rules.due_today(due(5), {1: 2}, 3, TODAY) == {0}
    assert rules.due_today(due(5), {1: 7}, 3, TODAY) == set()


def test_a_call_of_a_later_day_and_one_without_a_caller_are_not_due():
    later = Due(9, 1, 0, date(2026, 5, 13))
    assert rules.due_today([later, Due(8, None, 1, TODAY), Due(7, 1, 2, TODAY)], {}, 1, TODAY) == {7}


@pytest.mark.parametrize(
    "outcome, note, next_on, field",
    [
        ("reached", "", date(2026, 5, 20), "note"),
        ("reached", "谈了目标与期限", None, "next_on"),
        ("reached", "谈了目标与期限", date(2026, 5, 20), None),
        ("call_back", "", None, "next_on"),
        ("call_back", "", TODAY, None),
        ("not_reached", "", None, None),
        ("not_reached", "", date(2026, 5, 11), "next_on"),
    ],
)
def test_an_answered_call_has_a_note_and_a_dated_next_contact(outcome, note, next_on, field):
    fault = rules.attempt_fault(outcome, note, next_on, TODAY)
    assert (fault[0] if fault else None) == field


@pytest.mark.parametrize(
    "is_person, age, two", [(True, 65, True), (True, 64, False), (True, None, True), (False, None, False)]
)
def test_an_older_person_and_one_of_unknown_age_need_two_persons(is_person, age, two):
    assert case_rules.needs_second_person(is_person, age) is two


def test_a_case_of_an_older_client_closes_only_after_somebody_else_has_joined():
    assert case_rules.closing_fault(True, None, 1, "平稳")[0] == "case"
    assert case_rules.closing_fault(True, 1, 1, "平稳")[0] == "case"
    assert case_rules.closing_fault(True, 2, 1, "平稳") is None
    assert case_rules.closing_fault(False, None, 1, "平稳") is None
    assert case_rules.closing_fault(False, None, 1, " ")[0] == "outcome"
    assert case_rules.confirmation_fault(1, 1, "三方通话")[0] == "case"
    assert case_rules.confirmation_fault(None, 1, "三方通话")[0] == "case"
    assert case_rules.confirmation_fault(2, 1, "")[0] == "confirmation"
    assert case_rules.confirmation_fault(2, 1, "三方通话") is None


def outflows(first, first_of, later, later_of, stratum=(1, "today", 40)):
    return [Outflow(stratum, True, n < first) for n in range(first_of)] + [
        Outflow(stratum, False, n < later) for n in range(later_of)
    ]


def test_one_stratum_has_newcombes_own_interval():
    found = rules.compare_outflow(outflows(56, 70, 48, 80))
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert (found.low, found.high) == pytest.approx(newcombe(56, 70, 48, 80))
    assert found.verdict == "too_few"


def test_a_stratum_with_one_group_only_compares_with_nobody():
    alone = outflows(30, 30, 0, 0, stratum=(2, "today", 60))
    unknown = [Outflow((1, "today", 40), True, None)] * 50
    assert rules.compare_outflow([*outflows(10, 100, 20, 100), *alone, *unknown]) == rules.compare_outflow(
        outflows(10, 100, 20, 100)
    )


def test_strata_of_unequal_risk_do_not_make_a_difference_of_their_own():
    """No stratum differs, but the riskier one is mostly called first: the raw shares differ, the stratified ones do not."""
    rows = outflows(90, 300, 30, 100, (1, "today", 60)) + outflows(5, 100, 15, 300, (1, "today", 40))
    found = rules.compare_outflow(rows)
    assert found.difference == pytest.approx(0.0, abs=1e-9) and found.verdict == "none"


@pytest.mark.parametrize("first, later, verdict", [(10, 40, "fewer"), (40, 10, "more"), (20, 22, "none")])
def test_the_verdict_needs_two_hundred_in_each_group(first, later, verdict):
    assert rules.compare_outflow(outflows(first, 200, later, 200)).verdict == verdict
    assert rules.compare_outflow(outflows(first, 199, later, 200)).verdict == "too_few"


def test_below_five_clients_no_share_is_shown():
    assert rules.compare_outflow(outflows(1, 4, 1, 4)).difference is None
    assert rules.share_with_interval(1, 4) is None
    assert rules.share_with_interval(18, 20)[1:] == pytest.approx((0.699, 0.972), abs=1e-3)


def test_the_interval_of_strata_covers_the_truth():
    """Of 400 simulated campaigns with a true difference of -5 points in three strata, about 95 % cover it."""
    random, covered = Random(8), 0
    for _ in range(400):
        rows = []
        for stratum, base, sizes in ((1, 0.1, (60, 40)), (2, 0.2, (80, 120)), (3, 0.4, (70, 70))):
            for is_first, size, share in ((True, sizes[0], base - 0.05), (False, sizes[1], base)):
                rows += [Outflow((1, "today", stratum), is_first, random.random() < share) for _ in range(size)]
        found = rules.compare_outflow(rows)
        covered += found.low <= -0.05 <= found.high
    assert 0.925 <= covered / 400 <= 0.985


def test_the_draw_is_the_same_for_a_seed_and_another_for_another():
    clients = range(1, 200)
    first = sorted(clients, key=lambda one: shock_rules.place_in_draw("a", one))
    assert first == sorted(clients, key=lambda one: shock_rules.place_in_draw("a", one))
    assert first != sorted(clients, key=lambda one: shock_rules.place_in_draw("b", one))
    ahead = sum(shock_rules.place_in_draw(str(n), 1) < shock_rules.place_in_draw(str(n), 2) for n in range(2000))
    assert 900 < ahead < 1100, "of two clients each is ahead in half of the draws"


def test_what_was_sold_is_a_share_of_what_was_held():
    assert rules.sold_share(30.0, 100.0) == 0.3
    assert rules.sold_share(300.0, 100.0) == 1.0
    assert rules.sold_share(30.0, None) is None and rules.sold_share(30.0, 0.0) is None


def test_every_placeholder_of_a_script_is_one_that_the_sheet_fills():
    for text in words.DEFAULTS.values():
        assert not words.unknown_placeholders(text.zh) and not words.unknown_placeholders(text.en)
    assert set(words.DEFAULTS) == {one.value for one in ScriptCode}
    assert words.fill_script("{client}您好，用途是{goal}", {"client": "张三"}) == "张三您好，用途是（未登记）"
