"""The daily pages: who sees what, what can be done on them, and what is refused."""

import json
from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

ROWS = {"HTTP_ACCEPT": "application/json"}
FORM = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def desk():
    """The desk of a member of staff: `desk(lin).get("/")`."""
    from django.test import Client

    def open_for(user):
        browser = Client(HTTP_ACCEPT="text/html")
        browser.force_login(user, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
        return browser

    return open_for


@pytest.fixture
def phone(lin, zhang):
    with acting(lin):
        return perform("clients.add_contact", {"client": zhang.pk, "kind": "手机", "value": "13812345678"})


def test_today_lists_what_is_overdue_with_its_reason(desk, lin, zhang):
    with acting(lin):
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": "2020-02-15", "subject": "安排面对面会议"})
    page = desk(lin).get("/").content.decode()
    assert "安排面对面会议" in page
    assert "应于 2 月 15 日跟进，逾期" in page


def test_a_plan_is_finished_from_the_list_without_leaving_it(desk, lin, zhang):
    with acting(lin):
        plan = perform("service.plan_follow_up", {"client": zhang.pk, "due_on": "2020-02-15", "subject": "回访"})
    door = desk(lin)
    done = door.post(
        f"/clients/{zhang.pk}/actions/service.finish_follow_up",
        {"follow_up": plan.pk, "version": plan.row_version, "then": "stay"},
        **FORM,
    )
    assert done.status_code == 200
    assert json.loads(done["HX-Trigger"])["worked"] is True
    assert "回访" not in door.get("/", **FORM).content.decode()


def test_the_grid_finds_filters_sorts_and_sums_on_the_server(desk, lin, zhang):
    with acting(lin):
        perform("clients.create", {"name": "李四", "code": "C0009", "assets": "500万", "risk_level": "C4"})
        perform("clients.create", {"name": "王五", "code": "C0010", "assets": "80万", "risk_level": "C2"})
    door = desk(lin)

    def names(query):
        return [row["name"] for row in door.get(f"/clients/rows?{query}", **ROWS).json()["rows"]]

    assert names("sort=assets&f.assets=>50万") == ["王五", "李四"]
    assert names("f.risk_level=C4") == ["李四"]
    assert names("q=lisi") == ["李四"]
    assert names("f.name=王") == ["王五"]
    assert names("assets.empty=1") == ["张三"]
    answer = door.get("/clients/rows?size=2", **ROWS).json()
    assert (answer["total"], len(answer["rows"]), answer["before"]) == (3, 2, "")


def test_a_filter_that_cannot_be_read_is_refused_in_words(desk, lin, zhang):
    answer = desk(lin).get("/clients/rows?f.assets=abc", **ROWS)
    assert answer.status_code == 400
    assert "无法识别" in answer.json()["messages"]["assets"][0]


def test_a_reader_without_clearance_sees_masked_names_and_cannot_order_by_assets(desk, an, zhang):
    door = desk(an)
    row = door.get("/clients/rows", **ROWS).json()["rows"][0]
    assert row["name"] != "张三"
    assert door.get("/clients/rows?sort=-assets", **ROWS).status_code == 400
    assert "张三" not in door.get(f"/clients/{zhang.pk}/").content.decode()
    assert "张三" not in door.get("/palette?q=张", **ROWS).content.decode()


@pytest.mark.parametrize("tab", ["overview", "basic", "investments", "service", "needs", "plans", "history", "audit"])
def test_every_tab_of_a_client_opens_for_every_role_that_may_see_it(desk, lin, zhou, he, an, admin, zhang, phone, tab):
    for user in (lin, zhou, he, an, admin):
        assert desk(user).get(f"/clients/{zhang.pk}/?tab={tab}").status_code == 200, user.username


def test_another_teams_client_is_nowhere(desk, wang, zhang, lin):
    door = desk(wang)
    for address in ("", "peek", "actions/clients.change", "?tab=investments"):
        assert door.get(f"/clients/{zhang.pk}/{address}").status_code == 404, address
    posted = door.post(
        f"/clients/{zhang.pk}/actions/service.log_interaction", {"held_at": "2026-01-05", "summary": "x"}
    )
    assert posted.status_code == 404
    assert door.get("/clients/rows", **ROWS).json()["total"] == 0
    assert "张三" not in door.get("/palette?q=张三", **ROWS).content.decode()
    assert "张三" not in door.get("/").content.decode()


def test_a_client_behind_a_wall_is_hidden_from_the_lead_and_shown_to_compliance(desk, lin, zhou, he, zhang):
    assert desk(zhou).get(f"/clients/{zhang.pk}/").status_code == 200
    with acting(he):
        perform("clients.set_information_wall", {"client": zhang.pk, "walled": True, "reason": "并购项目"})
    assert desk(zhou).get(f"/clients/{zhang.pk}/").status_code == 404
    assert "信息隔离" in desk(he).get(f"/clients/{zhang.pk}/").content.decode()
    assert desk(lin).get(f"/clients/{zhang.pk}/").status_code == 200


def test_a_sealed_telephone_reaches_no_page_until_it_is_opened_for_a_reason(desk, lin, zhang, phone):
    door = desk(lin)
    for tab in ("overview", "basic"):
        page = door.get(f"/clients/{zhang.pk}/?tab={tab}").content.decode()
        assert "13812345678" not in page
        assert "138****5678" in page
    address = f"/clients/{zhang.pk}/actions/clients.open_contact"
    asked = door.post(address, {"contact": phone.pk, "reason": ""}, **FORM)
    assert asked.status_code == 422
    assert "13812345678" not in asked.content.decode()
    assert "13812345678" in door.post(address, {"contact": phone.pk, "reason": "回电"}, **FORM).content.decode()
    from dakehu.foundation.audit.models import AuditEntry

    with as_system():
        entry = AuditEntry.objects.filter(action="clients.open_contact").get()
    assert entry.client_ref == zhang.pk or "回电" in entry.body


def test_logging_an_interaction_plans_the_next_contact_in_the_same_card(desk, lin, zhang):
    door = desk(lin)
    done = door.post(
        f"/clients/{zhang.pk}/actions/service.log_interaction",
        {
            "form": "composer",
            "held_at": "2026-01-20T10:30",
            "channel": "call",
            "summary": "咨询股票投资",
            "next_on": "2026-02-16",
            "next_subject": "安排面对面会议",
        },
        **FORM,
    )
    assert done["HX-Refresh"] == "true"
    page = door.get(f"/clients/{zhang.pk}/").content.decode()
    assert "咨询股票投资" in page
    assert "安排面对面会议" in page


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(desk, lin, zhang):
    wrong = desk(lin).post(
        f"/clients/{zhang.pk}/actions/service.log_interaction",
        {"form": "composer", "held_at": "2026-01-20T10:30", "summary": "谈了很久", "next_on": "2026-01-01"},
        **FORM,
    )
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "谈了很久" in page
    assert "field__error" in page


def test_two_people_changing_the_same_client_see_what_differs(desk, lin, zhou, zhang):
    with acting(zhou):
        perform("clients.change", {"client": zhang.pk, "occupation": "医生"})
    clash = desk(lin).post(
        f"/clients/{zhang.pk}/actions/clients.change",
        {"version": zhang.row_version, "name": "张三", "code": "C0001", "occupation": "律师"},
        **FORM,
    )
    page = clash.content.decode()
    assert clash.status_code == 409
    assert "医生" in page
    assert "律师" in page
    assert "刚被他人修改" in page


def test_the_edit_form_asks_every_field_with_the_label_of_its_facts(desk, lin, zhang):
    page = desk(lin).get(f"/clients/{zhang.pk}/actions/clients.change", **FORM).content.decode()
    for label in ("客户姓名", "出生日期", "风险等级", "资产规模", "营业部"):
        assert label in page
    assert "C3 稳健型" in page


def test_a_new_client_is_made_from_the_list_and_opened(desk, lin):
    made = desk(lin).post("/actions/clients.create", {"name": "赵六", "phone": "13900001111"}, **FORM)
    assert made["HX-Redirect"].startswith("/clients/")
    assert "赵六" in desk(lin).get(made["HX-Redirect"]).content.decode()


def test_whoever_may_not_write_is_offered_no_way_to(desk, an, zhang):
    door = desk(an)
    page = door.get(f"/clients/{zhang.pk}/").content.decode()
    assert "actions/clients.change" not in page
    assert door.get(f"/clients/{zhang.pk}/actions/clients.change").status_code == 403
    assert door.post(f"/clients/{zhang.pk}/actions/clients.change", {"name": "x"}).status_code == 403


def test_an_action_kept_off_the_doors_cannot_be_called(desk, lin, zhang):
    assert desk(lin).post(f"/clients/{zhang.pk}/actions/clients.update_contact_dates", {}).status_code == 404
    assert desk(lin).get("/actions/no.such").status_code == 404


def test_a_saved_view_keeps_the_query_and_is_shared_with_the_team_only(desk, lin, zhou, wang):
    door = desk(lin)
    saved = door.post("/clients/views", {"name": "高净值", "query": "assets.ge=5000000&sort=-assets", "shared": "true"})
    assert saved["Location"].startswith("/clients/?view=")
    assert "高净值" in desk(zhou).get("/clients/").content.decode()
    assert "高净值" not in desk(wang).get("/clients/").content.decode()
    number = saved["Location"].rpartition("=")[2]
    assert desk(zhou).post(f"/clients/views/{number}/delete").status_code == 404
    assert door.post(f"/clients/views/{number}/delete").status_code == 302


def test_the_columns_one_chose_come_back(desk, lin, zhang):
    door = desk(lin)
    kept = {
        "columns": [{"field": "code", "width": 90, "hidden": False}, {"field": "name", "width": 200, "hidden": True}]
    }
    answer = door.post("/clients/columns", json.dumps(kept), content_type="application/json")
    assert answer.json() == {"kept": 2}
    columns = json.loads(
        door.get("/clients/")
        .content.decode()
        .split('id="clients-columns" type="application/json">')[1]
        .split("</script>")[0]
    )
    assert [(one["field"], one["hidden"]) for one in columns[:2]] == [("code", False), ("name", True)]


def test_the_palette_offers_only_what_the_reader_may_do(desk, lin, an, zhang):
    def labels(user, query=""):
        return [item["label"] for item in desk(user).get(f"/palette?q={query}", **ROWS).json()]

    assert "张三" in labels(lin, "zs")
    assert "新建客户" in labels(lin)
    assert "新建客户" not in labels(an)
    assert "操作日志" not in labels(lin)


def test_a_token_is_shown_once_and_can_be_revoked(desk, lin):
    door = desk(lin)
    made = door.post("/me/tokens", {"name": "报表", "scopes": ["client.read"]}).content.decode()
    assert "dk_" in made
    page = door.get("/me?tab=programs").content.decode()
    assert "dk_" not in page
    number = page.split("/me/tokens/")[1].split("/")[0]
    assert door.post(f"/me/tokens/{number}/revoke").status_code == 302
    assert "已停用" in door.get("/me?tab=programs").content.decode()


def test_a_missing_page_says_so_in_both_shapes(desk, lin):
    page = desk(lin).get("/no-such-page")
    assert page.status_code == 404
    assert "没有找到" in page.content.decode()
    assert "messages" in desk(lin).get("/clients/999999/", **ROWS).json()


def test_a_birthday_is_not_told_to_a_reader_without_clearance(desk, lin, an, zhang):
    from dakehu.foundation.base.clock import today

    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "birth_on": f"1988-{today():%m-%d}"})
    assert "生日" in desk(lin).get("/cards").content.decode()
    assert "生日 ·" not in desk(an).get("/cards").content.decode()


