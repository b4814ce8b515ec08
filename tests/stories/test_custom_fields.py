"""A field that the administrator adds is in every interface immediately, with the same rules as the built-in fields."""

import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client as Browser

from dakehu.domains.clients.models import Client
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation import key_rotation
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform, render_row
from dakehu.foundation.schema import custom_fields
from dakehu.interfaces.api.openapi import openapi
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


def add(admin: Any, zh: str, en: str, kind: str, **more: Any) -> Any:
    with acting(admin):
        return perform("fields.add", {"zh": zh, "en": en, "kind": kind, **more})


def change(user: Any, client: Any, **values: Any) -> Any:
    with acting(user):
        return render_row(perform("clients.change", {"client": client.pk, **values}))


def browser(user: Any) -> Browser:
    made = Browser()
    made.force_login(user, backend=BACKEND)
    return made


MARKETS = "A股/B股 | A/B shares\n港股、美股 | HK, US shares\n债券 | Bonds\n港股 | HK shares"


@pytest.mark.parametrize(
    "text", ["A股/B股、港股、美股", "A/B shares, HK, US shares", "港股、美股 | A股/B股", "港股、美股/A股/B股"]
)
def test_names_of_a_list_may_hold_commas_and_slashes(admin, lin, zhang, text):
    add(admin, "市场", "Markets", "several", options=MARKETS)
    assert change(lin, zhang, 市场=text)["x_markets"] == "a_b_shares,hk_us_shares"
    with acting(lin):
        assert [c["code"] for c in ask("clients.list", {"filters": {"x_markets": "A股/B股、港股、美股"}})["rows"]] == [
            "C0001"
        ]


def test_such_names_go_round_through_a_workbook_in_both_languages(admin, lin, zhang, tmp_path):
    add(admin, "市场", "Markets", "several", options=MARKETS)
    add(admin, "主场", "Home market", "one", options=MARKETS)
    change(lin, zhang, 市场="港股、美股、港股", 主场="港股、美股")
    for language in ("zh", "en"):
        path = tmp_path / f"{language}.xlsx"
        with acting(lin):
            exports.write_filled(path=path, language=language)
            report = imports.run_import(path)
        assert (report["created"], report["updated"]) == (0, 0)
    with acting(lin):
        assert render_row(Client.objects.get(pk=zhang.pk))["x_markets"] == "hk_us_shares,hk_shares"
        found = ask("clients.list", {"filters": {"x_home_market.in": "债券,港股、美股"}})["rows"]
    assert [client["code"] for client in found] == ["C0001"]


def test_a_name_that_reads_like_others_and_a_text_that_names_none_are_refused(admin, lin, zhang):
    with pytest.raises(Refused, match="会被读成其他几个可选值"):
        add(admin, "茶", "Tea", "several", options="红茶 | Black\n绿茶 | Green\n红茶、绿茶 | Both")
    add(admin, "市场", "Markets", "several", options=MARKETS)
    with pytest.raises(Refused, match="港股/期货"):
        change(lin, zhang, 市场="港股/期货")


@pytest.fixture
def hours(admin):
    return add(
        admin, "首选联系时段", "Preferred hours", "one", options="上午 | Morning\n晚间 | Evening", aliases="联系时段"
    )


KINDS = [
    ("text", "喝茶", "喝茶"),
    ("long", "一\n二", "一\n二"),
    ("whole", "3岁", 3),
    ("amount", "100万", "1000000.00"),
    ("percent", "5%", "0.050000"),
    ("date", "2026年3月1日", "2026-03-01"),
    ("yesno", "是", True),
]


