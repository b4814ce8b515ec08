"""Who is called first after a fall of the market: each part of the score, its cut-offs, and how the calls are distributed."""

import polars as pl
import pytest

from dakehu.domains.service.shocks import rules
from dakehu.domains.service.shocks.rules import Band, Call

# All facts present, none notable: a score of 0.
CALM = {
    "client": 1,
    "has_margin": False,
    "day_return": 0.0,
    "day_loss_limit": 0.03,
    "age": 40.0,
    "opened_days": 4000,
    "largest_weight": 0.1,
    "holds_high_risk": False,
    "logins_ratio": 1.0,
    "cancelled_orders": 0.0,
    "withdrew": False,
    "complains": False,
    "value_percentile": 0.0,
    "contact_days": 0,
    "contact_every_days": 30,
}


def score(**known):
    row = {**CALM, **known}
    return rules.score_clients(pl.DataFrame([{k: v for k, v in row.items() if v is not None}])).to_dicts()[0]


def test_a_client_of_whom_everything_is_known_and_nothing_of_note_scores_nothing():
    found = score()
    assert (found["score"], found["band"], found["missing"]) == (0, "note", [])


@pytest.mark.parametrize(
    "ratio, points", [(1.25, 40), (1.35, 32), (1.45, 24), (1.52, 12), (1.60, 0), (1.40, 24), (1.30, 32)]
)
def test_margin_by_how_near_the_lines_are(ratio, points):
    found = score(has_margin=True, margin_ratio=ratio, warn_line=1.4, close_line=1.3)
    assert found["margin"] == pytest.approx(points)


@pytest.mark.parametrize(
    "limit, change, points",
    [(0.03, -0.03, 20), (0.03, -0.015, 10), (0.005, -0.005, 20), (0.07, -0.035, 10), (0.03, -0.2, 20), (0.03, 0.05, 0)],
)
def test_loss_against_the_limit_in_force_for_the_client(limit, change, points):
    assert score(day_loss_limit=limit, day_return=change)["loss"] == pytest.approx(points)


def test_a_loss_without_a_limit_is_missing_and_not_none():
    found = score(day_loss_limit=None, day_return=-0.2)
    assert (found["loss"], found["missing"]) == (0, ["loss"])


@pytest.mark.parametrize(
    "known, points",
    [
        ({"holds_high_risk": True}, 15),
        ({"age": 70.0}, 12),
        ({"age": 65.0}, 9),
        ({"opened_days": 100}, 7.5),
        ({"largest_weight": 0.5}, 7.5),
        ({"age": 71.0, "opened_days": 100}, 12),
    ],
)
def test_the_most_vulnerable_trait_counts_alone(known, points):
    assert score(**known)["vulnerable"] == pytest.approx(points)


@pytest.mark.parametrize(
    "known, points",
    [
        ({"logins_ratio": 3.0}, 5),
        ({"cancelled_orders": 1.0}, 5),
        ({"withdrew": True}, 5),
        ({"complains": True}, 5),
        ({"complains": True, "withdrew": True}, 10),
        ({"complains": True, "withdrew": True, "logins_ratio": 9.0}, 10),
    ],
)
def test_one_sign_of_behaviour_counts_half_and_two_count_all(known, points):
    assert score(**known)["behaviour"] == pytest.approx(points)


def test_value_is_its_percentile_and_silence_the_share_of_the_rhythm():
    found = score(value_percentile=0.4, contact_days=15)
    assert (found["value"], found["silence"]) == (pytest.approx(4), pytest.approx(2.5))
    assert score(contact_days=900)["silence"] == pytest.approx(5)


@pytest.mark.parametrize("part", list(rules.WEIGHTS))
def test_a_part_of_which_nothing_is_known_adds_nothing_and_is_named(part):
    behind = {
        "margin": ["has_margin"],
        "loss": ["day_return"],
        "vulnerable": ["holds_high_risk", "age", "opened_days", "largest_weight"],
        "behaviour": ["logins_ratio", "cancelled_orders", "withdrew", "complains"],
        "value": ["value_percentile"],
        "silence": ["contact_every_days"],
    }
    found = score(**dict.fromkeys(behind[part]))
    assert found["missing"] == [part] and found[part] == 0


@pytest.mark.parametrize(
    "known, band",
    [
        ({"value_percentile": 1.0, "contact_days": 30}, Band.MESSAGE),  # 15
        ({"value_percentile": 1.0}, Band.NOTE),  # 10
        ({"day_return": -0.03, "contact_days": 30}, Band.MORNING),  # 25
        ({"day_return": -0.03, "holds_high_risk": True, "contact_days": 30}, Band.TODAY),  # 40
        ({"day_return": -0.03, "holds_high_risk": True, "contact_days": 29}, Band.MORNING),  # just under 40
        ({"has_margin": True, "margin_ratio": 1.39, "warn_line": 1.4, "close_line": 1.3}, Band.MARGIN),  # a duty
    ],
)
def test_the_four_cuts_and_the_notices_that_a_contract_demands(known, band):
    assert score(**known)["band"] == band


def test_the_list_goes_by_band_then_score_and_is_the_same_at_every_look():
    rows = [
        {**CALM, "client": 1, "day_return": -0.03, "holds_high_risk": True, "contact_days": 30},
        {**CALM, "client": 2, "has_margin": True, "margin_ratio": 1.39, "warn_line": 1.4, "close_line": 1.3},
        {**CALM, "client": 3, "day_return": -0.03, "contact_days": 30},
        *({**CALM, "client": n} for n in range(4, 30)),
    ]
    first = rules.score_clients(pl.DataFrame(rows))["client"].to_list()
    assert first[:3] == [2, 1, 3]
    assert rules.score_clients(pl.DataFrame(rows[::-1]))["client"].to_list() == first
    assert first[3:] != sorted(first[3:]), "equal scores go by no number that means something"


@pytest.mark.parametrize(
    "returns, found",
    [
        ({"000300.SH": {1: -0.03, 5: 0.0}}, ("000300.SH", 1, -0.03)),
        ({"000300.SH": {1: -0.029, 5: -0.079}}, None),
        ({"000300.SH": {1: -0.01}, "000852.SH": {1: -0.04}}, ("000852.SH", 1, -0.04)),
        ({"000852.SH": {1: -0.039}}, None),
        ({"000300.SH": {1: -0.01, 5: -0.08}}, ("000300.SH", 5, -0.08)),
        ({"000300.SH": {1: None, 5: None}}, None),
        ({}, None),
    ],
)
def test_a_shock_is_a_fall_of_a_day_or_of_five(returns, found):
    assert rules.fall_of(returns) == found


def calls(count, band=Band.TODAY, main=1, deputy=None, lead=None):
    return [Call(n, band, main, deputy, lead) for n in range(count)]


def test_calls_beyond_the_capacity_go_to_the_deputy_then_to_the_lead_then_to_nobody():
    callers = list(rules.share_out(calls(7, deputy=2, lead=3), 2).values())
    assert callers == [1, 1, 2, 2, 3, 3, None]


def test_a_margin_notice_is_never_left_over():
    callers = list(rules.share_out(calls(3, Band.MARGIN), 1).values())
    assert callers == [1, 1, 1]


def test_calls_of_the_next_morning_count_for_the_next_day():
    today, morning = calls(2), [Call(9, Band.MORNING, 1, None, None), Call(10, Band.MORNING, 1, None, None)]
    assert list(rules.share_out([*today, *morning], 2).values()) == [1, 1, 1, 1]
