"""The exported workbook, read back by programs that did not write it: openpyxl, msoffcrypto, LibreOffice."""

import io
import re
import shutil
import subprocess
import warnings
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msoffcrypto
import openpyxl
import polars as pl
import pytest

from dakehu.exchange.workbook.writing import (
    BookSpec,
    CannotWrite,
    ColumnSpec,
    InvestmentKeys,
    PageSpec,
    PivotSpec,
    PivotValue,
    SheetSpec,
    Slices,
    check_indices,
    return_columns,
    statistics_page,
    write,
    write_bytes,
)
from dakehu.exchange.workbook.writing.spec import SPARE_ROWS

AS_OF = date(2026, 11, 23)
RISKS = ["保守型", "稳健型", "进取型"]
HORIZONS = ["短期", "中期", "长期"]
KINDS = ["股票", "债券", "公募基金"]
CITIES = [f"城市{n:03d}第{n}分公司营业部" for n in range(60)]
KEYS = InvestmentKeys("date", "amount", "value", "product", "horizon", "risk", kind="kind")
NASTY = ['=cmd|"/c calc"!A1', "+8613800000000", "-1+1", "@SUM(A1)", "\tTab", "＝1+1"]


def clients_sheet(rows: int) -> SheetSpec:
    frame = pl.DataFrame(
        {
            "number": [f"KH{n:06d}" for n in range(rows)],
            "name": [f"客户{n}" for n in range(rows)],
            "born": [date(1970, 1, 1) + timedelta(days=n) for n in range(rows)],
            "phone": ["138••••••88"] * rows,
            "assets": ["••••" if n == 0 else None for n in range(rows)],
            "key": [n % 2 == 0 for n in range(rows)],
            "branch": [CITIES[n % 60] for n in range(rows)],
            "note": [NASTY[n % len(NASTY)] for n in range(rows)],
        }
    )
    columns = [
        ColumnSpec("number", "客户号 Client no.", required=True, unique=True, help="券商内部编号"),
        ColumnSpec("name", "客户姓名 Name", required=True, minimum=1, maximum=60),
        ColumnSpec("born", "出生日期 Born", "date", maximum=AS_OF),
        ColumnSpec("phone", "手机 Mobile", check="LEN({phone})=11", comment="11 位"),
        ColumnSpec("assets", "资产 Assets (CNY)", "money", minimum=0),
        ColumnSpec("key", "重点 Key", "bool"),
        ColumnSpec("branch", "营业部 Branch", "choice", choices=CITIES),
        ColumnSpec("note", "备注 Note", locked=True),
    ]
    return SheetSpec("基本信息", "基本信息 Clients", columns, frame if rows else pl.DataFrame())


def investments_sheet(rows: int) -> SheetSpec:
    frame = pl.DataFrame(
        {
            "number": [f"KH{n % 7:06d}" for n in range(rows)],
            "name": [f"客户{n % 7}" for n in range(rows)],
            "date": [AS_OF - timedelta(days=11 * (n + 3)) for n in range(rows)],
            "amount": [100_000.0 + 1_234.5 * n for n in range(rows)],
            "value": [None if n % 9 == 0 else 98_000.0 + 1_500.25 * n for n in range(rows)],
            "kind": [KINDS[n % 3] for n in range(rows)],
            "product": [f"产品<{n % 12}>&" for n in range(rows)],
            "horizon": [None if n % 10 == 0 else HORIZONS[n % 3] for n in range(rows)],
            "risk": [RISKS[n % 2] for n in range(rows)],
        }
    )
    columns = [
        ColumnSpec("number", "客户号 Client no.", required=True, listed_in=("基本信息", "number")),
        ColumnSpec("name", "客户姓名 Name", required=True),
        ColumnSpec("date", "投资日期 Date", "date", required=True),
        ColumnSpec("amount", "投资金额 Amount (CNY)", "money", minimum=0),
        ColumnSpec("value", "当前市值 Value (CNY)", "money", minimum=0),
        ColumnSpec("kind", "类别 Kind", "choice", choices=KINDS),
        ColumnSpec("product", "投资产品 Product"),
        ColumnSpec("horizon", "投资周期 Horizon", "choice", choices=HORIZONS),
        ColumnSpec("risk", "风险偏好 Risk", "choice", choices=RISKS),
        *return_columns(KEYS, AS_OF),
    ]
    return SheetSpec("投资历史", "投资历史 Investments", columns, frame if rows else pl.DataFrame())