@pytest.mark.parametrize(("kind", "given", "report"), KINDS, ids=[kind for kind, *_ in KINDS])
def test_each_kind_is_read_as_people_write_it_found_and_sorted(admin, lin, zhang, kind, given, report):
    add(admin, "试验字段", "Trial", kind)
    assert change(lin, zhang, 试验字段=given)["x_trial"] == report
    with acting(lin):
        found = ask("clients.list", {"filters": {"x_trial": given}, "order": "-x_trial"})
        assert [row["code"] for row in found["rows"]] == ["C0001"]
        assert ask("clients.list", {"filters": {"试验字段.empty": 1}})["count"] == 0
        if kind in ("whole", "amount", "percent"):
            assert ask("clients.list", {"filters": {"x_trial.gt": "4%" if kind == "percent" else "2"}})["count"] == 1
            assert ask("clients.list", {"filters": {"x_trial.lt": "1%" if kind == "percent" else "2"}})["count"] == 0


def test_a_list_takes_its_names_in_either_language_and_refuses_others(lin, zhang, hours):
    assert change(lin, zhang, x_preferred_hours="evening")["x_preferred_hours"] == "evening"
    assert change(lin, zhang, 联系时段="上午")["x_preferred_hours"] == "morning"
    with pytest.raises(Refused) as refused:
        change(lin, zhang, x_preferred_hours="半夜")
    assert "可选：上午、晚间" in str(refused.value.messages["x_preferred_hours"][0])


def test_several_of_a_list(admin, lin, zhang):
    add(admin, "爱好", "Hobbies", "several", options="茶 | Tea\n高尔夫 | Golf\n书画 | Calligraphy")
    assert change(lin, zhang, 爱好="书画、茶")["x_hobbies"] == "tea,calligraphy"
    with acting(lin):
        assert ask("clients.list", {"filters": {"爱好.has": "茶"}})["count"] == 1
        assert ask("clients.list", {"filters": {"爱好.has": "高尔夫"}})["count"] == 0
        assert render_row(Client.objects.get(pk=zhang.pk), shown=True)["x_hobbies"] == "茶、书画"


def test_the_grid_shows_several_of_a_list_in_words_and_takes_them_back(admin, lin, zhang):
    add(admin, "爱好", "Hobbies", "several", options="茶 | Tea\n高尔夫 | Golf\n书画 | Calligraphy")
    change(lin, zhang, 爱好="书画、茶")
    page = browser(lin)
    row = page.get("/clients/rows").json()["rows"][0]
    assert row["x_hobbies"] == "茶、书画"
    sent = {
        "version": row["row_version"],
        "base": {"x_hobbies": row["x_hobbies"]},
        "values": {"x_hobbies": "高尔夫、茶"},
    }
    report = page.post(f"/clients/{zhang.pk}/cells", json.dumps(sent), content_type="application/json")
    assert report.status_code == 200 and report.json()["row"]["x_hobbies"] == "茶、高尔夫"


def test_form_grid_page_and_api_have_it_without_a_restart(lin, zhang, hours):
    page = browser(lin)
    form = page.get(f"/clients/{zhang.pk}/actions/clients.change").content.decode()
    assert "首选联系时段" in form and "晚间" in form
    page.post(f"/clients/{zhang.pk}/actions/clients.change", {"x_preferred_hours": "evening", "version": 1})
    assert "晚间" in page.get(f"/clients/{zhang.pk}/?tab=basic").content.decode()
    assert "x_preferred_hours" in page.get("/clients/").content.decode()
    with acting(lin):
        token = perform("team.create_token", {"name": "试验"})["token"]
        assert "x_preferred_hours" in openapi()["components"]["schemas"]["Client"]["properties"]
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    assert Browser().get("/api/v1/clients/C0001", **bearer).json()["x_preferred_hours"] == "evening"
    report = Browser().patch(
        "/api/v1/clients/C0001", json.dumps({"x_preferred_hours": "午夜"}), "application/json", **bearer
    )
    assert report.status_code == 400 and "x_preferred_hours" in report.json()["messages"]


