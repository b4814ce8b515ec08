"""The workbook is exported, edited outside and imported again. Rows are matched by key, whatever their position."""

import json
from pathlib import Path

import openpyxl
import pytest

from dakehu.domains.clients.models import Client, Contact, Coverage
from dakehu.domains.ledger.models import Investment
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.clock import now
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.gates import perform
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system
from tests.exchange.test_undo import seen

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

KEY = "行钥 Row key"


@pytest.fixture
def desk(lin):
    """Add three clients of Lin with records of each kind."""
    with acting(lin):
        for code, name in (("K1", "欧阳静"), ("K2", "陈默"), ("K3", "苏白")):
            perform(
                "clients.create",
                {
                    "name": name,
                    "code": code,
                    "phone": f"1391234567{code[1]}",
                    "occupation": "教师",
                    "assets": "1000000",
                    "risk_tested_on": "2026-01-05",
                },
            )
        for code, day, product in (
            ("K1", "2024-02-01", "基金A"),
            ("K1", "2024-03-01", "基金B"),
            ("K2", "2024-04-01", "基金C"),
        ):
            perform(
                "ledger.add_investment", {"client": code, "invested_on": day, "amount": "10000", "product": product}
            )
        perform("service.log_interaction", {"client": "K1", "held_at": "2026-01-05 10:37", "summary": "初访"})
        perform("clients.record_needs", {"client": "K1", "goal": "稳健", "taboos": "晚间来电"})
        perform("service.plan_follow_up", {"client": "K1", "due_on": "2027-01-10", "subject": "回访"})
        perform("service.plan_follow_up", {"client": "K2", "due_on": "2027-02-10", "subject": "续签"})
    return lin


