"""A rule that cannot be parsed is refused with the position, the reason and what to write instead."""

import pytest

from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.expressions import ExpressionError, check, parse
from dakehu.foundation.schema.facts import Fact
from tests.foundation.expressions.sample import FACTS, error_of, rule

# text, column, a part of the message in Chinese, and in English
REFUSED = [
    ("", 1, "请写一条规则", "Write a rule"),
    ("   ", 4, "请写一条规则", "Write a rule"),
    ("总资产 > 1 § 2", 9, "不能使用“§”", "“§” has no meaning"),
    ("城市 = '上海", 6, "引号没有结束", "not closed"),
    ("总资产 > > 1", 7, "不能写“>”", "cannot stand here"),
    ("总资产 距上次联系", 5, "不能写“距上次联系”，可以写：比较", "a comparison"),
    ("总资产 >", 6, "还没有写完", "not finished"),
    ("(总资产 > 1", 9, "右括号", "a closing bracket"),
    ("总资产 > 1)", 8, "不能写“)”", "cannot stand here"),
    ("1万 < 总资产 < 2万", 10, "介于", "between"),
    ("(" * 30 + "总资产 > 1" + ")" * 30, 25, "括号嵌套太深", "Too many brackets"),
    ("非 " * 30 + "已销户", 13, "嵌套太深", "nested too deep"),
    ("总资产 > " + "1 + " * 3000 + "1", 4001, "规则太长", "too long"),
    ("总资产>1" + " 或 1" * 990, 2001, "过于复杂", "too many words"),
    ("总资产 > 1234567890123456", 7, "15 位有效数字", "15 significant digits"),
    ("总资产 > 99999999亿", 7, "超出范围", "out of range"),
    ("合约到期日 > 2026-02-30", 9, "没有“2026-02-30”这一天", "no day 2026-02-30"),
    ("总资茶 > 1", 1, "是否要写：总资产", "Did you mean: Total assets"),
    ("总资产排名 > 1", 1, "没有名为“总资产排名”的字段", "no field “总资产排名”"),
    ("zzzzzzzz > 1", 1, "可用字段见旁边的列表", "The list beside"),
    ("总资产 > 30天", 7, "是金额，不能与天数“30天”比较", "an amount of money"),
    ("总资产 > 30%", 7, "是金额，不能与比例", "a share"),
    ("距上次联系 > 30%", 9, "是天数，不能与比例", "a number of days"),
    ("近30天登录次数 > 30天", 12, "是数值，不能与天数", "a number"),
    ("现金占比 > 30", 8, "请写 30%", "write 30%"),
    ("维持担保比例 < 130", 10, "请写 130%", "write 130%"),
    ("城市 = 3", 6, "是文字，不能与数值", "a text"),
    ("城市 = 上海", 6, '文字请加引号："上海"', 'quotation marks: "上海"'),
    ("城市 属于 [上海]", 8, "文字请加引号", "quotation marks"),
    ("合约到期日 > 30天", 9, "是日期，不能与天数", "a date"),
    ("总资产", 1, "是金额，不是条件", "not a condition"),
    ("已销户 且 3", 7, "不是条件", "not a condition"),
    ("已销户 + 1 > 2", 1, "两者不能用 + 计算", "no meaning"),
    ("已销户 > 1", 1, "没有大小之分", "no order"),
    ("已销户 = 3", 7, "单独写“已销户”", "alone"),
    ("风险等级 >= C4", 1, "没有大小之分", "no order"),
    ("风险等级 = C9", 8, "没有选项“C9”，可选：保守型、积极型、激进型", "no choice “C9”; there are: Conservative"),
    ("风险等级 属于 [C4, 5]", 14, "不能与数值", "cannot be compared"),
    ("(总资产 > 1) > 2", 2, "不能是条件", "not a condition"),
    ("(总资产 > 1) + 2 > 3", 2, "不能是条件", "not a condition"),
    ("3 > 2", 1, "条件里没有字段", "names no field"),
    ("5 介于 1 和 9", 1, "条件里没有字段", "names no field"),
    ("总资产 * 两融负债 > 1", 1, "两者不能用 * 计算", "no meaning"),
    ("3 / 总资产 > 1", 1, "两者不能用 / 计算", "no meaning"),
    ("合约到期日 + 开户日期 > 2026-01-01", 1, "两者不能用 + 计算", "no meaning"),
    ("总资产 / 0 > 1", 7, "不能除以 0", "divided by 0"),
    ("总资产 / (1-1) > 1", 8, "不能除以 0", "divided by 0"),
    ("abs(总资产, 1) > 1", 1, "只有一个数值", "takes one number"),
    ("max(总资产) > 1", 1, "2 至 10 个", "2 to 10"),
    ("abs(城市) > 1", 5, "不能参与计算", "cannot calculate"),
    ("-城市 > 1", 2, "不能参与计算", "cannot calculate"),
    ("max(总资产, 30天) > 1", 10, "不能与天数", "cannot be compared"),
    ("总资产 属于 [1, 两融负债]", 12, "列表里只能写", "A list holds"),
    ("近30天登录次数 属于 [" + ",".join(map(str, range(300))) + "]", 1, "列表最多 200 项", "at most 200"),
    ("总资产 介于 9 和 3", 8, "下限大于上限", "above its upper end"),
    ("城市 介于 1 和 3", 7, "不能与数值", "cannot be compared"),
    ("总资产.__class__ > 1", 4, "不能使用“.”", "has no meaning"),
    ("__import__('os')", 11, "不能写“(”", "cannot stand here"),
    ("总资产 > 1; drop table", 8, "不能使用“;”", "has no meaning"),
    ("总资产 > 1,000", 8, "不能写“,”", "cannot stand here"),
]


@pytest.mark.parametrize(("text", "column", "zh", "en"), REFUSED, ids=[text[:24] for text, *_ in REFUSED])
def test_every_fault_is_named_with_its_column_in_both_languages(text, column, zh, en):
    for language, part in (("zh", zh), ("en", en)):
        with in_language(language):
            error = error_of(text)
            assert part in str(error.message)
            assert f"{column}" in str(error)
    assert (error.line, error.column) == (1, column)
    assert error.start <= error.end <= max(len(text), 1)


def test_nested_divisions_are_refused_before_they_are_built():
    with in_language("zh"):
        assert "计算量过大" in str(error_of(f"总资产 / {nested_division(9)} > 1").message)


def nested_division(levels: int) -> str:
    """Return a value with nested divisions in its divisor: each level doubles the work."""
    text = "两融负债"
    for _ in range(levels):
        text = f"(总资产 / (总资产 / {text}))"
    return text


def test_the_line_is_named_too():
    error = error_of("总资产 > 1\n且 总资茶 > 2")
    assert (error.line, error.column) == (2, 3)


def test_suggestions_are_given_as_words_to_write():
    with in_language("zh"):
        assert error_of("总资茶 > 1").suggestions[0] == "总资产"
        assert error_of("风险等级 = C9").suggestions == ("保守型", "积极型", "激进型")
        assert error_of("现金占比 > 30").suggestions == ("30%",)


def test_a_name_of_two_facts_is_not_guessed():
    facts = FACTS | {"other": Fact("other", "其他资产", "Other assets", "money", ("资产",))}
    with in_language("zh"), pytest.raises(ExpressionError, match=r"指多个字段.*总资产、其他资产"):
        check(parse("资产 > 1"), facts)


def test_an_error_is_a_refusal_that_forms_show():
    assert error_of("总资产").status == 400
    assert rule("总资产 > 1")
