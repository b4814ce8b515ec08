"""Write everything except rows with XlsxWriter: headings, formats, rules, comments, charts."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from dakehu.exchange.workbook.writing.guide_sheet import cover_name
from dakehu.exchange.workbook.writing.normalise import NUMBERS, NormalisedSheet, quote_sheet_name
from dakehu.exchange.workbook.writing.pivot import Pivot
from dakehu.exchange.workbook.writing.sheet_xml import CellStyles
from dakehu.exchange.workbook.writing.spec import Area, BookSpec, Cell, ChartSpec, ColumnSpec, PageSpec, pick
from dakehu.exchange.workbook.writing.styles import ACCENT, FONT, LINE, QUIET, SERIES, Look
from dakehu.exchange.workbook.writing.validation_rules import ChoiceLists, colour_cells, validate_columns

NARROWEST, WIDEST, SAMPLE = 9.0, 44.0, 2_000
# Characters across a page when printed at 60 % of their size, still readable.
A4_WIDTH, A3_WIDTH = 245, 320
ALLOWED = {
    "autofilter": True,
    "sort": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}


@dataclass(frozen=True)
class Template:
    """The written template, the part of each sheet, and the style numbers of its columns."""

    body: io.BytesIO
    parts: dict[str, str]
    styles: dict[str, list[CellStyles]]


def write_template(
    book: BookSpec, sheets: Sequence[NormalisedSheet], pages: Sequence[PageSpec], pivots: dict[str, list[Pivot]]
) -> Template:
    """Write the cover, the table sheets, the other pages and the hidden lists, in that order."""
    body = io.BytesIO()
    font = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    out = Workbook(body, {"in_memory": True, "default_format_properties": font})
    look, lists = Look(out), ChoiceLists(pick(book.language, "字典", "Lists"))
    by_name = {sheet.spec.name: sheet for sheet in sheets}
    styles: dict[str, list[CellStyles]] = {}
    order = [page for page in pages if page.name == cover_name(book)]
    worksheets = {name: out.add_worksheet(name) for name in _names(book, sheets, pages, order)}
    for sheet in sheets:
        worksheet = worksheets[sheet.spec.name]
        styles[sheet.spec.name] = _table_sheet(worksheet, sheet, by_name, lists, look, book)
    for page in pages:
        _page(out, worksheets[page.name], page, pivots.get(page.name, []), look, book)
    if lists.columns:
        worksheets[lists.sheet_name] = out.add_worksheet(lists.sheet_name)
        _lists(worksheets[lists.sheet_name], lists, look)
    _properties(out, book)
    next(iter(worksheets.values())).activate()
    out.close()
    body.seek(0)
    parts = {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(worksheets, 1)}
    return Template(body, parts, styles)


def _names(
    book: BookSpec, sheets: Sequence[NormalisedSheet], pages: Sequence[PageSpec], first: Sequence[PageSpec]
) -> list[str]:
    """Return the sheet names in order."""
    covers = [page.name for page in first]
    return covers + [sheet.spec.name for sheet in sheets] + [page.name for page in pages if page.name not in covers]


def template_table_range(sheet: NormalisedSheet) -> tuple[int, int, int, int]:
    """Return the table's cells in the template: heading and one row.

    XlsxWriter stores every cell of a table in memory, 300 MB for a hundred thousand clients, so `book` extends it
    afterwards.
    """
    return 0, 0, 1, len(sheet.spec.columns) - 1


def _table_sheet(
    worksheet: Worksheet,
    sheet: NormalisedSheet,
    others: dict[str, NormalisedSheet],
    lists: ChoiceLists,
    look: Look,
    book: BookSpec,
) -> list[CellStyles]:
    """Write a table sheet without rows; return its style numbers."""
    columns = sheet.spec.columns
    number = list(others).index(sheet.spec.name) + 1
    worksheet.set_default_row(20)
    worksheet.set_row(0, 36)
    worksheet.add_table(
        *template_table_range(sheet),
        {
            "name": f"table_{number}",
            "style": None,
            "columns": [{"header": item.heading, "header_format": look.header(item)} for item in columns],
        },
    )
    styles = []
    for index, column in enumerate(columns):
        cell_format = look.cell(column)
        width = column.width or _width(sheet, column)
        worksheet.set_column(index, index, width, cell_format, {"hidden": column.hidden})
        if column.comment or column.help:
            size = {"font_name": FONT, "font_size": 9, "color": "#FFFBEA", "x_scale": 1.6, "y_scale": 1.1}
            worksheet.write_comment(0, index, column.comment or column.help, {**size, "author": "dakehu"})
        # Style numbers exist only once a format's index has been requested, before the book is closed.
        styles.append(CellStyles(cell_format._get_xf_index(), look.cell(column, quoted=True)._get_xf_index()))
    validate_columns(worksheet, sheet, others, lists, book)
    colour_cells(worksheet, sheet, look, book)
    worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{sheet.last_row + 1}"})
    worksheet.freeze_panes(1, min(sheet.spec.frozen_columns, len(columns) - 1))
    worksheet.protect("", ALLOWED)
    worksheet.hide_gridlines(2)
    _printing(worksheet, book, sheet.spec.title or sheet.spec.name)
    _print_wide(worksheet, [column.width or _width(sheet, column) for column in columns if not column.hidden], sheet)
    worksheet.repeat_rows(0)
    worksheet.print_area(0, 0, max(sheet.height, 1), len(columns) - 1)
    return styles


def _width(sheet: NormalisedSheet, column: ColumnSpec) -> float:
    """Return a width for the heading on two lines and nearly all values; Chinese characters count two."""
    words = re.split(r"(?<=[^\x00-\x7f])\s+(?=[\x20-\x7e]+$)", column.heading)
    heading = max(_cells_wide(word) for word in words) + 5
    values = sheet.frame[column.key].head(SAMPLE).drop_nulls()
    content = 0.0
    if column.kind in ("date", "datetime"):
        content = 12 if column.kind == "date" else 17
    elif column.kind in NUMBERS and values.dtype.is_numeric() and len(values):
        extra = 6 if column.kind == "money" else 3
        content = len(f"{values.abs().max():,.2f}") + extra
    elif values.dtype == pl.String and len(values):
        wide = (values.str.len_chars() + values.str.len_bytes()) / 2
        content = float(wide.quantile(0.97) or 0) + 4
    return float(min(max(heading, content, NARROWEST), WIDEST))


def _cells_wide(text: str) -> int:
    """Return the width of a text."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _page(
    out: Workbook, worksheet: Worksheet, page: PageSpec, pivots: Sequence[Pivot], look: Look, book: BookSpec
) -> None:
    """Write a page."""
    worksheet.set_default_row(20)
    worksheet.hide_gridlines(2)
    for index, width in enumerate(page.widths):
        worksheet.set_column(index, index, width)
    for cell in page.cells:
        _write(worksheet, cell, look)
        if cell.style == "title":
            worksheet.set_row(cell.row, 32)
    for pivot in pivots:
        for cell in pivot.cells:
            _write(worksheet, cell, look)
    for name, (row, column) in page.names.items():
        out.define_name(name, f"={quote_sheet_name(page.name)}!${chr(65 + column)}${row + 1}")
    for chart in page.charts:
        _chart(out, worksheet, page, chart)
    if not pivots:
        worksheet.protect("", ALLOWED)
    _printing(worksheet, book, page.name)


