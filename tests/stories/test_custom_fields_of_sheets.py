"""Custom fields of the other sheets: investments, service records, needs, plans, and of requests."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client as Browser

from dakehu.domains.clients.models import Needs
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform, render_row
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.api.openapi import openapi
from tests.cast import acting, as_system
from tests.stories.test_custom_fields import add, browser

pytestmark = pytest.mark.django_db

LIST = "上午 | Morning\n晚间 | Evening"
# {model: (action that creates one, its values, action that changes it, parameter for the row, sheet)}
SHEETS: dict[str, Any] = {
    "ledger.Investment": (
        "ledger.add_investment",
        {"invested_on": "2026-01-05", "amount": 100, "product": "华夏成长"},
        "ledger.change_investment",
        "investment",
        "投资历史",
    ),
    "service.Interaction": (
        "service.log_interaction",
        {"held_at": "2026-01-05 10:00", "summary": "初访"},
        "service.change_interaction",
        "interaction",
        "客户服务记录",
    ),
    "clients.Needs": ("clients.record_needs", {"goal": "稳健"}, "clients.record_needs", "client", "需求与偏好"),
    "service.FollowUp": (
        "service.plan_follow_up",
        {"due_on": "2027-03-01", "subject": "回访"},
        "service.change_follow_up",
        "follow_up",
        "定期跟进计划",
    ),
}
each_sheet = pytest.mark.parametrize("model", SHEETS)


def made(user: Any, model: str, client: Any, **values: Any) -> Any:
    verb, needs, *_ = SHEETS[model]
    with acting(user):
        return perform(verb, {"client": client.pk, **needs, **values})


def sheet_of(path: Any, model: str) -> tuple[Any, Any, int]:
    """Return (workbook, the model's sheet, column of the field 时段)."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEETS[model][4]]
    return book, sheet, [cell.value for cell in sheet[1]].index("时段 Hours") + 1


@each_sheet
def test_it_is_written_changed_and_told_in_words(admin, lin, zhang, model):
    add(admin, "时段", "Hours", "one", options=LIST, model=model)
    row = made(lin, model, zhang, 时段="晚间")
    _, _, verb, key, _ = SHEETS[model]
    with acting(lin):
        assert render_row(row, shown=True)["x_hours"] == "晚间"
        perform(verb, {key: zhang.pk if key == "client" else row.pk, "x_hours": "morning"})
        assert model_of(model).objects.get(pk=row.pk).x_hours == "morning"
        with pytest.raises(Refused, match="可选：上午、晚间"):
            perform(verb, {key: zhang.pk if key == "client" else row.pk, "x_hours": "半夜"})
    with as_system():
        report = json.loads(AuditEntry.objects.order_by("-pk").first().body)["changes"][0]
    assert (report["before"]["x_hours"], report["after"]["x_hours"]) == ("evening", "morning")


@pytest.mark.postgres
@each_sheet
def test_it_goes_out_in_its_sheet_comes_back_edited_and_is_undone(admin, lin, zhang, model, tmp_path):
    add(admin, "时段", "Hours", "one", options=LIST, model=model)
    row, path = made(lin, model, zhang, 时段="晚间"), tmp_path / "out.xlsx"
    with acting(lin):
        exports.write_filled(path=path)
    book, sheet, column = sheet_of(path, model)
    assert sheet.cell(2, column).value == "晚间"
    sheet.cell(2, column).value = "上午"
    book.save(path)
    with acting(lin):
        report = imports.run_import(path)
        assert report["updated"] == 1 and model_of(model).objects.get(pk=row.pk).x_hours == "morning"
        perform("workbook.undo", {"batch": report["batch"]})
        assert model_of(model).objects.get(pk=row.pk).x_hours == "evening"


@each_sheet
def test_a_new_row_brings_it_and_the_same_file_again_changes_nothing(admin, lin, zhang, model, tmp_path):
    add(admin, "时段", "Hours", "one", options=LIST, model=model)
    with acting(lin):
        exports.write_filled(path=tmp_path / "template.xlsx")
    book, sheet, column = sheet_of(tmp_path / "template.xlsx", model)
    headings = [cell.value for cell in sheet[1]]
    given = {"客户号": zhang.code, **SHEETS[model][1]}
    named = {
        "invested_on": "投资日期",
        "amount": "投资金额",
        "product": "投资产品",
        "held_at": "沟通时间",
        "summary": "事件描述",
        "goal": "投资目标",
        "due_on": "计划日期",
        "subject": "计划事项",
    }
    for name, value in given.items():
        place = next(n for n, text in enumerate(headings, 1) if text.split()[0] == named.get(name, name))
        sheet.cell(2, place).value = value
    sheet.cell(2, column).value = "晚间"
    book.save(tmp_path / "new.xlsx")
    with acting(lin):
        assert imports.run_import(tmp_path / "new.xlsx")["created"] == 1
        assert model_of(model).objects.get().x_hours == "evening"
        again = imports.run_import(tmp_path / "new.xlsx")
        assert (again["created"], again["updated"]) == (0, 0)


@each_sheet
def test_what_is_required_is_required_of_a_new_row_by_hand_and_by_import(admin, lin, zhang, model, tmp_path):
    before = made(lin, model, zhang)
    add(admin, "时段", "Hours", "one", options=LIST, model=model, required=True)
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx")
        report = imports.run_import(tmp_path / "out.xlsx")
        assert report["imported"] and report["updated"] == 0  # existing rows are left unchanged
        other = perform("clients.create", {"name": "李新"})
    with pytest.raises(Refused) as refused:
        made(lin, model, other)
    assert "请填写“时段”。" in str(refused.value.messages["x_hours"][0])
    book, sheet, _ = sheet_of(tmp_path / "out.xlsx", model)
    code, key = (next(c for c in sheet[1] if c.value.split()[0] == name).column for name in ("客户号", "行钥"))
    sheet.cell(2, code).value, sheet.cell(2, key).value = other.code, None
    sheet.cell(2, code + 1).value = other.name
    book.save(tmp_path / "new.xlsx")
    with acting(lin):
        report = imports.run_import(tmp_path / "new.xlsx", dry_run=True)
        assert "请填写“时段”。" in json.dumps(report["faults"], ensure_ascii=False)
        assert model_of(model).objects.filter(pk=before.pk).exists()


@each_sheet
def test_who_may_not_edit_it_may_not_edit_it_in_the_sheet_either(admin, lin, zhou, zhang, model, tmp_path):
    add(admin, "时段", "Hours", "one", options=LIST, model=model, edited_by="团队负责人")
    made(zhou, model, zhang, 时段="晚间")
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx")
        report = imports.run_import(tmp_path / "out.xlsx")
        assert report["imported"] and report["updated"] == 0
    book, sheet, column = sheet_of(tmp_path / "out.xlsx", model)
    sheet.cell(2, column).value = "上午"
    book.save(tmp_path / "edited.xlsx")
    with acting(lin):
        report = imports.run_import(tmp_path / "edited.xlsx", dry_run=True)
    assert "您的角色不能修改“时段”。" in json.dumps(report["faults"], ensure_ascii=False)


def test_the_composer_asks_it_the_timeline_tells_it_and_the_list_shows_it(admin, lin, zhang):
    add(admin, "地点", "Place", "text", model="service.Interaction", listed=True)
    add(admin, "陪同人", "Companion", "text", model="service.Interaction", required=True)
    page = browser(lin)
    first = page.get(f"/clients/{zhang.pk}/").content.decode()
    assert 'name="x_place"' in first and 'name="x_companion"' in first
    quick = page.get(f"/clients/{zhang.pk}/peek").content.decode()
    assert 'name="x_companion"' in quick and 'name="x_place"' not in quick
    sent = {
        "held_at": "2026-01-05T10:00",
        "summary": "到店",
        "channel": "meeting",
        "form": "composer",
        "x_place": "静安营业部",
    }
    address = f"/clients/{zhang.pk}/actions/service.log_interaction"
    assert "请填写“陪同人”" in page.post(address, sent).content.decode()
    page.post(address, {**sent, "x_companion": "周敏"})
    report = page.get(f"/clients/{zhang.pk}/").content.decode()
    assert "地点 静安营业部" in report and "陪同人 周敏" in report
    listed = page.get(f"/clients/{zhang.pk}/?tab=service").content.decode()
    assert "静安营业部" in listed and "周敏" not in listed


@pytest.mark.postgres
def test_the_api_takes_describes_and_filters_by_it(admin, lin, zhang):
    add(admin, "地点", "Place", "text", model="service.Interaction")
    row = made(lin, "service.Interaction", zhang, 地点="静安")
    with acting(lin):
        token = perform("team.create_token", {"name": "试验"})["token"]
        assert "x_place" in openapi()["components"]["schemas"]["Interaction"]["properties"]
        assert [one["id"] for one in ask("service.interactions", {"filters": {"地点": "静安"}})["rows"]] == [row.pk]
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    report = Browser().patch(
        f"/api/v1/interactions/{row.pk}", json.dumps({"x_place": "徐汇"}), "application/json", **bearer
    )
    assert report.status_code == 200 and report.json()["x_place"] == "徐汇"


def test_a_plan_for_many_takes_it_and_the_next_of_a_series_keeps_it(admin, lin, zhang):
    add(admin, "材料", "Papers", "text", model="service.FollowUp")
    with acting(lin):
        perform(
            "service.plan_many",
            {
                "clients": [zhang.code],
                "due_on": "2026-03-02",
                "subject": "季度回访",
                "every": "quarter",
                "材料": "月报",
            },
        )
        plan = FollowUp.objects.get()
        perform("service.finish_follow_up", {"follow_up": plan.pk, "on": "2026-03-02"})
        assert [one.x_papers for one in FollowUp.objects.order_by("due_on")] == ["月报", "月报"]


def test_a_request_takes_it_and_may_be_emptied(admin, lin, zhang):
    add(admin, "外部编号", "Outside number", "text", model="service.Request")
    with acting(lin):
        row = perform(
            "service.open_request", {"client": zhang.pk, "kind": "request", "subject": "佣金", "外部编号": "12386-1"}
        )
        assert row.x_outside_number == "12386-1"
        perform("service.move_request", {"request": row.pk, "x_outside_number": ""})
        assert type(row).objects.get(pk=row.pk).x_outside_number is None


@pytest.mark.postgres
def test_a_merge_keeps_what_either_client_wishes(admin, lin, zhang):
    add(admin, "时段", "Hours", "text", model="clients.Needs")
    add(admin, "语言", "Language", "text", model="clients.Needs")
    with acting(lin):
        other = perform("clients.create", {"name": "张三", "anyway": True})
        perform("clients.record_needs", {"client": zhang.pk, "时段": "上午"})
        perform("clients.record_needs", {"client": other.pk, "时段": "晚间", "语言": "沪语"})
        done = perform("clients.merge", {"client": zhang.pk, "other": other.pk})
        kept = Needs.objects.get(client=zhang.pk)
        assert (kept.x_hours, kept.x_language) == ("上午", "沪语")
        perform("workbook.undo", {"batch": done["batch"]})
        assert [one.x_hours for one in Needs.objects.order_by("client_id")] == ["上午", "晚间"]


def test_roles_that_may_not_see_it_do_not_meet_it_in_sheet_form_or_list(admin, he, lin, zhang, tmp_path):
    add(admin, "合规备注", "Compliance remark", "text", model="service.Interaction", seen_by="合规专员")
    made(lin, "service.Interaction", zhang)
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx")
        assert "x_compliance_remark" not in render_row(Interaction.objects.get())
    assert "合规备注" not in str(
        [cell.value for cell in openpyxl.load_workbook(tmp_path / "out.xlsx")["客户服务记录"][1]]
    )
    assert "x_compliance_remark" not in browser(lin).get(f"/clients/{zhang.pk}/").content.decode()
    with acting(he):
        assert "x_compliance_remark" in render_row(Interaction.objects.get())


def test_a_name_that_the_form_asks_for_already_is_refused_and_so_is_a_secret_elsewhere(admin):
    with pytest.raises(Refused, match="“下次跟进日期”已是另一个字段的名称"):
        add(admin, "下次跟进日期", "Next", "date", model="service.Interaction")
    with pytest.raises(Refused, match="“手机”已是另一个字段的名称"):
        add(admin, "手机", "Handset", "text")
    with pytest.raises(Refused, match="机密字段只能加在客户上"):
        add(admin, "暗语", "Watchword", "text", model="clients.Needs", sensitivity="secret")


def test_the_administrator_chooses_the_table_in_the_browser(admin, lin, zhang):
    page = browser(admin)
    assert "客户诉求" in page.get("/system/fields/new").content.decode()
    sent = {"zh": "地点", "en": "Place", "kind": "text", "model": "service.Interaction", "sensitivity": "public"}
    assert page.post("/system/fields/new", sent).status_code == 302
    assert "服务记录" in page.get("/system/fields/").content.decode()
    assert made(lin, "service.Interaction", zhang, 地点="静安").x_place == "静安"


EDITS = [
    ("text", "喝茶", "读书", "读书"),
    ("long", "一\n二", "三\n四", "三\n四"),
    ("whole", "3", 7, 7),
    ("amount", "100万", 250000.5, Decimal("250000.50")),
    ("percent", "5%", 0.125, Decimal("0.125")),
    ("date", "2026-03-01", date(2027, 1, 31), date(2027, 1, 31)),
    ("yesno", "是", "否", False),
    ("one", "上午", "Evening", "evening"),
    ("several", "上午", "晚间、上午", "morning,evening"),
]


@pytest.mark.parametrize(("kind", "first", "typed", "kept"), EDITS, ids=[kind for kind, *_ in EDITS])
def test_every_kind_comes_back_as_it_was_typed_and_empty_as_empty(
    admin, lin, zhang, qian, tmp_path, kind, first, typed, kept
):
    language = "en" if kind in ("amount", "date", "one") else "zh"  # is formatted differently in English
    add(
        admin,
        "试验",
        "Trial",
        kind,
        model="service.Interaction",
        **({"options": LIST} if kind in ("one", "several") else {}),
    )
    rows = [made(lin, "service.Interaction", zhang, 试验=first, summary=f"第{n}次") for n in range(3)]
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx", language=language)
        untouched = imports.run_import(tmp_path / "out.xlsx")
        assert (untouched["created"], untouched["updated"]) == (0, 0)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book["客户服务记录"]
    column = next(cell.column for cell in sheet[1] if "Trial" in str(cell.value))
    sheet.cell(2, column).value, sheet.cell(3, column).value = typed, None
    book.save(tmp_path / "edited.xlsx")
    with acting(lin):
        assert imports.run_import(tmp_path / "edited.xlsx")["updated"] == 2
        held = [Interaction.objects.get(pk=row.pk).x_trial for row in rows]
    assert held == [kept, None, rows[2].x_trial]
