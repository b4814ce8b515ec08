"""The reason why a rule fired is given in words a client could read."""

from datetime import date

import pytest

from dakehu.foundation.expressions import describe
from tests.foundation.expressions.sample import rule

LIN = {
    "total_assets": 6_120_000.0,
    "assets_20": 120_000_000.0,
    "debt": 8_500.0,
    "days_since_contact": 41,
    "contact_every_days": 30,
    "cash_share": 0.125,
    "margin_ratio": 1.283,
    "warn_line": 1.3,
    "due": date(2026, 11, 30),
    "opened": "2026-11-20",
    "grade": "C4",
    "city": "上海",
    "closed": False,
    "logins": 3.0,
}
SAID = [
    (
        "总资产 >= 500万 且 距上次联系 > 30天",
        "总资产 612 万（≥ 500 万），距上次联系 41 天（> 30 天）",
        "Total assets CNY 6.12M (≥ CNY 5M); Days since last contact 41 days (> 30 days)",
    ),
    ("20日日均总资产 > 1亿", "20日日均总资产 1.2 亿（> 1 亿）", "20-day average assets CNY 120M (> CNY 100M)"),
    ("两融负债 < 1万", "两融负债 8,500 元（< 1 万）", "Margin debt CNY 8.5K (< CNY 10K)"),
    ("现金占比 >= 10%", "现金占比 12.5%（≥ 10%）", "Cash share 12.5% (≥ 10%)"),
    (
        "维持担保比例 < 警戒线",
        "维持担保比例 128.3%（< 警戒线 130%）",
        "Maintenance margin ratio 128.3% (< Warning line 130%)",
    ),
    ("30天 < 距上次联系", "距上次联系 41 天（> 30 天）", "Days since last contact 41 days (> 30 days)"),
    (
        "距上次联系 > 约定联系间隔",
        "距上次联系 41 天（> 约定联系间隔 30 天）",
        "Days since last contact 41 days (> Agreed days between contacts 30 days)",
    ),
    (
        "合约到期日 介于 2026-11-01 和 2026-12-31",
        "合约到期日 2026-11-30（2026-11-01 至 2026-12-31）",
        "Contract end 2026-11-30 (2026-11-01 to 2026-12-31)",
    ),
    (
        "合约到期日 - 开户日期 <= 10天",
        "合约到期日 - 开户日期 10 天（≤ 10 天）",
        "Contract end - Opened on 10 days (≤ 10 days)",
    ),
    (
        "风险等级 属于 [C4, C5]",
        "风险等级 积极型（属于 积极型、激进型）",
        "Risk grade Growth (one of Growth, Aggressive)",
    ),
    ("风险等级 不属于 [C1]", "风险等级 积极型（不属于 保守型）", "Risk grade Growth (none of Conservative)"),
    ("非 已销户", "已销户：否", "Closed: no"),
    (
        "非 (总资产 < 1万 或 已销户)",
        "总资产 612 万（≥ 1 万），已销户：否",
        "Total assets CNY 6.12M (≥ CNY 10K); Closed: no",
    ),
    (
        '城市 = "上海" 且 近30天登录次数 >= 3',
        "城市 上海（= 上海），近30天登录次数 3（≥ 3）",
        "City 上海 (= 上海); Logins in 30 days 3 (≥ 3)",
    ),
    ("融资和融券余额 为空", "融资和融券余额 无", "Financing and lending none"),
    ("总资产 > 1亿 或 距上次联系 > 30", "距上次联系 41 天（> 30 天）", "Days since last contact 41 days (> 30 days)"),
    (
        "总资产 / 20日日均总资产 < 10%",
        "总资产 / 20日日均总资产 5.1%（< 10%）",
        "Total assets / 20-day average assets 5.1% (< 10%)",
    ),
    (
        "max(总资产, 20日日均总资产) > 1亿",
        "max(总资产，20日日均总资产) 1.2 亿（> 1 亿）",
        "max(Total assets, 20-day average assets) CNY 120M (> CNY 100M)",
    ),
]


@pytest.mark.parametrize(("text", "zh", "en"), SAID, ids=[text for text, *_ in SAID])
def test_the_values_stand_beside_what_the_rule_asks(text, zh, en):
    assert describe(rule(text), LIN, "zh") == zh
    assert describe(rule(text), LIN, "en") == en


def test_days_left_below_zero_are_days_past():
    late = {**LIN, "days_since_contact": -171}
    assert describe(rule("距上次联系 <= 60天"), late, "zh") == "距上次联系 已过 171 天（≤ 60 天）"
    assert describe(rule("距上次联系 <= 60天"), late, "en") == "Days since last contact 171 days past (≤ 60 days)"


def test_a_day_far_outside_the_calendar_is_no_fault():
    assert "开户日期" in describe(rule("开户日期 + 近30天登录次数 * 1天 * 9999999999 > 2026-01-01"), LIN, "zh")
