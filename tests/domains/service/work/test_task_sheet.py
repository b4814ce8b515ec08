"""Tasks in a workbook: exported, changed, imported again, and the faults of a row with place and remedy."""

import pytest
from openpyxl import Workbook

from dakehu.domains.service.models import Task
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from tests.cast import acting

pytestmark = pytest.mark.django_db


def book(path, *rows):
    made = Workbook()
    made.active.title = "任务"
    for row in (["客户号", "任务", "截止日期", "开始日期", "优先级", "预计用时", "状态"], *rows):
        made.active.append(row)
    made.save(path)
    return path


def test_tasks_come_in_once_are_recognised_again_and_a_row_at_fault_is_named(lin, zhang, tmp_path):
    rows = [
        ["C0001", "补齐资料", "2026-12-20", "", "高", 30, "待办"],
        ["C0001", "寄送合同", "2026-12-21", "", "中", 15, "已完成"],
    ]
    with acting(lin):
        first = imports.run_import(book(tmp_path / "任务.xlsx", *rows))
        assert first["errors"] == 0
        assert sorted(Task.objects.values_list("subject", "state", "minutes")) == [
            ("寄送合同", "done", 15),
            ("补齐资料", "open", 30),
        ]
        again = imports.run_import(book(tmp_path / "任务.xlsx", *rows))
        assert again["errors"] == 0 and Task.objects.count() == 2
        wrong = book(tmp_path / "错误.xlsx", ["C0001", "倒置的日期", "2026-12-01", "2026-12-09", "高", 30, "待办"])
        report = imports.run_import(wrong)
        assert report["errors"] and Task.objects.count() == 2
        assert exports.write_template(tmp_path / "模板.xlsx").exists()
