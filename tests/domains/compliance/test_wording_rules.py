"""Texts allowed towards clients: normalisation, groups, negation, quotation, companion texts. No database."""

import csv
from pathlib import Path

import pytest

from dakehu.domains.compliance.choices import WordingGroup
from dakehu.domains.compliance.wording import lexicon, patterns, rules
from dakehu.domains.compliance.wording.groups import BY_CODE, GROUPS
from dakehu.domains.compliance.wording.measures import MEASURED, Rates
from dakehu.domains.compliance.wording.normalisation import normalise

ENTRIES = lexicon.entries()
SENTENCES = Path(__file__).with_name("sentences.csv")
TEMPLATES = (
    "{姓名}您好,我是{公司}{姓名/登记编号}。截至{日期}收盘,您的信用账户维持担保比例为{x}%,低于合同约定的{警戒线}%。按合同,请您在{时限}前自行决定追加担保物或偿还部分负债;逾期未达到约定比例的,公司可能按合同处分担保物。我可以为您说明计算方式和办理入口,具体操作由您本人决定并完成。投资有风险。",
    "{姓名}您好,今天沪深300下跌{a}%,您的账户按持仓估算变动约{b}%(仅为收盘估值)。我打电话是想听听您现在的想法,不推荐任何买卖。您之前登记的资金用途是{目标},期限{期限},这些有变化吗?近期有用钱安排吗?市场短期走势我们无法判断,是否调整由您自行决定;如果您愿意,我们可以一起核对仓位和可承受的损失是否仍与您的测评结果一致。",
    "我理解看到亏损会很难受,这种感受很正常。我们先不急着做决定,您可以把担心的事写下来,明天上午我再给您回电。如果您已经决定卖出,这是您的权利,我会告诉您办理方式和费用。我不能替您做决定,也不能对后续涨跌作出判断。",
    "阿姨您好,最近市场波动比较大,提醒您:公司员工不会向您索要密码、验证码,也不会让您把钱转到个人账户;凡是声称保本高收益的,请先拨打公司客服{电话}核实。您的账户有任何不清楚的地方,可以请家人一起来营业部,我们当面为您说明。",
    "您的风险承受能力测评将于{日期}到期。到期后部分业务可能受限。请您本人根据真实情况完成测评,工作人员不会代您填写或引导选项。",
    "我们看到您的账户有资金转入。如果您有配置方面的需要,可以约时间沟通您的目标、期限和可承受的损失;在了解清楚之前,我们不会推荐任何产品。产品有风险,购买前请阅读风险揭示书。",
)


def severity(text):
    return rules.severity_of(rules.check(text, ENTRIES))


def groups_of(text):
    return {hit.group.code for hit in rules.check(text, ENTRIES)}


@pytest.mark.parametrize("text", TEMPLATES)
def test_the_six_templates_pass(text):
    assert rules.check(text, ENTRIES) == []


@pytest.mark.parametrize(
    "text",
    [
        "保 本",
        "保*本*",
        "保💰本",
        "保\u200b本",
        "ＢＡＯＢＥＮ",
        "bao ben理财",
        "保夲保息",
        "保.本.保.息",
        "穩賺不賠",
        "保“本”保“息”",
    ],
)
def test_a_disguise_does_not_help(text):
    assert severity(text) in ("BLOCK", "REVIEW")


def test_a_hit_is_shown_where_it_stands_in_the_original():
    text = "您好😊，这款 保-💰本 产品"
    (hit,) = rules.check(text, ENTRIES)
    assert text[hit.start : hit.end] == hit.text == "保-💰本"


def test_every_character_keeps_its_place():
    text = "ＡＢ 保·本\tbaoben ① ㎡ don’t 1.2%"
    plain = normalise(text)
    assert len(plain.text) == len(plain.spans) == len(plain.is_quoted)
    assert all(0 <= a < b <= len(text) for a, b in plain.spans)


@pytest.mark.parametrize(
    "text", ["本产品不保本。", "警惕保本骗局", "请勿相信内幕消息", "投资没有风险是不可能的", "It is never risk-free."]
)
def test_a_negated_hit_goes_to_review_and_is_not_dropped(text):
    assert severity(text) == "REVIEW"


def test_a_quoted_hit_goes_to_review():
    assert severity("客户来信写到“稳赚不赔”几个字") == "REVIEW"


