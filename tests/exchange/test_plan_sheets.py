"""Consents, goals and policies in the workbook by the rules for one record; advice and privacy requests read-only."""

import openpyxl
import polars as pl
import pytest

from dakehu.domains.advice.models import InvestmentGoal, InvestmentPolicy
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import exported_worksheets, worksheets
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting

READ_ONLY = {"advice", "privacy_requests"}


def csv(folder, name, columns):
    path = folder / name
    pl.DataFrame(columns).write_csv(path, include_bom=True)
    return path


@pytest.fixture
def tested(lin, zhou, zhang):
    """Set Zhang's risk level to C3."""
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "risk_level": "C3"})
    return zhang


def test_a_sheet_of_consents_adds_statements_and_changes_none(lin, zhang, tmp_path):
    columns = {
        "客户号": ["C0001", "C0001", "C0001"],
        "用途": ["营销推广", "画像分析", "对外提供"],
        "意愿": ["同意", "拒绝", "同意"],
        "日期": ["2026-01-05", "2026-01-05", "2026-01-05"],
        "取得方式": ["临柜", "电话", "临柜"],
    }
    path = csv(tmp_path, "同意与拒绝.csv", columns)
    with acting(lin):
        report = imports.run_import(path, skip_errors=True)
        assert (report["parts"]["consents"]["created"], report["faults_in_all"]) == (2, 1), report
        assert {fault["zh"][:8] for fault in report["faults"]} == {"此用途须取得单独"}
        assert imports.run_import(path, skip_errors=True)["parts"]["consents"]["unchanged"] == 2
        assert model_of("clients.Consent").objects.count() == 2


def test_a_sheet_of_goals_and_one_of_policies_are_drafts_by_the_rules_of_a_single_one(lin, tested, tmp_path):
    goals = {
        "客户号": ["C0001", "C0001"],
        "目标名称": ["女儿留学", "换房"],
        "目标金额": ["100万", "0"],
        "目标日期": ["2030-09-01", "2030-09-01"],
    }
    policies = {
        "客户号": ["C0001", "C0001"],
        "目标风险等级": ["C3", "C3"],
        "下次检视日期": ["2027-06-30", "2027-06-30"],
        "不投资的产品": ["", ""],
    }
    with acting(lin):
        report = imports.run_import(csv(tmp_path, "投资目标.csv", goals), skip_errors=True)
        assert (report["parts"]["investment_goals"]["created"], report["faults_in_all"]) == (1, 1), report
        report = imports.run_import(csv(tmp_path, "投资方案.csv", policies), skip_errors=True)
        assert (report["parts"]["investment_policies"]["created"], report["faults_in_all"]) == (1, 1), report
        assert InvestmentGoal.objects.get().amount == 1_000_000
        draft = InvestmentPolicy.objects.get()
        assert (str(draft.state), draft.edition, str(draft.risk_level)) == ("draft", 1, "C3")
        policies = {name: values[:1] for name, values in policies.items()} | {"下次检视日期": ["2027-07-31"]}
        report = imports.run_import(csv(tmp_path, "投资方案.csv", policies))
        assert report["parts"]["investment_policies"]["updated"] == 1
        perform(
            "advice.sign_policy", {"policy": draft.pk, "signed_on": "2026-01-05", "signed_reference": "TZ-2026-0001"}
        )


def test_a_workbook_comes_back_with_its_signed_policy_unchanged_and_refuses_a_change_of_it(lin, tested, tmp_path):
    with acting(lin):
        draft = perform("advice.draft_policy", {"client": tested.pk, "risk_level": "C3", "review_on": "2027-06-30"})
        perform(
            "advice.sign_policy", {"policy": draft.pk, "signed_on": "2026-01-05", "signed_reference": "TZ-2026-0001"}
        )
        perform("advice.add_goal", {"client": tested.pk, "name": "养老", "amount": "2000000", "due_on": "2040-01-01"})
        perform("clients.record_consent", {"client": tested.pk, "purpose": "marketing", "state": "given"})
        path = tmp_path / "book.xlsx"
        counts = exports.write_filled(path=path)
        assert [counts[name] for name in ("consents", "investment_goals", "investment_policies", "advice")] == [
            1,
            1,
            1,
            0,
        ]
        report = imports.run_import(path)
        parts = ("consents", "investment_goals", "investment_policies")
        assert [report["parts"][name]["unchanged"] for name in parts] == [1, 1, 1]
        assert InvestmentPolicy.objects.count() == 1
        assert ("投资建议记录", "read_only") in {(one["sheet"], one["reason"]) for one in report["left_out"]}
        book = openpyxl.load_workbook(path)
        sheet = book["投资方案"]
        (column,) = [
            cell.column for row in sheet.iter_rows() for cell in row if cell.value == "下次检视日期 Review due on"
        ]
        cell = next(sheet.cell(row, column) for row in range(1, 30) if sheet.cell(row, column).is_date)
        cell.value = cell.value.replace(year=2028)
        book.save(path)
        report = imports.run_import(path, skip_errors=True)
        assert "已签署的方案不能修改" in " ".join(fault["zh"] for fault in report["faults"])


def test_what_is_for_reading_only_is_exported_to_whom_it_may_and_never_imported(lin, he, an, tested):
    with acting(lin):
        perform("compliance.open_privacy_request", {"client": tested.pk, "kind": "access"})
    with acting(he):
        rows = frames.frame(exported_worksheets()["privacy_requests"], [tested.pk], "zh")
        assert rows.select("client_code", "kind", "state").rows() == [("C0001", "查阅", "待答复")]
    had = {}
    for user in (lin, he, an):
        with acting(user):
            assert not READ_ONLY & set(worksheets())
            had[user.username] = set(exported_worksheets()) & {*READ_ONLY, "investment_goals", "investment_policies"}
    assert had == {
        "lin": {"advice", "investment_goals", "investment_policies"},
        "he": {*READ_ONLY, "investment_goals", "investment_policies"},
        "an": set(),
    }
