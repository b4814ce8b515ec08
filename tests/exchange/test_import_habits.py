"""Conventions of Chinese brokers' tables in imports: units, currencies, statuses, footers, sheets of odd shapes."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.exchange.import_helpers import bring, clients, contacts, faults

__all__ = ["bring"]
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额"
BUY = "20240105,600519,贵州茅台,证券买入,100,1700,170000,-170000"


# --- units -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "客户清单（金额：万元）,,\n客户姓名,手机号码,资产规模\n张一,13800138001,500\n",
        "客户资产明细（万元）,,\n客户姓名,手机号码,资产规模\n张一,13800138001,500\n",
        "单位,万元,\n客户姓名,手机号码,资产规模\n张一,13800138001,500\n",
        "金额以万元计,,\n客户姓名,手机号码,资产规模\n张一,13800138001,500\n",
        "客户姓名,手机号码,资产规模\n（单位）,,万元\n张一,13800138001,500\n",
        "客户姓名,手机号码,资产规模\n张一,13800138001,500\n注：资产规模单位为万元,,\n",
        "客户姓名,手机号码,资产规模(W)\n张一,13800138001,500\n",
    ],
)
def test_a_unit_is_seen_in_titles_lines_of_units_and_notes(bring: Any, text: str) -> None:
    assert bring(text)["created"] == 1
    assert clients("assets") == [Decimal(5_000_000)]


def test_two_units_in_one_heading_are_none(bring: Any) -> None:
    report = bring("客户姓名,手机号码,资产规模（元/万元）\n张一,13800138001,500\n")
    assert "看不懂" in json.dumps(report, ensure_ascii=False) and clients("name") == []


@pytest.mark.parametrize(
    ("code", "number", "assets"),
    [
        ('[>=100]0"万";0"元"', 500, 5_000_000),
        ('[>=100]0"万";0"元"', 50, 50),
        ('General"万元"', 600, 6_000_000),
        ('#,##0.00"万元";[Red]-#,##0.00"万元"', 500, 5_000_000),
        ('0.00,,"百万"', 5_000_000, 5_000_000),
        ('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 500, 500),
    ],
)
def test_formats_with_conditions_and_general_ones_say_their_unit(
    bring: Any, tmp_path: Path, code: str, number: int, assets: int
) -> None:
    book = openpyxl.Workbook()
    for row in (["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", number]):
        book.active.append(row)
    book.active["C2"].number_format = code
    book.save(tmp_path / "格式.xlsx")
    bring(str(tmp_path / "格式.xlsx"))
    assert clients("assets") == [Decimal(assets)]


def test_a_line_of_units_under_the_headings_of_a_statement_counts(bring: Any) -> None:
    report = bring(f"{HEAD}\n,,,,股,元,万元,万元\n20240105,600519,贵州茅台,证券买入,100,1700,17,-17\n")
    assert (report["created"], report["cash_effect"]) == (1, -170_000)
    assert [one["reason"] for one in report["left_out"]] == ["units"]


# --- currencies --------------------------------------------------------------------------------------


def test_a_column_of_currencies_is_that_of_the_amounts_beside_it(bring: Any) -> None:
    text = "客户姓名,手机号码,资产规模,币种\n张一,13800138001,500000,HKD\n李二,13800138002,600000,人民币\n王三,13800138003,7,贝壳\n"
    report = bring(text, "--skip-errors")
    assert set(faults(report)) == {2, 4} and "港币" in faults(report)[2] and report["ignored"] == []
    assert clients("name", "assets") == [("李二", Decimal(600_000))]


def test_a_column_of_currencies_is_converted_at_a_stated_rate(bring: Any) -> None:
    text = "客户姓名,手机号码,资产规模（万）,币种\n张一,13800138001,50,美元\n李二,13800138002,60,\n"
    assert bring(text, "--rate", "USD=7.1")["created"] == 2
    assert clients("assets") == [Decimal(3_550_000), Decimal(600_000)]


def test_a_mainland_share_in_another_currency_is_held_back(bring: Any) -> None:
    report = bring(
        f"{HEAD.replace('发生金额', '发生金额（港币）')}\n20240105,00700,腾讯控股,证券买入,100,300,30000,-30000\n{BUY}\n"
    )
    assert (report["created"], report["reasons"]) == (1, {"foreign": 1})


# --- digits ------------------------------------------------------------------------------------------


def test_what_keeps_digits_in_a_spreadsheet_is_no_part_of_them(bring: Any) -> None:
    text = (
        '客户姓名,客户号,手机号码,资产规模\n张一,"=""00123""","=""13800138001""","=""500"""\n'
        "李二,\t00124,13800138002\t,1200\n王三,００１２５,１３８００１３８００３,５００\n"
    )
    assert bring(text)["created"] == 3
    assert clients("code", "assets") == [("00123", Decimal(500)), ("00124", Decimal(1200)), ("00125", Decimal(500))]
    assert contacts("王三") == ["13800138003"]


