"""Scores: the order of gate and deductions, and how the weight of unrated measures is redistributed."""

from decimal import Decimal as D

import pytest

from dakehu.domains.appraisal.measures.rules import Value
from dakehu.domains.appraisal.scores import rules
from dakehu.domains.appraisal.scores.rules import Conduct, Line


def line(code, part, weight, points, n=30, min_n=20):
    """Return a measure with a number of points; None if the desk has no source."""
    value = None if points is None else Value(D(points), D(100), n, D(points) / 100)
    return Line(code, part, D(weight), min_n, D(0), D(1), value)


def weights(lines):
    found = rules.score_of(lines, Conduct())
    return {one.line.code: one.used_weight for one in found.lines}


def test_two_of_three_parts_are_not_divided_by_three():
    lines = [line("a", "one", "30", 50), line("b", "two", "30", 50), line("c", "three", "30", None)]
    found = rules.score_of(lines, Conduct())
    assert (found.score, found.rated_share.quantize(D("0.01"))) == (D("50.00"), D("0.67"))


def test_missing_weight_stays_in_its_part_first():
    lines = [
        line("a", "service", "10", 80),
        line("b", "service", "20", 60),
        line("c", "service", "30", 60, n=19),
        line("d", "outcome", "40", 100),
    ]
    assert weights(lines) == {"a": D(20), "b": D(40), "c": D(0), "d": D(40)}
    assert rules.score_of(lines, Conduct()).score == D("80.00")


def test_weight_of_an_empty_part_goes_to_all_in_proportion():
    lines = [line("a", "one", "30", 80), line("b", "two", "50", 40), line("c", "three", "20", None)]
    assert weights(lines) == {"a": D("37.5"), "b": D("62.5"), "c": D(0)}


def test_a_measure_below_its_minimum_is_not_rated_rather_than_zero():
    found = rules.score_of([line("a", "one", "60", 90), line("b", "one", "40", 0, n=19)], Conduct())
    assert [one.state for one in found.lines] == ["rated", "not_rated"]
    assert found.score == D("90.00")


@pytest.mark.parametrize(("rated", "score"), [("60", D("70.00")), ("59.99", None), ("0", None)])
def test_below_sixty_percent_of_weight_there_is_no_score(rated, score):
    lines = [line("a", "one", rated, 70), line("b", "two", str(100 - D(rated)), None)]
    assert rules.score_of(lines, Conduct()).score == score


@pytest.mark.parametrize(
    ("conduct", "score"),
    [
        (Conduct(), "80.00"),
        (Conduct(upheld=1), "70.00"),
        (Conduct(unsuitable=1), "60.00"),
        (Conduct(upheld=2, unsuitable=1), "40.00"),
        (Conduct(warnings=1), "40.00"),
        (Conduct(warnings=3), "40.00"),
        (Conduct(warnings=1, upheld=1), "35.00"),  # the deduction first, the gate last
        (Conduct(upheld=9), "0.00"),
        (Conduct(violations=1), "0.00"),
        (Conduct(violations=1, warnings=1, upheld=1), "0.00"),
    ],
)
def test_deductions_come_before_the_gate(conduct, score):
    assert rules.score_of([line("a", "one", "100", 80)], conduct).score == D(score)


def test_shares_are_drawn_towards_the_branch_before_points():
    one = Line("a", "one", D(100), 20, D("0.70"), D("0.95"), Value(D(18), D(20), 20, D("0.9")), D("0.80"))
    (found,) = rules.score_of([one], Conduct()).lines
    assert (found.shrunk, found.points) == (D("0.85"), D(60))


def test_weight_zero_changes_no_score():
    lines = [line("a", "one", "100", 80), line("trade_volume", "volume", "0", 100)]
    assert rules.score_of(lines, Conduct()).score == D("80.00")


def test_the_same_inputs_in_another_order_give_the_same_digits():
    lines = [line(f"m{n}", f"p{n % 3}", str(n + 1), 37 + n, n=10 + n) for n in range(20)]
    assert rules.score_of(lines, Conduct(upheld=1)) == rules.score_of(lines[::-1], Conduct(upheld=1))


@pytest.mark.parametrize("missing", range(9))
def test_the_weight_used_always_adds_up(missing):
    lines = [line(f"m{n}", f"p{n % 4}", "10", None if n < missing else 50) for n in range(10)]
    assert sum(weights(lines).values()).quantize(D("1e-20")) == 100


@pytest.mark.parametrize(
    ("volume", "accounts", "reason", "field"),
    [
        ("0", "0", "", None),
        ("12", "8", "新营业部开业首年", None),
        ("20", "0", "", "volume_reason"),
        ("12", "8", "  ", "volume_reason"),
        ("12", "8.01", "新营业部开业首年", "weight"),
        ("100", "0", "理由", "weight"),
        ("-5", "0", "理由", "weight"),
    ],
)
def test_volume_and_new_accounts_are_capped(volume, accounts, reason, field):
    found = rules.cap_faults({"trade_volume": D(volume), "new_accounts": D(accounts)}, reason)
    assert [fault[0] for fault in found] == ([field] if field else [])


def test_a_scheme_weighs_a_hundred():
    assert rules.scheme_faults({"a": D(60), "b": D(40)}, "") == []
    assert [fault[0] for fault in rules.scheme_faults({"a": D(60), "b": D(30)}, "")] == ["weight"]


@pytest.mark.parametrize(
    ("value", "text"), [("0.850000", "0.85"), ("100", "100"), ("0.33333333", "0.333333"), ("0", "0")]
)
def test_numbers_are_stored_in_one_spelling(value, text):
    assert rules.plain(D(value)) == text