def test_a_form_keeps_what_nobody_asked_to_change(desk, lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "id_number": "110101199003070492"})
    door = desk(lin)
    page = door.get(f"/clients/{zhang.pk}/actions/clients.change", **FORM).content.decode()
    assert "110101199003070492" not in page
    done = door.post(
        f"/clients/{zhang.pk}/actions/clients.change",
        {"name": "张三", "code": "C0001", "id_number": "", "occupation": ""},
        **FORM,
    )
    assert done["HX-Refresh"] == "true"
    assert "********" in door.get(f"/clients/{zhang.pk}/?tab=basic").content.decode()


def test_a_contact_of_yesterday_and_a_plan_for_tomorrow_are_called_so_in_both_languages(desk, lin, zhang):
    yesterday, tomorrow = (clock.today() + timedelta(days=days) for days in (-1, 1))
    with acting(lin):
        perform("service.log_interaction", {"client": "C0001", "held_at": f"{yesterday} 10:00", "summary": "电话"})
        perform("service.plan_follow_up", {"client": "C0001", "due_on": tomorrow.isoformat(), "subject": "回访"})
    for language, words in (("zh", ("昨天", "明天")), ("en", ("yesterday", "tomorrow"))):
        with acting(lin):
            perform("team.set_preferences", {"language": language})
        page = desk(lin).get(f"/clients/{zhang.pk}/").content.decode()
        assert all(word in page for word in words) and "1 days" not in page and "1 天前" not in page