def plans_sheet(rows: int) -> SheetSpec:
    frame = pl.DataFrame(
        {
            "number": ["KH000000"] * rows,
            "name": ["客户0"] * rows,
            "due": [datetime(2026, 11, 1, 9, 30)] * rows,
            "state": ["待办"] * rows,
        }
    )
    columns = [
        ColumnSpec("number", "客户号 Client no.", required=True),
        ColumnSpec("name", "客户姓名 Name", required=True),
        ColumnSpec("due", "日期 Date", "datetime", mark="due", open_while=("state", ["待办"])),
        ColumnSpec("state", "状态 State", "choice", choices=["待办", "已完成"]),
    ]
    return SheetSpec("定期跟进计划", "定期跟进计划 Plans", columns, frame)


def a_book(clients: int = 12, investments: int = 60, **more: object) -> BookSpec:
    invested = investments_sheet(investments)
    page = statistics_page(invested, KEYS, as_of=AS_OF, risk_free_rate=0.02)
    sheets = [clients_sheet(clients), invested, plans_sheet(min(clients, 3))]
    return BookSpec("大客户管理表", sheets, [page], generated_by="由 dakehu 生成", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(a_book(sheet_password="表格密码"), tmp_path_factory.mktemp("book") / "大客户管理表.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_headings_are_in_row_one_and_values_come_back_typed(book: openpyxl.Workbook) -> None:
    sheet = book["基本信息"]
    assert [cell.value for cell in sheet[1]][:3] == ["客户号 Client no.", "客户姓名 Name", "出生日期 Born"]
    assert [cell.value for cell in sheet[2]][:6] == [
        "KH000000",
        "客户0",
        datetime(1970, 1, 1),
        "138••••••88",
        "••••",
        "是",
    ]
    assert book["定期跟进计划"]["C2"].value == datetime(2026, 11, 1, 9, 30)


def test_text_that_looks_like_a_formula_stays_the_same_text(book: openpyxl.Workbook) -> None:
    notes = [book["基本信息"].cell(row, 8) for row in range(2, 8)]
    assert [cell.value for cell in notes] == NASTY
    assert all(cell.data_type in ("s", "inlineStr") and cell.quotePrefix for cell in notes)
    assert not book["基本信息"]["B2"].quotePrefix


def test_each_table_sheet_freezes_filters_and_protects(book: openpyxl.Workbook) -> None:
    for name in ("基本信息", "投资历史", "定期跟进计划"):
        sheet = book[name]
        assert sheet.freeze_panes == "C2"
        [table] = sheet.tables.values()
        filled = sum(cell.value is not None for cell in sheet["A"])
        assert table.autoFilter.ref == table.ref and table.ref.endswith(f"{filled + SPARE_ROWS}")
        assert sheet.protection.sheet and sheet.protection.algorithmName == "SHA-512"
        assert not sheet.protection.autoFilter and not sheet.protection.sort, "0 means allowed"
        assert not sheet["A2"].protection.locked
    assert book["投资历史"]["J2"].protection.locked and book["基本信息"]["H2"].protection.locked
    assert not book["统计分析"].protection.sheet, "Excel cannot refresh a pivot on a protected sheet"


def test_every_column_with_a_rule_is_guarded_also_below_the_data(book: openpyxl.Workbook) -> None:
    rules = {str(rule.sqref): rule for rule in book["基本信息"].data_validations.dataValidation}
    kinds = {re.match(r"[A-Z]+", area)[0]: rule.type for area, rule in rules.items()}  # type: ignore[index]
    assert kinds == {
        "A": "custom",
        "B": "textLength",
        "C": "date",
        "D": "custom",
        "E": "decimal",
        "F": "list",
        "G": "list",
    }
    assert all(area.endswith("313") for area in rules), "12 rows of data and 300 prepared ones"
    assert rules["G2:G313"].formula1 == "'字典'!$A$2:$A$61" and book["字典"].sheet_state == "hidden"
    listed = next(r for r in book["投资历史"].data_validations.dataValidation if str(r.sqref).startswith("A2"))
    assert listed.formula1 == "'基本信息'!$A$2:$A$313"
    assert book["基本信息"]["D1"].comment.text == "11 位"


def test_signs_and_due_dates_are_coloured(book: openpyxl.Workbook) -> None:
    due = str([rule.formula for area in book["定期跟进计划"].conditional_formatting for rule in area.rules])
    assert '$C2<TODAY(),OR($D2="待办")' in due and "TODAY()+7" in due
    gains = [
        rule for area in book["投资历史"].conditional_formatting for rule in area.rules if "$J2<0" in str(rule.formula)
    ]
    assert gains[0].dxf.font.color.rgb == "FF0B7A4B", "a loss is green in China"


def test_pivots_hold_every_record_and_show_computed_numbers(path: Path, book: openpyxl.Workbook) -> None:
    sheet = book["统计分析"]
    assert check_indices(path) == 2
    assert [pivot.name for pivot in sheet._pivots] == ["按投资周期", "按风险偏好"]
    for pivot in sheet._pivots:
        assert pivot.cache.refreshOnLoad and len(pivot.cache.records.r) == 60
        assert pivot.cache.cacheSource.worksheetSource.ref == "A1:K61"
    crossed = sheet._pivots[0]
    first, last = crossed.location.ref.split(":")
    amounts = investments_sheet(60).frame["amount"].sum()
    assert sheet[last].value == pytest.approx(amounts)
    labels = [sheet.cell(sheet[first].row + 2 + n, 1).value for n in range(4)]
    assert labels == ["短期", "中期", "长期", "(空白)"]


def test_an_index_beyond_its_list_is_found(path: Path, tmp_path: Path) -> None:
    for part, old, new in (
        ("xl/pivotTables/pivotTable1.xml", b'<item x="1"/>', b'<item x="99"/>'),
        ("xl/pivotCache/pivotCacheRecords1.xml", b'<x v="1"/>', b'<x v="77"/>'),
        ("xl/pivotTables/pivotTable2.xml", b'<i><x v="1"/></i>', b'<i><x v="9"/></i>'),
        ("xl/pivotTables/pivotTable2.xml", b'fld="3"', b'fld="33"'),
    ):
        broken = tmp_path / "broken.xlsx"
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as out:
            for name in source.namelist():
                body = source.read(name)
                assert name != part or old in body
                out.writestr(name, body.replace(old, new, 1) if name == part else body)
        with pytest.raises(CannotWrite, match=part.rsplit("/", 1)[1]):
            check_indices(broken)


def test_formulas_are_live_and_show_numbers_before_recalculation(path: Path, book: openpyxl.Workbook) -> None:
    shown = openpyxl.load_workbook(path, data_only=True)
    assert book["投资历史"]["J3"].value.startswith("=IF(AND(ISNUMBER($D3)")
    assert shown["投资历史"]["J3"].value == pytest.approx((99_500.25 - 101_234.5) / 101_234.5)
    assert not shown["投资历史"]["J2"].value, "no value yet, no return"
    assert "无风险利率" in book.defined_names and shown["统计分析"]["B4"].value == 0.02
    assert [type(chart).__name__ for chart in book["统计分析"]._charts] == ["LineChart", "PieChart"]
    assert book["投资历史"]["J361"].value.startswith("=IF("), "prepared rows compute too"


def test_an_empty_template_opens_with_rules_and_no_pivot(tmp_path: Path) -> None:
    path = write(a_book(0, 0), tmp_path / "template.xlsx")
    book = openpyxl.load_workbook(path)
    assert check_indices(path) == 0
    assert book["基本信息"].max_row == 1 and book["基本信息"].data_validations.count >= 7
    assert any("还没有投资记录" in str(row[0].value) for row in book["统计分析"].iter_rows())


def test_a_big_sheet_is_streamed_whole(tmp_path: Path) -> None:
    path = write(a_book(10, 45_000), tmp_path / "big.xlsx")
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        rows = book["投资历史"].iter_rows(values_only=True)
        assert sum(1 for row in rows if row[0]) == 45_001


def test_illegal_characters_go_and_spaces_stay() -> None:
    frame = pl.DataFrame({"text": [" a\x00\x0bb\r\nc ", "_x0041_", "", None, "\ufffe"]})
    sheet = SheetSpec("表", "", [ColumnSpec("text", "文字")], frame)
    with zipfile.ZipFile(io.BytesIO(write_bytes(BookSpec("书", [sheet])))) as package:
        body = package.read("xl/worksheets/sheet2.xml").decode()
    assert re.findall(r"<t [^>]*>([^<]*)</t>", body) == [" ab\nc ", "_x005F_x0041_"]


def test_days_excel_cannot_count_are_written_as_text() -> None:
    frame = pl.DataFrame({"day": [date(1890, 5, 1), date(1900, 3, 1)], "rate": [float("nan"), float("inf")]})
    columns = [ColumnSpec("day", "日期", "date"), ColumnSpec("rate", "率", "rate")]
    sheet = openpyxl.load_workbook(io.BytesIO(write_bytes(BookSpec("书", [SheetSpec("表", "", columns, frame)]))))["表"]
    assert sheet["A2"].value == "1890-05-01" and sheet["A3"].value == datetime(1900, 3, 1)
    assert sheet["B2"].value is None and sheet["B3"].value is None


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (SheetSpec("表", "", [ColumnSpec("t", "备注")], pl.DataFrame({"t": ["短", "长" * 32_768]})), "第 3 行"),
        (SheetSpec("表", "", [ColumnSpec("t", "备注")], pl.select(t=pl.repeat("", 1_048_576))), "1,048,575"),
        (SheetSpec("表/一", "", [ColumnSpec("t", "备注")], pl.DataFrame()), "表/一"),
        (SheetSpec("表", "", [ColumnSpec("t", "备注"), ColumnSpec("u", "备注")], pl.DataFrame()), "备注"),
        (SheetSpec("表", "", [ColumnSpec("t", "备注")], pl.DataFrame({"other": [1]})), "「t」"),
        (SheetSpec("说明", "", [ColumnSpec("t", "备注")], pl.DataFrame()), "说明"),
    ],
)
def test_what_excel_cannot_hold_is_refused_in_both_languages(sheet: SheetSpec, words: str, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite) as refused:
        write(BookSpec("书", [sheet]), tmp_path / "never.xlsx")
    assert words in refused.value.zh and refused.value.en
    assert list(tmp_path.iterdir()) == []


