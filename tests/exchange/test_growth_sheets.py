"""Prospects and opportunities in the workbook: imported by the rules for one record, exported, reimported unchanged."""

import polars as pl
import pytest

from dakehu.domains.growth.models import Opportunity, Prospect, StageChange
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.gates import perform
from tests.cast import acting


def csv(folder, name, columns):
    path = folder / name
    pl.DataFrame(columns).write_csv(path, include_bom=True)
    return path


@pytest.fixture
def ready(lin, zhou, zhang):
    with acting(zhou):
        perform("growth.set_up_pipelines", {})
        perform("growth.add_pool", {"name": "公海"})
    with acting(lin):
        perform("clients.add_contact", {"client": "C0001", "kind": "mobile", "value": "13800000001"})


def test_a_sheet_of_prospects_adds_updates_and_names_who_is_known(lin, ready, tmp_path):
    columns = {
        "线索名称": ["陈一", "陈二", "张三", "陈三", "陈三"],
        "手机号码": ["13800000011", "13800000012", "13800000001", "13800000013", "13800000013"],
        "来源": ["转介绍", "活动", "其他", "来电", "来电"],
        "公海": ["", "公海", "", "", ""],
        "预计资产": ["300万", "", "", "", ""],
    }
    path = csv(tmp_path, "线索.csv", columns)
    with acting(lin):
        report = imports.run_import(path, skip_errors=True)
        assert report["parts"]["prospects"]["created"] == 3 and report["faults_in_all"] == 2
        said = " ".join(fault["zh"] for fault in report["faults"])
        assert "C0001" in said and "文件中已有同一条线索" in said
        own = Prospect.objects.order_by("name")
        assert [(row.name, row.owner_id, row.expected_assets) for row in own] == [
            ("陈一", lin.pk, 3_000_000),
            ("陈三", lin.pk, None),
        ]
        again = imports.run_import(path, skip_errors=True)
        assert again["parts"]["prospects"]["created"] == 0


def test_a_sheet_of_opportunities_lets_each_enter_its_stage(lin, ready, tmp_path):
    columns = {
        "客户号": ["C0001", "C0001", ""],
        "商机名称": ["收益凭证", "两融开户", "无主"],
        "预计金额": ["500万", "100万", "1万"],
        "销售阶段": ["new-2", "new-6", "new-1"],
        "输单原因": ["", "竞争对手", ""],
    }
    with acting(lin):
        report = imports.run_import(csv(tmp_path, "商机.csv", columns), skip_errors=True)
        assert (report["parts"]["opportunities"]["created"], report["faults_in_all"]) == (2, 1)
        won = Opportunity.objects.get(subject="收益凭证")
        assert (won.stage.code, won.amount, won.closed_on) == ("new-2", 5_000_000, None)
        assert Opportunity.objects.get(subject="两融开户").closed_on is not None
        assert StageChange.objects.count() == 2


def test_an_exported_workbook_comes_back_and_changes_only_what_was_edited(lin, ready, tmp_path):
    with acting(lin):
        row = perform("growth.add_prospect", {"name": "陈志远", "phone": "13800000021", "interests": "收益凭证"})
        perform("growth.open_opportunity", {"prospect": row.pk, "subject": "首笔资金", "amount": "3000000"})
        path = tmp_path / "book.xlsx"
        counts = exports.write_filled(path=path)
        assert (counts["prospects"], counts["opportunities"]) == (1, 1)
        report = imports.run_import(path)
        assert [report["parts"][name]["unchanged"] for name in ("prospects", "opportunities")] == [1, 1]
        assert Prospect.objects.get().row_version == row.row_version and Opportunity.objects.count() == 1
        assert exports.write_filled(path=path, clients=[1])["prospects"] == 0, (
            "a file of chosen clients holds no prospects"
        )
