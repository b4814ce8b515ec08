"""Drift: what is outside its range, what cannot be determined, and the amounts that would restore the targets."""

import pytest

from dakehu.domains.advice.drift.rules import ABOVE, BELOW, OPEN, WITHIN, Band, compare, shifts

MODEL = {"cash": Band(0.1, 0.05, 0.2), "fixed_income": Band(0.4, 0.3, 0.5), "equity": Band(0.5, 0.4, 0.6)}


def states(values):
    return {line.asset_class: line.state for line in compare(values, MODEL).lines}


def test_a_portfolio_at_its_targets_is_within_every_range():
    found = compare({"cash": 10, "fixed_income": 40, "equity": 50}, MODEL)
    assert {line.state for line in found.lines} == {WITHIN} and not found.is_outside and shifts(found) == ()


def test_the_ends_of_a_range_belong_to_it():
    assert states({"cash": 5, "fixed_income": 35, "equity": 60}) == dict.fromkeys(MODEL, WITHIN)


def test_a_class_above_its_range_and_one_below():
    found = compare({"cash": 10, "fixed_income": 20, "equity": 70}, MODEL)
    assert states({"cash": 10, "fixed_income": 20, "equity": 70}) == {
        "cash": WITHIN,
        "fixed_income": BELOW,
        "equity": ABOVE,
    }
    assert [(one.source, one.target, one.amount) for one in shifts(found)] == [("equity", "fixed_income", 20.0)]


@pytest.mark.parametrize(
    "values", [{"equity": 1_000}, {"cash": 600, "equity": 400}, {"cash": 0, "fixed_income": 900, "equity": 100}]
)
def test_the_shifts_restore_every_target(values):
    found = compare(values, MODEL)
    after = {line.asset_class: line.weight * found.total for line in found.lines}
    for one in shifts(found):
        after[one.source] -= one.amount
        after[one.target] += one.amount
    assert after == pytest.approx({name: band.target * found.total for name, band in MODEL.items()}, abs=0.03)


def test_what_has_no_class_leaves_a_state_open_that_would_depend_on_it():
    values = {"cash": 10, "fixed_income": 25, "equity": 50, "": 15}
    assert states(values) == {"cash": OPEN, "fixed_income": OPEN, "equity": OPEN}
    assert states({"cash": 10, "fixed_income": 5, "equity": 75, "": 10}) == {
        "cash": WITHIN,
        "fixed_income": BELOW,
        "equity": ABOVE,
    }


def test_no_idea_is_stated_while_more_than_a_tenth_has_no_class():
    assert shifts(compare({"equity": 85, "": 15}, MODEL)) == ()
    assert shifts(compare({"equity": 95, "": 5}, MODEL)) != ()


def test_nothing_held_has_no_drift_and_negative_values_are_refused():
    assert compare({}, MODEL) is None and compare({"cash": 0}, MODEL) is None
    with pytest.raises(ValueError, match="negative"):
        compare({"cash": -1, "equity": 5}, MODEL)
