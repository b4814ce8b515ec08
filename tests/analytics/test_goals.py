"""The arithmetic of goals: required returns and payments, never forecasts."""

import pytest

from dakehu.analytics import goals


@pytest.mark.parametrize(
    ("saved", "monthly", "amount", "months"),
    [(100_000, 0, 150_000, 60), (0, 2_000, 300_000, 96), (50_000, 1_500, 500_000, 120)],
)
def test_at_the_needed_return_the_goal_is_reached_to_the_yuan(saved, monthly, amount, months):
    rate = goals.needed_return(saved, monthly, amount, months)
    assert goals.future_value(saved, monthly, rate, months) == pytest.approx(amount, abs=0.01)


def test_doubling_in_twelve_months_needs_a_hundred_percent():
    assert goals.needed_return(100, 0, 200, 12) == pytest.approx(1.0)


def test_what_payments_alone_reach_needs_no_return():
    assert goals.needed_return(0, 1_000, 12_000, 12) == 0.0
    assert goals.needed_return(500, 0, 500, 0) == 0.0


def test_no_rate_is_stated_where_none_would_do():
    assert goals.needed_return(100, 0, 1_000, 12) is None
    assert goals.needed_return(100, 0, 1_000, 0) is None


def test_the_monthly_payment_without_a_return_fills_the_gap():
    assert goals.needed_monthly(40_000, 100_000, 60) == 1_000
    assert goals.needed_monthly(100_000, 40_000, 60) == 0
    assert goals.needed_monthly(0, 500, 0) == 500
