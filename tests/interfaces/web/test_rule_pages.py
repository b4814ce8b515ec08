"""The pages of rules: list, editor with errors and table, versions, back-test; each role sees what it may."""

import json

import pytest

from dakehu.domains.service.models import MomentRule
from dakehu.foundation.gates import perform
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
RULE = "测评剩余天数 <= 45天"


def page(browser, url, **posted):
    answer = browser.post(url, posted, follow=True) if posted else browser.get(url)
    return answer.content.decode()


def versions():
    with as_system():
        return [
            (row.kind, row.version, row.text, row.switched_on) for row in MomentRule.objects.order_by("kind", "version")
        ]


def test_the_list_shows_every_rule_with_what_is_in_force(zhou, he):
    text = page(browser_of(zhou), "/moments/rules/")
    for words in ("M37 超期未联系", "必做事件", "选做事件", "内置", "距上次联系天数"):
        assert words in text
    assert "M38" not in text
    assert "M38" in page(browser_of(he), "/moments/rules/")


def test_only_leads_and_compliance_have_the_pages(lin, an, admin):
    for user in (lin, an, admin):
        browser = browser_of(user)
        assert browser.get("/moments/rules/").status_code == 403
        assert browser.get("/moments/rules/M37/").status_code == 403
        assert browser.post("/moments/rules/M37/back-test").status_code == 403
        assert "/moments/rules/" not in page(browser, "/")


def test_a_kind_for_compliance_is_not_found_by_a_lead(zhou, he):
    assert "由合规处理" in page(browser_of(he), "/moments/rules/M38/")
    browser = browser_of(zhou)
    assert browser.get("/moments/rules/M38/").status_code == 404
    assert browser.get("/moments/rules/R099/").status_code == 404


def test_a_lead_keeps_a_version_and_puts_it_into_force(zhou):
    browser = browser_of(zhou)
    values = {
        "text": "距上次联系天数 > 20",
        "priority": "2",
        "deadline": "T+5",
        "note": "收紧",
        "do": "save",
        "based_on": "0",
    }
    text = page(browser, "/moments/rules/M37/", **values, shown="mandatory")
    assert "已保存第 1 版" in text and "启用第 1 版" in text and "周宁" in text
    assert versions() == [("M37", 1, "距上次联系天数 > 20天", False)]
    text = page(browser, "/moments/rules/M37/switch", version="1")
    assert "已启用" in text and "恢复内置规则" in text
    assert versions()[0][3]
    page(browser, "/moments/rules/M37/switch", version="0")
    assert not versions()[0][3]


def test_a_text_that_is_not_understood_stays_in_the_form_with_the_reason(zhou):
    answer = browser_of(zhou).post(
        "/moments/rules/M37/", {"text": "距上次联系天树 > 20", "do": "save", "deadline": "T+5"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "第 1 行第 1 列：没有名为“距上次联系天树”的字段。是否要写：距上次联系天数" in text
    assert "距上次联系天树 &gt; 20</textarea>" in text
    assert versions() == []


def test_the_rows_of_the_table_become_the_text(zhou):
    rows = {
        "do": "clauses",
        "clause_fact": ["contact_days", "risk_valid_in", ""],
        "clause_operator": [">", "between", ">="],
        "clause_value": ["30", "0, 60", ""],
        "clause_unit": ["天", "天", ""],
    }
    text = page(browser_of(zhou), "/moments/rules/M37/", **rows)
    assert "contact_days &gt; 30天 且 risk_valid_in 介于 0天 和 60天</textarea>" in text
    assert versions() == []


def test_a_copy_opens_as_a_rule_of_its_own_that_can_be_taken_out_of_force(zhou):
    browser = browser_of(zhou)
    text = page(browser, "/moments/rules/copy", kind="M37", name="重点客户久未联系")
    assert "R001 重点客户久未联系" in text
    page(browser, "/moments/rules/R001/switch", version="1")
    assert "停用" in page(browser, "/moments/rules/R001/")
    assert "已停用" in page(browser, "/moments/rules/R001/switch", version="off")
    assert "请取一个没有用过的名称" in page(browser, "/moments/rules/copy", kind="M37", name="重点客户久未联系")


def test_a_mandatory_kind_waits_for_compliance(zhou, he):
    browser = browser_of(zhou)
    page(browser, "/moments/rules/M06/", text=RULE, do="save", deadline="T+5")
    assert "启用第 1 版" not in page(browser, "/moments/rules/M06/")
    page(browser, "/moments/rules/M06/switch", version="1")
    assert not versions()[0][3]
    assert "启用第 1 版" in page(browser_of(he), "/moments/rules/M06/")


def test_what_is_typed_is_completed_checked_and_counted(zhou, lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C3", "risk_valid_to": "2020-12-20"})
    browser = browser_of(zhou)
    offered = json.loads(browser.post("/moments/rules/complete", {"text": "测评剩余", "position": "4"}).content)
    assert offered["suggestions"][0]["text"] == "测评剩余天数"
    good = json.loads(browser.post("/moments/rules/check", {"text": RULE, "subject": "client"}).content)
    assert (good["ok"], good["count"]["clients"], good["count"]["of"]) == (True, 1, 1)
    bad = json.loads(browser.post("/moments/rules/check", {"text": "测评剩余天数 <= 30%"}).content)
    assert (bad["ok"], bad["line"], bad["column"]) == (False, 1, 11)
    assert not json.loads(browser.post("/moments/rules/check", {"text": ""}).content)["ok"]


def test_the_back_test_is_shown_as_a_picture_with_numbers(zhou, lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C3", "risk_valid_to": "2020-12-20"})
    browser = browser_of(zhou)
    answer = browser.post(
        "/moments/rules/M06/back-test", {"text": RULE, "deadline": "T+3"}, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    for words in ("<svg", "命中客户", "时限内有联系", "仅您可见的客户"):
        assert words in text
    assert "<html" not in text
    assert "<html" in browser.post("/moments/rules/M06/back-test", {"text": RULE}).content.decode()
    refused = browser.post("/moments/rules/M06/back-test", {"text": "测评剩余 <= 3"}, headers={"HX-Request": "true"})
    assert "没有名为" in refused.content.decode()


def test_the_pages_speak_english_too(zhou):
    browser = browser_of(zhou)
    browser.post("/language", {"language": "en"})
    text = page(browser, "/moments/rules/M37/")
    for words in ("Fires when", "Days since last contact", "Versions", "Fill in row by row"):
        assert words in text
