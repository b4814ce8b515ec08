"""Lines, limits and margin terms of clients in the workbook: imported by the rules for one record, versions never changed."""

from datetime import date

import polars as pl
import pytest

from dakehu.domains.ledger.products import security_codes
from dakehu.domains.ledger.products.registry import register_products
from dakehu.domains.risk.models import ClientLimit, Line, LineEvent, MarginTerms
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base import clock
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def csv(folder, name, columns):
    path = folder / name
    pl.DataFrame(columns).write_csv(path, include_bom=True)
    return path


def test_lines_are_recorded_changed_and_refused_by_the_rules_of_a_single_one(lin, zhang, tmp_path):
    with as_system():
        security = security_codes.security("600519", market="SH")
        register_products(named={security: ("贵州茅台", "CNY")})
    columns = {
        "客户号": ["C0001", "C0001", "C0001"],
        "提醒线证券": ["600519", "", ""],
        "提醒线方向": ["止损", "止损", "止盈"],
        "提醒线口径": ["成本", "移动", "移动"],
        "提醒线数值": ["0.10", "0.08", "0.2"],
    }
    with acting(lin):
        report = imports.run_import(csv(tmp_path, "提醒线.csv", columns), skip_errors=True)
        assert (report["parts"]["reminder_lines"]["created"], report["faults_in_all"]) == (2, 1)
        assert [(row.recorded_by_id, row.set_on) for row in Line.objects.all()] == [(lin.pk, clock.today())] * 2
        columns["提醒线数值"][0] = "0.15"
        report = imports.run_import(csv(tmp_path, "提醒线.csv", columns), skip_errors=True)
        assert report["parts"]["reminder_lines"]["updated"] == 1
        assert [str(one.kind) for one in LineEvent.objects.order_by("pk")] == ["set", "set", "changed"]


def test_limits_of_a_file_are_new_versions_and_terms_that_contradict_are_named(zhou, zhang, tmp_path):
    today = clock.today()
    limits = {"客户号": ["C0001"], "限额指标": ["单日亏损"], "限额": ["0.04"], "限额生效日期": [today.isoformat()]}
    with acting(zhou):
        for value, created, faults in (("0.04", 1, 0), ("0.04", 0, 0), ("0.05", 0, 1)):
            limits["限额"] = [value]
            report = imports.run_import(csv(tmp_path, "客户限额.csv", limits), skip_errors=True)
            assert (report["parts"]["client_limits"]["created"], report["faults_in_all"]) == (created, faults), value
        limits["限额生效日期"] = [date(today.year + 1, 1, 4).isoformat()]
        imports.run_import(csv(tmp_path, "客户限额.csv", limits), skip_errors=True)
        assert list(ClientLimit.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
        terms = {
            "客户号": ["C0001", "C0001"],
            "两融合约编号": ["A1", "A2"],
            "约定警戒线": ["140%", "120%"],
            "约定平仓线": ["130%", "130%"],
        }
        report = imports.run_import(csv(tmp_path, "两融约定.csv", terms), skip_errors=True)
        assert (report["parts"]["margin_terms"]["created"], report["faults_in_all"]) == (1, 1)
        assert str(MarginTerms.objects.get().warn_line) == "1.4000"
