"""Advice: what prevents its delivery, and how its outcome is measured."""

from datetime import date, timedelta

import pytest

from dakehu.domains.advice.records import rules
from dakehu.domains.advice.records.rules import Letter, letter_text
from dakehu.domains.compliance.conflicts.rules import Entry
from dakehu.domains.compliance.wording.lexicon import entries
from dakehu.domains.compliance.wording.rules import check, may_leave

REASON = {"zh": "原因", "en": "reason"}


@pytest.mark.parametrize(
    ("outcome", "initiative", "may"),
    [
        ("refuse", "staff", False),
        ("refuse", "client", False),
        ("block", "client", False),
        ("allow_with_warning", "staff", False),
        ("allow_with_warning", "client", True),
        ("allow", "staff", True),
    ],
)
def test_only_what_suitability_allows_is_advised(outcome, initiative, may):
    assert (rules.suitability_errors(outcome, initiative, REASON) == []) is may


def hit(group, severity, missing=()):
    return {"group": group, "severity": severity, "text": "某词", "reason": REASON, "missing": list(missing)}


@pytest.mark.parametrize("kind", ["allocation", "rebalancing", "review"])
def test_advice_on_classes_names_no_security(kind):
    assert rules.security_errors(kind, [hit("W16", "COND")]) and rules.security_errors(kind, [hit("W17", "WARN")])


def test_advice_on_a_product_may_name_it_with_its_companions():
    assert rules.security_errors("product", [hit("W16", "COND")]) == []
    assert "登记编号" in rules.text_errors([hit("W16", "COND", ["登记编号"])])[0][1]
    assert rules.text_errors([hit("W01", "BLOCK")])
    assert rules.text_errors([hit("W02", "REVIEW")]) == []


def test_a_product_is_named_by_advice_about_a_product_only():
    assert rules.kind_errors("product", False) and rules.kind_errors("review", True)
    assert rules.kind_errors("product", True) == rules.kind_errors("review", False) == []


def entry(effect, disclosure=""):
    return Entry(1, "incentive", None, None, "", effect, disclosure, date(2026, 1, 1), None)


def test_a_conflict_blocks_or_is_disclosed_and_a_later_one_sends_it_back():
    told = [entry("disclose", "本公司收取销售服务费。"), entry("disclose", "本公司收取销售服务费。")]
    assert (
        rules.disclosure(told) == "本公司收取销售服务费。" and rules.conflict_errors(told, rules.disclosure(told)) == []
    )
    assert "重新提交" in rules.conflict_errors(told, "")[0][1]
    assert "禁止" in rules.conflict_errors([entry("block")], "")[0][1]


def test_a_letter_says_who_answers_for_it_and_that_it_may_be_wrong():
    text = letter_text(Letter("正文", "林晓", "S1090123456789", date(2026, 11, 27), ""))
    for words in ("正文", "林晓", "S1090123456789", "截至2026年11月27日", "可能不准确", "投资有风险", "由您自行决定"):
        assert words in text


def test_what_the_desk_adds_to_a_letter_passes_the_wording_check():
    for disclosure in ("", "本公司收取该产品的销售服务费。"):
        text = letter_text(
            Letter("我们想和您核对资金用途与期限。", "林晓", "S1090123456789", date(2026, 11, 27), disclosure)
        )
        assert may_leave(check(text, entries())), check(text, entries())


def test_a_client_decides_after_delivery_and_not_in_the_future():
    delivered, today = date(2026, 11, 20), date(2026, 11, 29)
    assert rules.decision_error(date(2026, 11, 19), delivered, today) and rules.decision_error(
        today + timedelta(1), delivered, today
    )
    assert rules.decision_error(delivered, delivered, today) is None


def test_outcomes_are_due_after_three_six_and_twelve_months():
    assert rules.due_days(date(2026, 11, 30)) == {3: date(2027, 2, 28), 6: date(2027, 5, 30), 12: date(2027, 11, 30)}


def test_growth_and_drawdown_are_those_of_the_period_only():
    days = [date(2026, 1, 1) + timedelta(n) for n in range(6)]
    growth = [2.0, 1.0, 1.1, 0.88, 1.2, 5.0]
    assert rules.growth_between(days, growth, days[1], days[4]) == (pytest.approx(0.2), pytest.approx(-0.2))
    assert rules.growth_between(days, growth, days[0] - timedelta(1), days[4]) is None
    assert rules.growth_between(days, growth, days[5], days[5] + timedelta(9)) is None