def test_the_command_line_writes_it(lin, zhang, hours, capsys):
    assert main(["do", "clients.change", "client=C0001", "首选联系时段=晚间", "--as", "lin", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["x_preferred_hours"] == "evening"


def test_the_workbook_goes_out_with_its_list_and_comes_back(lin, zhang, hours, tmp_path):
    change(lin, zhang, x_preferred_hours="morning")
    with acting(lin):
        path = tmp_path / "out.xlsx"
        exports.write_filled(path=path)
    sheet = openpyxl.load_workbook(path)["基本信息"]
    heading = [cell.value for cell in sheet[1]]
    place = heading.index("首选联系时段 Preferred hours")
    assert sheet.cell(2, place + 1).value == "上午"


def test_what_is_edited_or_emptied_in_an_exported_workbook_comes_back_and_is_undone(admin, lin, zhang, hours, tmp_path):
    add(admin, "备用金", "Reserve", "amount")
    change(lin, zhang, x_preferred_hours="morning", 备用金="5万")
    path = tmp_path / "out.xlsx"
    with acting(lin):
        exports.write_filled(path=path)
    book = openpyxl.load_workbook(path)
    heading = [cell.value for cell in book["基本信息"][1]]
    book["基本信息"].cell(2, heading.index("首选联系时段 Preferred hours") + 1).value = "晚间"
    book["基本信息"].cell(2, next(n for n, text in enumerate(heading, 1) if text.startswith("备用金"))).value = None
    book.save(path)
    with acting(lin):
        report = imports.run_import(path)
        held = Client.objects.get(pk=zhang.pk)
        assert report["updated"] == 1 and (held.x_preferred_hours, held.x_reserve) == ("evening", None)
        perform("workbook.undo", {"batch": report["batch"]})
        held = Client.objects.get(pk=zhang.pk)
    assert (held.x_preferred_hours, held.x_reserve) == ("morning", 50000)


def test_an_import_reads_it_by_an_alias_and_names_the_cell_at_fault(lin, zhang, hours, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ("客户号", "客户姓名", "联系时段"),
        ("C0001", "张三", "晚间"),
        ("C0009", "新客", "早晨"),
        ("C0010", "李新", "上午"),
    ):
        book.active.append(row)
    path = tmp_path / "in.xlsx"
    book.save(path)
    with acting(lin):
        report = imports.run_import(path, dry_run=True)
        assert "早晨" in json.dumps(report["faults"], ensure_ascii=False) and "C3" in json.dumps(report["faults"])
        assert imports.run_import(path, skip_errors=True)["batch"] is not None
        assert Client.objects.get(code="C0001").x_preferred_hours == "evening"
        assert Client.objects.get(code="C0010").x_preferred_hours == "morning"


def test_the_audit_tells_before_and_after_and_hides_what_is_personal(admin, lin, zhang, hours):
    add(admin, "家中情况", "Family", "text", sensitivity="personal")
    change(lin, zhang, x_preferred_hours="morning")
    change(lin, zhang, x_preferred_hours="evening", x_family="有两个孩子")
    with as_system():
        report = json.loads(AuditEntry.objects.order_by("-pk").first().body)["changes"][0]
    assert (report["before"]["x_preferred_hours"], report["after"]["x_preferred_hours"]) == ("morning", "evening")
    assert report["after"]["x_family"] == "•••"


def test_a_personal_field_is_masked_for_the_analyst_who_cannot_filter_by_it(admin, an, lin, zhang):
    add(admin, "家中情况", "Family", "text", sensitivity="personal")
    change(lin, zhang, x_family="有两个孩子")
    with acting(an):
        assert ask("clients.list", {})["rows"][0]["x_family"] == "•••"
        with pytest.raises(Refused):
            ask("clients.list", {"filters": {"x_family": "有两个孩子"}})


def test_a_secret_field_is_sealed_in_the_database_and_keeps_through_a_change_of_keys(admin, lin, zhang):
    from dakehu.foundation.access import keys
    from dakehu.foundation.actions.registry import act

    add(admin, "保险箱密码提示", "Safe hint", "text", sensitivity="secret")
    change(lin, zhang, x_safe_hint="老照片背后")
    with as_system():
        stored = Client.objects.get(pk=zhang.pk)
        assert "老照片" not in json.dumps(stored.extra, ensure_ascii=False) and str(stored.x_safe_hint) == "•••"
        keys.add_encryption_key()
        with act("test.rotate"):
            assert key_rotation.reencrypt_custom_fields() == 1
        assert Client.objects.get(pk=zhang.pk).x_safe_hint == "老照片背后"


def test_a_secret_field_is_opened_for_a_reason_and_on_the_record(admin, an, lin, wang, zhang, capsys):
    add(admin, "保险箱密码提示", "Safe hint", "text", sensitivity="secret")
    change(lin, zhang, x_safe_hint="老照片背后")
    page = browser(lin)
    basics = page.get(f"/clients/{zhang.pk}/?tab=basic").content.decode()
    address = f"/clients/{zhang.pk}/actions/clients.open_field"
    assert "老照片" not in basics and f"{address}?field=x_safe_hint" in basics
    assert "x_safe_hint" in page.get(f"{address}?field=x_safe_hint").content.decode()
    assert page.post(address, {"field": "x_safe_hint", "reason": ""}).status_code == 422
    assert "老照片背后" in page.post(address, {"field": "x_safe_hint", "reason": "回访"}).content.decode()
    sent = {"client": zhang.code, "field": "保险箱密码提示", "reason": "核对"}
    report = page.post("/api/v1/actions/clients.open_field", json.dumps(sent), content_type="application/json")
    assert "老照片背后" in json.dumps(report.json(), ensure_ascii=False)
    named = [f"{name}={value}" for name, value in sent.items()]
    assert main(["do", "clients.open_field", *named, "--as", lin.username]) == 0
    assert "老照片背后" in capsys.readouterr().out
    with acting(an), pytest.raises(NotAllowed):
        perform("clients.open_field", sent)
    with acting(wang), pytest.raises(Refused):
        perform("clients.open_field", sent)
    with acting(lin), pytest.raises(NotFound):
        perform("clients.open_field", {**sent, "field": "职业"})
    with as_system():
        looked = AuditEntry.objects.filter(action="clients.open_field").order_by("pk")
        assert [json.loads(one.body)["note"]["reason"] for one in looked] == ["回访", "核对", "核对"]
        assert all("老照片" not in one.body and "opened" in one.body for one in looked)


def test_roles_that_may_not_see_a_field_do_not_meet_it(admin, he, lin, zhang):
    add(admin, "合规备忘", "Compliance memo", "text", seen_by="合规专员")
    with acting(lin):
        assert "x_compliance_memo" not in ask("clients.list", {})["rows"][0]
        assert "x_compliance_memo" not in {parameter.name for parameter in ACTIONS["clients.change"].parameters}
        with pytest.raises(Refused):
            ask("clients.list", {"order": "x_compliance_memo"})
    with acting(he):
        assert "x_compliance_memo" in ask("clients.list", {})["rows"][0]


def test_roles_that_may_not_edit_a_field_see_it_and_are_refused(admin, lin, zhou, zhang):
    add(admin, "重点程度", "Weight", "whole", edited_by="团队负责人")
    assert change(zhou, zhang, x_weight=3)["x_weight"] == 3
    with pytest.raises(Refused) as refused:
        change(lin, zhang, x_weight=4)
    assert "您的角色不能修改“重点程度”。" in [str(text) for text in refused.value.messages["x_weight"]]
    assert "x_weight" not in browser(lin).get(f"/clients/{zhang.pk}/actions/clients.change").content.decode()


def test_what_is_required_is_required_of_new_clients_only(admin, lin, zhang):
    add(admin, "介绍人", "Introducer", "text", required=True)
    assert change(lin, zhang, occupation="教师")["occupation"] == "教师"
    with acting(lin), pytest.raises(Refused) as refused:
        perform("clients.create", {"name": "新客"})
    assert "x_introducer" in refused.value.messages


def test_an_archived_field_leaves_every_door_and_comes_back_with_its_values(admin, lin, zhang, hours):
    change(lin, zhang, x_preferred_hours="morning")
    with acting(admin):
        perform("fields.archive", {"field": hours.pk})
    with acting(lin):
        assert "x_preferred_hours" not in ask("clients.list", {})["rows"][0]
    with acting(admin):
        perform("fields.archive", {"field": hours.pk, "archived": False})
    with acting(lin):
        assert ask("clients.list", {})["rows"][0]["x_preferred_hours"] == "morning"


def test_a_process_that_knows_of_no_field_meets_it_when_somebody_begins_to_act(lin, zhang, hours):
    custom_fields.unload()
    with acting(lin):
        assert "x_preferred_hours" in ask("clients.list", {})["rows"][0]


def test_many_at_once_are_changed_and_taken_back(admin, lin, zhang, hours):
    with acting(lin):
        rows = [{"client": zhang.pk, "values": {"首选联系时段": "晚间"}}]
        made = perform("clients.change_cells", {"rows": rows})
        assert Client.objects.get(pk=zhang.pk).x_preferred_hours == "evening"
        perform("workbook.undo", {"batch": made["batch"]})
        assert Client.objects.get(pk=zhang.pk).x_preferred_hours is None


def test_only_the_administrator_adds_fields_and_names_mean_one_field(admin, lin):
    with acting(lin), pytest.raises(NotAllowed):
        perform("fields.add", {"zh": "暗号", "en": "Password hint", "kind": "text"})
    with pytest.raises(Refused) as refused:
        add(admin, "客户姓名", "Whatever", "text")
    assert "“客户姓名”已是另一个字段的名称" in str(refused.value.messages["zh"][0])


def test_a_list_value_in_use_stays(admin, lin, zhang, hours):
    change(lin, zhang, x_preferred_hours="morning")
    with acting(admin), pytest.raises(Refused):
        perform("fields.change", {"field": hours.pk, "options": "晚间 | Evening"})
    with acting(admin):
        perform("fields.change", {"field": hours.pk, "options": "早上 | Morning\n晚间 | Evening"})
    assert present_one_shown(lin, zhang) == "早上"


def present_one_shown(user: Any, client: Any) -> Any:
    with acting(user):
        return render_row(Client.objects.get(pk=client.pk), shown=True)["x_preferred_hours"]


def test_the_administrator_adds_a_field_in_the_browser(admin, lin, zhang):
    page = browser(admin)
    assert page.get("/system/fields/new").status_code == 200
    sent = {
        "zh": "生日礼品偏好",
        "en": "Birthday gift",
        "kind": "several",
        "options": "鲜花 | Flowers\n茶叶 | Tea",
        "sensitivity": "public",
        "seen_by": ["manager", "lead"],
        "shown": ["seen_by", "edited_by"],
    }
    assert page.post("/system/fields/new", sent).status_code == 302
    listed = page.get("/system/fields/").content.decode()
    assert "生日礼品偏好" in listed and "客户经理、团队负责人" in listed
    assert change(lin, zhang, 生日礼品偏好="茶叶，鲜花")["x_birthday_gift"] == "flowers,tea"


def test_a_merge_keeps_what_either_record_says(lin, zhang, admin):
    add(admin, "备用金", "Reserve", "amount")
    with acting(lin):
        other = perform("clients.create", {"name": "张三", "code": "C0003", "备用金": "5万", "anyway": True})
        perform("clients.merge", {"client": zhang.pk, "other": other.pk})
        assert Client.objects.get(pk=zhang.pk).x_reserve == Decimal(50000)