def _write(worksheet: Worksheet, cell: Cell, look: Look) -> None:
    """Write a cell."""
    cell_format, value = look.style(cell.style), cell.value
    if cell.link:
        worksheet.write_url(
            cell.row, cell.column, f"internal:{quote_sheet_name(cell.link)}!A1", cell_format, str(value)
        )
    elif cell.formula is not None and cell.array:
        where = (cell.row, cell.column, cell.row, cell.column)
        worksheet.write_array_formula(*where, "{=" + cell.formula + "}", cell_format, value)  # type: ignore[arg-type]
    elif cell.formula is not None:
        worksheet.write_formula(cell.row, cell.column, "=" + cell.formula, cell_format, value)  # type: ignore[arg-type]
    elif value is None:
        worksheet.write_blank(cell.row, cell.column, None, cell_format)
    elif isinstance(value, date):
        worksheet.write_datetime(cell.row, cell.column, value, cell_format)
    elif isinstance(value, str):
        worksheet.write_string(cell.row, cell.column, value, cell_format)
    else:
        worksheet.write_number(cell.row, cell.column, value, cell_format)


def _chart(out: Workbook, worksheet: Worksheet, page: PageSpec, spec: ChartSpec) -> None:
    """Write a chart."""
    chart = out.add_chart({"type": spec.kind})
    second = out.add_chart({"type": spec.kind}) if any(series.second_axis for series in spec.series) else None
    small = {"name": FONT, "size": 9, "color": QUIET}
    for index, series in enumerate(spec.series):
        drawn = {
            "name": series.name,
            "categories": _reference(page, series.categories),
            "values": _reference(page, series.values),
        }
        if spec.kind == "pie":
            drawn["points"] = [{"fill": {"color": colour}, "border": {"color": "#FFFFFF"}} for colour in SERIES]
            drawn["data_labels"] = {"percentage": True, "leader_lines": True, "position": "outside_end", "font": small}
        else:
            drawn["line"] = {"color": SERIES[index], "width": 2.25}
            drawn["marker"] = {"type": "none"}
            drawn["y2_axis"] = series.second_axis
        (second if series.second_axis and second is not None else chart).add_series(drawn)
    if second is not None:
        chart.combine(second)
        second.set_y2_axis(_axis("#,##0", small))
    if spec.kind == "line":
        dates = {"date_axis": True, "num_format": spec.category_format, "num_font": small, "line": {"color": LINE}}
        chart.set_x_axis({**dates, "major_tick_mark": "none"})
        chart.set_y_axis({**_axis("#,##0", small), "major_gridlines": {"visible": True, "line": {"color": LINE}}})
    chart.set_title({"name": spec.title, "name_font": {"name": FONT, "size": 12, "bold": True, "color": ACCENT}})
    chart.set_legend({"position": "bottom" if spec.kind == "line" else "right", "font": small})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.set_size({"width": spec.size[0], "height": spec.size[1]})
    worksheet.insert_chart(*spec.anchor, chart, {"object_position": 2, "description": spec.title})


