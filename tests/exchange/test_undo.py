"""Undo of a whole import: the previous state, side effects included, or a refusal with the records that prevent it."""

import json
from pathlib import Path

import openpyxl
import pytest
from django.db import models

from dakehu.domains.clients.models import Client, Contact, Coverage, Needs
from dakehu.domains.service.models import FollowUp, Moment
from dakehu.domains.service.moments import nightly
from dakehu.domains.tiers import assign
from dakehu.domains.tiers.models import TierChange
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.query_guard import scoped_models
from dakehu.foundation.actions import reversal, undo
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import verification
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.files import store as files
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.gates import perform
from dakehu.interfaces.cli.main import main
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

BASE = ["客户号", "客户姓名", "手机号码", "身份证号", "资产规模"]
NEW = ["A001", "李四", "13812345678", "310105197503020014", "100万"]
CLIENT = ("C0001", "张三", "13987654321", "110105198001010032", "200万")


def book(path: Path, **sheets: list[list]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def whole(tmp_path: Path) -> Path:
    """Write a workbook with one new client and changes to Zhang in every sheet."""
    return book(
        tmp_path / "全.xlsx",
        基本信息=[BASE, NEW, CLIENT],
        投资历史=[
            ["客户号", "投资日期", "投资金额", "投资产品"],
            ["A001", "2023-01-15", "5", "股票"],
            ["C0001", "2023-01-16", "6", "债券"],
        ],
        客户服务记录=[
            ["客户号", "沟通时间", "事件描述", "下次跟进日期"],
            ["A001", "2026-01-05 10:00", "初访", "2026-12-01"],
            ["C0001", "2026-01-06 09:30", "咨询", "2026-12-02"],
        ],
        需求与偏好=[["客户号", "投资目标", "禁忌"], ["A001", "保值", "晚间来电"], ["C0001", "增值", "早晨来电"]],
        定期跟进计划=[["客户号", "计划日期", "计划事项"], ["C0001", "2026-11-30", "续签"]],
        会议安排=[
            ["客户号", "会议主题", "会议形式", "开始时间", "重复规则"],
            ["C0001", "季度检视", "上门拜访", "2026-12-01 10:00", "FREQ=MONTHLY;INTERVAL=3"],
        ],
    )


def dump() -> dict[str, list]:
    """Return every row of client data, sealed values decrypted; without versions, timestamps and the audit."""
    own = ("row_version", "created_at", "changed_at")
    made = {}
    for model in scoped_models():
        if model is AuditEntry:
            continue
        derived = getattr(model, "derived", False)  # derived rows may be restored under other ids
        columns = [
            f.attname for f in model._meta.concrete_fields if f.name not in own and not (derived and f.primary_key)
        ]
        rows = models.QuerySet(model).order_by(*(columns if derived else ["pk"])).values(*columns)
        made[model._meta.label] = [
            {name: value._plain() if hasattr(value, "_plain") else value for name, value in row.items()} for row in rows
        ]
    return made


@pytest.fixture
def known(lin, zhang):
    """Return Zhang with records of each kind that an import can change."""
    with acting(lin):
        perform("clients.change", {"client": "C0001", "id_number": "11010519491231002X", "assets": "1000000"})
        perform("clients.record_needs", {"client": "C0001", "goal": "稳健", "taboos": "无"})
        perform("service.plan_follow_up", {"client": "C0001", "due_on": "2027-01-10", "subject": "回访"})
        perform("service.log_interaction", {"client": "C0001", "held_at": "2025-03-01 10:00", "summary": "开户"})
    return zhang


def seen() -> dict[str, list]:
    with as_system():
        return dump()


def test_undoing_an_import_of_new_clients_leaves_the_desk_as_it_was(lin, zhang, tmp_path):
    before = seen()
    path = book(tmp_path / "t.xlsx", 基本信息=[BASE, NEW])
    with acting(lin):
        result = imports.run_import(path)
        assert result["created"] == 1 and seen() != before
        made = perform("workbook.undo", {"batch": result["batch"]})
        assert made == {"undone": True, "batch": result["batch"], "removed": 3, "restored": 0}
        assert Batch.objects.get(pk=result["batch"]).state == "undone"
    assert seen() == before


def test_undoing_an_import_of_all_sheets_restores_every_value_sealed_ones_needs_and_dates_included(
    lin, known, tmp_path
):
    before = seen()
    with acting(lin):
        result = imports.run_import(whole(tmp_path))
        assert result["imported"] and result["errors"] == 0, result["faults"]
        after = seen()
        assert all(
            after[name] != before[name]
            for name in (
                "clients.Client",
                "clients.Contact",
                "clients.Needs",
                "clients.Coverage",
                "service.Interaction",
                "service.FollowUp",
                "service.Meeting",
                "ledger.Investment",
            )
        )
        entries = AuditEntry.objects.count()
        made = perform("workbook.undo", {"batch": result["batch"]})
        assert made["removed"] > 8 and made["restored"] == 2
        assert AuditEntry.objects.count() == entries + 1
        entry = AuditEntry.objects.order_by("pk").last()
        assert entry.action == "workbook.undo" and "11010519491231002X" not in entry.body
    assert seen() == before
    with as_system():
        assert verification.verify().broken is None
        index = Client._meta.get_field("id_number_index")
        assert Client.objects.get(code="C0001").id_number_index == index.index_of("11010519491231002X")


def test_what_undo_needs_is_encrypted_and_not_in_the_batch(lin, known, tmp_path, settings):
    with acting(lin):
        result = imports.run_import(whole(tmp_path))
        batch = Batch.objects.get(pk=result["batch"])
        row = StoredFile.objects.get(key=batch.report["undo"])
    raw = (Path(settings.DAKEHU_HOME) / "files" / row.key[:2] / row.key).read_bytes()
    assert "稳健" not in json.dumps(batch.report, ensure_ascii=False)
    assert "稳健".encode() not in raw and b"11010519491231" not in raw


def test_a_later_change_stands_in_the_way_and_is_named(lin, known, tmp_path):
    with acting(lin):
        result = imports.run_import(whole(tmp_path))
        perform("clients.change", {"client": "C0001", "occupation": "医生"})
        before = seen()
        with pytest.raises(Refused) as refusal:
            perform("workbook.undo", {"batch": result["batch"]})
        head, *lines = refusal.value.as_plain()[""]
        assert "1 条" in head and len(lines) == 1
        assert "C0001" in lines[0] and "林晓" in lines[0] and "客户" in lines[0]
        assert Batch.objects.get(pk=result["batch"]).state == "applied"
    assert seen() == before


@pytest.mark.parametrize("code", ["A001", "C0001"])
def test_a_later_interaction_stands_in_the_way_even_when_it_changed_no_date(lin, known, tmp_path, code):
    with acting(lin):
        result = imports.run_import(whole(tmp_path))
        perform("service.log_interaction", {"client": code, "held_at": "2025-05-01 10:00", "summary": "问候"})
        before = seen()
        with pytest.raises(Refused) as refusal:
            perform("workbook.undo", {"batch": result["batch"]})
        (line,) = refusal.value.as_plain()[""][1:]
        assert code in line and "服务记录" in line and "林晓" in line
        assert "问候" not in line
    assert seen() == before


def test_of_many_records_in_the_way_twenty_are_named_and_all_are_counted(lin, tmp_path):
    with acting(lin):
        rows = [[f"A{n:03}", f"客户{n}", None, None, None] for n in range(25)]
        result = imports.run_import(book(tmp_path / "t.xlsx", 基本信息=[BASE, *rows]))
        for row in rows:
            perform("clients.record_needs", {"client": row[0], "goal": "稳健"})
        with pytest.raises(Refused) as refusal:
            perform("workbook.undo", {"batch": result["batch"]})
        head, *lines = refusal.value.as_plain()[""]
        assert "25 条" in head and len(lines) == 20


def test_a_client_handed_to_another_team_since_is_left_alone_and_not_described(lin, wang, known, tmp_path):
    with acting(lin):
        result = imports.run_import(book(tmp_path / "t.xlsx", 基本信息=[BASE, CLIENT]))
    with as_system():
        perform("clients.assign", {"client": "C0001", "user": "wang"})
        Coverage.objects.get(client__code="C0001", until=None)
    with acting(lin):
        with pytest.raises(Refused) as refusal:
            perform("workbook.undo", {"batch": result["batch"]})
        assert "王强" not in str(refusal.value) and "C0001" not in str(refusal.value)


def test_a_second_undo_is_refused_in_words_and_the_file_can_be_imported_anew(lin, known, tmp_path):
    path = whole(tmp_path)
    with acting(lin):
        first = imports.run_import(path)
        after = seen()
        perform("workbook.undo", {"batch": first["batch"]})
        for _ in range(2):
            with pytest.raises(Refused) as refusal:
                perform("workbook.undo", {"batch": first["batch"]})
            assert "已经撤销" in str(refusal.value)
        with pytest.raises(Refused):
            imports.start_apply(first["batch"])
        second = imports.run_import(path)
        assert [second[n] for n in ("created", "updated")] == [first[n] for n in ("created", "updated")]
        again = seen()
        assert {name: len(rows) for name, rows in again.items()} == {name: len(rows) for name, rows in after.items()}
        perform("workbook.undo", {"batch": second["batch"]})


def test_what_was_never_imported_cannot_be_undone(lin, tmp_path):
    path = book(tmp_path / "t.xlsx", 基本信息=[BASE, NEW])
    with acting(lin):
        batch = imports.open_upload("t.xlsx", path.read_bytes())
        with pytest.raises(Refused) as refusal:
            perform("workbook.undo", {"batch": batch.pk})
        assert "还没有导入" in str(refusal.value)


def test_an_import_whose_notes_are_past_their_time_is_refused_in_words(lin, zhang, tmp_path):
    with acting(lin):
        result = imports.run_import(book(tmp_path / "t.xlsx", 基本信息=[BASE, NEW]))
    with as_system(), act("test.sweep"):
        row = StoredFile.objects.get(key=Batch.objects.get(pk=result["batch"]).report["undo"])
        row.expires_at = row.created_at
        row.save()
        assert files.delete_expired() == 1
    with acting(lin), pytest.raises(Refused) as refusal:
        perform("workbook.undo", {"batch": result["batch"]})
    assert "90 天" in str(refusal.value)


def test_a_code_that_was_given_to_another_client_since_stands_in_the_way(lin, known, tmp_path):
    path = book(
        tmp_path / "t.xlsx", 基本信息=[["客户号", "客户姓名", "证件号码"], ["C0009", "张三", "11010519491231002X"]]
    )
    with acting(lin):
        result = imports.run_import(path, key="id_number")
        assert result["updated"] == 1 and Client.objects.get().code == "C0009", result["faults"]
        perform("clients.create", {"name": "赵六", "code": "C0001"})
        before = seen()
        with pytest.raises(Refused) as refusal:
            perform("workbook.undo", {"batch": result["batch"]})
        assert "占用" in str(refusal.value)
    assert seen() == before


def test_nobody_undoes_the_import_of_another(lin, wang, an, tmp_path):
    with acting(lin):
        result = imports.run_import(book(tmp_path / "t.xlsx", 基本信息=[BASE, NEW]))
    with acting(wang), pytest.raises(NotFound):
        perform("workbook.undo", {"batch": result["batch"]})
    with acting(an), pytest.raises(NotFound):
        perform("workbook.undo", {"batch": result["batch"]})
    with as_system():
        assert Client.objects.filter(code="A001").exists()
        assert perform("workbook.undo", {"batch": result["batch"]})["undone"]
        assert not Client.objects.filter(code="A001").exists()


def test_the_command_line_undoes_a_batch(lin, tmp_path, capsys):
    path = book(tmp_path / "t.xlsx", 基本信息=[BASE, NEW])
    assert main(["import", str(path), "--json", "--as", "lin"]) == 0
    batch = json.loads(capsys.readouterr().out)["batch"]
    assert main(["undo", str(batch), "--json", "--as", "lin"]) == 0
    assert json.loads(capsys.readouterr().out) == {"undone": True, "batch": batch, "removed": 3, "restored": 0}
    assert main(["undo", str(batch), "--json", "--as", "lin"]) == 1
    assert "batch" in json.loads(capsys.readouterr().out)["refused"]


def test_the_result_page_undoes_and_says_what_stands_in_the_way(lin, tmp_path):
    path = book(tmp_path / "t.xlsx", 基本信息=[BASE, NEW])
    browser = browser_of(lin)
    with acting(lin):
        batch = imports.run_import(path)["batch"]
        perform("clients.record_needs", {"client": "A001", "goal": "稳健"})
    address = f"/import/{batch}/"
    assert "撤销这次导入" in browser.get(address).content.decode()
    refused = browser.post(f"{address}undo")
    assert refused.status_code == 422 and "A001" in refused.content.decode()
    with as_system(), act("test.remove"):
        Needs.objects.get(client__code="A001").delete()
    assert browser.post(f"{address}undo").status_code == 302
    page = browser.get(address).content.decode()
    assert "这次导入已撤销" in page and "撤销这次导入</" not in page


def test_rows_deleted_and_changed_by_hand_come_back_through_the_same_mechanism(lin, known):
    with acting(lin):
        perform("clients.add_contact", {"client": "C0001", "kind": "mobile", "value": "13812345678"})
        before = seen()
        with act("test.merge"), elevated("a merge"), undo.recording_undo() as kept:
            plan = FollowUp.objects.first()
            plan.subject = "改期"
            plan.save()
            plan.subject = "再改"
            plan.save()
            plan.delete()
            Contact.objects.first().delete()
            extra = Needs.objects.first()
            extra.goal = "别的"
            extra.save()
        with act("test.keep"):
            key = kept.store()
        assert seen() != before
        with act("test.undo"):
            assert reversal.revert(undo.load(key)) == {"removed": 0, "restored": 3}
    assert seen() == before


def test_what_the_night_noticed_about_new_clients_goes_with_them_and_what_somebody_worked_does_not(lin, zhou, tmp_path):
    with acting(zhou):
        perform("tiers.activate_scheme", {"scheme": perform("tiers.create_scheme", {"name": "默认方案"}).pk})
    batches = []
    for code, name in (("A001", "钱多多"), ("A002", "孙小美")):
        path = tmp_path / f"{code}.csv"
        path.write_text(f"客户号,客户姓名,总资产\n{code},{name},620万\n", encoding="utf-8")
        with acting(lin):
            batches.append(imports.run_import(path)["batch"])
    with as_system():
        assign.run(clock.today())
        nightly.run(clock.today())
        assert TierChange.objects.count() == 2 and Moment.objects.filter(kind="M08").count() == 2
        worked = Moment.objects.get(client__code="A001", kind="M08")
    with acting(lin):
        perform("service.work_moment", {"moment": worked.pk, "outcome": "reached"})
        with pytest.raises(Refused):
            perform("workbook.undo", {"batch": batches[0]})
        perform("workbook.undo", {"batch": batches[1]})
    with as_system():
        assert Client.objects.get().code == "A001"
        assert TierChange.objects.get().client.code == "A001"
        assert set(Moment.objects.values_list("client__code", flat=True)) == {"A001"}
