"""Rules of campaigns: the draw, who is excluded, the interval."""

import pytest

from dakehu.domains.growth.campaigns import rules


def test_the_control_group_is_a_tenth_and_at_least_two_hundred_where_there_are_enough():
    sizes = {count: rules.control_size(count, 10, 200) for count in (1, 9, 50, 399, 400, 1999, 2000, 5000)}
    assert sizes == {1: 0, 9: 0, 50: 5, 399: 39, 400: 200, 1999: 200, 2000: 200, 5000: 500}
    assert rules.control_size(5000, 0, 200) == 0


def test_a_draw_leaves_out_who_is_excluded_first_and_is_the_same_for_its_seed():
    excluded = {3: "opt_out", 7: "open_complaint"}
    drawn = rules.draw(range(1, 101), excluded, "seed", 10, 200)
    assert drawn == rules.draw(reversed(range(1, 101)), excluded, "seed", 10, 200)
    assert drawn != rules.draw(range(1, 101), excluded, "another", 10, 200)
    assert len(drawn.control) == 9 and drawn.excluded == excluded
    assert sorted([*drawn.contacted, *drawn.control, *drawn.excluded]) == list(range(1, 101))


def test_every_client_has_the_same_chance_of_the_control_group():
    drawn = [one for seed in range(200) for one in rules.draw(range(50), {}, str(seed), 20, 1000).control]
    counts = [drawn.count(one) for one in range(50)]
    assert sum(counts) == 2000 and min(counts) > 15 and max(counts) < 70


def test_quiet_hours_do_not_exclude_from_the_list():
    assert rules.excluding_rule(["quiet_hours"]) == ""
    assert rules.excluding_rule(["quiet_hours", "too_often"]) == "too_often"


@pytest.mark.parametrize(
    "case",
    [  # the examples of the paper, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
    ],
)
def test_the_interval_is_newcombes(case):
    *counts, low, high = case
    assert rules.newcombe(*counts) == pytest.approx((low, high), abs=5e-5)


def test_an_effect_says_nothing_of_too_few_and_nothing_where_zero_lies_within():
    assert rules.effect(20, 29, 1, 500).verdict == "too_few"
    assert rules.effect(56, 70, 48, 80).verdict == "more"
    assert rules.effect(48, 80, 56, 70).verdict == "fewer"
    assert rules.effect(10, 100, 9, 100).verdict == "none"
