"""While a rule is typed, possible continuations are offered: fields, comparisons, choices, units, words."""

import pytest

from dakehu.foundation.expressions import complete
from tests.foundation.expressions.sample import FACTS, rule

OFFERED = [
    # typed so far, language, the first suggestions
    ("总", "zh", ["总资产", "20日日均总资产"]),
    ("总资产 ", "zh", [">= ", "> ", "<= ", "< ", "= ", "!= ", "介于 ", "为空", "不为空"]),
    ("风险等级 ", "zh", ["= ", "!= ", "属于 [", "不属于 [", "为空", "不为空"]),
    ("总资产 >= ", "zh", ["总资产", "20日日均总资产", "两融负债"]),
    ("总资产 >= 500", "zh", ["万", "亿", "元", "且 ", "或 "]),
    ("距上次联系 > 30", "zh", ["天", "且 ", "或 "]),
    ("现金占比 > 30", "zh", ["%", "且 ", "或 "]),
    ("总资产 >= 500万 ", "zh", ["且 ", "或 "]),
    ("风险等级 属于 [", "zh", ["保守型", "积极型", "激进型"]),
    ("风险等级 属于 [积极型、", "zh", ["保守型", "积极型", "激进型"]),
    ("风险等级 = 积", "zh", ["积极型"]),
    ("风险等级 属于 [积极型", "zh", ["]"]),
    ("已销户 = ", "zh", ["是", "否"]),
    ("总资产 介于 1万 ", "zh", ["和 "]),
    ("total as", "en", ["Total assets"]),
    ("Total assets >= 5", "en", [" million", " billion", "and ", "or "]),
    ("total_assets > 1 and days since l", "en", ["Days since last contact"]),
    ("risk grade in [", "en", ["Conservative", "Growth", "Aggressive"]),
    ("总资产 > > ", "zh", []),
    ("总资茶 > 1 且 ", "zh", ["总资产", "20日日均总资产", "两融负债"]),
]


@pytest.mark.parametrize(("text", "language", "expected"), OFFERED, ids=[text for text, *_ in OFFERED])
def test_what_may_come_next_is_offered(text, language, expected):
    found = [suggestion.text for suggestion in complete(text, len(text), FACTS, language)]
    assert found[: len(expected)] == expected if expected else found == []


def test_a_field_is_found_by_any_of_its_names():
    assert "总资产" in [one.text for one in complete("资产", 2, FACTS, "zh")]
    assert "总资产" in [one.text for one in complete("total", 5, FACTS, "zh")]


def test_a_suggestion_says_what_it_replaces():
    text = "总资产 >= 500万 且 距上"
    (one,) = complete(text, len(text), FACTS, "zh")
    assert rule(text[: one.start] + one.text + text[one.end :] + " > 30").names == {
        "total_assets",
        "days_since_contact",
    }


def test_in_the_midst_of_a_rule_what_follows_is_left_alone():
    text = "总资产 >= 500 且 已销户"
    assert [one.text for one in complete(text, text.index(" 且"), FACTS, "zh")][:3] == ["万", "亿", "元"]