def _axis(number_format: str, font: dict[str, object]) -> dict[str, object]:
    """Return the properties of an axis."""
    return {
        "num_format": number_format,
        "num_font": font,
        "line": {"none": True},
        "major_gridlines": {"visible": False},
    }


def _reference(page: PageSpec, area: Area) -> list[object]:
    """Return the reference of an area."""
    return [page.name, area.first_row, area.first_column, area.last_row, area.last_column]


def _lists(worksheet: Worksheet, lists: ChoiceLists, look: Look) -> None:
    """Write the hidden lists."""
    for index, (choices, heading) in enumerate(lists.columns.items()):
        worksheet.set_column(index, index, 24)
        worksheet.write_string(0, index, heading, look.style("head"))
        for row, choice in enumerate(choices, 1):
            worksheet.write_string(row, index, choice, look.style("plain"))
    worksheet.protect("", ALLOWED)
    worksheet.hide()


def _printing(worksheet: Worksheet, book: BookSpec, title: str) -> None:
    """Set up printing."""
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_header(f"&L&10{_escape_header_text(title)}&R&9{_escape_header_text(book.title)}")
    worksheet.set_footer(f"&L&8{_escape_header_text(book.generated_by[:120])}&R&9&P / &N")


def _print_wide(worksheet: Worksheet, widths: Sequence[float], sheet: NormalisedSheet) -> None:
    """Print a sheet that is too wide for one page of A4 on A3, over as many pages as needed for readability.

    The frozen columns, which identify the row, are repeated on every page, and the pages of a row follow each other.
    """
    total = sum(widths)
    if total <= A4_WIDTH:
        return
    frozen = min(sheet.spec.frozen_columns, len(sheet.spec.columns) - 1)
    repeated = sum(widths[:frozen])
    worksheet.set_paper(8)
    worksheet.fit_to_pages(max(1, math.ceil((total - repeated) / (A3_WIDTH - repeated))), 0)
    if frozen:
        worksheet.repeat_columns(0, frozen - 1)
    worksheet.print_across()


def _escape_header_text(text: str) -> str:
    """Escape a text for header and footer."""
    return text.replace("&", "&&")[:120]


def _properties(out: Workbook, book: BookSpec) -> None:
    """Set the document properties."""
    known = {"title": book.title, "comments": book.generated_by, **book.properties}
    properties: dict[str, object] = dict(known)
    if book.created is not None:
        properties["created"] = book.created
    out.set_properties(properties)
