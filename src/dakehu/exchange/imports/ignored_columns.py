"""Columns of a file that an import leaves out though they hold something: where, how many cells, and why.

An import never loses a column in silence. The report lists them, `--strict` refuses them, and the person who may add custom
fields is offered one for an unknown heading.
"""

from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from dakehu.exchange.mapping.currency_columns import currency_column
from dakehu.exchange.mapping.mapping import ColumnMapping, ImportMapping, TableMapping
from dakehu.exchange.sheets.definitions import Worksheet, kind_of_value, worksheets
from dakehu.exchange.workbook.reading import Book
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import has_spec, model_of, normalize_name
from dakehu.foundation.schema.related_columns import extension_columns

# Why a column is left out. CALCULATED ones are of our own making and lose nothing, so `--strict` accepts them.
UNKNOWN, NOT_WRITABLE, CALCULATED, REPEATED, SET_ASIDE, NO_SHEET, UNFIT = (
    "unknown_heading",
    "not_writable",
    "calculated",
    "repeated",
    "set_aside",
    "unknown_sheet",
    "unfit_content",
)
REASONS = {
    UNKNOWN: bilingual(
        "不认识“{heading}”这一列。请指定对应字段，或请管理员添加自定义字段。",
        "The heading “{heading}” is not known. Choose its field, or ask an administrator to add a custom field.",
    ),
    NOT_WRITABLE: bilingual(
        "“{heading}”不能由您的角色填写，这一列没有导入。",
        "Your role may not write “{heading}”; the column was not imported.",
    ),
    CALCULATED: bilingual(
        "“{heading}”由系统计算，不从文件读取。", "“{heading}” is worked out by the desk and not read from a file."
    ),
    REPEATED: bilingual(
        "“{heading}”对应的字段已由另一列提供。", "Another column already provides the field of “{heading}”."
    ),
    UNFIT: bilingual(
        "“{heading}”的内容不像同名字段的值，没有导入。请指定它是哪个字段。",
        "The cells of “{heading}” do not look like values of the field of that name, so it was not imported. Choose its field.",
    ),
    SET_ASIDE: bilingual("已选择不导入“{heading}”。", "“{heading}” was set aside by choice."),
    NO_SHEET: bilingual(
        "没有认出工作表“{sheet}”是什么，整张未导入。请指定它是哪一类表。",
        "Sheet “{sheet}” was not recognised and left out whole. Say what it holds.",
    ),
}


@dataclass(frozen=True)
class IgnoredColumn:
    """One column left out. `column` is its letter (of a card: its line), `filled` the number of cells with a value."""

    sheet: str
    column: str
    heading: str
    filled: int
    reason: str
    zh: str
    en: str
    model: str  # the model that would take a custom field of this name; "" where none would


def ignored_columns(book: Book, plan: ImportMapping) -> list[dict[str, Any]]:
    """Return every column with values that no field takes, in the order of the file."""
    frames = {sheet.name: sheet.frame for sheet in book.sheets}
    known = worksheets()
    found = []
    for table in plan.tables:
        worksheet = known.get(table.part)
        taken = {field.field for column in table.columns for field in column.feeds}
        kinds = {parameter.name: kind_of_value(parameter) for parameter in worksheet.parameters} if worksheet else {}
        currency = currency_column(table, kinds)
        for column in table.columns:
            filled = 0 if column.feeds or column is currency else _count_filled(frames[table.sheet], table, column)
            if filled:
                found.append(asdict(_describe_column(table, column, filled, worksheet, taken)))
    return found


def check_nothing_ignored(columns: list[dict[str, Any]]) -> None:
    """Raise Refused naming every column that would be lost; calculated ones are not."""
    lost = [column for column in columns if column["reason"] != CALCULATED]
    if lost:
        raise Refused(
            {f"{column['sheet']}!{column['column']}": [Bilingual(column["zh"], column["en"], {})] for column in lost}
        )


def _count_filled(frame: pl.DataFrame, table: TableMapping, column: ColumnMapping) -> int:
    """Count the cells of a column that hold something within the table."""
    if table.layout == "card":
        return int((frame[f"c{table.value_column}"][column.index] or "").strip() != "")
    cells = frame[f"c{column.index}"].slice(table.first_row, table.last_row - table.first_row + 1)
    rows = set(table.skipped)
    return sum(
        1 for row, cell in enumerate(cells.to_list(), table.first_row) if row not in rows and (cell or "").strip()
    )


def _describe_column(
    table: TableMapping, column: ColumnMapping, filled: int, worksheet: Worksheet | None, taken: set[str]
) -> IgnoredColumn:
    reason = _reason(column, worksheet, taken)
    sentence = REASONS[reason]
    names = {"heading": column.heading or letters(column.index), "sheet": table.sheet}
    place = str(column.index + 1) if table.layout == "card" else letters(column.index)
    model = worksheet.model if worksheet is not None and reason == UNKNOWN and column.heading else ""
    return IgnoredColumn(
        table.sheet,
        place,
        column.heading,
        filled,
        reason,
        sentence.zh.format(**names),
        sentence.en.format(**names),
        model,
    )


def _reason(column: ColumnMapping, worksheet: Worksheet | None, taken: set[str]) -> str:
    if column.how == "hand":
        return SET_ASIDE
    if worksheet is None:
        return NO_SHEET
    heading = normalize_name(column.heading)
    for parameter in worksheet.parameters:
        if heading in {normalize_name(text) for text in (parameter.name, *worksheet.spec(parameter.name).spellings())}:
            return REPEATED if parameter.name in taken else UNFIT
    model = model_of(worksheet.model)
    for field in model._meta.fields:
        if has_spec(field) and heading in {normalize_name(text) for text in (field.name, *field.spec.spellings())}:
            return NOT_WRITABLE if field.spec.editable else CALCULATED
    specs = [c.spec for c in model.computed_columns] + [spec for _, _, spec in extension_columns(model)]
    if any(heading in {normalize_name(text) for text in spec.spellings()} for spec in specs):
        return CALCULATED
    return UNKNOWN
