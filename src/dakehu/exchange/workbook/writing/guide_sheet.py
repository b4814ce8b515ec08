"""Build the first page: contents of the workbook, meaning of the colours, author."""

from __future__ import annotations

from collections.abc import Sequence

from dakehu.exchange.workbook.writing.normalise import NormalisedSheet
from dakehu.exchange.workbook.writing.spec import BookSpec, Cell, PageSpec, Style, pick


def cover_name(book: BookSpec) -> str:
    """Return the name of the page."""
    return pick(book.language, "说明", "Guide")


def cover_page(book: BookSpec, sheets: Sequence[NormalisedSheet]) -> PageSpec:
    """Build the page."""

    def pick_language(zh: str, en: str) -> str:
        return pick(book.language, zh, en)

    cells = [Cell(0, 0, book.title, "title"), Cell(1, 0, book.generated_by, "note")]
    heads = (
        pick_language("工作表", "Sheet"),
        pick_language("记录数", "Records"),
        pick_language("内容", "What it holds"),
    )
    cells += [Cell(3, column, head, "head_number" if column == 1 else "head") for column, head in enumerate(heads)]
    row = 4
    for sheet in sheets:
        cells.append(Cell(row, 0, sheet.spec.name, "link", link=sheet.spec.name))
        cells.append(Cell(row, 1, sheet.height, "integer"))
        about = "  ".join(text for text in (sheet.spec.title, sheet.spec.note) if text)
        cells.append(Cell(row, 2, f"  {about}", "label"))
        row += 1
    for page in book.pages:
        cells.append(Cell(row, 0, page.name, "link", link=page.name))
        cells.append(Cell(row, 1, None, "integer"))
        about = pick_language(
            "公式、图表与数据透视表，随数据更新", "Formulas, charts and pivot tables that follow the data"
        )
        cells.append(Cell(row, 2, f"  {about}", "label"))
        row += 1
    cells.append(Cell(row + 1, 0, pick_language("怎样填写", "How to fill it in"), "section"))
    cells += [Cell(row + 1, column, None, "section") for column in (1, 2)]
    legend: list[tuple[Style, str, str]] = [
        (
            "required",
            pick_language("必填", "Required"),
            pick_language("蓝底标题：这一列必须填写", "Blue heading: must be filled in"),
        ),
        (
            "optional",
            pick_language("选填", "Optional"),
            pick_language("浅色标题：知道就填，不知道留空", "Pale heading: fill in if known"),
        ),
        (
            "computed",
            pick_language("只读", "Read only"),
            pick_language("灰色列：公式或编号，不能修改", "Grey column: formula or number"),
        ),
    ]
    row += 2
    for style, label, meaning in legend:
        cells += [Cell(row, 0, label, style), Cell(row, 2, meaning, "plain")]
        row += 1
    advice = (
        pick_language(
            "选中单元格会出现填写提示；有下拉箭头的请从列表中选择；标题右上角的红点里有更多说明。",
            "Select a cell to see its hint; choose from the list where there is an arrow; headings carry notes.",
        ),
        pick_language(
            "新记录直接写在已有数据下方的空行。填好后把整个文件导入系统，重复导入不会产生重复记录。",
            "Write new records in the empty rows below. Then import the whole file; importing twice repeats nothing.",
        ),
        pick_language(
            "请不要改动标题行和工作表名称，导入时靠它们认出每一列。",
            "Leave headings and sheet names as they are; the import knows the columns by them.",
        ),
    )
    for number, sentence in enumerate(advice, 1):
        cells.append(Cell(row + number, 0, f"{number}. {sentence}", "note"))
    return PageSpec(cover_name(book), cells, widths=[24, 14, 90])
