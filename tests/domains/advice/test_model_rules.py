"""Model portfolios and policies: weights that add up, limits of risk levels, and a policy's ranges in a model."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.advice.drift.rules import Band
from dakehu.domains.advice.model_portfolios.rules import CLASSES, EQUITY_CAP, default_weights, weight_errors
from dakehu.domains.advice.policies import rules

LEVELS = ("C1", "C2", "C3", "C4", "C5")
TODAY = date(2026, 11, 29)


def fields(errors):
    return {error[0] for error in errors}


@pytest.mark.parametrize("level", LEVELS)
def test_the_models_every_firm_begins_with_may_stand(level):
    weights = default_weights(level)
    assert weight_errors(level, weights) == []
    assert weights["equity"].most <= EQUITY_CAP[level]


@pytest.mark.parametrize("level", LEVELS[:-1])
def test_the_model_of_a_higher_level_is_refused_for_a_lower_one(level):
    higher = LEVELS[LEVELS.index(level) + 1]
    assert "equity_most" in fields(weight_errors(level, default_weights(higher)))


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        ("target", 30, "cash_target"),
        ("least", 40, "cash_least"),
        ("most", 14, "cash_target"),
        ("least", -1, "cash_least"),
    ],
)
def test_weights_that_cannot_hold_are_named(part, value, field):
    weights = default_weights("C3")
    weights["cash"] = replace(weights["cash"], **{part: Decimal(value)})
    assert field in fields(weight_errors("C3", weights))


def policy(**changes):
    weights = default_weights("C3")
    least, most = {n: w.least for n, w in weights.items()}, {n: w.most for n, w in weights.items()}
    for name, value in changes.items():
        (least if name.endswith("_least") else most)[name.rsplit("_", 1)[0]] = Decimal(value)
    return least, most


def test_a_policy_may_not_exceed_the_tested_level():
    assert fields(rules.policy_errors("C4", "C3", *policy())) == {"risk_level"}
    assert rules.policy_errors("C3", "C3", *policy()) == [] == rules.policy_errors("C3", "C5", *policy())
    assert fields(rules.policy_errors("C3", "", *policy())) == {"risk_level"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cash_least": 80}, "cash_least"),
        ({"fixed_income_most": 0, "equity_most": 5, "fixed_income_least": 0, "equity_least": 0}, "cash_most"),
        ({"equity_most": 60}, "equity_most"),
        ({"cash_least": 50, "cash_most": 40}, "cash_least"),
    ],
)
def test_ranges_that_cannot_hold_are_refused(changes, field):
    assert field in fields(rules.policy_errors("C3", "C3", *policy(**changes)))


def test_a_review_lies_ahead_and_within_a_year():
    assert rules.review_error(TODAY, TODAY)[0] == "review_on"
    assert rules.review_error(date(2027, 12, 1), TODAY)[0] == "review_on"
    assert rules.review_error(date(2027, 11, 29), TODAY) is None


def test_excluded_products_are_read_from_codes_with_their_market():
    assert rules.excluded_keys("600519.sh、000001.SZ，00700.HK") == (
        [("600519", "SH"), ("000001", "SZ"), ("00700", "HK")],
        [],
    )
    assert rules.excluded_keys("茅台, 600519") == ([], ["茅台", "600519"])
    assert rules.excluded_keys("") == ([], [])


def test_targets_move_into_the_ranges_of_a_policy_and_add_up():
    model = {
        "cash": Band(0.15, 0, 1),
        "fixed_income": Band(0.45, 0, 1),
        "equity": Band(0.35, 0, 1),
        "alternative": Band(0.05, 0, 1),
    }
    least, most = dict.fromkeys(CLASSES, 0.0), {"cash": 1.0, "fixed_income": 0.6, "equity": 0.2, "alternative": 0.0}
    found = rules.bands_within(model, least, most)
    assert sum(band.target for band in found.values()) == pytest.approx(1)
    assert found["equity"].target <= 0.2 and found["alternative"].target == 0
    assert all(band.least <= band.target <= band.most + 1e-9 for band in found.values())
    assert rules.bands_within(model, least, dict.fromkeys(CLASSES, 1.0))["equity"].target == 0.35


def test_a_goal_says_what_it_would_need():
    found = rules.progress(50_000, 0, 100_000, date(2027, 11, 29), TODAY)
    assert (found.months, found.share) == (12, 0.5)
    assert found.needed_return == pytest.approx(1.0) and found.needed_monthly == pytest.approx(50_000 / 12)
    assert rules.progress(50_000, 0, 100_000, date(2026, 1, 1), TODAY).needed_return is None