def test_a_negation_in_the_sentence_before_excuses_nothing():
    assert severity("我们不收费。保本保息。") == "BLOCK"
    assert severity("不保本？那是别人家，我们家保本。") == "BLOCK"


def test_advice_needs_its_companion_texts():
    advice = "建议您卖出手上的股票"
    (hit,) = rules.check(advice, ENTRIES)
    assert (hit.severity, set(hit.missing)) == ("COND", {"adviser", "data_source", "may_be_wrong"})
    whole = f"{advice}。投资顾问张敏，登记编号S1234567890123；依据研究报告2026年11月20日；观点可能不准确。"
    assert severity(whole) is None


def test_a_performance_figure_needs_period_source_and_warning():
    assert severity("该基金近一年收益率5.2%") == "WARN"
    assert severity("该基金近一年收益率5.2%，数据来源：三季报，截至2026年9月30日；过往业绩不代表未来表现。") is None
    assert severity("您的账户今年收益率为6.3%") is None


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("保本型", "W01"),
        ("保证收益8%", "W02"),
        ("亏了算我们的", "W03"),
        ("利润三七分成", "W04"),
        ("全权委托给我", "W05"),
        ("明天必涨", "W06"),
        ("内幕消息", "W07"),
        ("同行都是垃圾", "W08"),
        ("史上最强", "W09"),
        ("政府背书", "W10"),
        ("零佣开户", "W11"),
        ("测评我帮您填", "W12"),
        ("打款给我个人", "W13"),
        ("成立以来回报30%", "W14"),
        ("最后机会", "W15"),
        ("建议买入", "W16"),
        ("目标价35元", "W17"),
        ("别跟合规的人讲", "W18"),
        ("借点钱把仓位加上", "W19"),
    ],
)
def test_every_group_finds_its_words(text, group):
    assert group in groups_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "确保本周完成",
        "您的保证金余额",
        "维持担保比例",
        "无风险利率",
        "内部控制报告",
        "绝对收益策略",
        "最佳联系时间",
        "贷款合同翻译好了",
        "国债到期一次还本付息",
        "A基金的募集规模受限，不会超过30亿元",
        "过往业绩不代表未来收益",
    ],
)
def test_ordinary_words_that_contain_a_part_are_left_alone(text):
    assert severity(text) is None


def test_the_choices_name_the_groups_as_the_rules_do():
    assert [(one.value, one.zh, one.en) for one in WordingGroup] == [(g.code, g.zh, g.en) for g in GROUPS]


def test_every_group_states_source_certainty_and_a_remedy_in_both_languages():
    for group in GROUPS:
        assert (group.certainty in "VSKD" and group.source and group.why_en.isascii()) or "“" in group.why_en
        assert group.suggestion_zh and group.suggestion_en
    assert {entry.group for entry in ENTRIES} == set(BY_CODE)


def test_every_pattern_of_the_lexicon_may_stand_there():
    assert {entry.code: patterns.fault_of(entry.pattern) for entry in ENTRIES if patterns.fault_of(entry.pattern)} == {}


@pytest.mark.parametrize("pattern", ["a*b", "(a{0,9}b){2,5}", "(", "x|", "[", "", ".{1,4}", "a{0,500}b"])
def test_a_pattern_that_may_run_long_or_matches_everything_is_refused(pattern):
    assert patterns.fault_of(pattern) is not None


def test_a_long_text_is_checked_as_surely_as_a_short_one():
    text = "您的对账单已生成，请查收。" * 1500 + "保本"
    (hit,) = rules.check(text, ENTRIES)
    assert hit.start == len(text) - 2


def measured(half):
    with SENTENCES.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == half]
    forbidden = [severity(row["text"]) for row in rows if row["allowed"] == "no"]
    allowed = [severity(row["text"]) for row in rows if row["allowed"] == "yes"]
    alarms = sum(one in ("BLOCK", "COND", "WARN") for one in allowed)
    return Rates(len(forbidden), forbidden.count(None), len(allowed), alarms, allowed.count("REVIEW"))


def test_the_error_rates_shown_are_those_of_the_half_not_developed_on():
    rates = measured("report")
    assert rates == MEASURED
    assert rates.missed <= 0.02 * rates.forbidden and rates.false_alarms <= 0.05 * rates.allowed
