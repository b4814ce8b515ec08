"""Finance questions in words, and nonsense: what becomes a filter, and what is reported as not understood. No database."""

from datetime import date

import pytest

from dakehu.domains.clients.choices import InvestorClass, Kind, RiskLevel, Status
from dakehu.domains.insight.questions.rules import read_question
from dakehu.domains.insight.questions.tokens import Choice, Column
from dakehu.domains.insight.questions.views import find_view
from dakehu.domains.insight.questions.vocabulary import _choices, _variants
from dakehu.domains.tiers.choices import TierCode

TODAY = date(2026, 11, 29)  # a Sunday


def column(name, zh, en, kind, *aliases, choices=(), unit="", default=False):
    names = (zh, en, *aliases)
    variants = tuple(_variants(names)) if kind == "date" else ()
    return Column(name, zh, en, kind, names, variants, tuple(choices), unit, default)


LIN = Choice((7,), "林晓", "林晓", ("林晓", "lin"))
ZHOU = [Choice((n,), "周宁", "周宁", ("周宁",)) for n in (8, 9)]
SH = Choice(("上海陆家嘴营业部",), "上海陆家嘴营业部", "上海陆家嘴营业部", ("上海陆家嘴营业部", "上海陆家嘴", "SH01"))
SHANGHAI = Choice(("上海陆家嘴营业部", "上海徐汇营业部"), "上海", "Shanghai", ("上海营业部", "shanghai branch"))
EAST = Choice((3,), "东区一队", "东区一队", ("东区一队",))
COLUMNS = (
    column("kind", "客户类型", "Client kind", "choice", "类型", choices=_choices(Kind, {})),
    column("occupation", "职业", "Occupation", "text"),
    column("birth_on", "出生日期", "Birth date", "date", "生日", "birthday"),
    column("id_number", "证件号码", "ID number", "blank", "身份证号"),
    column("risk_level", "风险等级", "Risk level", "choice", choices=_choices(RiskLevel, {})),
    column("investor_class", "投资者类别", "Investor class", "choice", choices=_choices(InvestorClass, {})),
    column("is_risk_minimum", "最低类别", "Lowest risk category", "flag"),
    column("risk_valid_to", "测评有效期至", "Risk test valid to", "date", "测评到期日"),
    column("assets", "资产规模", "Assets", "number", "资产", "AUM", unit="CNY", default=True),
    column("status", "客户状态", "Status", "choice", choices=_choices(Status, {})),
    column("opened_on", "开户日期", "Opened on", "date", "开户日"),
    column("branch", "营业部", "Branch", "key", choices=(SH, SHANGHAI)),
    column("last_contact_on", "最近联系", "Last contact", "date"),
    column("next_contact_on", "下次跟进", "Next contact", "date"),
    column("tier__code", "客户级别", "Tier", "choice", "分级", choices=_choices(TierCode, {})),
    column("figures__volatility", "年化波动率", "Volatility", "number", "波动率", unit="%"),
    column("manager", "服务人员", "Staff", "list", "客户经理", choices=(LIN, *ZHOU)),
    column("team", "团队", "Team", "list", choices=(EAST,)),
)
SHANGHAI_BRANCHES = {"branch.in": ["上海陆家嘴营业部", "上海徐汇营业部"]}
HIGH_TIERS = {"tier__code.in": ["T3", "T4", "T5", "T6"]}

