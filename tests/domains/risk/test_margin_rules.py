"""Margin arithmetic of the domain reference 4.1 and 4.2, with the published cases; lines are those of the contract."""

import inspect

import polars as pl
import pytest

from dakehu.domains.risk.margin import rules
from dakehu.domains.risk.margin.table import with_levels


def test_published_case_fm001_a_short_sale_at_a_ratio_of_120_percent():
    """FinanceIQ, fund exam, row 471: cash 400,000; 100,000 shares sold short at 8, now 10; to be topped up to 130 %."""
    cash = 400_000 + 100_000 * 8
    assert rules.maintenance_ratio(cash, 0, short_value=100_000 * 10) == pytest.approx(1.20)
    assert rules.top_up_by_collateral(cash, 1_000_000, 1.30) == pytest.approx(100_000)


def test_case_fm002_the_old_floor_of_130_percent_judges_nothing():
    """CFLUE 2060 names the floor that ended on 2019-08-09: a contract without lines is never below one."""
    assert rules.level_of(1.05, None, None) == ""
    assert "1.3" not in inspect.getsource(rules.level_of)


@pytest.mark.parametrize(("ratio", "drop"), [(1.80, 0.278), (1.50, 0.133), (1.40, 0.071)])
def test_distance_to_130_percent_as_printed_in_4_2(ratio, drop):
    assert rules.drop_by_ratio(ratio, 1.30) == pytest.approx(drop, abs=5e-4)
    assert rules.drop_to_line(0, ratio * 100, 100, 1.30) == pytest.approx(rules.drop_by_ratio(ratio, 1.30))


@pytest.mark.parametrize("cash", [0, 10_000, 50_000, 200_000])
@pytest.mark.parametrize("securities", [100_000, 150_000, 400_000])
@pytest.mark.parametrize("line", [1.1, 1.3, 1.4, 1.5])
def test_after_the_fall_the_ratio_is_the_line_and_after_the_top_up_it_is_the_target(cash, securities, line):
    debt = 100_000
    drop = rules.drop_to_line(cash, securities, debt, line)
    assert rules.maintenance_ratio(cash, securities * (1 - drop), financed=debt) == pytest.approx(line)
    add, repay = (
        rule(cash + securities, debt, line) for rule in (rules.top_up_by_collateral, rules.top_up_by_repayment)
    )
    ratio = rules.maintenance_ratio(cash, securities, financed=debt)
    if ratio < line:
        assert (cash + securities + add) / debt == pytest.approx(line)
        assert (cash + securities) / (debt - repay) == pytest.approx(line)
    else:
        assert add == pytest.approx(0, abs=1e-6) and repay == pytest.approx(0, abs=1e-6)


def test_what_cannot_be_computed_is_none():
    assert rules.maintenance_ratio(1, 1) is None
    assert rules.drop_to_line(1, 0, 1, 1.3) is None and rules.drop_to_line(1, 1, 0, 1.3) is None
    assert rules.drop_by_ratio(0, 1.3) is None


LEVELS = [
    (1.29, 1.4, 1.3, "close"),
    (1.30, 1.4, 1.3, "warn"),
    (1.3999, 1.4, 1.3, "warn"),
    (1.40, 1.4, 1.3, "near"),
    (1.4999, 1.4, 1.3, "near"),
    (1.52, 1.4, 1.3, "near"),  # a fall of 7.9 % reaches the line
    (1.53, 1.4, 1.3, ""),
    (1.2, None, 1.3, "close"),
    (1.35, None, 1.3, ""),
    (1.35, 1.4, None, "warn"),
    (1.01, None, None, ""),
    (None, 1.4, 1.3, ""),
]


@pytest.mark.parametrize(("ratio", "warn", "close", "level"), LEVELS)
def test_a_contract_stands_by_its_own_lines(ratio, warn, close, level):
    assert rules.level_of(ratio, warn, close) == level


def test_columns_of_contracts_give_the_same_levels():
    frame = pl.DataFrame(
        [row[:3] for row in LEVELS],
        schema=dict.fromkeys(("ratio", "warn_line", "close_line"), pl.Float64),
        orient="row",
    )
    assert with_levels(frame)["level"].to_list() == [row[3] for row in LEVELS]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ((1.3, 1.4, None, None), "warn_line"),
        ((1.4, 1.3, 1.35, None), "instant_line"),
        ((1.4, 1.3, 1.1, 1.2), "target_ratio"),
        ((1.4, 1.3, 1.1, 1.5), None),
        ((None, None, None, None), None),
    ],
)
def test_lines_that_contradict_one_another_are_refused(lines, field):
    error = rules.lines_error(*lines)
    assert (error[0] if error else None) == field
