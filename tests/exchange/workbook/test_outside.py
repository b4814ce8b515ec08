"""Cells outside every table, lines that are not rows, and tables side by side."""

import polars as pl
import pytest

from dakehu.exchange.workbook.reading.column_groups import column_groups
from dakehu.exchange.workbook.reading.footers import NOTE, TOTAL, kind_of_line
from dakehu.exchange.workbook.reading.outside import Area, blocks_outside


def test_cells_outside_a_table_are_placed_and_counted() -> None:
    frame = pl.DataFrame(
        {
            "c0": ["标题", "姓名", "张一", None, "注：甲"],
            "c1": [None, "手机", "138", None, None],
            "c2": [None, None, "旁", None, None],
        }
    )
    found = blocks_outside(frame, [Area(1, 2, frozenset({0, 1}))])
    assert [(block.range, block.cells) for block in found] == [("A1", 1), ("C3", 1), ("A5", 1)]
    assert blocks_outside(frame, [Area(0, 4, frozenset({0, 1, 2}))]) == []


@pytest.mark.parametrize(
    "line",
    [
        ["总计", "", "100"],
        ["总 计", "", ""],
        ["共计1户", "", "9"],
        ["以上合计", "", ""],
        ["本页小计", "", ""],
        ["合计：2户", ""],
        ["Total", "", "1"],
        ["总计（万元）", ""],
    ],
)
def test_a_line_of_sums_is_no_row(line: list[str]) -> None:
    assert kind_of_line(line) == TOTAL


@pytest.mark.parametrize(
    "line",
    [
        ["注：数据截至2024年底", "", ""],
        ["审核：李四", "", ""],
        ["填表日期：2024-12-31", "", ""],
        ["制表：甲", "审核：乙", ""],
        ["审核人", "李四", "", ""],
        ["第 1 页 共 2 页", ""],
    ],
)
def test_a_remark_or_signature_is_no_row(line: list[str]) -> None:
    assert kind_of_line(line) == NOTE


@pytest.mark.parametrize(
    "line",
    [
        ["张一", "13800138001", "注：重要"],
        ["小计算机公司", "138", ""],
        ["注册会计师协会", "1", ""],
        ["备注：甲", "13800138000", "100"],
        ["共计科技", "13", ""],
        ["汇总证券", "1", ""],
    ],
)
def test_a_client_whose_name_begins_like_a_sum_is_a_row(line: list[str]) -> None:
    assert kind_of_line(line) == ""


def test_tables_side_by_side_are_told_apart_from_columns_that_come_twice() -> None:
    def known(heading: str) -> str | None:
        return heading if heading in ("客户姓名", "手机号码", "备注") else None

    assert column_groups(
        ["客户姓名", "手机号码", "", "客户姓名", "手机号码"], [True, True, False, True, True], known
    ) == [[0, 1], [3, 4]]
    assert column_groups(["客户姓名", "手机号码", "客户姓名", "手机号码"], [True] * 4, known) == [[0, 1], [2, 3]]
    assert column_groups(["客户姓名", "手机号码", "手机号码", "备注", "备注"], [True] * 5, known) == [[0, 1, 2, 3, 4]]
    assert column_groups(["客户姓名", "手机号码", "", "甲", "乙"], [True, True, False, True, True], known) == [
        [0, 1, 3, 4]
    ]
