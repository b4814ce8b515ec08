"""Limits: the version in force, the most specific scope, the same answer for one client and for all together."""

from dataclasses import replace
from datetime import date
from itertools import product

import polars as pl
import pytest

from dakehu.domains.risk.breaches.evaluation import evaluate_measure
from dakehu.domains.risk.choices import LimitMeasure, LimitScope
from dakehu.domains.risk.limits import rules, table
from dakehu.domains.risk.limits.defaults import BY_LEVEL, EFFECTIVE, LEVELS, default_limits
from dakehu.domains.risk.limits.rules import Limit

DAY = date(2026, 11, 27)


def limit(scope="firm", subject="", value=0.3, version=1, since=EFFECTIVE, until=None, measure="single_security"):
    return Limit(measure, scope, subject, value, None, version, since, until)


@pytest.mark.parametrize(
    ("measure", "level", "value"),
    [
        *(("equity_share", level, value) for level, value in zip(LEVELS, (0, 0.2, 0.5, 0.8, 1), strict=True)),
        *(("drawdown_60", level, value) for level, value in zip(LEVELS, (0.02, 0.05, 0.1, 0.2, 0.3), strict=True)),
        *(("day_loss", level, value) for level, value in zip(LEVELS, (0.005, 0.01, 0.03, 0.05, 0.07), strict=True)),
        *(("single_security", level, value) for level, value in zip(LEVELS, (0.05, 0.1, 0.25, 0.4, 0.5), strict=True)),
    ],
)
def test_the_shipped_limits_are_those_of_the_domain_reference_and_say_that_they_are_house_defaults(
    measure, level, value
):
    found = rules.candidates(rules.in_force(default_limits(), DAY), measure, {"risk_level": level})
    assert (found[0].value, found[0].scope, found[0].tag, found[0].version) == (value, "risk_level", "D", 1)
    assert "house default" in found[0].source


def test_concentration_and_product_limits_of_moments_are_shipped():
    found = {(one.measure, one.scope, one.subject): one.value for one in default_limits()}
    assert found["largest_holding", "firm", ""] == 0.4 and found["hhi", "firm", ""] == 0.35
    assert [found["product_drawdown", "product_risk", risk] for risk in ("R2", "R3", "R4")] == [0.05, 0.1, 0.15]
    assert found["single_security", "firm", ""] == 0.3 and found["industry_share", "firm", ""] == 0.5
    assert set(BY_LEVEL) <= {one.value for one in LimitMeasure}


SUBJECTS = {
    "client": "7",
    "security": "42",
    "industry": "白酒",
    "product_risk": "R4",
    "tier": "T2",
    "risk_level": "C3",
    "firm": "",
}


@pytest.mark.parametrize("scopes", [scopes for scopes in product((False, True), repeat=7) if any(scopes)])
def test_the_most_specific_limit_wins_for_one_client_and_for_columns_alike(scopes):
    chosen = [scope for scope, is_set in zip(LimitScope, scopes, strict=True) if is_set]
    limits = [limit(scope.value, SUBJECTS[scope.value], 0.1 + place / 100) for place, scope in enumerate(chosen)]
    first = rules.candidates(limits, "single_security", SUBJECTS)[0]
    assert first.scope == chosen[0].value
    frame = pl.DataFrame(
        {
            "client": [7, 8],
            "product": [42, 43],
            "industry": ["白酒", None],
            "product_risk": ["R4", None],
            "tier": ["T2", None],
            "risk_level": ["C3", None],
        }
    )
    own = pl.DataFrame(
        [
            {
                "client": 7,
                "measure": "single_security",
                "limit": one.value,
                "strong": None,
                "version": 1,
                "effective_from": DAY,
            }
            for one in limits
            if one.scope == "client"
        ],
        schema=table.CLIENT_LIMITS,
    )
    house = [one for one in limits if one.scope != "client"]
    found = table.with_limits(frame, "single_security", house, own).sort("client").to_dicts()
    assert (found[0]["limit"], found[0]["limit_scope"]) == (first.value, first.scope)
    everybody = [one.value for one in limits if one.scope == "firm"]
    assert found[1]["limit"] == (everybody[0] if everybody else None)


