"""The exported workbook is complete, masked and audited, and importing it again changes nothing."""

import io
import json
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.exchange.mapping.detection import guess_mapping
from dakehu.exchange.sheets import frames
from dakehu.exchange.workbook.reading import open_book
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, enter
from tests.exchange.article import write_article

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def full(lin, tmp_path: Path) -> None:
    with acting(lin):
        imports.run_import(write_article(tmp_path / "article.xlsx"))
        client = Client.objects.get()
        perform("clients.add_contact", {"client": client.code, "kind": "手机", "value": "13912345678"})
        perform("clients.change", {"client": client.code, "id_number": "11010519491231002X", "assets": "500万"})
        perform("clients.record_needs", {"client": client.code, "bearable_loss": "100%", "expected_return": "5%"})
        perform(
            "service.log_interaction",
            {"client": client.code, "held_at": "2023-03-01 10:30", "summary": "=1+1", "next_on": "2023-04-01"},
        )


def rows(book: openpyxl.Workbook, name: str) -> list[dict]:
    head, *body = book[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body if row[0]]


def test_the_five_tables_come_back_with_what_was_added_since(lin, full, tmp_path):
    with acting(lin):
        counts = exports.write_filled(path=tmp_path / "out.xlsx")
    five = {"clients": 1, "investments": 1, "interactions": 3, "needs": 1, "follow_ups": 3}
    assert {name: rows for name, rows in counts.items() if rows} == five
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    (client,) = rows(book, "基本信息")
    assert client["客户姓名 Client name"] == "张三"
    assert client["手机号码 Mobile"] in ("138xxxxxx88、139****5678", "139****5678、138xxxxxx88")
    assert client["证件号码 ID number"] == "110***********002X"
    assert client["服务人员 Staff"] == "林晓"
    (investment,) = rows(book, "投资历史")
    assert (investment["投资金额 Amount (CNY)"], investment["投资周期 Horizon"]) == (1000000, "长期")
    assert {r["结果 Result"] for r in rows(book, "客户服务记录")} >= {"向客户道歉并承诺改善"}
    assert rows(book, "需求与偏好")[0]["产品或服务喜好 Product and service likes"] == "股票投资组合管理"
    assert len(book["统计分析"]._pivots) == 2 and len(book["统计分析"]._charts) == 2


def test_sending_the_exported_workbook_in_again_changes_nothing(lin, full, tmp_path):
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx")
        before = Client.objects.get().row_version
        report = imports.run_import(tmp_path / "out.xlsx")
        assert (report["created"], report["updated"], report["errors"], report["unchanged"]) == (0, 0, 0, 9), report
        assert "contacts" not in report["parts"]
        client = Client.objects.get()
        assert client.row_version == before
        assert client.id_number == "11010519491231002X"


def test_a_workbook_edited_outside_updates_exactly_what_was_edited(lin, full, tmp_path):
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx")
        book = openpyxl.load_workbook(tmp_path / "out.xlsx")
        sheet = book["基本信息"]
        column = next(c.column for c in sheet[1] if c.value == "职业 Occupation")
        sheet.cell(2, column).value = "董事长"
        book.save(tmp_path / "edited.xlsx")
        report = imports.run_import(tmp_path / "edited.xlsx")
        assert (report["created"], report["updated"], report["unchanged"]) == (0, 1, 8)
        (sample,) = report["samples"]["clients"]
        assert [(c["before"], c["after"]) for c in sample["changes"]] == [("企业高管", "董事长")]
        assert Client.objects.get().occupation == "董事长"


def test_an_analyst_exports_masked_values_and_lin_may_not_export_what_is_not_hers(lin, an, wang, full, tmp_path):
    with acting(an):
        exports.write_filled(path=tmp_path / "masked.xlsx")
    (client,) = rows(openpyxl.load_workbook(tmp_path / "masked.xlsx"), "基本信息")
    assert client["客户姓名 Client name"] == "张*"
    assert client["资产规模 Assets (CNY)"] == "500–1,000 万", "a band, as in the list"
    with acting(lin):
        number = Client.objects.get().pk
    with acting(wang):
        assert exports.write_filled(path=tmp_path / "wang.xlsx", clients=[number])["clients"] == 0


def test_more_clients_may_be_chosen_than_a_statement_takes_values(lin, full, tmp_path):
    with acting(lin):
        everybody = exports.write_filled(path=tmp_path / "all.xlsx")
        assert exports.write_filled(path=tmp_path / "chosen.xlsx", clients=range(300_000)) == everybody


def test_an_administrator_may_not_export(admin, tmp_path):
    with acting(admin), pytest.raises(NotAllowed):
        exports.write_filled(path=tmp_path / "never.xlsx")
    assert not (tmp_path / "never.xlsx").exists()


def test_who_exported_how_much_is_on_the_record(lin, full, tmp_path):
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx", password="密码-2026")
        entry = AuditEntry.objects.filter(action="workbook.export").latest("pk")
    report = json.loads(entry.body)["note"]
    assert report["counts"]["clients"] == 1 and report["locked"] is True
    with (tmp_path / "out.xlsx").open("rb") as file:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password="密码-2026", verify_password=True)
        opened = io.BytesIO()
        office.decrypt(opened)
    assert "定期跟进计划" in openpyxl.load_workbook(opened).sheetnames