def test_a_pivot_value_may_not_be_called_like_a_column(tmp_path: Path) -> None:
    pivot = PivotSpec("透视", "投资历史", "risk", [PivotValue("amount", "sum", "投资金额 Amount (CNY)")], (0, 0))
    with pytest.raises(CannotWrite, match="换一个名称"):
        write(BookSpec("书", [investments_sheet(5)], [PageSpec("页", [], [pivot])]), tmp_path / "never.xlsx")


def test_a_chinese_password_opens_the_file_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    path = write(a_book(file_password="密码-2026"), tmp_path / "sealed.xlsx")
    with path.open("rb") as file:
        office = msoffcrypto.OfficeFile(file)
        assert office.is_encrypted()
        opened = io.BytesIO()
        office.load_key(password="密码-2026", verify_password=True)
        office.decrypt(opened)
        assert "统计分析" in openpyxl.load_workbook(opened).sheetnames
        with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
            office.load_key(password="密码-2025", verify_password=True)
    assert [item.name for item in tmp_path.iterdir()] == ["sealed.xlsx"]


def test_libreoffice_recalculates_to_the_numbers_already_shown(path: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here, so nothing independent recalculates the formulas.")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    ours = openpyxl.load_workbook(path, data_only=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns about charts written by LibreOffice
        theirs = openpyxl.load_workbook(tmp_path / path.name, data_only=True)
    formulas = openpyxl.load_workbook(path)
    compared = 0
    for name in ("投资历史", "统计分析"):
        for row in formulas[name].iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                mine, other = ours[name][cell.coordinate].value, theirs[name][cell.coordinate].value
                assert (other or 0) == pytest.approx(mine or 0, rel=1e-9), f"{name}!{cell.coordinate}"
                compared += 1
    assert compared > 700
    with zipfile.ZipFile(tmp_path / path.name) as package:
        parts = package.namelist()
    assert sum("charts/chart" in part for part in parts) == 2 and sum("pivotTables/pivotTable" in p for p in parts) == 2


def test_masked_amounts_and_empty_groups_still_make_a_book(tmp_path: Path) -> None:
    invested = investments_sheet(6)
    masked = [pl.lit("••••").alias("amount"), pl.lit("••••").alias("value"), pl.lit(None).alias("risk")]
    invested = replace(invested, frame=invested.frame.with_columns(masked))
    page = statistics_page(invested, KEYS, as_of=AS_OF, risk_free_rate=0.02, language="en")
    path = write(BookSpec("Key accounts", [invested], [page], language="en"), tmp_path / "masked.xlsx")
    assert check_indices(path) == 2
    sheet = openpyxl.load_workbook(path)["投资历史"]
    assert sheet["D2"].value == "••••"


def test_spellings_that_differ_only_in_case_are_one_item_of_a_pivot(tmp_path: Path) -> None:
    frame = pl.DataFrame({"kind": ["ETF", "etf", None], "amount": [Decimal("1.5"), Decimal("2"), None]})
    columns = [ColumnSpec("kind", "类别"), ColumnSpec("amount", "金额", "money")]
    pivot = PivotSpec("透视", "表", "kind", [PivotValue("amount", "sum", "合计")], (0, 0))
    path = write(
        BookSpec("书", [SheetSpec("表", "", columns, frame)], [PageSpec("页", [], [pivot])]), tmp_path / "b.xlsx"
    )
    rows = list(openpyxl.load_workbook(path)["页"].iter_rows(values_only=True))
    assert rows == [("行标签", "合计"), ("ETF", 3.5), ("(空白)", 0), ("总计", 3.5)]


def test_a_cell_too_long_in_a_later_slice_is_named_by_its_row():
    slices = [pl.DataFrame({"t": ["短", "短"]}), pl.DataFrame({"t": ["短", "长" * 32_768]})]
    sheet = SheetSpec("表", "", [ColumnSpec("t", "备注")], slices[0], slices=Slices(4, lambda: iter(slices)))
    with pytest.raises(CannotWrite, match="第 5 行"):
        write_bytes(BookSpec("书", [sheet]))
