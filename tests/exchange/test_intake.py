"""A table in any state is checked, refused with position and remedy, or imported once, seen by its owner only."""

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from dakehu.domains.clients.models import Client, Contact, Coverage
from dakehu.domains.ledger.models import Investment
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from dakehu.foundation.schema import resources
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def book(path: Path, **sheets: list[list]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def test_a_gb18030_table_with_title_totals_wan_and_full_width_digits_is_understood(lin, tmp_path):
    path = csv(
        tmp_path / "客户.csv",
        "东区一队大客户资产表(2023年)\n客户号,姓名,性别,手机,资产规模,出生日期,风险等级\n"
        "A001,李四,男,13812345678,100万,1980年5月6日,稳健型\nA002,王五,女,13987654321,"
        '"¥1,000,000",1975-03-02,C4\n\n合计,,,,200万,,\n',
        "gb18030",
    )
    with acting(lin):
        report = imports.run_import(path)
        assert (report["created"], report["errors"]) == (2, 0), report["faults"]
        first, second = Client.objects.order_by("code")
        assert (first.name, first.assets, first.birth_on.isoformat(), first.risk_level) == (
            "李四",
            1000000,
            "1980-05-06",
            "C3",
        )
        assert (second.code, second.assets, second.gender) == ("A002", 1000000, "female")
        assert {str(c.value) for c in Contact.objects.all()} == {"138****5678", "139****4321"}
        assert (first.pinyin, first.initials) == ("lisi", "ls")


def test_faults_name_sheet_cell_value_and_remedy_and_nothing_is_written(lin, tmp_path):
    path = book(
        tmp_path / "t.xlsx",
        基本信息=[
            ["客户号", "客户姓名", "手机号码", "身份证号", "风险等级"],
            ["A001", "李四", "1381234567", "", "稳健型"],
            ["A002", "王五", "", "110105194912310021", "很高"],
            ["A003", "赵六", "", "", "C2"],
        ],
    )
    with acting(lin):
        report = imports.run_import(path)
        assert report["imported"] is False and not Client.objects.exists()
        found = {(f["sheet"], f["cell"]): f for f in report["faults"]}
        assert set(found) == {("基本信息", "C2"), ("基本信息", "D3"), ("基本信息", "E3")}
        risk = found["基本信息", "E3"]
        assert risk["value"] == "很高" and "C3 稳健型" in risk["zh"] and "Balanced" in risk["en"] and risk["remedy_zh"]
        assert "110105194912310021" not in json.dumps(report, ensure_ascii=False), (
            "an ID number is not copied into a report"
        )
        assert (report["created"], report["errors"]) == (1, 2)
        good = imports.run_import(path, skip_errors=True)
        assert (good["imported"], good["created"], good["errors"]) == (True, 1, 2)
        assert Client.objects.get().code == "A003"


def test_the_service_sheet_obeys_the_rules_of_a_single_record(lin, zhang, tmp_path):
    path = book(
        tmp_path / "t.xlsx",
        客户服务记录=[
            ["客户号", "沟通时间", "事件描述", "下次跟进日期", "承诺期限"],
            ["C0001", "2099-01-01", "未来", None, None],
            ["C0001", "2026-01-05 10:00", "倒退", "2025-01-01", None],
            ["C0001", "2026-01-05 11:00", "空头", None, "2026-02-01"],
            ["C0001", "2026-01-06 09:30", "咨询", "2026-12-01", None],
        ],
    )
    single = []
    with acting(lin):
        for raw in (
            {"held_at": "2099-01-01", "summary": "未来"},
            {"held_at": "2026-01-05 10:00", "summary": "倒退", "next_on": "2025-01-01"},
            {"held_at": "2026-01-05 11:00", "summary": "空头", "promise_due_on": "2026-02-01"},
        ):
            with pytest.raises(Refused) as refusal:
                perform("service.log_interaction", {"client": "C0001", **raw})
            single += [(name, texts[0]) for name, texts in refusal.value.as_plain().items()]
        report = imports.run_import(path, skip_errors=True)
        assert [(f["field"], f["zh"]) for f in report["faults"]] == single
        assert Interaction.objects.get().summary == "咨询"
        assert Interaction.objects.get().staff == lin
        assert FollowUp.objects.get().due_on.isoformat() == "2026-12-01"
        zhang.refresh_from_db()
        assert (zhang.last_contact_on.isoformat(), zhang.next_contact_on.isoformat()) == ("2026-01-06", "2026-12-01")


def test_another_teams_client_is_neither_changed_nor_seen(lin, qian, tmp_path):
    path = book(
        tmp_path / "t.xlsx",
        基本信息=[["客户号", "客户姓名"], ["C0002", "钱二二"]],
        投资历史=[["客户号", "投资日期", "投资金额", "投资产品"], ["C0002", "2023-01-15", "5", "股票"]],
    )
    with acting(lin):
        report = imports.run_import(path, skip_errors=True)
        assert (report["created"], report["updated"], report["errors"]) == (0, 0, 2)
        assert "团队负责人" in report["faults"][0]["zh"] and "C0002" in report["faults"][0]["zh"]
    with acting_as(system_actor("look")):
        assert Client.objects.get(code="C0002").name == "钱二" and not Investment.objects.exists()


def test_modes_create_only_and_update_only_skip_the_other(lin, zhang, tmp_path):
    path = csv(tmp_path / "t.csv", "客户号,客户姓名,职业\nC0001,张三,医生\nN1,新人,律师\n")
    with acting(lin):
        report = imports.run_import(path, mode="update", key="code")
        assert (report["updated"], report["skipped"], Client.objects.count()) == (1, 1, 1)
        report = imports.run_import(path, mode="create", key="code")
        assert (report["created"], report["skipped"], Client.objects.count()) == (1, 1, 2)


def test_an_empty_cell_never_erases(lin, zhang, tmp_path):
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        report = imports.run_import(csv(tmp_path / "t.csv", "客户号,客户姓名,职业\nC0001,张三,\n"))
        assert report["unchanged"] == 1 and Client.objects.get().occupation == "医生"


def test_the_same_client_twice_in_a_file_is_refused_where_the_rows_differ(lin, tmp_path):
    path = csv(tmp_path / "t.csv", "客户号,客户姓名,职业\nN1,新人,律师\nN1,新人,律师\nN1,新人,医生\n")
    with acting(lin):
        report = imports.run_import(path)
        assert (report["created"], report["skipped"], report["errors"]) == (1, 1, 1)
        assert report["faults"][0]["cell"] == "A4"


def test_lead_assigns_by_the_staff_column_and_lin_may_only_name_herself(lin, zhou, wang, tmp_path):
    path = csv(tmp_path / "t.csv", "客户号,客户姓名,客户经理\nN1,甲一,林晓\nN2,乙二,王强\nN3,丙三,无此人\n")
    with acting(zhou):
        report = imports.run_import(path, skip_errors=True)
        assert (report["created"], report["errors"]) == (1, 2)
        assert Coverage.objects.get(until=None).user == lin
    with acting(lin):
        report = imports.run_import(csv(tmp_path / "u.csv", "客户号,客户姓名,客户经理\nN1,甲一,周宁\n"))
        assert report["errors"] == 1 and "团队负责人" in report["faults"][0]["zh"]


def test_an_analyst_may_not_import(an, tmp_path):
    with acting(an), pytest.raises(NotAllowed):
        imports.run_import(csv(tmp_path / "t.csv", "客户号,客户姓名\nN1,甲一\n"))


def test_a_file_is_one_act_and_a_fault_of_the_program_leaves_nothing(lin, tmp_path, monkeypatch):
    path = book(
        tmp_path / "t.xlsx",
        基本信息=[["客户号", "客户姓名"], ["N1", "甲一"]],
        投资历史=[["客户号", "投资日期", "投资金额", "投资产品"], ["N1", "2023-01-15", "5", "股票"]],
    )

    def broken(**given):
        raise OSError("the disk is full")

    with acting(lin):
        with monkeypatch.context() as patch:
            resource, sheet = next(pair for pair in resources.with_worksheet() if pair[1].name == "investments")
            patch.setitem(
                resources._declared,
                resource.model,
                replace(resource, worksheet=replace(sheet, import_rows=broken)),
            )
            with pytest.raises(OSError, match="full"):
                imports.run_import(path)
        assert not Client.objects.exists()
        imports.run_import(path)
        assert Investment.objects.count() == 1
        entry = AuditEntry.objects.get(action="workbook.import")
    assert json.loads(entry.body)["note"]["file"] == "t.xlsx"


def test_a_locked_workbook_asks_for_its_password(lin, tmp_path):
    from dakehu.exchange.workbook.writing import encrypt_file

    path = book(tmp_path / "t.xlsx", 基本信息=[["客户号", "客户姓名"], ["N1", "甲一"]])
    encrypt_file(path, "密码-2026")
    with acting(lin):
        for wrong in (None, "x"):
            with pytest.raises(Refused) as refusal:
                imports.run_import(path, password=wrong)
            assert "password" in refusal.value.as_plain()
        assert imports.run_import(path, password="密码-2026")["created"] == 1


def test_a_thing_that_is_no_table_is_refused_with_the_reason(lin, tmp_path):
    with acting(lin):
        for content in (b"", b"PK\x03\x04 broken"):
            (tmp_path / "x.xlsx").write_bytes(content)
            with pytest.raises(Refused) as refusal:
                imports.run_import(tmp_path / "x.xlsx")
            assert "x.xlsx" in refusal.value.as_plain()["file"][0]
        with pytest.raises(Refused):
            imports.run_import(csv(tmp_path / "n.csv", "你好\n世界\n"))


def test_a_sealed_number_is_compared_without_opening_and_replaced_in_bulk(lin, zhang, tmp_path):
    head = "客户号,客户姓名,身份证号,职业\n"
    first, second = "11010519491231002X", "440524188001010014"
    with acting(lin):
        report = imports.run_import(csv(tmp_path / "a.csv", f"{head}C0001,张三,{first},医生\n"))
        assert report["updated"] == 1
        before = Client.objects.get()
        assert before.id_number == first and before.id_type == "resident"
        assert imports.run_import(csv(tmp_path / "b.csv", f"{head}C0001,张三,{first.lower()},医生\n"))["unchanged"] == 1
        assert (
            imports.run_import(csv(tmp_path / "c.csv", f"{head}C0001,张三,110***********002X,医生\n"))["unchanged"] == 1
        )
        report = imports.run_import(csv(tmp_path / "d.csv", f"{head}C0001,张三,{second},律师\n"))
        assert report["updated"] == 1 and second not in json.dumps(report)
        after = Client.objects.get(id_number_index=Client._meta.get_field("id_number_index").index_of(second))
        assert (after.id_number == second, after.occupation, after.row_version) == (
            True,
            "律师",
            before.row_version + 1,
        )
        assert after.changed_at > before.changed_at
        assert not AuditEntry.objects.filter(body__contains='"kind": "opened"').exists()


def test_each_clients_own_sheet_serves_that_client(lin, tmp_path):
    def card(name: str, product: str) -> list[list]:
        return [
            ["基本信息"],
            ["字段名称", "示例数据"],
            ["客户姓名", name],
            ["性别", "女"],
            ["年龄", "40"],
            [],
            ["投资历史"],
            ["投资日期", "投资金额", "投资产品"],
            ["2023-01-15", "100万", product],
            ["2023-02-15", "50万", product],
        ]

    with acting(lin):
        report = imports.run_import(book(tmp_path / "t.xlsx", 李四=card("李四", "股票"), 王五=card("王五", "债券")))
        assert report["errors"] == 0, report["faults"]
        held = Investment.objects.order_by("client__name", "invested_on").values_list(
            "client__name", "product", "amount"
        )
        assert sorted(held) == [
            ("李四", "股票", 500000),
            ("李四", "股票", 1000000),
            ("王五", "债券", 500000),
            ("王五", "债券", 1000000),
        ]


def test_a_plan_that_the_file_marks_as_done_leaves_its_next_occurrence_behind(lin, zhang, tmp_path):
    head = "客户号,计划日期,计划事项,重复,状态\n"
    with acting(lin):
        imports.run_import(csv(tmp_path / "跟进计划.csv", f"{head}C0001,2026-01-05,季度回顾,每季度,\n"))
        report = imports.run_import(csv(tmp_path / "跟进计划.csv", f"{head}C0001,2026-01-05,季度回顾,每季度,已完成\n"))
        assert report["updated"] == 1, report
        done, ahead = FollowUp.objects.order_by("due_on")
        assert (done.state, ahead.state) == ("done", "planned") and done.done_on and ahead.due_on > done.done_on
        zhang.refresh_from_db()
        assert zhang.next_contact_on == ahead.due_on
        again = imports.run_import(csv(tmp_path / "跟进计划.csv", f"{head}C0001,2026-01-05,季度回顾,每季度,已完成\n"))
        assert again["unchanged"] == 1 and FollowUp.objects.count() == 2


def test_half_a_contact_in_a_mixed_cell_is_not_lost_without_a_word(lin, tmp_path):
    head = "客户号,客户姓名,联系方式\n"
    with acting(lin):
        report = imports.run_import(csv(tmp_path / "a.csv", f"{head}N1,甲一,手机:138 1234 5678 备用 1391234\n"))
        assert report["errors"] == 1 and report["faults"][0]["cell"] == "C2"
        report = imports.run_import(csv(tmp_path / "b.csv", f"{head}N1,甲一,手机:138 1234 5678 邮箱:a.b@163.com\n"))
        assert report["parts"]["contacts"]["created"] == 2, report["faults"]


def test_the_warning_about_a_masked_number_names_the_cell_it_stands_in(lin, tmp_path):
    path = tmp_path / "客户.csv"
    path.write_text("客户号,姓名,手机号码\nM1,钱伟,139xxxxxx77\n", encoding="utf-8")
    with acting(lin):
        report = imports.run_import(path)
    assert [(w["cell"], w["column"]) for w in report["warnings"]] == [("C2", "手机号码")]


def test_the_command_line_tells_faults_in_words_and_that_nothing_was_imported(lin, tmp_path, capsys):
    from dakehu.interfaces.cli.main import main

    path = tmp_path / "客户.csv"
    path.write_text("客户号,姓名,开户日期\nM1,钱伟,2023-13-01\n", encoding="utf-8")
    assert main(["import", str(path), "--as", "lin"]) == 1
    said = capsys.readouterr()
    assert "没有导入任何内容" in said.out
    assert "C2 “2023-13-01”不是存在的日期" in said.err
