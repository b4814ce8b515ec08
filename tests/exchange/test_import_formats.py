"""Number formats of old and open workbooks, amounts in merged cells, statements of several sheets, columns without a field."""

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dakehu.domains.ledger.models import Investment, QuarantinedRow, SecurityCode
from dakehu.foundation.gates import ask
from dakehu.interfaces.cli.main import main
from tests.cast import as_system
from tests.exchange.import_helpers import bring, clients, faults

__all__ = ["bring"]
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = ["成交日期", "证券代码", "证券名称", "业务名称", "成交数量", "成交价格", "成交金额", "发生金额", "佣金"]
BUY = ["20240105", "600519", "贵州茅台", "证券买入", 100, 1700, 170000, -170005, 5]
SELL = ["20240108", "600519", "贵州茅台", "证券卖出", 100, 1800, 180000, 179995, 5]


def book_of(path: Path, sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = (), **formats: str) -> Path:
    """Write a workbook; `merged` are ranges of its first sheet, `formats` number formats of its cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    first = book.worksheets[0]
    for cell, code in formats.items():
        first[cell].number_format = code
    for cells in merged:
        first.merge_cells(cells)
    book.save(path)
    return path


@pytest.fixture
def take(capsys: Any, lin: Any) -> Any:
    """Import a file on the command line; return the report."""

    def run(path: Path, *options: str) -> dict[str, Any]:
        main(["import", str(path), "--json", *options])
        return json.loads(capsys.readouterr().out)

    return run


# --- number formats of .xls and .ods -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_and_open_workbooks_are_read_as_their_cells_show_them(take: Any, tmp_path: Path, kind: str) -> None:
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed")
    path = book_of(
        tmp_path / "格式.xlsx",
        {
            "客户": [
                ["客户姓名", "手机号码", "资产规模", "客户号"],
                ["张一", "13800138001", 500, 123],
                ["李二", "13800138002", 1200.5, 12345],
                ["王三", "13800138003", 700, 125],
                ["赵四", "13800138004", 100, 126],
            ]
        },
        C2='0"万"',
        C3='#,##0.0"万元"',
        C4="[$HK$-C04]#,##0",
        D2="00000000",
        D3='"A"00000',
        D4="00000000",
        D5="000-000",
    )
    command = [office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True)
    report = take(path.with_suffix(f".{kind}"), "--skip-errors")
    assert clients("code", "assets") == [
        ("00000123", Decimal(5_000_000)),
        ("A12345", Decimal(12_005_000)),
        ("000-126", Decimal(100)),
    ]
    assert set(faults(report)) == {4} and "港币" in faults(report)[4]


# --- amounts in merged cells -------------------------------------------------------------------------


def test_an_amount_merged_over_several_rows_is_refused_and_a_category_fills_down(take: Any, tmp_path: Path) -> None:
    rows = [
        ["客户姓名", "手机号码", "产品名称", "投资金额", "投资日期"],
        ["张一", "13800138001", "稳健一号", 300000, "2024-01-05"],
        [None, None, "稳健二号", None, None],
        ["李二", "13800138002", "稳健一号", 50000, None],
    ]
    path = book_of(tmp_path / "投资.xlsx", {"投资历史": rows}, ("A2:A3", "B2:B3", "D2:D3", "E2:E4"))
    report = take(path, "--skip-errors")
    assert set(faults(report)) == {2, 3} and all("合并" in text for text in faults(report).values())
    fault = report["faults"][0]
    assert (fault["cell"], fault["value"]) == ("D2", "300000") and "取消合并" in fault["remedy_zh"]
    with as_system():
        assert list(Investment.objects.values_list("client__name", "amount")) == [("李二", Decimal(50000))]


def test_an_amount_merged_over_the_rows_of_one_client_is_his(take: Any, tmp_path: Path) -> None:
    rows = [["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", 300000], [None, None, None]]
    take(book_of(tmp_path / "客户.xlsx", {"客户": rows}, ("A2:A3", "B2:B3", "C2:C3")))
    assert clients("name", "assets") == [("张一", Decimal(300000))]


def test_two_telephones_under_one_merged_name_are_asked_about(take: Any, tmp_path: Path) -> None:
    rows = [["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", 300000], [None, "13800138009", None]]
    report = take(book_of(tmp_path / "客户.xlsx", {"客户": rows}, ("A2:A3", "C2:C3")), "--skip-errors")
    assert clients("name") == [] and {f["cell"] for f in report["faults"]} == {"B3", "C2", "C3"}
    [fault] = [f for f in report["faults"] if f["cell"] == "B3"]
    assert "还是两位" in fault["zh"] and "同一行" in fault["remedy_zh"] and "13800138009" not in json.dumps(report)


def test_sums_of_several_clients_in_one_merged_cell_are_nobodys(take: Any, tmp_path: Path) -> None:
    rows = [["客户姓名", "手机号码", "资产规模"], ["张一", "13800138001", 300000], ["李二", "13800138002", None]]
    path = book_of(tmp_path / "客户.xlsx", {"客户": rows}, ("C2:C3",))
    report = take(path)
    assert not report["imported"] and set(faults(report)) == {2, 3} and clients("name") == []


def test_a_statement_with_merged_numbers_holds_their_rows_back(take: Any, tmp_path: Path) -> None:
    rows = [HEAD, BUY, [*SELL[:7], None, 5], ["20240109", *BUY[1:]]]
    path = book_of(tmp_path / "对账单.xlsx", {"对账单": rows}, ("H2:H3",))
    report = take(path)
    assert (report["created"], report["reasons"]) == (1, {"merged": 2})


def test_prices_in_merged_cells_are_refused_and_codes_fill_down(take: Any, tmp_path: Path) -> None:
    rows = [
        ["日期", "证券代码", "收盘价", "产品类别"],
        ["2024-01-08", "600519", 1700, "股票"],
        ["2024-01-09", None, 1701, "股票"],
        ["2024-01-10", None, None, "股票"],
    ]
    path = book_of(tmp_path / "行情.xlsx", {"行情": rows}, ("B2:B4", "C3:C4"))
    report = take(path, "--skip-errors")
    assert (report["created"], report["reasons"]) == (1, {"merged": 2})


# --- short codes of price files ------------------------------------------------------------------------


def test_a_short_code_of_a_price_file_is_refused_unless_something_ties_it(take: Any, tmp_path: Path) -> None:
    head = "日期,证券代码,证券名称,收盘价,币种,产品类别\n"
    path = tmp_path / "行情.csv"
    path.write_text(
        head + "2024-01-08,2318,中国平安,35,,股票\n2024-01-08,600519,贵州茅台,1700,,股票\n", encoding="utf-8"
    )
    report = take(path, "--skip-errors")
    assert [(f["cell"], f["value"]) for f in report["faults"]] == [("D2", "2318")]
    assert "港股" in report["faults"][0]["zh"] and "002318" in report["faults"][0]["remedy_zh"]
    with as_system():
        assert set(SecurityCode.objects.values_list("code", "market")) == {("600519", "SH")}


@pytest.mark.parametrize(
    ("head", "row", "title"),
    [
        ("日期,证券代码,证券名称,收盘价,币种,产品类别", "2024-01-08,2318,中国平安,35,港币,股票", ""),
        ("日期,证券代码,证券名称,收盘价,市场,币种,产品类别", "2024-01-08,2318,中国平安,35,港股,港币,股票", ""),
        ("日期,证券代码,证券名称,收盘价（港元）,产品类别", "2024-01-08,2318,中国平安,35,股票", ""),
        ("日期,证券代码,证券名称,收盘价,币种,产品类别", "2024-01-08,2318,中国平安,35,港币,股票", "港股收盘价\n"),
    ],
)
def test_currency_market_and_title_tie_a_short_code(take: Any, tmp_path: Path, head: str, row: str, title: str) -> None:
    path = tmp_path / "行情.csv"
    path.write_text(f"{title}{head}\n{row}\n", encoding="utf-8")
    assert take(path)["created"] == 1
    with as_system():
        assert list(SecurityCode.objects.values_list("code", "market")) == [("02318", "HK")]


def test_a_name_that_the_desk_knows_ties_a_short_code_of_a_price_file(take: Any, tmp_path: Path) -> None:
    trade, prices = tmp_path / "成交.csv", tmp_path / "行情.csv"
    trade.write_text(
        "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额\n20240105,000878,云南铜业,证券买入,100,10,1000,-1000\n",
        encoding="utf-8",
    )
    prices.write_text(
        "日期,证券代码,证券名称,收盘价\n2024-01-08,878,云南铜业,10.9\n2024-01-08,2318,中国平安,35\n", "utf-8"
    )
    take(trade)
    report = take(prices)
    assert (report["created"], report["skipped"], report["unknown"]) == (1, 1, 1)


# --- statements of several sheets ----------------------------------------------------------------------


def test_a_statement_of_several_months_is_read_from_all_its_sheets(take: Any, tmp_path: Path) -> None:
    later = ["20240205", *BUY[1:]]
    path = book_of(tmp_path / "对账单.xlsx", {"1月": [HEAD, SELL, BUY], "2月": [HEAD, later, later]})
    report = take(path)
    assert (report["created"], report["rows"], report["left_out"]) == (4, 4, [])
    again = take(path)
    assert (again["created"], again["unchanged"]) == (0, 4)


def test_a_sheet_that_says_the_same_again_adds_nothing_and_is_named(take: Any, tmp_path: Path) -> None:
    path = book_of(tmp_path / "对账单.xlsx", {"全年": [HEAD, BUY, BUY, SELL], "1月": [HEAD, BUY, BUY]})
    report = take(path)
    assert (report["created"], report["unchanged"]) == (3, 2)
    [rest] = report["left_out"]
    assert (rest["sheet"], rest["range"], rest["reason"]) == ("1月", "2:3", "repeated")


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("李二", HEAD, "other_owner"),
        ("资金流水", ["成交日期", "业务名称", "证券代码", "证券名称", "发生金额", "资金余额"], "other_layout"),
    ],
)
def test_a_sheet_of_another_client_or_of_the_cash_side_is_named_and_not_booked(
    take: Any, tmp_path: Path, name: str, head: list[str], reason: str
) -> None:
    row = BUY if head is HEAD else ["20240105", "证券买入", "600519", "贵州茅台", -170005, 1000]
    path = book_of(tmp_path / "对账单.xlsx", {"张一": [HEAD, BUY], name: [head, row]})
    report = take(path)
    assert report["created"] == 1
    [rest] = report["left_out"]
    assert (rest["sheet"], rest["reason"]) == (name, reason) and rest["cells"] == 2 * len(head)


def test_sheets_of_two_accounts_are_read_together_only_where_they_can_be_one_clients(take: Any, tmp_path: Path) -> None:
    head = [*HEAD, "股东代码"]
    sheets = {"A": [head, [*BUY, "A123456789"]], "B": [head, [*SELL, "A987654321"]]}
    assert take(book_of(tmp_path / "两户.xlsx", sheets))["left_out"][0]["reason"] == "other_owner"
    shenzhen = ["20240105", "000878", "云南铜业", "证券买入", 100, 10, 1000, -1005, 5, "0100000001"]
    sheets = {"A": [head, [*BUY, "A123456789"]], "B": [head, shenzhen]}
    report = take(book_of(tmp_path / "一户.xlsx", sheets))
    assert report["created"] + report["unchanged"] == 2 and not report["left_out"]


def test_a_row_held_back_says_from_which_sheet(take: Any, tmp_path: Path) -> None:
    wrong = [*BUY[:3], "质押登记", *BUY[4:]]
    take(book_of(tmp_path / "对账单.xlsx", {"1月": [HEAD, BUY], "2月": [HEAD, wrong]}))
    with as_system():
        [row] = QuarantinedRow.objects.all()
        assert (row.source, row.line) == ("对账单.xlsx 2月", 2)


# --- columns without a field -------------------------------------------------------------------------


def test_statements_and_prices_list_the_columns_that_no_field_takes(take: Any, tmp_path: Path) -> None:
    path = book_of(tmp_path / "对账单.xlsx", {"对账单": [[*HEAD, "经手人", "空列"], [*BUY, "小王", None]]})
    report = take(path)
    assert [(c["column"], c["heading"], c["filled"]) for c in report["ignored"]] == [("J", "经手人", 1)]
    prices = tmp_path / "行情.csv"
    prices.write_text("日期,证券代码,收盘价,开盘价,产品类别\n2024-01-08,600519,1700,1690,股票\n", encoding="utf-8")
    assert [(c["column"], c["heading"]) for c in take(prices)["ignored"]] == [("D", "开盘价")]


@pytest.mark.parametrize("name", ["对账单.xlsx", "行情.csv"])
def test_strict_refuses_statements_and_prices_with_columns_that_would_be_lost(
    take: Any, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if path.suffix == ".xlsx":
        book_of(path, {"对账单": [[*HEAD, "经手人"], [*BUY, "小王"]]})
    else:
        path.write_text("日期,证券代码,收盘价,开盘价,产品类别\n2024-01-08,600519,1700,1690,股票\n", encoding="utf-8")
    report = take(path, "--strict")
    assert "没有导入" in json.dumps(report, ensure_ascii=False) and not report.get("imported")


# --- no position -----------------------------------------------------------------------------------------


def test_what_only_moves_money_leaves_no_position(bring: Any) -> None:
    report = bring("23_flag_first.csv")
    with as_system():
        assert report["imported"] and list(ask("ledger.positions", {"client": report["client"]})) == []