def test_a_version_takes_over_on_its_day_and_a_withdrawn_one_gives_way_to_the_one_before():
    old, new = limit(), limit(value=0.2, version=2, since=DAY)
    assert [one.value for one in rules.in_force([old, new], date(2026, 11, 26))] == [0.3]
    assert [one.value for one in rules.in_force([old, new], DAY)] == [0.2]
    assert [one.value for one in rules.in_force([old, replace(new, effective_until=DAY)], DAY)] == [0.3]
    assert (
        new.rule == "single_security/firm v2" and limit("risk_level", "C3").rule == "single_security/risk_level=C3 v1"
    )


@pytest.mark.parametrize(
    ("measure", "value", "is_beyond"),
    [
        ("equity_share", 0.5, False),  # a cap is breached beyond it
        ("equity_share", 0.5001, True),
        ("drawdown_60", 0.5, True),  # an alert at it
        ("drawdown_60", 0.4999, False),
        ("single_security", 0.5, False),
        ("sell_days", 0.5, False),
        ("hhi", 0.5, True),
    ],
)
def test_caps_are_breached_beyond_and_alerts_at_their_value(measure, value, is_beyond):
    assert rules.is_breached(measure, value, 0.5) is is_beyond
    frame = pl.DataFrame(
        {"client": [1], "v": [value], "limit": [0.5], "strong": [None], "limit_scope": ["firm"], "rule": ["r"]},
        schema_overrides={"strong": pl.Float64},
    )
    found = evaluate_measure(frame, measure, pl.col("v"), pl.lit(""), pl.lit(""))["severity"].to_list()
    assert found == ["over" if is_beyond else "near"]


@pytest.mark.parametrize(
    ("value", "limit_value", "strong", "severity"),
    [
        (0.0, 0.0, None, None),
        (0.01, 0.0, None, "over"),
        (0.39, 0.5, None, None),
        (0.40, 0.5, None, "near"),
        (0.6, 0.5, 0.7, "over"),
        (0.7, 0.5, 0.7, "strong"),
        (None, 0.5, None, None),
        (0.9, None, None, None),
    ],
)
def test_severity_follows_from_value_limit_and_strong_value(value, limit_value, strong, severity):
    frame = pl.DataFrame(
        {
            "client": [1],
            "v": [value],
            "limit": [limit_value],
            "strong": [strong],
            "limit_scope": ["firm"],
            "rule": ["r"],
        },
        schema_overrides={"v": pl.Float64, "limit": pl.Float64, "strong": pl.Float64},
    )
    found = evaluate_measure(frame, "single_security", pl.col("v"), pl.lit(""), pl.lit(""))
    assert found["severity"].to_list() == ([] if severity is None else [severity])
    assert (found["usage"] <= 99.0).all()


@pytest.mark.parametrize(
    ("measure", "scopes", "value", "strong", "since", "field"),
    [
        ("single_security", ["tier", "risk_level"], 0.2, None, DAY, ""),
        ("drawdown_60", ["security"], 0.2, None, DAY, "security"),
        ("single_security", [], 25, None, DAY, "value"),
        ("review_months", [], 2.5, None, DAY, "value"),
        ("hhi", [], 0.4, 0.3, DAY, "strong_value"),
        ("hhi", [], 0.4, None, date(2026, 11, 26), "effective_from"),
        ("sell_days", ["security"], 8, 20, DAY, None),
        ("review_months", ["tier"], 6, None, DAY, None),
    ],
)
def test_a_limit_that_cannot_be_is_named_with_its_field(measure, scopes, value, strong, since, field):
    error = rules.limit_error(measure, scopes, value, strong, since, DAY)
    assert (error[0] if error else None) == field
