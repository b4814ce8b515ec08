"""Scores, bands, the lowest category, contradictions, and how often a client may be tested."""

from datetime import datetime, timedelta

import pytest

from dakehu.domains.advice.assessments import rules
from dakehu.domains.advice.assessments.questionnaires import shipped_version

QUESTIONNAIRE = shipped_version("2026-11")
NOON = datetime(2026, 11, 29, 12)


def best(*, highest=True):
    """Return the answers with most points, or with fewest that are not of the lowest category."""
    answers = {}
    for item in QUESTIONNAIRE.items:
        options = [one for one in item.options.values() if not one.is_minimum]
        chosen = sorted(options, key=lambda one: one.points)[-1 if highest else 0]
        answers[item.code] = (chosen.code,)
    return answers


def test_the_points_of_a_version_add_up_to_a_hundred_and_its_groups_have_the_sizes_of_brokers_forms():
    assert QUESTIONNAIRE.most_points == 100
    sizes = [sum(item.group == code for item in QUESTIONNAIRE.items) for code, _, _ in QUESTIONNAIRE.groups]
    assert sizes == [5, 1, 4, 4, 3, 3]
    assert sum(item.is_multiple for item in QUESTIONNAIRE.items) == 2


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0, "C1"),
        (1, "C1"),
        (19, "C1"),
        (20, "C2"),
        (36, "C2"),
        (37, "C3"),
        (53, "C3"),
        (54, "C4"),
        (82, "C4"),
        (83, "C5"),
        (100, "C5"),
    ],
)
def test_the_bands_are_those_of_the_version(score, level):
    assert rules.level_of(QUESTIONNAIRE, score) == level


def test_the_boldest_answers_are_c5_and_the_most_careful_ones_c1():
    boldest, careful = rules.assess(QUESTIONNAIRE, best()), rules.assess(QUESTIONNAIRE, best(highest=False))
    assert (boldest.score, boldest.level, boldest.is_minimum) == (100, "C5", False)
    assert careful.level == "C1" and careful.score < 20


@pytest.mark.parametrize(("item", "option"), [("loss", "no_loss"), ("capacity", "limited"), ("age", "lt18")])
def test_one_answer_of_the_lowest_category_overrides_the_sum(item, option):
    found = rules.assess(QUESTIONNAIRE, {**best(), item: (option,)})
    assert (found.score, found.level, found.is_minimum) == (0, "C1", True)


def test_of_several_options_the_highest_counts_once():
    low = rules.assess(QUESTIONNAIRE, {**best(), "products": ("deposits", "bonds")})
    assert low.score == 100 - 7 + 3


def test_contradictions_are_hard_or_soft():
    found = rules.assess(QUESTIONNAIRE, {**best(), "loss": ("no_loss",)})
    assert set(found.hard) == {"no_loss_risky", "no_loss_split"}
    found = rules.assess(QUESTIONNAIRE, {**best(), "stance": ("principal",), "kinds": ("fixed", "equity")})
    assert found.hard == () and found.soft == ("principal_equity",)
    assert "young_experience" in rules.assess(QUESTIONNAIRE, {**best(), "age": ("18_25",)}).hard
    assert "debt_use" in rules.assess(QUESTIONNAIRE, {**best(), "use": ("debt",)}).hard


def test_what_is_missing_or_not_an_option_is_named_by_its_item():
    answers = {**best(), "loss": (), "age": ("18_25", "26_44"), "debts": ("rich",), "products": ("none", "equity")}
    assert set(rules.faults(QUESTIONNAIRE, answers)) == {"loss", "age", "debts", "products"}
    assert rules.faults(QUESTIONNAIRE, best()) == {}


def test_a_client_is_tested_once_a_day_and_three_times_in_thirty_days():
    day = timedelta(days=1)
    assert rules.retest_fault([], NOON) is None
    assert rules.retest_fault([NOON - timedelta(hours=3)], NOON) is not None
    assert rules.retest_fault([NOON - day], NOON) is None
    assert rules.retest_fault([NOON - day, NOON - 2 * day, NOON - 29 * day], NOON) is not None
    assert rules.retest_fault([NOON - day, NOON - 2 * day, NOON - 30 * day], NOON) is None


def test_compliance_looks_at_two_levels_upwards_and_at_a_test_just_before_a_sale():
    assert [rules.review_reason("C2", level) for level in ("C1", "C3", "C4", "C5")] == ["", "", "jump", "jump"]
    assert rules.review_reason("", "C5") == ""
    assert rules.is_tested_for_sale(NOON - timedelta(hours=23), "C3", "R4", NOON)
    assert not rules.is_tested_for_sale(NOON - timedelta(hours=24), "C3", "R4", NOON)
    assert not rules.is_tested_for_sale(NOON - timedelta(hours=1), "C4", "R4", NOON)