class Sent:
    """An exported workbook, edited with openpyxl."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def place(self, sheet: str, heading: str) -> int:
        return next(c.column for c in self.book[sheet][1] if str(c.value).startswith(heading))

    def row(self, sheet: str, heading: str, value: object) -> int:
        column = self.place(sheet, heading)
        return next(r for r in range(2, 400) if self.book[sheet].cell(r, column).value == value)

    def put(self, sheet: str, row: int, heading: str, value: object) -> None:
        self.book[sheet].cell(row, self.place(sheet, heading)).value = value

    def back(self, **options):
        self.book.save(self.path)
        return imports.run_import(self.path, **options)


@pytest.fixture
def out(desk, tmp_path) -> Sent:
    with acting(desk):
        exports.write_filled(path=tmp_path / "out.xlsx")
    return Sent(tmp_path / "out.xlsx")


def counts(report) -> tuple[int, ...]:
    return tuple(report[name] for name in ("created", "updated", "unchanged", "skipped", "errors"))


def test_every_row_carries_a_key_that_tells_outsiders_nothing(desk, out):
    keys = [
        out.book[s].cell(r, out.place(s, KEY)).value
        for s in ("基本信息", "投资历史", "客户服务记录", "需求与偏好", "定期跟进计划")
        for r in (2,)
    ]
    assert all(keys) and len(set(keys)) == 5
    column = out.book["基本信息"].column_dimensions[
        out.book["基本信息"].cell(1, out.place("基本信息", KEY)).column_letter
    ]
    assert column.hidden
    with acting(desk):
        numbers = [str(pk) for pk in Client.objects.values_list("pk", flat=True)]
        exports.write_filled(path=out.path)
    again = Sent(out.path)
    assert again.book["基本信息"].cell(2, again.place("基本信息", KEY)).value != keys[0]
    assert not any(n in keys[0] for n in numbers if len(n) > 2)


def test_edited_natural_keys_change_their_rows_after_sorting_and_moving_columns(desk, out):
    out.put("基本信息", out.row("基本信息", "客户号", "K1"), "客户号", "K9")
    out.put("投资历史", out.row("投资历史", "投资产品", "基金A"), "投资日期", "2024-02-02")
    out.put("客户服务记录", 2, "事件描述", "初次拜访")
    out.put("定期跟进计划", out.row("定期跟进计划", "计划事项", "回访"), "计划日期", "2027-01-11")
    sheet = out.book["投资历史"]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=2, max_row=4)]
    for at, row in enumerate(reversed(rows), 2):
        for place, value in enumerate(reversed(row), 1):
            sheet.cell(at, place).value = value
    for place, value in enumerate(reversed([c.value for c in sheet[1]]), 1):
        sheet.cell(1, place).value = value
    before = seen()
    with acting(desk):
        report = out.back()
        assert counts(report) == (0, 4, 6, 0, 0), (report["faults"], report["warnings"])
        assert Client.objects.get(name="欧阳静").code == "K9"
        assert {str(i.invested_on) for i in Investment.objects.all()} == {"2024-02-02", "2024-03-01", "2024-04-01"}
        assert Interaction.objects.get().summary == "初次拜访"
        assert FollowUp.objects.filter(due_on="2027-01-11").count() == 1 and FollowUp.objects.count() == 2
        assert str(Client.objects.get(code="K9").next_contact_on) == "2027-01-11"
        perform("workbook.undo", {"batch": report["batch"]})
    assert seen() == before


def test_what_others_changed_meanwhile_stays_and_what_both_changed_is_decided_by_a_person(desk, out):
    row = out.row("基本信息", "客户号", "K1")
    out.put("基本信息", row, "职业", "医生")
    out.put("基本信息", row, "资产规模", 3000000)
    with acting(desk):
        perform("clients.change", {"client": "K1", "address": "北京市西城区金融街1号", "assets": "2000000"})
        report = out.back()
        assert not report["imported"] and report["undecided"] == 1
        (clash,) = [c for c in report["cells"] if c["fate"] == "clash"]
        assert (clash["base"], clash["mine"], clash["current"]) == ("1000000", "3000000", "2000000")
        assert Client.objects.get(code="K1").occupation == "教师"
        report = out.back(prefer="desk")
        client = Client.objects.get(code="K1")
        assert (client.occupation, int(client.assets), client.address) == ("医生", 2000000, "北京市西城区金融街1号")
        report = out.back(prefer="file")
        client = Client.objects.get(code="K1")
        assert (int(client.assets), client.address) == (3000000, "北京市西城区金融街1号")
        again = out.back()
        assert counts(again) == (0, 0, 10, 0, 0) and again["fates"]["same"] == 2


def test_an_emptied_cell_erases_where_it_may_and_is_refused_where_it_may_not(desk, out):
    row = out.row("基本信息", "客户号", "K1")
    out.put("基本信息", row, "职业", None)
    out.put("基本信息", row, "手机号码", None)
    out.put("需求与偏好", 2, "投资目标", None)
    with acting(desk):
        report = out.back()
        assert report["imported"], report["faults"]
        client = Client.objects.get(code="K1")
        assert client.occupation == "" and client.needs.goal == "" and client.needs.taboos == "晚间来电"
        assert Contact.objects.filter(client=client).count() == 1
        assert any("不会删除联系方式" in w["zh"] for w in report["warnings"])
        out.put("基本信息", row, "客户姓名", None)
        report = out.back()
        assert not report["imported"] and [f["field"] for f in report["faults"]] == ["name"]


def test_a_row_left_out_of_the_sheet_stays_unless_it_is_asked_to_go(desk, out):
    out.book["投资历史"].delete_rows(out.row("投资历史", "投资产品", "基金B"))
    out.book["定期跟进计划"].delete_rows(out.row("定期跟进计划", "计划事项", "续签"))
    out.book["客户服务记录"].delete_rows(2)
    out.book["基本信息"].delete_rows(out.row("基本信息", "客户号", "K3"))
    before = seen()
    with acting(desk):
        report = out.back()
        assert report["imported"] and report["missing_in_all"] == 4 and report["deleted"] == 0
        assert {m["part"]: m["may_go"] for m in report["missing"]} == {
            "clients": False,
            "investments": True,
            "interactions": False,
            "follow_ups": True,
        }
    assert seen() == before
    with acting(desk):
        report = out.back(delete_missing=True)
        assert report["deleted"] == 2
        assert set(Investment.objects.values_list("product", flat=True)) == {"基金A", "基金C"}
        assert FollowUp.objects.get(subject="续签").state == "cancelled" and Interaction.objects.count() == 1
        assert "ledger.remove_investment" in AuditEntry.objects.order_by("pk").last().body
        perform("workbook.undo", {"batch": report["batch"]})
    assert seen() == before


def test_a_row_to_go_that_was_changed_meanwhile_is_asked_about_first(desk, out):
    out.book["投资历史"].delete_rows(out.row("投资历史", "投资产品", "基金B"))
    with acting(desk):
        row = Investment.objects.get(product="基金B")
        perform("ledger.change_investment", {"investment": row.pk, "amount": "20000"})
        report = out.back(delete_missing=True)
        assert not report["imported"] and report["undecided"] == 1
        assert out.back(delete_missing=True, prefer="desk")["deleted"] == 0 and Investment.objects.count() == 3
        assert out.back(delete_missing=True, prefer="file")["deleted"] == 1 and Investment.objects.count() == 2


def test_a_copied_row_is_a_new_row_and_a_forged_key_is_refused(desk, out):
    sheet = out.book["投资历史"]
    row = out.row("投资历史", "投资产品", "基金C")
    for cell in sheet[row]:
        sheet.cell(6, cell.column).value = cell.value
    out.put("投资历史", 6, "投资金额", 77777)
    with acting(desk):
        report = out.back()
        assert counts(report) == (1, 0, 10, 0, 0), report["faults"]
        assert any("复制" in w["zh"] for w in report["warnings"])
        assert sorted(int(i.amount) for i in Investment.objects.filter(product="基金C")) == [10000, 77777]
        key = str(sheet.cell(2, out.place("投资历史", KEY)).value)
        out.put("投资历史", 2, KEY, key[:-6] + ("AAAAAA" if key[-6:] != "AAAAAA" else "BBBBBB"))
        out.put("投资历史", 3, KEY, out.book["基本信息"].cell(2, out.place("基本信息", KEY)).value)
        report = out.back()
        assert not report["imported"] and [f["field"] for f in report["faults"]] == ["row_key"] * 2


def test_a_row_deleted_meanwhile_comes_back_only_where_the_file_is_preferred(desk, out):
    out.put("投资历史", out.row("投资历史", "投资产品", "基金B"), "投资金额", 5)
    with acting(desk):
        for product in ("基金A", "基金B"):
            perform("ledger.remove_investment", {"investment": Investment.objects.get(product=product).pk})
        report = out.back()
        assert not report["imported"] and [c["field"] for c in report["cells"]] == [""]
        assert out.back(prefer="desk")["imported"] and Investment.objects.count() == 1
        assert out.back(prefer="file")["created"] == 1
        assert {(i.product, int(i.amount)) for i in Investment.objects.all()} == {("基金B", 5), ("基金C", 10000)}


def test_masked_cells_and_another_main_member_of_staff_do_not_come_back_with_old_values(desk, zhou, out):
    row = out.row("基本信息", "客户号", "K1")
    out.put("基本信息", row, "职业", "医生")
    with as_system():
        perform("clients.change", {"client": "K1", "id_number": "11010519491231002X"})
        perform("clients.assign", {"client": "K1", "user": "zhou"})
    with acting(zhou):
        report = out.back()
    with as_system():
        client = Client.objects.get(code="K1")
        assert client.occupation == "医生" and client.id_number == "11010519491231002X", report["faults"]
        assert Coverage.objects.get(client=client, until=None, role="main").user_id == zhou.pk


def test_without_the_stored_export_an_unchanged_row_still_takes_edits_and_a_changed_one_asks(desk, out):
    for code, job in (("K1", "医生"), ("K2", "律师")):
        out.put("基本信息", out.row("基本信息", "客户号", code), "职业", job)
    with acting(desk):
        perform("clients.change", {"client": "K2", "occupation": "会计"})
    with as_system():
        from dakehu.foundation.actions.registry import act
        from dakehu.foundation.files import store as files

        with act("test"):
            for row in StoredFile.objects.filter(name="export.zip"):
                row.expires_at = now()
                row.save()
            files.delete_expired()
    with acting(desk):
        report = out.back()
        assert report["expired"] == 1 and report["undecided"] == 1 and report["missing"] == []
        (clash,) = [c for c in report["cells"] if c["fate"] == "clash"]
        assert (clash["known"], clash["mine"], clash["current"]) == (False, "律师", "会计")
        assert out.back(prefer="desk")["imported"]
        assert set(Client.objects.values_list("occupation", flat=True)) == {"医生", "会计", "教师"}


def test_a_colleague_without_the_clients_in_sight_changes_nothing_of_them(desk, wang, out):
    out.put("基本信息", out.row("基本信息", "客户号", "K1"), "职业", "医生")
    before = seen()
    with acting(wang):
        report = out.back(prefer="file")
        assert not report["imported"] or report["created"] == report["updated"] == 0
    assert seen() == before


def test_the_command_line_lists_clashes_and_missing_rows_and_takes_the_decision(desk, out, capsys):
    out.put("基本信息", out.row("基本信息", "客户号", "K1"), "职业", "医生")
    out.book["投资历史"].delete_rows(out.row("投资历史", "投资产品", "基金B"))
    out.book.save(out.path)
    with acting(desk):
        perform("clients.change", {"client": "K1", "occupation": "会计"})
    assert main(["import", str(out.path), "--as", "lin"]) == 1
    said = capsys.readouterr().out
    assert "导出时“教师”" in said and "--prefer" in said
    assert main(["import", str(out.path), "--as", "lin", "--prefer", "file", "--delete-missing", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["deleted"] == 1 and report["fates"]["clash"] == 1
    with as_system():
        assert Client.objects.get(code="K1").occupation == "医生"
