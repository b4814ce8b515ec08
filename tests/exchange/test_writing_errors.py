"""The error workbook contains the user's own rows with the faults in red, and can be imported again."""

from pathlib import Path

import openpyxl

from dakehu.exchange.workbook.writing import CellError, FaultyTable, write_errors
from dakehu.exchange.workbook.writing.error_workbook import ERRORS_HEADING

HEADINGS = ["客户姓名", "手机号码", "备注"]
TABLE = FaultyTable(
    "基本信息", HEADINGS, {3: ["张三", "12345", "=1+1"], 5: ["李四", None, ""], 9: ["王五", "13800000000", "好"]}
)
ERRORS = [
    CellError("基本信息", 5, "手机号码", "", "手机号码没有填写。", "请补上 11 位手机号。"),
    CellError("基本信息", 3, "手机号码", "12345", "手机号码只有 5 位。", "请改为 11 位手机号。"),
    CellError("投资历史", 2, "", "", "整行为空。"),
]


def written(folder: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_errors([TABLE], ERRORS, folder / "errors.xlsx"))


def test_only_faulty_rows_return_under_their_own_headings(tmp_path: Path) -> None:
    rows = list(written(tmp_path)["基本信息"].iter_rows(values_only=True))
    assert rows[0] == (*HEADINGS, ERRORS_HEADING)
    assert [row[:3] for row in rows[1:]] == [("张三", "12345", "=1+1"), ("李四", None, None)]
    assert "请改为 11 位手机号。" in rows[1][3]


def test_the_wrong_cell_is_red_and_says_why(tmp_path: Path) -> None:
    sheet = written(tmp_path)["基本信息"]
    assert sheet["B2"].fill.fgColor.rgb == "FFFDE8E8" and "只有 5 位" in sheet["B2"].comment.text
    assert sheet["A2"].comment is None
    assert sheet["B3"].comment is not None, "an empty cell can be wrong too"


def test_nothing_in_it_is_a_formula(tmp_path: Path) -> None:
    book = written(tmp_path)
    assert book["基本信息"]["C2"].data_type == "s" and book["基本信息"]["C2"].quotePrefix
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_last_sheet_lists_every_error_also_of_sheets_that_are_not_shown(tmp_path: Path) -> None:
    rows = list(written(tmp_path)["错误清单"].iter_rows(values_only=True))
    assert len(rows) == 4
    assert rows[2] == ("基本信息", 3, "手机号码", "12345", "手机号码只有 5 位。", "请改为 11 位手机号。")


def test_names_that_excel_refuses_are_made_to_fit(tmp_path: Path) -> None:
    names = ["客户[2026]名单" + "长" * 40, "客户[2026]名单" + "长" * 41, "错误清单"]
    tables = [FaultyTable(name, ["姓名"], {2: ["张三"]}) for name in names]
    errors = [CellError(name, 2, "姓名", "张三", "不对。") for name in names]
    book = openpyxl.load_workbook(write_errors(tables, errors, tmp_path / "errors.xlsx"))
    assert len(book.sheetnames) == 4 and all(len(name) <= 31 for name in book.sheetnames)
