"""Write data validation and conditional formats."""

from __future__ import annotations

from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from dakehu.exchange.workbook.writing.normalise import NUMBERS, NormalisedSheet, yes_no
from dakehu.exchange.workbook.writing.spec import BookSpec, ColumnSpec, pick
from dakehu.exchange.workbook.writing.styles import (
    AMBER,
    AMBER_TINT,
    BAND,
    GREEN,
    GREEN_TINT,
    LINE,
    RED,
    RED_TINT,
    Look,
)

# Excel refuses a file whose validation texts are longer.
TITLE_CHARACTERS, MESSAGE_CHARACTERS, LIST_CHARACTERS = 32, 255, 255
EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 31)
HUGE = 1e15


class ChoiceLists:
    """Lists too long for a validation rule, in columns of a hidden sheet."""

    def __init__(self, sheet_name: str) -> None:
        self.sheet_name = sheet_name
        self.columns: dict[tuple[str, ...], str] = {}

    def source(self, choices: tuple[str, ...], heading: str) -> list[str] | str:
        """Return the source of a list: inline, or a reference to the hidden sheet."""
        inline = ",".join(choices)
        if len(inline) <= LIST_CHARACTERS and not any("," in c or '"' in c or c != c.strip() for c in choices):
            return list(choices)
        self.columns.setdefault(choices, heading)
        letter = xl_col_to_name(list(self.columns).index(choices))
        return f"='{self.sheet_name}'!${letter}$2:${letter}${len(choices) + 1}"


def validate_columns(
    worksheet: Worksheet, sheet: NormalisedSheet, others: dict[str, NormalisedSheet], lists: ChoiceLists, book: BookSpec
) -> None:
    """Add validation rules to the data and prepared rows of every column."""
    for index, column in enumerate(sheet.spec.columns):
        if column.formula is not None:
            continue
        rule = _rule(column, sheet, others, lists, book)
        if rule is None and column.help:
            rule = {"validate": "any"}
        if rule is None:
            continue
        rule.update(
            ignore_blank=not column.required,
            input_title=column.heading[:TITLE_CHARACTERS] if column.help else "",
            input_message=column.help[:MESSAGE_CHARACTERS],
            error_title=pick(book.language, "请检查填写内容", "Please check this value"),
            error_message=_refusal(column, book)[:MESSAGE_CHARACTERS],
        )
        worksheet.data_validation(1, index, sheet.last_row, index, rule)


def _rule(
    column: ColumnSpec, sheet: NormalisedSheet, others: dict[str, NormalisedSheet], lists: ChoiceLists, book: BookSpec
) -> dict[str, Any] | None:
    """Return the rule of a column, None without one."""
    if column.check:
        return {"validate": "custom", "value": "=" + sheet.same_row(column.check)}
    if column.listed_in is not None and column.listed_in[0] in others:
        return {"validate": "list", "source": "=" + others[column.listed_in[0]].cells_of(column.listed_in[1])}
    if column.unique:
        # Not COUNTIF: it reads long digit strings as numbers and compares only 15 digits.
        column_cells, cell = sheet.cells_of(column.key).split("!")[1], sheet.same_row("{" + column.key + "}")
        counted = f"SUMPRODUCT(--({column_cells}={cell}))=1"
        return {"validate": "custom", "value": "=" + counted}
    if column.kind == "bool":
        return {"validate": "list", "source": list(yes_no(book.language))}
    if column.choices:
        return {"validate": "list", "source": lists.source(tuple(column.choices), column.heading)}
    if column.kind in ("date", "datetime"):
        low, high = column.minimum or EARLIEST, column.maximum or LATEST
        return {"validate": "date", "criteria": "between", "minimum": low, "maximum": high}
    if column.kind in NUMBERS:
        low = -HUGE if column.minimum is None else column.minimum
        high = HUGE if column.maximum is None else column.maximum
        kind = "integer" if column.kind == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    if column.minimum is not None or column.maximum is not None:
        low, high = int(column.minimum or 0), int(column.maximum or 32_767)  # type: ignore[arg-type]
        return {"validate": "length", "criteria": "between", "minimum": low, "maximum": high}
    return None


