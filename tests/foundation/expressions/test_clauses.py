"""Simple rules can be shown as a table of field, comparison, value and unit, for users who do not type rules."""

import pytest

from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.expressions import Clause, ExpressionError, clauses, compile_rule, from_clauses
from tests.foundation.expressions.sample import FACTS, rule

SIMPLE = [
    (
        "总资产 >= 500万 且 距上次联系 > 30天",
        [Clause("total_assets", ">=", "500", "万"), Clause("days_since_contact", ">", "30", "天")],
    ),
    ("20日日均总资产 介于 1亿 和 2.5亿", [Clause("assets_20", "between", "1, 2.5", "亿")]),
    ("现金占比 > 12.5% 且 非 已销户", [Clause("cash_share", ">", "12.5", "%"), Clause("closed", "no")]),
    ("两融负债 = 0", [Clause("debt", "=", "0", "元")]),
    ("风险等级 属于 [积极型、激进型] 且 已销户", [Clause("grade", "in", "积极型, 激进型"), Clause("closed", "yes")]),
    ("风险等级 != C1", [Clause("grade", "not in", "保守型")]),
    (
        '城市 属于 ["上海"] 且 合约到期日 <= 2026-11-30',
        [Clause("city", "in", '"上海"'), Clause("due", "<=", "2026-11-30")],
    ),
    ("城市 为空 且 近30天登录次数 < 3", [Clause("city", "missing"), Clause("logins", "<", "3")]),
    ("总资产 不为空", [Clause("total_assets", "present")]),
]


@pytest.mark.parametrize(("text", "rows"), SIMPLE, ids=[text for text, _ in SIMPLE])
def test_a_plain_rule_becomes_rows_and_the_rows_become_the_rule(text, rows):
    with in_language("zh"):
        assert clauses(rule(text)) == rows
    again = compile_rule(from_clauses(rows, FACTS), FACTS)
    with in_language("zh"):
        assert clauses(again) == rows


@pytest.mark.parametrize(
    "text",
    [
        "总资产 > 1万 或 已销户",
        "总资产 > 两融负债",
        "总资产 - 两融负债 > 1万",
        "非 (城市 为空)",
        "1万 < 总资产",
        "近30天登录次数 属于 [1, 3]",
    ],
)
def test_a_rule_that_is_more_than_rows_stays_text(text):
    assert clauses(rule(text)) is None


def test_texts_and_choices_need_no_quotes_in_the_table():
    rows = [Clause("grade", "in", "积极型，C5"), Clause("city", "in", "上海、北京")]
    checked = compile_rule(from_clauses(rows, FACTS), FACTS)
    assert checked.text("zh") == '风险等级 属于 [积极型、激进型] 且 城市 属于 ["上海"、"北京"]'


def test_a_row_without_a_value_is_refused_in_words():
    with pytest.raises(ExpressionError):
        compile_rule(from_clauses([Clause("total_assets", ">=", "", "万")], FACTS), FACTS)
