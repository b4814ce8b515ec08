"""A compiled rule gives the same results as a row-by-row evaluator, missing values included."""

import random
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from dakehu.foundation.expressions.evaluation import truth_in
from dakehu.foundation.expressions.nodes import Node
from tests.foundation.expressions.random_rules import random_condition
from tests.foundation.expressions.sample import FACTS, GRADES, rule

POLARS = {"money": pl.Float64, "number": pl.Float64, "share": pl.Float64, "days": pl.Int64, "day": pl.Date}
POLARS |= {"text": pl.String, "choice": pl.String, "flag": pl.Boolean}


# --- an independent evaluator, written from the documentation and not from the code it tests ---
def answer(node: Node, row: dict):
    """Return True, False or None (undecided)."""
    match node.op:
        case "fact":
            return row[node.value.name]
        case "not":
            inner = answer(node.parts[0], row)
            return None if inner is None else not inner
        case "and":
            return kleene([answer(part, row) for part in node.parts], False)
        case "or":
            return kleene([answer(part, row) for part in node.parts], True)
        case "missing":
            return (number(node.parts[0], row) is None) is not node.value
        case "between":
            value, low, high = (number(part, row) for part in node.parts)
            above = None if value is None or low is None else value >= low
            below = None if value is None or high is None else value <= high
            return kleene([above, below], False)
        case "in":
            value = number(node.parts[0], row)
            found = value in [number(part, row) for part in node.parts[1:]]
            return None if value is None else found is not node.value
    left, right = (number(part, row) for part in node.parts)
    if left is None or right is None:
        return None
    return {
        ">": lambda: left > right,
        "<": lambda: left < right,
        ">=": lambda: left >= right,
        "<=": lambda: left <= right,
        "=": lambda: left == right,
        "!=": lambda: left != right,
    }[node.value]()


def kleene(answers: list, decisive: bool):
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def number(node: Node, row: dict):
    if node.op == "fact":
        value = row[node.value.name]
        return value.toordinal() if isinstance(value, date) else None if value != value else value
    if node.op == "constant":
        value = node.value
        return value.toordinal() if isinstance(value, date) else float(value) if isinstance(value, Decimal) else value
    parts = [number(part, row) for part in node.parts]
    if None in parts:
        return None
    if node.op == "negate":
        return -parts[0]
    if node.op == "call":
        return {"min": min, "max": max, "abs": lambda one: abs(one)}[node.value](*parts)
    left, right = parts
    if node.value == "/":
        return None if right == 0 else left / right
    return {"+": left + right, "-": left - right, "*": left * right}[node.value]


# --- random frames ---
def random_value(draw: random.Random, kind: str):
    if draw.random() < 0.2:
        return None
    return {
        "money": lambda: draw.choice([0.0, 1e4, 5e6, draw.uniform(-1e6, 1e7), float("nan")]),
        "number": lambda: float(draw.randint(0, 5)),
        "share": lambda: draw.choice([0.0, 0.3, 1.3, draw.random()]),
        "days": lambda: draw.choice([0, 30, draw.randint(0, 90)]),
        "day": lambda: date(2026, 11, 30) + timedelta(days=draw.randint(-40, 40)),
        "choice": lambda: draw.choice([grade[0] for grade in GRADES]),
        "text": lambda: draw.choice(["上海", "北京", "it's"]),
        "flag": lambda: draw.random() < 0.5,
    }[kind]()


def random_frame(draw: random.Random, rows: int) -> tuple[pl.DataFrame, list[dict]]:
    values = [{fact.name: random_value(draw, fact.kind) for fact in FACTS.values()} for _ in range(rows)]
    schema = {fact.name: POLARS[fact.kind] for fact in FACTS.values()}
    return pl.DataFrame(values, schema=schema), values


@pytest.mark.parametrize("seed", range(8))
def test_columns_answer_like_single_rows(seed):
    draw = random.Random(seed)
    frame, rows = random_frame(draw, 120)
    for _ in range(60):
        text = random_condition(draw, 3)
        checked = rule(text)
        found = frame.select(checked.truth.alias("found"))["found"].to_list()
        assert found == [answer(checked.node, row) for row in rows], text
        assert found == [truth_in(checked.node, row) for row in rows], text
        assert frame.select(checked.condition.alias("fires"))["fires"].to_list() == [one is True for one in found]
        for language in ("zh", "en"):
            assert rule(checked.text(language)).node == checked.node, text


MISSING = [
    # rule, answer when total assets are missing and days since contact are 41
    ("总资产 > 1 且 距上次联系 > 30", None),
    ("总资产 > 1 且 距上次联系 > 90", False),
    ("总资产 > 1 或 距上次联系 > 30", True),
    ("总资产 > 1 或 距上次联系 > 90", None),
    ("非 (总资产 > 1)", None),
    ("总资产 = 总资产", None),
    ("总资产 != 1", None),
    ("总资产 为空", True),
    ("总资产 不为空", False),
    ("总资产 + 1 为空", True),
    ("max(总资产, 1) 为空", True),
    ("总资产 属于 [1]", None),
    ("总资产 不属于 [1]", None),
    ("总资产 介于 1 和 2", None),
    ("两融负债 介于 总资产 和 -1", False),
    ("距上次联系 / 近30天登录次数 为空", True),
    ("距上次联系 / 近30天登录次数 > 1天", None),
]


@pytest.mark.parametrize(("text", "expected"), MISSING, ids=[text for text, _ in MISSING])
def test_a_missing_value_leaves_the_answer_open_unless_the_rest_decides(text, expected):
    frame = pl.DataFrame(
        {"total_assets": [None], "days_since_contact": [41], "logins": [0.0], "debt": [5.0]},
        schema_overrides={"total_assets": pl.Float64},
    )
    checked = rule(text)
    assert frame.select(checked.truth.alias("x"))["x"].to_list() == [expected]
    assert frame.select(checked.condition.alias("x"))["x"].to_list() == [expected is True]


def test_a_column_without_any_value_is_missing_whatever_its_type():
    frame = pl.DataFrame({fact: [None] for fact in FACTS})
    for text in ("总资产 > 1", "合约到期日 > 2026-01-01", "风险等级 = C4", "已销户", '城市 = "上海"', "距上次联系 > 3"):
        assert frame.select(rule(text).truth.alias("x"))["x"].to_list() == [None]


def test_a_result_beyond_the_range_of_a_number_is_missing():
    frame = pl.DataFrame({"total_assets": [1e300], "logins": [1e300]})
    assert frame.select(rule("总资产 * 近30天登录次数 > 1").truth.alias("x"))["x"].to_list() == [None]
    assert truth_in(rule("总资产 * 近30天登录次数 > 1").node, {"total_assets": 1e300, "logins": 1e300}) is None


def test_shares_days_and_dates_mean_what_they_say():
    frame = pl.DataFrame({"cash_share": [0.125], "due": [date(2026, 12, 3)], "opened": [date(2026, 11, 30)]})
    for text in ("现金占比 = 12.5%", "现金占比 >= 0.125", "合约到期日 - 开户日期 = 3天", "开户日期 + 3天 = 2026-12-03"):
        assert frame.select(rule(text).truth.alias("x"))["x"].to_list() == [True]
