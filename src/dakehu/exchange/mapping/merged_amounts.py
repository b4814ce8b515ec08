"""Amounts in cells merged over several rows or columns: the rows to which the amount applies are unknown. Pure.

A text merged downwards (a segment, a name) applies to every row that it spans. An amount must not: three rows of
300,000 would make 900,000. Its text gets a mark that no number parser accepts, so that each row is reported with
position, value and remedy, and can be corrected like any other cell. The same applies to telephones that differ
within one merged name.
"""

import re
from collections.abc import Iterable

import polars as pl

from dakehu.exchange.workbook.reading import Sheet
from dakehu.exchange.workbook.reading.outside import letters
from dakehu.foundation.base.i18n import bilingual

_MARK = re.compile(r"（合并单元格 [A-Z]+\d+:[A-Z]+\d+）$")
_NUMBER = re.compile(r"\d")
Range = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0
Rows = tuple[int, int]  # first and last row

REASON = bilingual(
    "这个金额写在合并的单元格里，不知道各行各是多少，没有读取。",
    "This amount stands in a merged cell, so nobody knows how much of it belongs to each row; it was not read.",
)
REMEDY = bilingual(
    "取消合并，在每一行写明各自的金额；没有的留空。",
    "Unmerge the cell and write in each row its own amount; leave the others empty.",
)
TWO_OWNERS = bilingual(
    "姓名或客户号合并在几行上，这一格却与上面的行不同：不知道是同一位客户还是两位客户，没有读取。",
    "Name or code are merged over several rows, yet this cell differs from the row above: one client or two? It was not read.",
)
TWO_OWNERS_REMEDY = bilingual(
    "同一位客户的写在同一行、用“、”隔开；两位客户的取消合并，各写各的姓名。",
    "Write what belongs to one client in one row, separated by commas; for two clients unmerge the cell and name each.",
)
# {whether the cell is an amount: (fault, remedy)}.
REASONS = {True: (REASON, REMEDY), False: (TWO_OWNERS, TWO_OWNERS_REMEDY)}


def strip_mark(text: str) -> str:
    """Return the text of the cell without the mark."""
    return _MARK.sub("", text)


def is_merged(text: str | None) -> bool:
    """Return whether a cell is an amount merged over several rows or columns in its file."""
    return bool(text and _MARK.search(text))


def mark_merged_amounts(sheet: Sheet, columns: Iterable[int], first_row: int, alone: Iterable[Rows] = ()) -> None:
    """Mark the amounts in `columns` that a merged cell spreads over several rows, from `first_row` on.

    `alone` are the rows of one client each (see mark_two_owners): an amount merged within them is given once and not
    marked.
    """
    wanted, own = set(columns), list(alone)
    for found in sheet.merged:
        first, left, last, right = found
        is_shared = last > first and not any(start <= first and last <= end for start, end in own)
        spans = range(left, right + 1) if right > left else (left,)
        for column in (place for place in spans if place in wanted):
            if first >= first_row and (is_shared or (right > left and len(wanted.intersection(spans)) > 1)):
                _mark(sheet, found, column)


def mark_two_owners(sheet: Sheet, merged: Iterable[int], told_by: Iterable[int], first_row: int) -> list[Rows]:
    """Return the rows that a merged cell in the columns `merged` (name, code) assigns to one client.

    If the columns `told_by` (mobile, ID number …) have different values in such rows, the later cells are marked
    instead.
    """
    alone = []
    for first, left, last, right in (one for one in sheet.merged if one[1] in set(merged)):
        if last == first or first < first_row:
            continue
        is_one = True
        for column in set(told_by) - {left}:
            texts = sheet.frame[f"c{column}"].slice(first, last - first + 1).to_list()
            other = {row for row, text in enumerate(texts, first) if text and texts[0] and text != texts[0]}
            for row in other:
                _put_mark(sheet, row, column, sheet.frame[row, column] or "", (first, left, last, right))
            is_one = is_one and not other
        if is_one:
            alone.append((first, last))
    return alone


def _mark(sheet: Sheet, found: Range, column: int) -> None:
    first, left, last, _ = found
    amount = (sheet.frame[first, left] or "") if first < sheet.frame.height and left < sheet.frame.width else ""
    for row in range(first, min(last + 1, sheet.frame.height)):
        if _NUMBER.search(amount) and (sheet.frame[row, column] or "") in ("", amount):
            _put_mark(sheet, row, column, amount, found)


def _put_mark(sheet: Sheet, row: int, column: int, text: str, found: Range) -> None:
    first, left, last, right = found
    place = f"{letters(left)}{first + 1}:{letters(right)}{last + 1}"
    marked = pl.Series([f"{text}（合并单元格 {place}）"], dtype=pl.String)
    sheet.frame = sheet.frame.with_columns(sheet.frame[f"c{column}"].scatter(row, marked).alias(f"c{column}"))
