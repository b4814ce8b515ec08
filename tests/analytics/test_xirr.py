"""The money-weighted rate of return: published cases, and invariants of any cash flows."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dakehu.analytics.figures import Reason
from dakehu.analytics.xirr import present_value, xirr

CASES = Path(__file__).parents[2] / "../shared/data/reference/xirr_cases.json"


def _cases(part: str) -> list[dict]:
    if not CASES.exists():
        pytest.skip("the real data is absent: ../shared/data")
    return json.loads(CASES.read_text())[part]


def _arrays(flows: list) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([date.fromisoformat(day).toordinal() for day, _ in flows]),
        np.array([amount for _, amount in flows], dtype=float),
    )


def test_all_sixty_published_cases_come_out():
    cases = _cases("xirr")
    assert len(cases) == 60
    for case in cases:
        rate, roots, reason = xirr(*_arrays(case["flows"]))
        if case["expected"] is None:
            assert np.isnan(rate) and roots == 0 and reason in (Reason.NO_ROOT, Reason.NO_SIGN_CHANGE), case["name"]
        else:
            right = [case["expected"], *(case["other_root"] or [])]
            assert any(rate == pytest.approx(r, rel=1e-8) for r in right), (case["name"], rate, right)
            assert (reason is Reason.SEVERAL_ROOTS) == (roots > 1)


def test_the_worth_at_a_rate_is_as_published():
    for case in _cases("xnpv_rate_0.1"):
        assert present_value(*_arrays(case["flows"]), 0.1) == pytest.approx(case["expected"], rel=1e-9)


def test_money_that_only_goes_in_has_no_rate_and_says_why():
    assert xirr(np.array([1, 400]), np.array([-10.0, -5.0]))[1:] == (0, Reason.NO_SIGN_CHANGE)


def test_money_back_on_the_same_day_has_no_yearly_rate():
    assert xirr(np.array([5, 5]), np.array([-10.0, 11.0]))[2] is Reason.TOO_SHORT


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2600), st.floats(1.0, 1e6)), min_size=1, max_size=12),
    st.integers(3001, 4000),
    st.floats(0.2, 5.0),
)
def test_the_rate_makes_the_flows_worth_nothing(paid, end, multiple):
    days = np.array([d for d, _ in paid] + [end])
    flows = np.array([-a for _, a in paid] + [multiple * sum(a for _, a in paid)])
    rate, roots, reason = xirr(days, flows)
    assert roots == 1 and reason is Reason.NONE, "money in first, then out once: exactly one rate"
    scale = np.abs(flows * (1 + rate) ** (-(days - days.min()) / 365)).sum()
    assert abs(present_value(days, flows, rate)) <= 1e-10 * scale


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1500), st.floats(-1e5, 1e5)), min_size=2, max_size=20))
def test_whatever_the_flows_a_rate_is_right_or_missing_with_its_reason(flows):
    days, amounts = np.array([d for d, _ in flows]), np.array([a for _, a in flows])
    rate, roots, reason = xirr(days, amounts)
    if np.isnan(rate):
        assert roots == 0 and reason is not Reason.NONE
    else:
        scale = np.abs(amounts * (1 + rate) ** (-(days - days.min()) / 365)).sum()
        assert roots >= 1 and abs(present_value(days, amounts, rate)) <= 1e-9 * scale
