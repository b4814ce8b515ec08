"""Cases of money and identity once imported wrongly, with expected results, and further inputs of each kind."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dakehu.domains.ledger.models import Investment, SecurityCode
from dakehu.interfaces.cli.main import main
from tests.cast import as_system
from tests.exchange.import_helpers import bring, clients, contacts, faults

__all__ = ["bring"]
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


# --- units (A1) ------------------------------------------------------------------------------------


def test_a_unit_in_the_heading_counts(bring: Any) -> None:
    assert bring("34_unit_head.csv")["created"] == 2
    assert clients("assets") == [Decimal(5_000_000), Decimal(12_005_000)]


@pytest.mark.parametrize(
    ("text", "assets"),
    [
        ("客户姓名,手机号码,资产规模/亿元\n张一,13800138001,0.5\n", 50_000_000),
        ("单位：万元,,\n客户姓名,手机号码,资产规模\n张一,13800138001,500\n", 5_000_000),
        ("客户表,,\n,,金额单位：人民币千元\n客户姓名,手机号码,资产规模\n张一,13800138001,500\n", 500_000),
        ("客户姓名,手机号码,资产规模（万元）\n张一,13800138001,500万\n", 5_000_000),
    ],
)
def test_a_unit_counts_wherever_it_stands(bring: Any, text: str, assets: int) -> None:
    assert bring(text)["created"] == 1
    assert clients("assets") == [Decimal(assets)]


def test_a_unit_in_the_number_format_counts(bring: Any, tmp_path: Path, capsys: Any) -> None:
    book = openpyxl.Workbook()
    for row in (["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", 500], ["李二", "13800138002", 5_000_000]):
        book.active.append(row)
    book.active["C2"].number_format = '0"万"'
    book.active["C3"].number_format = '0!.0,"万"'
    book.save(tmp_path / "格式.xlsx")
    main(["import", str(tmp_path / "格式.xlsx"), "--json"])
    assert clients("assets") == [Decimal(5_000_000), Decimal(5_000_000)]


def test_a_unit_that_nobody_knows_stops_its_column(bring: Any) -> None:
    report = bring("客户姓名,手机号码,资产规模（盎司）\n张一,13800138001,500\n")
    assert "盎司" in json.dumps(report, ensure_ascii=False)
    assert clients("name") == []


def test_units_of_investments_count(bring: Any) -> None:
    bring("客户姓名,手机号码\n张一,13800138001\n")
    assert bring("44_inv_unit.csv")["created"] == 1
    with as_system():
        assert list(Investment.objects.values_list("amount", flat=True)) == [Decimal(500_000)]


def test_a_statement_in_ten_thousands_is_booked_in_yuan(bring: Any) -> None:
    report = bring(
        "单位：万元\n成交日期,证券代码,证券名称,业务名称,成交数量（手）,成交价格（元）,成交金额,发生金额\n20240105,600519,贵州茅台,证券买入,1,1700,17,-17\n"
    )
    assert (report["created"], report["cash_effect"]) == (1, -170_000)
    assert report["trades"][0]["quantity"] == 100 if "trades" in report else True


# --- currencies (A2) -------------------------------------------------------------------------------


def test_no_dollar_comes_in_as_yuan(bring: Any) -> None:
    report = bring("33_fx.csv", "--skip-errors")
    assert report["errors"] == 8 and report["created"] == 0
    assert all("不是人民币" in text for text in faults(report).values())
    assert clients("assets") == []


def test_a_stated_rate_converts(bring: Any) -> None:
    report = bring("33_fx.csv", "--skip-errors", "--rate", "USD=7.1", "--rate", "HKD=0.9")
    assert report["created"] == 5
    assert clients("assets") == [Decimal(7100), Decimal(4_500_000), Decimal(2700), Decimal(4970), Decimal(4_500_000)]


def test_a_heading_in_dollars_is_refused_without_a_rate(bring: Any) -> None:
    text = "客户姓名,手机号码,资产规模（万美元）\n张一,13800138001,50\n"
    assert "美元" in faults(bring(text))[2]
    assert bring(text, "--rate", "USD=7.1")["created"] == 1
    assert clients("assets") == [Decimal(3_550_000)]


def test_a_currency_in_the_number_format_is_no_yuan(bring: Any, tmp_path: Path, capsys: Any) -> None:
    book = openpyxl.Workbook()
    for row in (["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", 500]):
        book.active.append(row)
    book.active["C2"].number_format = "[$HK$-C04]#,##0"
    book.save(tmp_path / "港币.xlsx")
    main(["import", str(tmp_path / "港币.xlsx"), "--json"])
    assert clients("assets") == []


# --- digits (A3) -----------------------------------------------------------------------------------


def test_an_id_number_that_lost_digits_is_refused_and_a_whole_one_taken(bring: Any) -> None:
    report = bring("30_id_trunc_valid.xlsx", "--skip-errors")
    assert clients("name") == ["王三"]
    assert set(faults(report)) == {2, 3} and all("15位" in text and "文本" in text for text in faults(report).values())


def test_codes_are_read_as_their_cells_show_them(bring: Any) -> None:
    assert bring("03_code_format.xlsx")["created"] == 3
    assert clients("code") == ["00000123", "00000124", "A12345"]


def test_scientific_text_is_no_number_of_anybody(bring: Any) -> None:
    report = bring(
        "客户姓名,客户号,手机号码,证件号码\n张一,1.23E+11,13800138001,\n李二,K2,1.38001E+10,\n王三,K3,13800138003,1.10101E+17\n",
        "--skip-errors",
    )
    assert (
        report["created"] == 0 and all("Excel" in text for text in faults(report).values()) and len(faults(report)) == 3
    )


def test_a_point_zero_tail_is_no_part_of_a_code(bring: Any) -> None:
    assert bring("客户姓名,客户号,手机号码\n张一,1000123.0,13800138001.0\n")["created"] == 1
    assert clients("code") == ["1000123"] and contacts("张一") == ["13800138001"]


def test_an_id_number_without_its_type_is_known_by_its_form_and_checked(bring: Any) -> None:
    report = bring(
        "客户姓名,手机号码,证件号码\n张一,13800138001,110101198501050019\n李二,13800138002,110101198501050018\n王三,13800138003,1101011985010500\n赵四,13800138004,E12345678\n",
        "--skip-errors",
    )
    assert set(faults(report)) == {3, 4}
    assert clients("name", "id_type") == [("张一", "resident"), ("赵四", "passport")]


# --- statements (A4) -------------------------------------------------------------------------------


def test_the_column_that_says_more_decides(bring: Any) -> None:
    report = bring("23_flag_first.csv")
    assert (report["created"], report["skipped"], report["quarantined"]) == (2, 1, 0)
    assert report["cash_effect"] == -8
    main(["ask", "ledger.positions", f"client={report['client']}", "--json", "--reason", "test"])


def test_a_kind_of_business_nobody_knows_is_held_back_whatever_the_mark_says(bring: Any) -> None:
    head = "成交日期,证券代码,证券名称,买卖标志,业务名称,成交数量,成交价格,成交金额,发生金额\n"
    report = bring(
        head
        + "20240105,600519,贵州茅台,买入,质押登记,100,1700,170000,-170000\n20240105,600519,贵州茅台,卖出,证券买入,100,1700,170000,-170000\n20240105,600519,贵州茅台,买入,证券买卖,100,1700,170000,-170000\n"
    )
    assert (report["created"], report["quarantined"]) == (1, 2) and set(report["reasons"]) == {"side", "contrary"}


def test_a_short_code_waits_where_nothing_ties_it_to_a_market(bring: Any) -> None:
    report = bring("60_hk_codes.csv")
    assert (report["created"], report["quarantined"], report["reasons"]) == (1, 2, {"short": 2})
    with as_system():
        assert list(SecurityCode.objects.values_list("code", "market")) == [("00700", "HK")]


def test_a_short_code_is_tied_by_the_name_that_the_desk_or_the_file_knows(bring: Any) -> None:
    head = "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额\n"
    bring(
        head
        + "20240105,02318.HK,中国平安,证券买入,500,35,17500,-17500\n20240105,000878,云南铜业,证券买入,100,10,1000,-1000\n"
    )
    report = bring(
        head
        + "20240108,2318,中国平安,证券买入,500,35,17500,-17500\n20240108,878,云南铜业,证券买入,100,10,1000,-1000\n",
        name="后.csv",
    )
    assert (report["created"], report["quarantined"]) == (2, 0)


def test_the_sum_of_a_trade_in_hong_kong_is_its_price_at_the_rate_of_the_day(bring: Any) -> None:
    head = "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额,股东代码\n"
    report = bring(
        head
        + "20240105,2318,中国平安,证券买入,500,35,15855,-15855,A123456789\n20240105,878,云南铜业,证券买入,100,10,1000,-1000,0100000001\n"
    )
    assert report["created"] == 2
    with as_system():
        assert set(SecurityCode.objects.values_list("code", "market")) == {("02318", "HK"), ("000878", "SZ")}


def test_price_times_quantity_is_held_against_the_amount(bring: Any) -> None:
    head = "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额\n"
    report = bring(
        head
        + "20240105,600519,贵州茅台,证券买入,100,170,170000,-170000\n20240105,600519,贵州茅台,证券买入,1,1700,170000,-170000\n"
    )
    assert report["created"] == 0 and report["reasons"] == {"product": 1, "lots": 1}


@pytest.mark.parametrize(("case", "created"), [("24d_fx.csv", 2), ("24_jyrq.csv", 1), ("32_ths_headers.csv", 1)])
def test_statements_are_known_by_their_headings(bring: Any, case: str, created: int) -> None:
    report = bring(case)
    assert (report["kind"], report["created"], report["quarantined"]) == ("statement", created, 0)
    if case.startswith("32"):
        assert report["cash_effect"] == -170_006.7


def test_a_cash_statement_of_a_broker_is_booked_with_its_balances(bring: Any) -> None:
    report = bring(
        "发生日期,业务名称,收入金额,支出金额,后资金余额,币种\n20240105,银行转证券,10000,0,10000,人民币\n20240108,证券转银行,0,2500,7500,人民币\n20240109,利息归本,1.5,0,7501.5,人民币\n"
    )
    assert (report["kind"], report["created"], report["cash_effect"]) == ("statement", 3, 7501.5)
    assert report["balances"]["checked"] == 2 and report["balances"]["broken"] == 0


def test_a_statement_of_a_bank_is_no_table_of_clients(bring: Any, capsys: Any) -> None:
    report = bring(
        "户名：张一,账号：6222000011112222,,,,\n交易日期,摘要,收入,支出,余额,对方户名\n2024-01-05,转账,100,,100,李二\n2024-01-06,消费,,50,50,王三\n"
    )
    assert "银行" in json.dumps(report, ensure_ascii=False) and clients("name") == []


def test_equal_fills_are_two_trades_and_the_same_file_adds_none(bring: Any) -> None:
    first = bring("22_dupfills.csv")
    assert first["created"] == 2
    again = bring("22_dupfills.csv", "--client", first["client"])
    assert (again["created"], again["unchanged"]) == (0, 2)
    more = bring("22b_dupfills_more.csv", "--client", first["client"])
    assert (more["created"], more["unchanged"]) == (1, 2)


def test_a_percent_that_the_format_shows_is_no_percent_of_a_percent(bring: Any, tmp_path: Path, capsys: Any) -> None:
    bring("客户姓名,手机号码\n张一,13800138001\n")
    book = openpyxl.Workbook()
    for row in (
        ["客户姓名", "投资日期", "投资金额", "投资产品", "预期收益率（%）"],
        ["张一", date(2024, 1, 5), 1000, "基金甲", 0.05],
        ["张一", date(2024, 1, 6), 1000, "基金乙", 1.2],
    ):
        book.active.append(row)
    for cell in ("E2", "E3"):
        book.active[cell].number_format = "0.00%"
    book.save(tmp_path / "率.xlsx")
    main(["import", str(tmp_path / "率.xlsx"), "--json"])
    with as_system():
        assert list(Investment.objects.order_by("pk").values_list("expected_return", flat=True)) == [
            Decimal("0.05"),
            Decimal("1.2"),
        ]


@pytest.mark.parametrize(("text", "rate"), [("5", "0.05"), ("0.5", "0.005"), ("5%", "0.05")])
def test_a_percent_in_the_heading_is_the_unit_of_bare_numbers(bring: Any, text: str, rate: str) -> None:
    bring("客户姓名,手机号码\n张一,13800138001\n")
    bring(f"客户姓名,投资日期,投资金额,投资产品,预期收益率（%）\n张一,2024-01-05,50,基金甲,{text}\n")
    with as_system():
        assert list(Investment.objects.values_list("expected_return", flat=True)) == [Decimal(rate)]