def _refusal(column: ColumnSpec, book: BookSpec) -> str:
    """Return the message of a rejected value."""
    say, name = book.language, column.heading
    if column.check or (column.kind == "text" and not column.unique and not column.listed_in and not column.choices):
        text = pick(say, f"「{name}」的格式或长度不符。", f"“{name}” has the wrong form or length.")
    elif column.listed_in is not None:
        text = pick(
            say,
            f"「{name}」须先在「{column.listed_in[0]}」中登记。",
            f"“{name}” must be entered in “{column.listed_in[0]}” first.",
        )
    elif column.unique:
        text = pick(say, f"「{name}」不能重复。", f"“{name}” must not repeat.")
    elif column.choices or column.kind == "bool":
        text = pick(say, f"请从下拉列表中选择「{name}」。", f"Choose “{name}” from the list.")
    elif column.kind in ("date", "datetime"):
        text = pick(
            say, f"「{name}」须为有效日期，例如 2026-01-15。", f"“{name}” must be a valid date such as 2026-01-15."
        ) + _limits(column, book)
    else:
        number = pick(say, "整数", "a whole number") if column.kind == "integer" else pick(say, "数字", "a number")
        text = pick(say, f"「{name}」须为{number}。", f"“{name}” must be {number}.") + _limits(column, book)
    return f"{text} {column.help}".strip()


def _limits(column: ColumnSpec, book: BookSpec) -> str:
    """Return the text of a column's limits."""
    low, high = column.minimum, column.maximum
    if low is None and high is None:
        return ""
    if high is None:
        return pick(book.language, f"不小于 {low}。", f" At least {low}.")
    if low is None:
        return pick(book.language, f"不大于 {high}。", f" At most {high}.")
    return pick(book.language, f"介于 {low} 与 {high} 之间。", f" Between {low} and {high}.")


def colour_cells(worksheet: Worksheet, sheet: NormalisedSheet, look: Look, book: BookSpec) -> None:
    """Add conditional formats: signs and due dates first, then the bands of filled rows."""
    rise, fall = ((RED, RED_TINT), (GREEN, GREEN_TINT)) if book.rise_is_red else ((GREEN, GREEN_TINT), (RED, RED_TINT))
    for index, column in enumerate(sheet.spec.columns):
        cell = sheet.same_row("{" + column.key + "}")
        if column.mark == "gain":
            _colour(worksheet, sheet, index, look, f"=AND(ISNUMBER({cell}),{cell}<0)", fall)
            _colour(worksheet, sheet, index, look, f"=AND(ISNUMBER({cell}),{cell}>0)", (rise[0], None))
        elif column.mark == "due":
            still_open = _open_row_formula(sheet, column)
            late = f"=AND(ISNUMBER({cell}),{cell}<TODAY(){still_open})"
            soon = f"=AND(ISNUMBER({cell}),{cell}>=TODAY(),{cell}<=TODAY()+{book.due_soon_days}{still_open})"
            _colour(worksheet, sheet, index, look, late, (RED, RED_TINT))
            _colour(worksheet, sheet, index, look, soon, (AMBER, AMBER_TINT))
    width = len(sheet.spec.columns) - 1
    banded = look.of(bg_color=BAND, bottom=1, bottom_color=LINE)
    lined = look.of(bottom=1, bottom_color=LINE)
    for criteria, form in (('=AND($A2<>"",MOD(ROW(),2)=1)', banded), ('=$A2<>""', lined)):
        worksheet.conditional_format(
            1, 0, sheet.last_row, width, {"type": "formula", "criteria": criteria, "format": form}
        )


def _open_row_formula(sheet: NormalisedSheet, column: ColumnSpec) -> str:
    """Return the formula condition for rows that are still open."""
    if column.open_while is None:
        return ""
    key, values = column.open_while
    state = sheet.same_row("{" + key + "}")
    equal = ",".join(f'{state}="{value.replace(chr(34), chr(34) * 2)}"' for value in values)
    return f",OR({equal})"


def _colour(
    worksheet: Worksheet, sheet: NormalisedSheet, index: int, look: Look, criteria: str, colours: tuple[str, str | None]
) -> None:
    """Add a conditional format to a column."""
    ink, tint = colours
    colour_format = look.of(font_color=ink, bg_color=tint) if tint else look.of(font_color=ink)
    worksheet.conditional_format(
        1, index, sheet.last_row, index, {"type": "formula", "criteria": criteria, "format": colour_format}
    )
