"""Bonuses: pools are distributed to the cent, parts are deferred, and two members cannot see a total."""

from datetime import date
from decimal import Decimal as D
from random import Random

import pytest

from dakehu.domains.appraisal.bonuses import rules
from dakehu.domains.appraisal.bonuses.rules import Member


def test_ten_thousand_random_pools_are_shared_out_to_the_cent():
    random = Random(20261129)
    for _ in range(10_000):
        fen, share = random.randrange(1, 10**9), D(random.randrange(0, 1001)) / 1000
        members = [
            Member(
                user,
                f"t{random.randrange(3)}",
                D(random.randrange(0, 10001)) / 100,
                D(random.choice(("1", "1.2", "0.35"))),
            )
            for user in range(1, random.randrange(2, 10))
        ]
        found = rules.share_out(fen, share, members)
        assert sum(one.fen for one in found) == fen
        assert all(one.team_fen >= 0 and one.own_fen >= 0 for one in found)


def test_the_team_part_comes_first_and_is_alike_within_a_team():
    members = [
        Member(1, "east", D(90), D("1")),
        Member(2, "east", D(70), D("1.2")),
        Member(3, "north", D(40), D("1")),
    ]
    found = rules.share_out(100_00, D("0.3"), members)
    assert [one.team_fen for one in found] == [1200, 1200, 600]  # 160 : 40 of 30.00
    assert [one.own_fen for one in found] == [2944, 2748, 1308]  # 90 : 84 : 40 of 70.00


@pytest.mark.parametrize(
    ("fen", "weights", "shares"),
    [
        (100, {1: "1", 2: "1", 3: "1"}, {1: 34, 2: 33, 3: 33}),
        (2, {1: "1", 2: "1", 3: "1"}, {1: 1, 2: 1, 3: 0}),
        (10, {1: "0", 2: "0"}, {1: 5, 2: 5}),
        (0, {1: "3"}, {1: 0}),
    ],
)
def test_the_largest_remainder_gets_what_is_left(fen, weights, shares):
    assert rules.split(fen, {key: D(weight) for key, weight in weights.items()}) == shares


def test_a_pool_needs_somebody():
    with pytest.raises(ValueError, match="nobody"):
        rules.share_out(100, D("0.3"), [])


def test_parts_are_deferred_in_equal_years():
    assert rules.deferred_parts(100_000_01, D("0.4"), 3) == [1333334, 1333333, 1333333]
    assert rules.deferred_parts(100_00, D(0), 3) == []
    assert rules.due_days(date(2028, 2, 29), 2) == [date(2029, 2, 28), date(2030, 2, 28)]


@pytest.mark.parametrize(
    ("held", "taken", "left"),
    [(1000, 0, (1000, 0)), (1000, 400, (600, 0)), (1000, 1500, (0, 500)), (1000, 1000, (0, 0))],
)
def test_a_clawback_beyond_what_is_held_stays_as_a_claim(held, taken, left):
    assert rules.reduce_tranche(held, taken) == left


@pytest.mark.parametrize(("members", "may"), [(1, False), (2, False), (3, True)])
def test_a_total_of_two_would_tell_the_others_sum(members, may):
    assert rules.may_show_total(members) is may
