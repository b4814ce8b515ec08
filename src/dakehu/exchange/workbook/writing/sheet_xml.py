"""Write the rows of a sheet as XML, whole columns at a time with polars.

XlsxWriter takes about a minute where this takes a second. Text is always an inline string, so a value such as
`=cmd` is never a formula; text that begins like one also has the style "quote prefix", so that it stays text when
edited. The value itself is unchanged: it must be unchanged on re-import. Excel writes such a value without prefix
when a sheet is saved as CSV; our own CSV export escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from dakehu.exchange.workbook.writing.normalise import NormalisedSheet

CHUNK = 20_000
FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Day 0 of Excel is 1899-12-30; it treats 1900 as a leap year, so earlier days are written as text.
EPOCH_DAYS, FIRST_TRUE_DAY = 25_569, pl.date(1900, 3, 1)
DAY_IN_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class CellStyles:
    """Style numbers of one column: ordinary cells, and text that looks like a formula."""

    plain: int
    quoted: int


def rows_xml(sheet: NormalisedSheet, styles: Sequence[CellStyles]) -> Iterator[bytes]:
    """Yield `<row>` elements from row 2 to the last prepared row, in chunks."""
    spare, row = sheet.last_row - sheet.height, 2
    for frame in sheet.parts():
        for start in range(0, frame.height, CHUNK):
            yield _chunk(sheet, frame.slice(start, CHUNK), row + start, styles)
        row += frame.height
    if spare > 0 and any(column.formula is not None for column in sheet.spec.columns):
        yield _chunk(sheet, sheet.frame.clear(spare), row, styles)


def _chunk(sheet: NormalisedSheet, frame: pl.DataFrame, first_row: int, styles: Sequence[CellStyles]) -> bytes:
    """Write some rows."""
    row = pl.int_range(first_row, first_row + frame.height).cast(pl.String).alias("#row")
    numbered = frame.with_columns(row)
    cells = [
        _cell(sheet, index, frame.schema[column.key], styles[index]).fill_null("")
        for index, column in enumerate(sheet.spec.columns)
    ]
    lines = numbered.select(
        pl.concat_str([pl.lit('<row r="'), pl.col("#row"), pl.lit('">'), *cells, pl.lit("</row>")]).alias("x")
    )
    return str(lines["x"].str.join("").item()).encode()


def _cell(sheet: NormalisedSheet, index: int, dtype: pl.DataType, style: CellStyles) -> pl.Expr:
    """Return the expression of a column's cells."""
    column = sheet.spec.columns[index]
    value = pl.col(column.key)
    place = [pl.lit(f'<c r="{xl_col_to_name(index)}'), pl.col("#row")]
    if column.formula is not None:
        return _formula_cell(sheet, column.formula, value, dtype, place, style)
    if dtype == pl.String:
        return _text_cell(value, place, style)
    number = _number(value, dtype)
    numeric = pl.concat_str([*place, pl.lit(f'" s="{style.plain}"><v>'), number, pl.lit("</v></c>")])
    if dtype in (pl.Date, pl.Datetime):
        early = value.cast(pl.Date) < FIRST_TRUE_DAY
        return pl.when(early).then(_text_cell(value.cast(pl.Date).cast(pl.String), place, style)).otherwise(numeric)
    return numeric


def _text_cell(value: pl.Expr, place: list[pl.Expr], style: CellStyles) -> pl.Expr:
    """Return the expression of text cells."""
    dangerous = pl.any_horizontal([value.str.starts_with(sign) for sign in FORMULA_LIKE])
    number = pl.when(dangerous).then(pl.lit(str(style.quoted))).otherwise(pl.lit(str(style.plain)))
    return pl.concat_str(
        [
            *place,
            pl.lit('" s="'),
            number,
            pl.lit('" t="inlineStr"><is><t xml:space="preserve">'),
            escaped(value),
            pl.lit("</t></is></c>"),
        ]
    )


def _formula_cell(
    sheet: NormalisedSheet, formula: str, value: pl.Expr, dtype: pl.DataType, place: list[pl.Expr], style: CellStyles
) -> pl.Expr:
    """Return the expression of formula cells."""
    parts: list[pl.Expr] = []
    for position, piece in enumerate(re.split(r"\{(\w+)\}", formula)):
        if position % 2:
            parts += [pl.lit(f"${xl_col_to_name(sheet.position(piece))}"), pl.col("#row")]
        elif piece:
            parts.append(pl.lit(escape(piece)))
    if dtype == pl.String:
        text = pl.concat_str(
            [
                *place,
                pl.lit(f'" s="{style.plain}" t="str"><f>'),
                *parts,
                pl.lit("</f><v>"),
                escaped(value).fill_null(""),
                pl.lit("</v></c>"),
            ]
        )
        return text
    kind = pl.when(value.is_null()).then(pl.lit(' t="str"')).otherwise(pl.lit(""))
    return pl.concat_str(
        [
            *place,
            pl.lit(f'" s="{style.plain}"'),
            kind,
            pl.lit("><f>"),
            *parts,
            pl.lit("</f><v>"),
            _number(value, dtype).fill_null(""),
            pl.lit("</v></c>"),
        ]
    )


def _number(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the expression of a number."""
    if dtype == pl.Date:
        return (value.cast(pl.Int32) + EPOCH_DAYS).cast(pl.String)
    if isinstance(dtype, pl.Datetime):
        return (value.dt.timestamp("us") / DAY_IN_MICROSECONDS + EPOCH_DAYS).round(9).cast(pl.String)
    return value.cast(pl.String)


def escaped(text: pl.Expr) -> pl.Expr:
    """Escape text for XML; a literal `_x0041_` is escaped, since Excel decodes it to a letter."""
    return (
        text.str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
        .str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
    )
