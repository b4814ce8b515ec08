"""Rules are read in Chinese and English, full-width and half-width, with the usual units."""

import pytest

from dakehu.foundation.expressions import parse
from tests.foundation.expressions.sample import rule

ALIKE = [
    # Chinese, other texts of the same rule
    (
        "总资产 >= 500万",
        ["总资产≥500万", "总资产 >= 5000000", "资产>=500万元", "total assets >= 5 million", "总资产 不低于 0.05亿"],
    ),
    (
        "总资产 >= 500万 且 距上次联系 > 30天",
        ["总资产＞＝５００万且距上次联系＞３０", "total_assets => 5000000 AND days_since_contact > 30 days"],
    ),
    (
        "总资产 < 100万 或 两融负债 = 0",
        ["总资产低于100万或者两融负债等于0", "Total  Assets < 1 million or Margin debt == 0"],
    ),
    ("非 已销户", ["not Closed", "非已销户", "已销户 = 否", "closed != 是", "否 = 已销户"]),
    ("已销户", ["closed = yes", "(已销户)", "已销户 = true"]),
    (
        "风险等级 属于 [积极型、激进型]",
        [
            "风险等级 属于 C4, C5",
            "grade in [Growth, aggressive]",
            '风险等级 属于 ("C4"，"C5")',
            "风险等级属于【C4、C5、C4】",
        ],
    ),
    ("风险等级 = 积极型", ["grade = C4", 'Risk grade = "Growth"', "积极型 = 风险等级"]),
    ("风险等级 不属于 [保守型]", ["grade not in [C1]"]),
    ("现金占比 > 30%", ["cash_share > 0.3", "现金占比 ＞ ３０％", "Cash share > 30 %"]),
    ("距上次联系 介于 30天 和 60天", ["距上次联系 介于 30 至 60", "days since last contact between 30 and 60 days"]),
    ("合约到期日 <= 2026-11-30", ["合约到期日 <= 2026年11月30日", "due <= 2026/11/30"]),
    ('城市 = "上海"', ["城市 = ‘上海’", "city == “上海”", "City = '上海'"]),
    ("城市 为空", ["city is missing"]),
    ("城市 不为空", ["City IS NOT MISSING"]),
    ("20日日均总资产 > 总资产 * 2", ["assets_20 > 资产×2", "「20日日均总资产」 > `资产` * 2"]),
    ("近30天登录次数 >= 3", ["logins >= 3", "Logins in 30 days>=3"]),
    ("合约到期日 - 开户日期 <= 365天", ["due - opened <= 365"]),
    ("总资产 > 10万", ["总资产 > 2 * 5万", "总资产 > (3+7) * 1万", "总资产 > -(-10万)"]),
]


@pytest.mark.parametrize(("written", "others"), ALIKE, ids=[text for text, _ in ALIKE])
def test_a_rule_has_one_standard_form_however_it_is_typed(written, others):
    for text in (written, *others):
        assert rule(text).text("zh") == written


@pytest.mark.parametrize("written", [text for text, _ in ALIKE])
def test_the_standard_form_of_either_language_is_the_same_rule(written):
    first = rule(written)
    for language in ("zh", "en"):
        assert rule(first.text(language)).node == first.node


def test_the_standard_form_in_english_uses_english_names_and_units():
    text = "总资产 >= 500万 且 (距上次联系 > 30 或 风险等级 = C4) 且 非 已销户 且 两融负债 < 20万"
    assert rule(text).text("en") == (
        "Total assets >= 5 million and (Days since last contact > 30 days or Risk grade = Growth) "
        "and not Closed and Margin debt < 200 thousand"
    )


@pytest.mark.parametrize(
    "text",
    [
        "总资产 - (20日日均总资产 - 两融负债) > 1万",
        "总资产 / (20日日均总资产 / 两融负债) > 1万",
        "非 (已销户 或 城市 为空)",
        "(已销户 或 城市 为空) 且 总资产 > 1",
        "-总资产 < -1万",
        "max(总资产，20日日均总资产，1万) >= abs(两融负债 - 总资产)",
        "(总资产 - 两融负债) / 总资产 < 50%",
        "维持担保比例 < 警戒线 + 10%",
        "合约到期日 + 3天 > 2026-11-30",
        "总资产 介于 两融负债 * 2 和 1亿",
    ],
)
def test_brackets_stay_where_they_matter(text):
    assert rule(text).text("zh") == text
    assert rule(rule(text).text("en")).node == rule(text).node


def test_needless_brackets_go():
    assert (
        rule("((总资产) > (1万)) 且 ((已销户) 且 (非 (城市 为空)))").text("zh")
        == "总资产 > 1万 且 (已销户 且 非 城市 为空)"
    )


def test_a_name_may_hold_words_of_the_language():
    assert rule("融资和融券余额 介于 1万 和 融资和融券余额").names == {"transfer"}
    assert rule("是否或有 > 1万").names == {"transfer"}
    assert rule("financing and lending > 1 and Closed").names == {"transfer", "closed"}


def test_a_rule_names_the_facts_it_reads():
    assert rule("总资产 > 1 且 (资产 > 2 或 closed)").names == {"total_assets", "closed"}


def test_a_tree_is_read_without_knowing_the_facts():
    node = parse("alpha > 3 且 乙 为空")
    assert [part.op for part in node.parts] == ["compare", "missing"]


def test_a_rule_may_run_over_several_lines():
    assert rule("总资产 > 1万\n  且\t已销户\r\n").text("zh") == "总资产 > 1万 且 已销户"
