"""Matching: suitable products only, every point explained, diverse, and blind to the firm's earnings."""

from dataclasses import fields, replace

import pytest

from dakehu.domains.advice.matching import rules
from dakehu.domains.advice.matching.rules import Candidate, Investor

INVESTOR = Investor(
    target_rank=3,
    horizon="medium",
    weights={"cash": 0.1, "fixed_income": 0.2, "equity": 0.7},
    targets={"cash": 0.15, "fixed_income": 0.45, "equity": 0.35, "alternative": 0.05},
    upper={"cash": 0.3, "fixed_income": 0.6, "equity": 0.75, "alternative": 0.1},
)
BOND = Candidate(1, 2, "fixed_income", "medium", "allow", 0.1)


def listed(*candidates, count=5, likeness=None, investor=INVESTOR):
    return [one.product for one in rules.match(investor, candidates, count, likeness).listed]


@pytest.mark.parametrize("outcome", ["refuse", "block", "allow_with_warning"])
def test_what_staff_may_not_bring_up_is_never_listed(outcome):
    found = rules.match(INVESTOR, [replace(BOND, outcome=outcome)], 5)
    assert found.listed == () and found.left_out == {"unsuitable": 1}


@pytest.mark.parametrize(
    ("candidate", "investor", "reason"),
    [
        (BOND, replace(INVESTOR, excluded=frozenset({1})), "excluded"),
        (BOND, replace(INVESTOR, excluded_classes=frozenset({"fixed_income"})), "excluded"),
        (replace(BOND, asset_class=""), INVESTOR, "no_class"),
        (replace(BOND, asset_class="equity"), replace(INVESTOR, upper={"equity": 0.7}), "class_full"),
    ],
)
def test_what_is_left_out_is_counted_by_its_reason(candidate, investor, reason):
    assert rules.match(investor, [candidate], 5).left_out == {reason: 1}


def test_a_class_below_its_target_stands_before_one_above_it():
    assert listed(replace(BOND, product=1, asset_class="equity"), replace(BOND, product=2)) == [2, 1]


def test_a_level_above_that_of_the_policy_loses_points_even_where_it_is_suitable():
    assert listed(replace(BOND, product=1, rank=4), replace(BOND, product=2, rank=3)) == [2, 1]


def test_the_points_add_up_to_the_score_and_each_is_explained():
    (found,) = rules.match(INVESTOR, [BOND], 5).listed
    assert found.score == pytest.approx(sum(part.points for part in found.components))
    assert sum(part.most for part in found.components) == 100
    assert all(part.zh and part.en and 0 <= part.points <= part.most for part in found.components)


@pytest.mark.parametrize(
    ("change", "name"), [({"correlation": None}, "spread"), ({"horizon": ""}, "term"), ({"rank": 0}, "risk")]
)
def test_what_is_not_known_gets_half_the_points_and_says_so(change, name):
    (found,) = rules.match(INVESTOR, [replace(BOND, **change)], 5).listed
    part = next(one for one in found.components if one.name == name)
    assert part.points == part.most / 2 and "一半" in part.zh and "half" in part.en


def test_like_products_stand_apart():
    twins = [replace(BOND, product=1), replace(BOND, product=2), replace(BOND, product=3, correlation=0.4)]
    alike = {(1, 2): 0.99, (1, 3): 0.0, (2, 3): 0.0}
    assert listed(*twins, likeness=alike) == [1, 3, 2]
    second = rules.match(INVESTOR, twins, 5, alike).listed[2]
    assert second.penalty == 99.0 and second.score == rules.match(INVESTOR, twins[1:2], 1).listed[0].score


def test_the_same_question_has_the_same_answer_in_any_order():
    many = [replace(BOND, product=number, correlation=number % 3 / 10) for number in range(1, 30)]
    assert listed(*many) == listed(*reversed(many))


def test_a_shortlist_holds_the_best_of_every_class():
    many = [replace(BOND, product=n, correlation=n / 100, asset_class=c) for n in range(9) for c in ("cash",)] + [
        replace(BOND, product=20, asset_class="alternative")
    ]
    assert [one.product for one in rules.shortlist(INVESTOR, many, 2)] == [20, 0, 1]


def test_a_score_knows_nothing_of_what_a_product_earns():
    words = ("fee", "commission", "rebate", "incentive", "revenue", "margin", "bonus", "income")
    assert not [one.name for kind in (Candidate, Investor) for one in fields(kind) if any(w in one.name for w in words)]
