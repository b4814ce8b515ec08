"""The audit page: in words, within scope, page by page, and verified."""

from django.db import connection

from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import perform
from dakehu.interfaces.web.views.client.value_text import value_text
from tests.cast import acting
from tests.interfaces.web.browsers import desk


def text(answer):
    return answer.content.decode()


def test_a_lead_reads_the_teams_acts_in_words_with_fields_before_and_after(zhou, lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "occupation": "教师"})
    page = text(desk(zhou).get("/audit/"))
    assert "新建客户" in page and "张三" in page and "林晓" in page
    assert "教师" in page and "改为" in page
    assert "clients.create" not in page.split("<main", 1)[1].split("<ol", 1)[1], "actions are said in words"


def test_another_teams_acts_and_clients_stay_out_of_sight(zhou, zhang, qian, wang):
    page = text(desk(zhou).get("/audit/"))
    assert "钱二" not in page and "王强" not in page


def test_compliance_sees_all_and_the_administrator_sees_names_masked(he, admin, zhang, qian):
    everything = text(desk(he).get("/audit/"))
    assert "张三" in everything and "钱二" in everything
    masked = text(desk(admin).get("/audit/"))
    assert "张三" not in masked and "张*" in masked


def test_what_the_desk_itself_did_is_said_to_be_done_by_the_system(he, zhang):
    page = text(desk(he).get("/audit/"))
    assert '<span class="audit-list__who">系统</span>' in page and '<option value="system">系统</option>' in page


def test_personal_values_stay_dots(he, lin, zhang):
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.pk, "kind": "手机", "value": "13812345678"})
    page = text(desk(he).get("/audit/"))
    assert "13812345678" not in page and "•••" in page


def test_entries_are_narrowed_by_person_action_client_and_day(he, zhang, qian):
    browser = desk(he)
    assert "钱二" not in text(browser.get("/audit/", {"actor": "林晓"}))
    assert "张三" not in text(browser.get("/audit/", {"client": "钱二"}))
    assert "张三" not in text(browser.get("/audit/", {"action": "team.create_team"}))
    assert "没有符合条件的记录" in text(browser.get("/audit/", {"until": "2020-01-01"}))
    assert "张三" in text(browser.get("/audit/", {"since": "2020-01-01"}))


def test_a_day_that_is_none_is_said_at_its_box(he):
    answer = desk(he).get("/audit/", {"since": "someday"})
    assert answer.status_code == 200 and "无法识别" in text(answer)


def test_older_entries_follow_by_key_without_losing_or_repeating_any(he, lin, zhang):
    with acting(lin):
        for number in range(50):
            perform("clients.change", {"client": zhang.pk, "source": f"第{number}号"})
    browser = desk(he)
    first = text(browser.get("/audit/", {"actor": "林晓"}))
    assert "第49号" in first and "第5号" not in first
    links = [part.split('"')[0].replace("&amp;", "&") for part in first.split('href="?actor=')[1:]]
    older = next(link for link in links if "before=" in link)
    second = text(browser.get(f"/audit/?actor={older}"))
    assert "第5号" in second and "第49号" not in second and "回到最新" in second


def test_verifying_says_how_many_entries_hold(he, zhang):
    page = text(desk(he).post("/audit/verify", follow=True))
    assert "全部完好" in page


def test_a_tampered_entry_is_named(he, zhang):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE foundation_auditentry SET reason = 'nothing to see' WHERE id = (SELECT min(id) FROM foundation_auditentry)"
        )
    page = text(desk(he).post("/audit/verify", follow=True))
    assert "被破坏" in page and "通知合规" in page


def test_whoever_may_not_read_the_audit_may_not_verify_it_either(lin):
    browser = desk(lin)
    assert browser.get("/audit/").status_code == 403
    assert browser.post("/audit/verify").status_code == 403


def test_sign_ins_are_hidden_until_they_are_asked_for(he, lin):
    from django.test import Client as Browser

    from tests.cast import PASSWORD

    Browser().post("/sign-in", {"username": "lin", "password": PASSWORD})
    browser, listed = desk(he), lambda answer: text(answer).split("audit-list", 1)[-1]
    assert "<strong>登录</strong>" not in listed(browser.get("/audit/"))
    assert "<strong>登录</strong>" in listed(browser.get("/audit/?sign_ins=true"))
    assert "<strong>登录</strong>" in listed(browser.get("/audit/?action=team.record_sign_in"))


def test_the_days_are_counted_and_each_bar_leads_to_its_day(he, lin, zhang):
    from dakehu.foundation.base import clock
    from dakehu.foundation.gates import ask

    with acting(he):
        days = ask("team.audit_days", {})
    today = clock.today()
    assert len(days) == 30 and days[-1]["day"] == today and days[-1]["entries"] > 0
    page = text(desk(he).get("/audit/"))
    assert f"since={today}&amp;until={today}" in page and "近 7 天" in page


def test_the_entries_that_are_seen_can_be_exported_and_that_is_an_entry(he, zhou, admin, lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "occupation": "=cmd|calc"})
    answer = desk(he).post("/audit/export", {"actor": "林晓"})
    table = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv") and "张三" in table and "修改客户资料" in table
    assert ",=cmd" not in table
    assert "导出操作日志" in text(desk(he).get("/audit/"))
    assert desk(admin).post("/audit/export", {}).status_code == 403, "the administrator may read, not export"
    assert desk(lin).post("/audit/export", {}).status_code == 403


def test_a_structure_in_a_changed_field_is_told_in_words():
    with in_language("zh"):
        assert value_text(None, {"advice": 3, "risk": [1, 2]}) == "advice 3、risk 1、2"
        assert value_text(None, {}) == value_text(None, []) == "–"
    with in_language("en"):
        assert value_text(None, ["a", "b"]) == "a, b"