def test_codes_of_statements_are_read_without_apostrophe_and_tail_and_refused_with_a_power(bring: Any) -> None:
    codes = ["'600519", "600519.0", "600519\t", "6.00519E+5"]
    report = bring("\n".join([HEAD, *(BUY.replace("600519", code) for code in codes)]) + "\n")
    assert (report["created"], report["reasons"]) == (3, {"code": 1})


# --- flags -------------------------------------------------------------------------------------------


def test_an_order_that_was_cancelled_is_no_trade(bring: Any) -> None:
    rows = [f"{BUY},{status}" for status in ("已成交", "已撤单", "废单", "部成部撤", "处理中", "")]
    report = bring("\n".join([f"{HEAD},成交状态", *rows]) + "\n")
    assert (report["created"], report["reasons"]) == (3, {"cancelled": 2, "status": 1})


# --- dates -------------------------------------------------------------------------------------------


def test_days_to_come_are_held_back_and_instants_are_days_of_the_desk(bring: Any) -> None:
    days = ["20990105", "2024-01-04T18:00:00Z", "2024.1.5", "05/01/2024"]
    report = bring("\n".join([HEAD, *(BUY.replace("20240105", day) for day in days)]) + "\n", "--dry-run")
    assert report["reasons"] == {"future": 1, "date": 1}
    assert [trade["day"] for trade in report["trades"]] == ["2024-01-05", "2024-01-05"]


# --- shapes ------------------------------------------------------------------------------------------


def test_a_statement_on_its_side_is_refused_with_the_way_to_turn_it(bring: Any) -> None:
    rows = [list(pair) for pair in zip(HEAD.split(","), BUY.split(","), strict=True)]
    report = json.dumps(bring(rows), ensure_ascii=False)
    assert "横放" in report and "转置" in report


def test_statements_side_by_side_are_both_read(bring: Any) -> None:
    sell = "20240108,600519,贵州茅台,证券卖出,100,1800,180000,180000".split(",")
    report = bring([[*HEAD.split(","), None, *HEAD.split(",")], [*BUY.split(","), None, *sell]])
    assert (report["created"], report["ignored"], report["left_out"]) == (2, [], [])


def test_a_hidden_column_is_read_and_said(bring: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", 500]):
        book.active.append(row)
    book.active.column_dimensions["C"].hidden = True
    book.save(tmp_path / "隐藏.xlsx")
    [warning] = bring(str(tmp_path / "隐藏.xlsx"))["warnings"]
    assert warning["cell"] == "C1" and "隐藏" in warning["zh"] and clients("assets") == [Decimal(500)]


def test_a_space_that_aligns_a_short_name_makes_no_other_client(bring: Any) -> None:
    assert bring("客户姓名,手机号码\n李　二,13800138002\n李二,13800138002\n")["created"] == 1
    assert clients("name") == ["李二"]


# --- footers -----------------------------------------------------------------------------------------


def test_sums_averages_and_remarks_are_no_clients(bring: Any) -> None:
    feet = [
        "小计：1户,,500",
        "本页合计,,500",
        "其中：高净值,,500",
        "平均,,550",
        "以上共 2 人,,",
        "经办人：王五,复核：赵六,2024年1月5日",
        "（本表仅供内部使用）,,",
    ]
    report = bring("\n".join(["客户姓名,手机号码,资产规模", "张一,13800138001,500", *feet]) + "\n")
    assert clients("name") == ["张一"]
    assert [one["range"].partition(":")[0] for one in report["left_out"]] == [f"A{row}" for row in range(3, 10)]


def test_sums_and_balances_under_a_statement_are_no_rows(bring: Any) -> None:
    feet = ["买入合计,,,,100,,170000,-170000", "期末余额,,,,,,,5000", "说明：仅供参考,,,,,,,"]
    report = bring("\n".join([HEAD, BUY, *feet]) + "\n")
    assert (report["created"], report["quarantined"]) == (1, 0)
    assert [one["reason"] for one in report["left_out"]] == ["total", "total", "note"]
