"""Content of a file outside the imported tables: located and counted for the report, so nothing is lost silently."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dakehu.exchange.mapping.mapping import ImportMapping, TableMapping
from dakehu.exchange.mapping.units import units_in_row
from dakehu.exchange.sheets.definitions import find_read_only_sheet
from dakehu.exchange.workbook.own_pages import is_live_sheet, is_own_page
from dakehu.exchange.workbook.reading import Book, Sheet
from dakehu.exchange.workbook.reading.footers import kind_of_line
from dakehu.exchange.workbook.reading.outside import Area, Block, blocks_outside, letters
from dakehu.foundation.base.i18n import Bilingual, bilingual

MOST = 200  # entries of a report
REASONS: dict[str, Bilingual] = {
    "title": bilingual("表上方的标题或说明，没有作为数据读取", "A title or note above the table, not read as data"),
    "total": bilingual("合计行，没有作为数据读取", "A line of sums, not read as data"),
    "note": bilingual("表下方的备注或签字，没有作为数据读取", "A remark or signature, not read as data"),
    "units": bilingual(
        "表头下写单位的一行，已作为各列的单位", "A line of units under the headings, taken as the units of the columns"
    ),
    "outside": bilingual("在识别出的表格之外，没有读取", "Outside the tables found, not read"),
    "hidden_sheet": bilingual(
        "隐藏的工作表，没有读取；需要导入请先取消隐藏", "A hidden sheet, not read; unhide it to import it"
    ),
    "other_sheet": bilingual(
        "另一张工作表，没有读取；需要导入请单独上传", "Another sheet, not read; upload it by itself to import it"
    ),
    "other_layout": bilingual(
        "另一张列不相同的对账单，可能是同一批业务的资金流水，没有读取；需要导入请单独上传",
        "Another statement with other columns, perhaps the cash side of the same trades, not read; upload it by itself",
    ),
    "other_owner": bilingual(
        "另一张对账单，看来属于另一位客户（股东账户或工作表名不同），没有读取；需要导入请单独上传，或补上“客户号”一列",
        "Another statement that seems to be another client's (account or name of the sheet), not read; upload it by itself, "
        "or add a column with the client's code",
    ),
    "repeated": bilingual(
        "与另一张工作表里的行完全相同，是同一笔，没有重复读取",
        "The same rows as in another sheet: the same trades, not read twice",
    ),
    "no_table": bilingual(
        "这张工作表里没有识别出表格，没有读取", "No table was found in this sheet, so it was not read"
    ),
    "live_sheet": bilingual(
        "实时查询的工作表（内容来自工作台），没有读取；需要导入请改个名字",
        "A sheet of a live query, filled from the desk, not read; rename it to import it",
    ),
    "read_only": bilingual(
        "只供查看的工作表，没有读取；请在页面上办理", "A sheet for reading only, not read; change it on its page"
    ),
    "table": bilingual("这张表设为不导入", "This table is left out"),
}


def ignored_cells(book: Book, plan: ImportMapping) -> list[dict[str, Any]]:
    """Return [{sheet, range, cells, reason, zh, en}] of all non-empty cells outside the imported tables."""
    entries: list[dict[str, Any]] = []
    for sheet in book.sheets:
        if is_own_page(sheet.name) or not sheet.frame.width:
            continue
        tables = [table for table in plan.tables if table.sheet == sheet.name]
        if not sheet.visible or not tables:
            reason = "no_table" if sheet.visible else "hidden_sheet"
            reason = "live_sheet" if sheet.visible and is_live_sheet(sheet.name) else reason
            reason = "read_only" if sheet.visible and find_read_only_sheet(sheet.name) is not None else reason
            entries += _whole_sheet_entry(sheet, reason)
        else:
            entries += _benchmark_effects(sheet, tables)
    return entries[:MOST]


def left_out_of_sheets(
    book: Book, read: Mapping[str, tuple[int, Iterable[int]]], others: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the same for a statement or prices: for imported sheets, {name: (row of its headings, rows of its
    records)}, both from 0 (-1 for no headings); for the others as a whole, with a specific reason from `others` if
    given."""
    entries: list[dict[str, Any]] = []
    for sheet in (sheet for sheet in book.sheets if sheet.frame.width):
        if sheet.name in read:
            heading, rows = read[sheet.name]
            entries += _beside_rows(sheet, heading, rows)
            continue
        reason = "other_sheet" if sheet.visible else "hidden_sheet"
        entries += _whole_sheet_entry(sheet, (others or {}).get(sheet.name, reason))
    return entries[:MOST]


