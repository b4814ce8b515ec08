"""Find the sheets of a file that make up one statement: months or markets of one client, each under the same headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import polars as pl

from dakehu.domains.ledger.products.security_codes import market_of_account
from dakehu.exchange.mapping.merged_amounts import mark_merged_amounts
from dakehu.exchange.mapping.units import FoundUnit, units_in_row
from dakehu.exchange.statements.layouts import (
    DATES_IN,
    HEADINGS,
    NUMBER_FIELDS,
    SEARCH,
    Layout,
    find_layout,
    with_units,
)
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.column_groups import column_groups
from dakehu.exchange.workbook.reading.footers import NOTE, kind_of_line
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.foundation.base.date_parsing import find_order

Rows = Iterator[tuple[int, dict[str, str], str]]  # line from 1, cells by normalised heading, client code
_KNOWN = frozenset(normalise_heading(word) for words in HEADINGS.values() for word in words.split())
NOTES = 30  # lines at the end of a sheet searched for notes that state a unit
# Words in a sheet name that describe its content rather than its client.
_NEUTRAL = re.compile(
    r"\d|[一二三四五六七八九十]月|季|年|上海|深圳|北京|香港|沪|深|港|北交|股|基金|债|页|表|sheet|交割|对账|流水|成交|资金|明细|交易|普通|信用|两融|账户|帐户",
    re.IGNORECASE,
)


@dataclass
class StatementSheet:
    """A sheet with rows of a statement: the row of its headings (from 0), its layout and its rows."""

    sheet: reading.Sheet
    heading: int
    layout: Layout
    rows: list[tuple[int, dict[str, str], str]]

    def accounts(self) -> set[str]:
        """Return the shareholder accounts in its rows."""
        heading = normalise_heading(self.layout.columns.get("account", ""))
        return {named.get(heading, "").strip() for _, named, _ in self.rows if heading} - {""}


@dataclass
class StatementSheets:
    """The sheets that are read together, and why others with a statement are not ({name: key of left_out.REASONS})."""

    read: list[StatementSheet]
    others: dict[str, str] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        return self.read[0].layout


def find_sheets(book: reading.Book) -> StatementSheets | None:
    """Return the visible sheets with the statement of a file, from the first on; None if there is none.

    A further sheet is included if it has the same columns and no sign of another client: other
    columns may repeat the same trades (their cash side), and another client's trades must not be booked here.
    """
    found: StatementSheets | None = None
    for sheet in (sheet for sheet in book.sheets if sheet.visible):
        for one in _side_by_side(sheet):
            if found is None:
                found = StatementSheets([one])
                continue
            reason = _separate_reason(found.read, one)
            if reason:
                found.others[sheet.name] = reason
            else:
                found.read.append(one)
    return found


def _side_by_side(sheet: reading.Sheet) -> list[StatementSheet]:
    """Return the statements of a sheet: one, or several side by side under one line of headings; [] for none."""
    head = sheet.head(SEARCH)
    at = next((at for at, row in enumerate(head) if find_layout(row) is not None), None)
    if at is None:
        return []
    filled = [sheet.frame[name].slice(at + 1).is_not_null().any() for name in sheet.frame.columns]
    groups = column_groups(
        head[at], filled, lambda text: normalise_heading(text) if normalise_heading(text) in _KNOWN else None
    )
    groups = [group for group in groups if find_layout(head[at][place] for place in group) is not None]
    if len(groups) < 2:
        return [one] if (one := _statement_sheet(sheet)) else []
    return [one for group in groups if (one := _statement_sheet(_part(sheet, set(group))))]


def _part(sheet: reading.Sheet, places: set[int]) -> reading.Sheet:
    """Return the sheet with the other columns empty, so that every cell keeps its position."""
    empty = [pl.lit(None, pl.String).alias(f"c{place}") for place in range(sheet.frame.width) if place not in places]
    merged = [found for found in sheet.merged if found[1] in places]
    return replace(sheet, frame=sheet.frame.with_columns(empty), merged=merged)


def lies_on_its_side(book: reading.Book) -> str:
    """Return the name of a visible transposed statement (headings in its first or second column); "" for none."""
    for sheet in (sheet for sheet in book.sheets if sheet.visible and sheet.frame.width > 1):
        for name in sheet.frame.columns[:2]:
            texts = [text or "" for text in sheet.frame[name].head(SEARCH).to_list()]
            if find_layout(texts) is not None:
                return sheet.name
    return ""


def _statement_sheet(sheet: reading.Sheet) -> StatementSheet | None:
    head = sheet.head(SEARCH)
    for at, row in enumerate(head):
        layout = find_layout(row)
        if layout is not None:
            above = [sheet.name, *(cell for line in head[:at] for cell in dict.fromkeys(line) if cell)]
            rows = sheet.head(sheet.frame.height)
            if not layout.name:
                notes = [
                    cell for line in rows[at + 1 :][-NOTES:] if kind_of_line(line) == NOTE for cell in line if cell
                ]
                layout = _set_date_order(with_units(layout, above, notes), sheet, at, row)
                layout = _apply_unit_line(layout, rows, at)
            mark_numbers(sheet, at, layout)
            rows = sheet.head(sheet.frame.height) if sheet.merged else rows
            return StatementSheet(sheet, at, layout, list(rows_of(rows, at, layout)))
    return None


def _apply_unit_line(layout: Layout, rows: list[list[str]], at: int) -> Layout:
    """Return the layout with the units of a line of units directly under the headings."""
    line = rows[at + 1] if at + 1 < len(rows) else []
    found = units_in_row(line)
    headings = separate_headings([normalise_heading(cell) for cell in rows[at]])
    named = {headings[place]: FoundUnit(unit, line[place].strip()) for place, unit in found.items()}
    units = {
        name: named[normalise_heading(h)]
        for name, h in layout.columns.items()
        if name in NUMBER_FIELDS and normalise_heading(h) in named
    }
    return replace(layout, units={**layout.units, **units}) if units else layout


def _separate_reason(read: list[StatementSheet], one: StatementSheet) -> str:
    """Return why a sheet is not read with the previous ones; "" if it is."""
    first = read[0].layout
    if (first.columns, first.others, first.name) != (one.layout.columns, one.layout.others, one.layout.name):
        return "other_layout"
    if "client_code" in first.columns:
        return ""
    known, own = set().union(*(sheet.accounts() for sheet in read)), one.accounts()
    if known and own:
        markets = {market_of_account(number) for number in known}
        is_further = not markets & {market_of_account(number) for number in own}
        return "" if known & own or is_further else "other_owner"
    return "" if _NEUTRAL.search(one.sheet.name) else "other_owner"


def mark_numbers(sheet: reading.Sheet, at: int, layout: Layout) -> None:
    """Mark numbers in cells merged over several rows or columns; `at` is the heading row."""
    if not sheet.merged or at < 0:
        return
    wanted = {normalise_heading(layout.columns[name]) for name in NUMBER_FIELDS if name in layout.columns}
    wanted |= {normalise_heading(heading) for heading in layout.others}
    headings = ["" if cell is None else normalise_heading(cell) for cell in sheet.frame.row(at)]
    mark_merged_amounts(sheet, [place for place, cell in enumerate(headings) if cell in wanted], at + 1)


def _set_date_order(layout: Layout, sheet: reading.Sheet, at: int, row: list[str]) -> Layout:
    """Return the layout with the order of day and month found in the date column."""
    place = next((i for i, cell in enumerate(row) if cell.strip() == layout.columns["day"]), None)
    days = sheet.frame[f"c{place}"].slice(at + 1).unique().to_list() if place is not None else []
    return replace(layout, dates=DATES_IN[find_order(day for day in days if day)])


def rows_of(rows: list[list[str]], at: int, layout: Layout) -> Rows:
    """Yield every row under the headings except blank, total and repeated heading rows: its line, its cells by
    normalised heading, and its client ("" for none)."""
    flats = [normalise_heading(cell) for cell in rows[at]]
    headings = separate_headings(flats)
    used = {normalise_heading(h) for h in (*layout.columns.values(), *layout.others)}
    code = normalise_heading(layout.columns.get("client_code", ""))
    for place, row in enumerate(rows[at + 1 :], at + 2):
        named = dict(zip(headings, row, strict=False))
        filled = any(named.get(h, "").strip() for h in used)
        if (
            filled
            and not kind_of_line([cell for cell in row if cell.strip()] or [""])
            and not (place == at + 2 and units_in_row(row))
            and not all(normalise_heading(cell) == said for cell, said in zip(row, flats, strict=False))
        ):
            yield place, named, named.get(code, "").strip() if code else ""


def separate_headings(headings: list[str]) -> list[str]:
    """Number headings that occur twice: the second 货币 becomes 货币~2; nameless ones are ~1, ~2, …"""
    seen: dict[str, int] = {}
    made = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        made.append(f"{heading}~{seen[heading]}" if not heading or seen[heading] > 1 else heading)
    return made