UNDERSTOOD = {
    "上海营业部 C4 以上 三个月未联系": SHANGHAI_BRANCHES
    | {"risk_level.in": ["C4", "C5"], "last_contact_on.le": "2026-08-29"},
    "上海营业部C4以上三个月未联系的客户": SHANGHAI_BRANCHES
    | {"risk_level.in": ["C4", "C5"], "last_contact_on.le": "2026-08-29"},
    "clients of Lin with more than 5 million not contacted for 90 days": {
        "manager": 7,
        "assets.gt": 5_000_000,
        "last_contact_on.le": "2026-08-31",
    },
    "林晓名下资产500万以上的客户": {"manager": 7, "assets.ge": 5_000_000},
    "资产超过1.5亿的机构客户": {"assets.gt": 150_000_000, "kind": "institution"},
    "资产不低于 100 万且低于 500 万": {"assets.ge": 1_000_000, "assets.lt": 5_000_000},
    "资产在100到500万之间": {"assets.ge": 1_000_000, "assets.le": 5_000_000},
    "assets between 1 and 5 million": {"assets.ge": 1_000_000, "assets.le": 5_000_000},
    "50万以下": {"assets.le": 500_000},
    "assets under 300k": {"assets.lt": 300_000},
    "at least 2.5 million in assets": {"assets.ge": 2_500_000},
    "白金以上": HIGH_TIERS,
    "客户级别 白金及以上 且 近30天开户": HIGH_TIERS | {"opened_on.ge": "2026-10-30", "opened_on.le": "2026-11-29"},
    "tier T3 or above": HIGH_TIERS,
    "本月生日": {"birth_on.month": 11},
    "下月生日的林晓客户": {"birth_on.month": 12, "manager": 7},
    "birthday this month": {"birth_on.month": 11},
    "opened last quarter": {"opened_on.ge": "2026-07-01", "opened_on.le": "2026-09-30"},
    "去年开户的个人": {"opened_on.ge": "2025-01-01", "opened_on.le": "2025-12-31", "kind": "person"},
    "last contact more than 90 days ago": {"last_contact_on.lt": "2026-08-31"},
    "超过半年没有联系": {"last_contact_on.lt": "2026-05-29"},
    "从未联系": {"last_contact_on.empty": True},
    "no contact in the last 3 months": {"last_contact_on.le": "2026-08-29"},
    "本月未联系": {"last_contact_on.lt": "2026-11-01"},
    "30天内测评到期": {"risk_valid_to.ge": "2026-11-29", "risk_valid_to.le": "2026-12-29"},
    "未来两周下次跟进": {"next_contact_on.ge": "2026-11-29", "next_contact_on.le": "2026-12-13"},
    "没有职业": {"occupation.empty": True},
    "without ID number": {"id_number.empty": True},
    "职业 教师": {"occupation.has": "教师"},
    "C3到C5": {"risk_level.in": ["C3", "C4", "C5"]},
    "风险等级为C1、C2": {"risk_level.in": ["C1", "C2"]},
    "risk level below C3": {"risk_level.in": ["C1", "C2"]},
    "非机构 稳健型": {"kind.ne": "institution", "risk_level": "C3"},
    "不是C1": {"risk_level.ne": "C1"},
    "东区一队 休眠": {"team": 3, "status": "dormant"},
    "波动率超过30%": {"figures__volatility.gt": "30%"},
    "最低类别": {"is_risk_minimum": True},
    "开户日期早于2020-01-01": {"opened_on.lt": "2020-01-01"},
    "客户级别 普通": {"tier__code": "T0"},
    "dormant institutions in Shanghai branch": {"status": "dormant", "kind": "institution"} | SHANGHAI_BRANCHES,
    "C5 未联系 60 天以上": {"risk_level": "C5", "last_contact_on.le": "2026-09-30"},
    "资产没有超过500万": {"assets.le": 5_000_000},
    "with assets over CNY 3m opened in 2025": {
        "assets.gt": 3_000_000,
        "opened_on.ge": "2025-01-01",
        "opened_on.le": "2025-12-31",
    },
    "没有职业 本月开户": {"occupation.empty": True, "opened_on.ge": "2026-11-01", "opened_on.le": "2026-11-30"},
    "资产超过 500 万但不超过 1000 万": {"assets.gt": 5_000_000, "assets.le": 10_000_000},
    "近一周有联系": {"last_contact_on.ge": "2026-11-22", "last_contact_on.le": "2026-11-29"},
    "clients with birthdays next month": {"birth_on.month": 12},
    "名下客户谁还没联系过": {"last_contact_on.empty": True},
    "C1和C4": {"risk_level.in": ["C1", "C4"]},
    "between C2 and C4": {"risk_level.in": ["C2", "C3", "C4"]},
    "资产 3万以下": {"assets.le": 30_000},
}
NONSENSE = {
    "香蕉 月亮": ["香蕉", "月亮"],
    "the purple elephant": ["purple", "elephant"],
    "42": ["42"],
    "普通": ["普通"],  # a tier and an investor class
    "周宁": ["周宁"],  # two people with this name
    "资产": ["资产"],
    "资产 500万": ["资产", "500万"],
    "以上": ["以上"],
    "近30天": ["近", "30天"],
    "C4 香蕉": ["香蕉"],
    "金融街": ["金融街"],
    "女": ["女"],
    "没有手机号": ["没有手机号"],
    "500 以上": ["500", "以上"],
    "C4 以上 C1 以下": ["c1 以下"],
    "上月未联系": ["上月", "未", "联系"],
    "非林晓": ["非", "林晓"],
    "9999年前联系": ["9999年", "联系"],
    "'; drop table clients; --": ["'", "drop", "table"],
    "C4 C4 以上 C9": ["c4 以上", "c9"],
    "10% 以上": ["10%", "以上"],
    "资产 500万到100万之间": None,
    "两融余额 大于 100万": ["两融余额", "大于", "100万"],  # never mistaken for the assets
    "more than 5 million in margin debt": ["more than", "5 million", "margin", "debt"],
    "账户资产低于50万": ["账户资产低于50万"],
    "机构 或 C4": ["或"],
    "not Lin": ["not", "lin"],
    "不在上海营业部": ["不在", "上海营业部"],
    "没有联系 本月开户 无": ["无"],
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_question_of_the_trade_becomes_the_filters_of_the_list(text):
    reading = read_question(text, COLUMNS, TODAY)
    assert (reading.filters, [miss.text for miss in reading.misses]) == (UNDERSTOOD[text], [])
    assert {key for one in reading.conditions for key in one.filters} == set(reading.filters)


@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_not_understood_is_named_word_by_word_with_a_remedy(text):
    reading = read_question(text, COLUMNS, TODAY)
    missed = [miss.text for miss in reading.misses]
    assert missed and (NONSENSE[text] is None or missed == NONSENSE[text])
    for miss in reading.misses:
        assert text.lower()[miss.place :].startswith(miss.text)
        assert len({miss.remedy.in_("zh"), miss.remedy.in_("en")}) == 2


@pytest.mark.parametrize(
    ("text", "view", "rest"),
    [
        ("上海营业部 级别迁移", "tiers", "上海营业部     "),
        ("C4 以上的资产集中度", "concentration", "C4 以上的     "),
        ("tier migration of Lin", "tiers", "               of Lin"),
        ("渗透率", "products", "   "),
        ("Retention", "retention", "         "),
    ],
)
def test_a_view_of_the_book_is_named_in_a_question_and_the_rest_keeps_its_place(text, view, rest):
    found, left, _ = find_view(text)
    assert (found.value, left) == (view, rest)


def test_a_question_without_the_name_of_a_view_names_none():
    for text in ("上海营业部 C4 以上", "资产净流入 超过 100 万", "net inflow over 1 million"):
        assert find_view(text) is None