def test_the_template_holds_rules_and_nobodys_data(lin, full, tmp_path):
    exports.write_template(tmp_path / "template.xlsx", language="en")
    book = openpyxl.load_workbook(tmp_path / "template.xlsx")
    assert all(not rows(book, name) for name in ("基本信息", "投资历史", "客户服务记录", "需求与偏好", "定期跟进计划"))
    lists = [r.formula1 for r in book["投资历史"].data_validations.dataValidation if r.type == "list"]
    assert any("Long term" in str(formula) for formula in lists)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_heading_of_the_template_is_refused_by_the_import(admin, tmp_path, language):
    path = exports.write_template(tmp_path / "template.xlsx", language=language)
    with acting(admin):
        plan = guess_mapping(open_book(path))
    unknown = [c.heading for table in plan.tables for c in table.columns if c.unit_how == "unknown"]
    assert plan.tables and unknown == []


@pytest.mark.django_db(transaction=True)
def test_an_export_in_the_background_is_kept_for_its_owner(lin, full):
    with acting(lin):
        number = exports.start_export(password="密码-2026")
        jobs.run_due_jobs()
        result = jobs.get_job(number, lin.pk)
        assert result["state"] == "done", result
        name, content = files.read(result["result"]["file"])
    assert name.endswith(".xlsx") and content[:4] == b"\xd0\xcf\x11\xe0"


def test_staff_who_share_a_name_come_back_as_themselves(lin, full, tmp_path):
    enter("lin2", "林晓", "manager", "东区一队")
    with acting(lin):
        exports.write_filled(path=tmp_path / "out.xlsx")
        assert rows(openpyxl.load_workbook(tmp_path / "out.xlsx"), "基本信息")[0]["服务人员 Staff"] == "lin"
        report = imports.run_import(tmp_path / "out.xlsx")
        assert (report["unchanged"], report["errors"], report["updated"]) == (9, 0, 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_a_client_may_have_goes_round_in_both_languages(lin, tmp_path, language):
    with acting(lin):
        perform(
            "clients.create",
            {
                "name": "欧阳静",
                "code": "K9",
                "birth_on": "1980-05-06",
                "assets": "1234567.89",
                "branch": "SH01",
                "phone": "13912345678",
                "mail": "oyj@163.com",
                "id_number": "11010519491231002X",
                "risk_level": "C3",
                "address": "北京市西城区金融街1号",
                "remark": "3×5 平米 * 备注",
            },
        )
        perform(
            "service.log_interaction",
            {
                "client": "K9",
                "held_at": "2026-01-05 10:37",
                "summary": "多行\n内容 =1+1",
                "promise": "寄材料",
                "promise_due_on": "2026-02-01",
                "next_on": "2026-03-02",
            },
        )
        perform(
            "ledger.add_investment",
            {
                "client": "K9",
                "invested_on": "2024-02-29",
                "amount": "1000000.05",
                "product": "基金B",
                "product_kind": "基金",
                "value": "1100000",
                "expected_return": "150%",
            },
        )
        perform("clients.record_needs", {"client": "K9", "bearable_loss": "100%", "expected_return": "8%"})
        exports.write_filled(path=tmp_path / "out.xlsx", language=language)
        report = imports.run_import(tmp_path / "out.xlsx")
    assert (report["unchanged"], report["created"], report["updated"], report["errors"]) == (5, 0, 0, 0), report[
        "faults"
    ]
    assert "contacts" not in report["parts"] and report["keyed"] == 5 and report["cells"] == []


def cells(path: Path) -> dict[str, list]:
    """Return {sheet: its rows without the sealed keys} of the workbook's tables."""
    book = openpyxl.load_workbook(path)
    made = {}
    for name in ("基本信息", "投资历史", "客户服务记录", "需求与偏好", "定期跟进计划"):
        head, *body = book[name].iter_rows(values_only=True)
        made[name] = [head[:-1], *(row[:-1] for row in body if row[0])]
    return made


def test_rows_read_two_at_a_time_make_the_same_workbook_and_go_round(lin, full, tmp_path, monkeypatch):
    with acting(lin):
        for number, loss in enumerate(("5%", "10%", "120%", "7%")):
            perform("clients.create", {"code": f"K{number}", "name": f"客户{'甲乙丙丁'[number]}"})
            perform("clients.record_needs", {"client": f"K{number}", "bearable_loss": "20%", "expected_return": loss})
        exports.write_filled(path=tmp_path / "whole.xlsx")
        monkeypatch.setattr(frames, "READ", 2)
        counts = exports.write_filled(path=tmp_path / "slices.xlsx")
        assert counts["clients"] == 5 and cells(tmp_path / "slices.xlsx") == cells(tmp_path / "whole.xlsx")
        _, *body = cells(tmp_path / "slices.xlsx")["需求与偏好"]
        (at,) = {place for row in body for place, value in enumerate(row) if value == "120%"}
        assert sorted(row[at] for row in body) == [
            "10%",
            "120%",
            "5%",
            "5%",
            "7%",
        ]  # with one of 100 % or more, all are text
        report = imports.run_import(tmp_path / "slices.xlsx")
        assert report["created"] == report["updated"] == 0
