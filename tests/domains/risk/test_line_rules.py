"""Lines that clients set: the level of each from its reference value, and when a close reaches it."""

from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest

from dakehu.domains.risk.lines import rules
from dakehu.domains.risk.lines.table import evaluate_lines

DAY = date(2026, 11, 27)
KNOWN = {"unit_cost": 10.0, "reference": 20.0, "high": 30.0}


@pytest.mark.parametrize(
    ("kind", "basis", "threshold", "level"),
    [
        ("stop_loss", "cost", 0.10, 9.0),
        ("take_profit", "cost", 0.30, 13.0),
        ("stop_loss", "percent", 0.08, 18.4),
        ("take_profit", "percent", 0.20, 24.0),
        ("stop_loss", "trailing", 0.10, 27.0),
        ("stop_loss", "price", 8.5, 8.5),
        ("take_profit", "price", 12.0, 12.0),
    ],
)
def test_a_line_stands_where_its_basis_says(kind, basis, threshold, level):
    assert rules.level_of(kind, basis, threshold, **KNOWN) == pytest.approx(level)
    if basis != "price":
        assert rules.level_of(kind, basis, threshold) is None


CASES = list(
    product(("stop_loss", "take_profit"), ("cost", "price", "percent", "trailing"), (0.1, 9.0), (None, 9.0, 18.0, 27.0))
)


def test_columns_of_lines_give_the_same_answer_as_the_rule():
    rows = [{"kind": k, "basis": b, "threshold": t, "close": c, **KNOWN} for k, b, t, c in CASES]
    found = evaluate_lines(pl.DataFrame(rows, schema_overrides={"close": pl.Float64}))
    levels = [rules.level_of(k, b, t, **KNOWN) for k, b, t, _ in CASES]
    assert found["level"].to_list() == pytest.approx(levels)
    assert found["is_reached"].to_list() == [
        rules.is_reached(k, c, level) for (k, _, _, c), level in zip(CASES, levels, strict=True)
    ]


def test_a_line_is_reached_at_its_price_and_not_without_one():
    assert rules.is_reached("stop_loss", 9.0, 9.0) and rules.is_reached("take_profit", 9.0, 9.0)
    assert not rules.is_reached("stop_loss", 9.01, 9.0) and not rules.is_reached("take_profit", 8.99, 9.0)
    assert not rules.is_reached("stop_loss", None, 9.0) and not rules.is_reached("stop_loss", 9.0, None)
    assert rules.REACHED_ZH == "您设定的提醒线已触及"


@pytest.mark.parametrize(
    ("kind", "basis", "threshold", "has_security", "set_on", "field"),
    [
        ("stop_loss", "cost", 0.1, True, DAY, None),
        ("stop_loss", "cost", 0.0, True, DAY, "threshold"),
        ("stop_loss", "cost", 10, True, DAY, "threshold"),
        ("take_profit", "percent", 30, True, DAY, "threshold"),
        ("take_profit", "trailing", 0.1, True, DAY, "basis"),
        ("stop_loss", "cost", 0.1, False, DAY, "basis"),
        ("stop_loss", "trailing", 0.1, False, DAY, None),
        ("stop_loss", "price", 900_000, False, DAY, None),
        ("stop_loss", "price", 9, True, DAY + timedelta(days=1), "set_on"),
    ],
)
def test_a_line_that_cannot_be_is_named_with_its_field(kind, basis, threshold, has_security, set_on, field):
    error = rules.line_error(kind, basis, threshold, has_security, set_on, DAY)
    assert (error[0] if error else None) == field
