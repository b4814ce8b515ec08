"""Returns of investments, without a database."""

from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.ledger import rules


def test_a_return_is_gain_over_amount():
    assert rules.simple_return(Decimal(100), Decimal(105)) == Decimal("0.0500")
    assert rules.simple_return(Decimal(100), None) is None
    assert rules.simple_return(Decimal(0), Decimal(5)) is None


def test_a_return_over_two_years_is_brought_to_one():
    made = rules.annual_return(Decimal(100), Decimal(121), date(2022, 1, 1), date(2024, 1, 1))
    assert made == pytest.approx(0.10, abs=1e-3)


def test_months_without_an_investment_stay_on_the_line():
    flows = [(date(2025, 11, 3), Decimal(5)), (date(2026, 2, 1), Decimal(7)), (date(2025, 11, 20), Decimal(1))]
    assert rules.by_month(flows) == {"2025-11": 6, "2025-12": 6, "2026-01": 6, "2026-02": 13}
    assert rules.by_month([]) == {}


def test_a_few_days_say_nothing_about_a_year():
    assert rules.annual_return(Decimal(100), Decimal(105), date(2024, 1, 1), date(2024, 1, 20)) is None


def test_the_risk_adjusted_return_needs_two_investments_that_differ():
    assert rules.risk_adjusted_return([0.05], 0.02) is None
    assert rules.risk_adjusted_return([0.05, 0.05], 0.02) is None
    assert rules.risk_adjusted_return([0.02, 0.08], 0.02) == pytest.approx(0.03 / (0.06 / 2**0.5))


def test_a_benchmark_by_class_is_read_as_people_write_it():
    read = rules.class_benchmark("stock 60% 000300.SH，bond 30% 000012.SH, cash 10% 2%")
    assert read == {0: (0.6, "000300.SH"), 2: (0.3, "000012.SH"), 3: (0.1, "2%")}
    assert rules.rate_of("2%") == 0.02 and rules.rate_of("000300.SH") is None and rules.class_benchmark("") == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "stock 60%",
        "shares 100% 000300.SH",
        "stock 60% 000300.SH",
        "stock x% 000300.SH",
        "stock 50% 1%, stock 50% 2%",
        "stock 100% two",
        "stock nan% 1%",
        "stock 100% nan%",
        "stock 100% -100%",
        "stock 100% 1.5",
        "stock -10% 1%, cash 110% 1%",
    ],
)
def test_what_is_no_benchmark_by_class_is_not_guessed(wrong):
    with pytest.raises(ValueError, match=r"stock|shares"):
        rules.class_benchmark(wrong)
