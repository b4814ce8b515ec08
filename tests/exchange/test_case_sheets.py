"""Complaints and conflicts of interest in the workbook: imported by the rules for one record."""

import polars as pl

from dakehu.domains.care.models import Feedback
from dakehu.domains.compliance.models import Complaint, ComplaintEvent, Conflict
from dakehu.exchange.imports import service as imports
from tests.cast import acting


def csv(folder, name, columns):
    path = folder / name
    pl.DataFrame(columns).write_csv(path, include_bom=True)
    return path


def test_a_sheet_of_complaints_sets_clocks_and_keeps_what_it_cannot_take_by_name(lin, zhang, tmp_path):
    columns = {
        "客户号": ["C0001", "", ""],
        "投诉事项": ["收费争议", "短信打扰", "无主"],
        "投诉人": ["", "路先生", ""],
        "收到日期": ["2026-01-05", "2026-01-06", "2026-01-07"],
        "投诉渠道": ["12386", "来信", "电话"],
    }
    path = csv(tmp_path, "投诉.csv", columns)
    with acting(lin):
        report = imports.run_import(path, skip_errors=True)
        assert (report["parts"]["complaints"]["created"], report["faults_in_all"]) == (2, 1)
        case = Complaint.objects.get(subject="收费争议")
        assert (case.due_on.isoformat(), case.owner_id, str(case.channel)) == ("2026-01-26", lin.pk, "hotline")
        assert ComplaintEvent.objects.filter(kind="registered").count() == 2
        assert imports.run_import(path, skip_errors=True)["parts"]["complaints"]["created"] == 0


def test_a_sheet_of_conflicts_is_of_ones_own(lin, wang, tmp_path):
    columns = {
        "冲突类别": ["自有持仓", "自有持仓", "关联关系"],
        "冲突说明": ["持有该股票", "持有另一只", "亲属"],
        "相关人员": ["", "wang", ""],
        "相关产品": ["600519", "000858", ""],
        "处理方式": ["须披露", "须披露", "须披露"],
        "披露内容": ["本人持有该股票", "本人持有该股票", ""],
    }
    path = csv(tmp_path, "利益冲突.csv", columns)
    with acting(lin):
        report = imports.run_import(path, skip_errors=True)
        assert (report["parts"]["conflicts"]["created"], report["faults_in_all"]) == (1, 2)
        assert Conflict.objects.get().staff_id == lin.pk


def test_a_sheet_of_feedback_gets_clocks_and_topics_and_sends_complaints_to_their_own_sheet(lin, zhang, tmp_path):
    columns = {
        "客户号": ["C0001", "", "C0001", ""],
        "意见类别": ["建议", "表扬", "投诉", "建议"],
        "意见内容": ["佣金说明写清楚些", "小王很耐心", "多收了佣金", "无主"],
        "反映人": ["", "路先生", "", ""],
        "收到时间": ["2026-01-05 10:00"] * 4,
        "意见渠道": ["来电", "来信", "电话", "电话"],
    }
    path = csv(tmp_path, "客户意见.csv", columns)
    with acting(lin):
        report = imports.run_import(path, skip_errors=True)
        assert (report["parts"]["feedback"]["created"], report["faults_in_all"]) == (2, 2)
        row = Feedback.objects.get(client=zhang)
        assert (str(row.topic), row.due_on.isoformat(), row.owner_id) == ("commission", "2026-01-12", lin.pk)
        assert imports.run_import(path, skip_errors=True)["parts"]["feedback"]["created"] == 0
