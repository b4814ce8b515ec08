"""Scorecards: sums of steps, missing values, calibration, and reading a card from plain values."""

import json

import numpy as np
import pytest

from dakehu.analytics import scorecards
from dakehu.analytics.scorecards import Calibration, Feature, Scorecard, read_scorecard

CARD = Scorecard(
    -1.0,
    (Feature("a", (10.0, 20.0), (0.5, 0.0, -0.5, 0.2), 15.0), Feature("b", (), (0.1, -0.3))),
    Calibration(line=(0.0, 1.0)),
    ((1, 1, 2, 0), (4, 0)),
)
VALUES = np.array([[5.0, 1.0], [10.0, np.nan], [25.0, 1.0], [np.nan, np.nan]])


def test_a_score_is_the_sum_of_its_steps():
    assert CARD.scores(VALUES) == pytest.approx([-1 + 0.5 + 0.1, -1 + 0.0 - 0.3, -1 - 0.5 + 0.1, -1 + 0.2 - 0.3])


def test_contributions_are_beyond_the_usual_case():
    usual = (0.5 + 0 - 1.0) / 4
    assert CARD.contributions(VALUES)[0] == pytest.approx([0.5 - usual, 0.0])


def test_contributions_and_intercept_give_the_score_back():
    first, second = CARD.scores(VALUES)[[0, 2]]
    parts = CARD.contributions(VALUES)
    assert parts[0].sum() - parts[2].sum() == pytest.approx(first - second)


def test_a_card_is_the_same_after_json():
    again = read_scorecard(json.loads(json.dumps(CARD.as_plain())))
    assert again == CARD


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {**CARD.as_plain(), "intercept": "nan"},
        {**CARD.as_plain(), "counts": []},
        {**CARD.as_plain(), "line": None},
        {**CARD.as_plain(), "features": [{"name": "a", "cuts": [1.0], "points": [1.0], "usual": None}]},
        {
            **CARD.as_plain(),
            "features": [{"name": "a", "cuts": [1.0], "points": [1.0, 2.0, float("inf")], "usual": 1.0}],
            "counts": [[1, 2, 3]],
        },
    ],
)
def test_plain_values_that_do_not_fit_are_refused(broken):
    with pytest.raises(ValueError):
        read_scorecard(broken)


@pytest.mark.parametrize("values", [np.zeros(50), np.full(50, np.nan), np.r_[np.zeros(49), 1.0], np.arange(50.0)])
def test_cuts_separate_values_that_differ(values):
    cuts = scorecards.cuts_of(values)
    assert list(cuts) == sorted(set(cuts))
    assert scorecards.counts_of(values, cuts).sum() == len(values)
    assert scorecards.codes(np.array([np.nan]), cuts) == len(cuts) + 1


def test_pooled_steps_rise_and_keep_the_mean():
    random = np.random.default_rng(2)
    score = random.normal(size=2_000)
    outcome = (random.random(2_000) < 1 / (1 + np.exp(-score))).astype(float)
    found = scorecards.pooled(outcome, score)
    chance = found(score)
    assert chance.mean() == pytest.approx(outcome.mean(), abs=0.01)
    assert (np.diff(found(np.linspace(-3, 3, 60))) >= 0).all()


def test_a_line_that_does_not_exist_becomes_the_usual_rate():
    found = scorecards.straight(np.array([0.0, 1.0, 0.0, 0.0]), np.zeros(4), (float("nan"), float("nan")))
    assert found(np.zeros(1))[0] == pytest.approx(0.25)