def _beside_rows(sheet: Sheet, heading: int, read: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield the content of a sheet above, between and below the imported rows."""
    known = {*read, heading}
    titles = sheet.frame.row(heading) if heading >= 0 else ()
    first = min((row for row in known if row >= 0), default=0)
    places = list(range(sheet.frame.width))
    yield from (_entry(sheet, block, "title") for block in blocks_outside(sheet.frame.head(first), []) if first)
    for row in range(first, sheet.frame.height):
        cells = [cell or "" for cell in sheet.frame.row(row)] if row not in known else []
        filled = [place for place, cell in zip(places, cells, strict=False) if cell.strip()]
        if filled and tuple(sheet.frame.row(row)) != titles:
            block = Block(row, row, filled[0], filled[-1], len(filled))
            said = [cells[place] for place in filled]
            yield _entry(sheet, block, kind_of_line(said) or ("units" if units_in_row(said) else "outside"))


def left_out_rows(sheet: str, lines: list[int], cells: int, reason: str) -> dict[str, Any]:
    """Return one entry for whole rows of a sheet, numbered from 1."""
    words = REASONS[reason]
    place = f"{min(lines)}:{max(lines)}"
    both = {code: words.in_(code) for code in ("zh", "en")}
    return {"sheet": sheet, "range": place, "cells": cells, "reason": reason, **both}


def hidden_rows(book: Book, plan: ImportMapping) -> list[dict[str, Any]]:
    """Return warnings about hidden rows and columns of the file that were imported."""
    warnings = []
    for table in (table for table in plan.tables if table.part and table.layout == "rows"):
        sheet = next((s for s in book.sheets if s.name == table.sheet), None)
        if sheet is None:
            continue
        warnings += _hidden_columns(sheet, table)
        rows = [row + 1 for row in sheet.hidden_rows if table.first_row <= row <= table.last_row]
        if rows:
            shown = [*rows[:10], "…"] if len(rows) > 10 else rows
            report = bilingual(
                "有 {n} 行在文件里是隐藏的（第 {rows} 行），也一并导入了。",
                "{n} rows are hidden in the file (row {rows}) and were read all the same.",
                n=len(rows),
                rows=shown,
            )
            remedy = bilingual(
                "不需要的请在文件中删除后重新上传。", "Delete those you do not want and upload the file again."
            )
            warnings.append(_warning(table, rows[0], f"A{rows[0]}", report, remedy))
    return warnings


def _hidden_columns(sheet: Sheet, table: TableMapping) -> list[dict[str, Any]]:
    """Return a warning for hidden columns of the file that were imported."""
    read = [column for column in table.columns if column.feeds and column.index in set(sheet.hidden_columns)]
    if not read:
        return []
    report = bilingual(
        "有 {n} 列在文件里是隐藏的（{columns}），也一并导入了。",
        "{n} columns are hidden in the file ({columns}) and were read all the same.",
        n=len(read),
        columns=[column.heading or letters(column.index) for column in read[:10]],
    )
    remedy = bilingual(
        "不需要的请在列设置里选“不导入”。", "Set those you do not want to “not imported” at the columns."
    )
    row = max(table.header_row, 0) + 1
    return [_warning(table, row, f"{letters(read[0].index)}{row}", report, remedy)]


def _warning(table: TableMapping, row: int, cell: str, report: Bilingual, remedy: Bilingual) -> dict[str, Any]:
    return {
        "table": 0,
        "sheet": table.sheet,
        "row": row,
        "cell": cell,
        "column": "",
        "part": table.part,
        "field": "",
        "value": "",
        "zh": report.in_("zh"),
        "en": report.in_("en"),
        "remedy_zh": remedy.in_("zh"),
        "remedy_en": remedy.in_("en"),
    }


def _whole_sheet_entry(sheet: Sheet, reason: str) -> list[dict[str, Any]]:
    blocks = blocks_outside(sheet.frame, [])
    if not blocks:
        return []
    first = Block(
        blocks[0].first_row,
        blocks[-1].last_row,
        min(b.first_column for b in blocks),
        max(b.last_column for b in blocks),
        sum(b.cells for b in blocks),
    )
    return [_entry(sheet, first, reason)]


def _benchmark_effects(sheet: Sheet, tables: list[TableMapping]) -> Iterator[dict[str, Any]]:
    areas = [area for table in tables for area in _areas(sheet, table)]
    headings = [table.header_row if table.header_row >= 0 else table.first_row for table in tables]
    for block in blocks_outside(sheet.frame, areas):
        above = block.last_row < max(headings) and block.cells <= 2 * (block.last_row - block.first_row + 1)
        yield _entry(sheet, block, "title" if above else "outside")
    for table in tables:
        if table.part:
            yield from _idle(sheet, [column.index for column in table.columns], table.skipped)
            continue
        for area in _areas(sheet, table):
            cells = sum(
                _count_filled(sheet, area, row)
                for row in range(area.first_row, min(area.last_row + 1, sheet.frame.height))
            )
            if cells:
                yield _entry(
                    sheet, Block(area.first_row, area.last_row, min(area.columns), max(area.columns), cells), "table"
                )


def _areas(sheet: Sheet, table: TableMapping) -> list[Area]:
    """Return the lines and columns of a table including its headings; for a card its labels and values."""
    if table.layout == "card":
        rows = [column.index for column in table.columns]
        labels = {
            place
            for column in table.columns
            for place in range(table.value_column)
            if (sheet.frame[column.index, place] or "").strip() == column.heading
        }
        return [Area(min(rows), max(rows), frozenset({*labels, table.value_column}))] if rows else []
    first = table.header_row if table.header_row >= 0 else table.first_row
    columns = frozenset(column.index for column in table.columns)
    return [Area(first, table.last_row, columns)] if columns else []


def _idle(sheet: Sheet, places: list[int], rows: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield total and remark lines within a table; rows count from 0."""
    for row in rows:
        cells = [sheet.frame[row, place] or "" for place in places if place < sheet.frame.width]
        kind = kind_of_line(cells) or ("units" if units_in_row(cells) else "")
        filled = [place for place, cell in zip(places, cells, strict=False) if cell.strip()]
        if kind and filled:
            yield _entry(sheet, Block(row, row, filled[0], filled[-1], len(filled)), kind)


def _count_filled(sheet: Sheet, area: Area, row: int) -> int:
    return sum(bool((sheet.frame[row, place] or "").strip()) for place in area.columns if place < sheet.frame.width)


def _entry(sheet: Sheet, block: Block, reason: str) -> dict[str, Any]:
    words = REASONS[reason]
    return {
        "sheet": sheet.name,
        "range": block.range,
        "cells": block.cells,
        "reason": reason,
        "zh": words.in_("zh"),
        "en": words.in_("en"),
    }
