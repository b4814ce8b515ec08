"""Papers drawn from a bank: exact topics, no two neighbouring papers alike, graded answers; no database."""

import itertools
from collections import Counter
from datetime import datetime, timedelta

import pytest

from dakehu.domains.learning.exams import rules, statistics
from dakehu.domains.learning.exams.rules import BankItem

KEY = b"k" * 32
NOON = datetime(2026, 12, 1, 12)
BANK = [
    BankItem(100 + n, topic, 4 if n % 3 else 2, not n % 3) for n, topic in enumerate(("law", "conduct", "service") * 8)
]
BLUEPRINT = {"law": 5, "conduct": 4, "service": 3}
TOPIC_OF = {item.version: item.topic for item in BANK}


def papers(count, bank=BANK, blueprint=BLUEPRINT):
    previous, drawn = None, []
    for number in range(count):
        seed = rules.seed_of(KEY, 1, number % 40, 2026, number // 40 + 1, NOON + timedelta(seconds=number))
        previous = rules.draw_unlike(bank, blueprint, seed, previous)
        drawn.append(previous)
    return drawn


def test_a_thousand_papers_hold_their_topics_exactly_and_no_two_neighbours_are_alike():
    drawn = papers(1000)
    assert all(Counter(TOPIC_OF[version] for version, _ in one) == BLUEPRINT for one in drawn)
    assert all([v for v, _ in one] != [v for v, _ in other] for one, other in itertools.pairwise(drawn))
    assert all(len({version for version, _ in one}) == 12 for one in drawn)
    assert all(sorted(order) == list(range(len(order))) for one in drawn for _, order in one)
    assert len({version for one in drawn for version, _ in one}) == len(BANK)


def test_neighbours_differ_even_where_the_bank_allows_two_orders_only():
    drawn = papers(200, [BankItem(1, "law", 2, True), BankItem(2, "law", 2, True)], {"law": 2})
    assert all(one != other for one, other in itertools.pairwise(drawn))


def test_the_same_seed_draws_the_same_paper_and_another_key_another_one():
    seed = rules.seed_of(KEY, 1, 2, 2026, 1, NOON)
    assert rules.draw(BANK, BLUEPRINT, seed) == rules.draw(list(reversed(BANK)), BLUEPRINT, seed)
    other = rules.seed_of(b"x" * 32, 1, 2, 2026, 1, NOON)
    assert other != seed and rules.draw(BANK, BLUEPRINT, other) != rules.draw(BANK, BLUEPRINT, seed)


def test_options_of_true_or_false_keep_their_order():
    drawn = papers(50)
    kept = {item.version for item in BANK if item.keeps_order}
    assert all(order == [0, 1] for one in drawn for version, order in one if version in kept)


def test_a_paper_beyond_the_bank_is_refused_with_the_topic():
    with pytest.raises(ValueError, match="law"):
        rules.draw(BANK, {"law": 9}, "s")
    assert "法律法规" in str(rules.blueprint_fault({"law": 9}, {"law": 8}))
    assert rules.blueprint_fault({"law": 8}, {"law": 8}) is None
    assert rules.blueprint_fault({}, {"law": 8}) is not None


@pytest.mark.parametrize(
    ("kind", "options", "answer", "field"),
    [
        ("single", "甲\n乙\n丙", "B", None),
        ("single", "甲\n乙\n丙", "AB", "answer"),
        ("multiple", "甲\n乙\n丙", "ca", None),
        ("multiple", "甲\n乙\n丙", "D", "answer"),
        ("multiple", "甲\n乙", "", "answer"),
        ("multiple", "甲\n乙", "1", "answer"),
        ("single", "甲", "A", "options"),
        ("single", "甲\n甲", "A", "options"),
        ("true_false", "", "A", None),
        ("true_false", "", "C", "answer"),
    ],
)
def test_a_question_whose_answer_does_not_fit_its_options_is_named(kind, options, answer, field):
    fault = rules.question_fault(kind, rules.options_of(kind, options), rules.read_answer(answer))
    assert (fault and fault[0]) == field


def test_an_answer_is_judged_in_the_order_in_which_it_was_shown():
    assert rules.is_right([0, 2], [2, 1, 0], [0, 2])
    assert not rules.is_right([0, 2], [2, 1, 0], [0])  # partly wrong
    assert not rules.is_right([0], [2, 1, 0], [])


@pytest.mark.parametrize(
    ("right", "mark", "passed"), [(7, 60, False), (8, 60, True), (12, 100, True), (11, 100, False)]
)
def test_the_pass_mark_is_held_without_rounding(right, mark, passed):
    answers = [True] * right + [False] * (12 - right)
    assert rules.is_passed(answers, mark) is passed
    assert str(rules.score_of([True, False, False])) == "0.3333" and not rules.is_passed([], 1)


def test_the_last_moment_counts_and_the_one_after_does_not():
    assert not rules.is_over(NOON, NOON) and rules.is_over(NOON + timedelta(microseconds=1), NOON)


def test_figures_of_a_question_are_shown_from_thirty_answers_on():
    pairs = [(n % 2 == 0, n / 30) for n in range(29)]
    assert statistics.measure(pairs) == statistics.QuestionStatistics(29, None, None)
    found = statistics.measure([(n >= 15, n / 30) for n in range(30)])
    assert found.facility == 0.5 and round(found.discrimination, 3) == 0.867 and not found.needs_repair
    assert statistics.measure([(n < 10, n / 30) for n in range(30)]).needs_repair
    assert statistics.measure([(True, 1.0)] * 30).discrimination is None
