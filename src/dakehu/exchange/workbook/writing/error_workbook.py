"""Write the error workbook: the original invalid rows, with errors in red, for correction.

A new workbook, not an edited copy of the user's file: rewriting a foreign file loses slicers and damages formats.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from dakehu.exchange.workbook.writing.sheet_xml import FORMULA_LIKE
from dakehu.exchange.workbook.writing.spec import Language, pick
from dakehu.exchange.workbook.writing.styles import FONT, QUIET, RED, RED_TINT, Look

ERRORS_HEADING = "错误 Errors"
ERRORS_SHEET = {"zh": "错误清单", "en": "Errors"}
WIDTH = 18


@dataclass(frozen=True)
class CellError:
    """One error. `row` is the row of the original sheet (from 1), `column` its heading or ""."""

    sheet: str
    row: int
    column: str
    value: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class FaultyTable:
    """Rows of one original sheet as text: `rows` maps row numbers to cells, in heading order."""

    sheet: str
    headings: Sequence[str]
    rows: dict[int, Sequence[str | None]]


def write_errors(
    tables: Sequence[FaultyTable], errors: Sequence[CellError], path: Path, language: Language = "zh"
) -> Path:
    """Write the rows that have errors in their original layout, plus a sheet that lists every error.

    The headings are the original ones, in row 1; the added last column 错误 Errors is ignored by the import.
    """
    font = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    with Workbook(str(path), {"default_format_properties": font}) as out:
        look = Look(out)
        taken = {ERRORS_SHEET[language].casefold()}
        for table in tables:
            own = [error for error in errors if error.sheet == table.sheet]
            if own:
                _table(out.add_worksheet(_free_name(table.sheet, taken)), table, own, look)
        _list(out.add_worksheet(ERRORS_SHEET[language]), errors, look, language)
    return path


def _free_name(wanted: str, taken: set[str]) -> str:
    """Return the original sheet name, made valid and unique.

    A CSV file's name may be too long or contain brackets.
    """
    base = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip(" '")[:31] or "1"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:28]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _fit_to_page(worksheet: Worksheet) -> None:
    """Set up printing."""
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)


def _table(worksheet: Worksheet, table: FaultyTable, errors: Sequence[CellError], look: Look) -> None:
    """Write the invalid rows of one table."""
    headings = [*table.headings, ERRORS_HEADING]
    for column, heading in enumerate(headings):
        worksheet.write_string(0, column, heading, look.style("head"))
        worksheet.set_column(column, column, WIDTH, look.of(font_name=FONT, font_size=10, num_format="@"))
    worksheet.set_column(len(table.headings), len(table.headings), 60)
    by_row: dict[int, list[CellError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    rows = [number for number in sorted(by_row) if number in table.rows]
    for target_row, number in enumerate(rows, 1):
        row_errors = by_row[number]
        for column, value in enumerate(table.rows[number][: len(table.headings)]):
            cell_errors = [error for error in row_errors if error.column == table.headings[column]]
            _cell(worksheet, target_row, column, value or "", cell_errors, look)
        worksheet.write_string(
            target_row, len(table.headings), "；".join(_sentence(error) for error in row_errors), look.style("note")
        )
    worksheet.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
    worksheet.freeze_panes(1, 1)
    _fit_to_page(worksheet)
    worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(rows) + 1}"})


def _cell(worksheet: Worksheet, row: int, column: int, value: str, wrong: Sequence[CellError], look: Look) -> None:
    """Write a text cell, red with a comment if it has errors."""
    properties = {"font_name": FONT, "font_size": 10, "num_format": "@"}
    if value.startswith(FORMULA_LIKE):
        properties["quote_prefix"] = True  # type: ignore[assignment]
    if wrong:
        properties.update(bg_color=RED_TINT, font_color=RED)
        note = "\n".join(_sentence(error) for error in wrong)
        worksheet.write_comment(row, column, note, {"author": "dakehu", "font_name": FONT, "x_scale": 2})
    if value:
        worksheet.write_string(row, column, value, look.of(**properties))
    else:
        worksheet.write_blank(row, column, None, look.of(**properties))


def _sentence(error: CellError) -> str:
    """Return the text of an error."""
    where = f"{error.column}：" if error.column else ""
    return f"{where}{error.message} {error.remedy}".strip()


def _list(worksheet: Worksheet, errors: Sequence[CellError], look: Look, language: Language) -> None:
    """Write the list of all errors."""
    heads = (
        ("工作表", "Sheet"),
        ("行", "Row"),
        ("列", "Column"),
        ("原值", "Value"),
        ("问题", "Problem"),
        ("怎样改正", "Remedy"),
    )
    for column, (zh, en) in enumerate(heads):
        worksheet.write_string(0, column, pick(language, zh, en), look.style("head"))
    text = look.of(font_name=FONT, font_size=10, num_format="@", quote_prefix=True, font_color=QUIET)
    for row, error in enumerate(errors, 1):
        worksheet.write_string(row, 0, error.sheet)
        worksheet.write_number(row, 1, error.row)
        worksheet.write_string(row, 2, error.column)
        worksheet.write_string(row, 3, error.value, text)
        worksheet.write_string(row, 4, error.message)
        worksheet.write_string(row, 5, error.remedy)
    for column, width in enumerate((16, 8, 20, 24, 50, 50)):
        worksheet.set_column(column, column, width)
    worksheet.autofilter(0, 0, max(len(errors), 1), len(heads) - 1)
    worksheet.freeze_panes(1, 0)
    _fit_to_page(worksheet)
