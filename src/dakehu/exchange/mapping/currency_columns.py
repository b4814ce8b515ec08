"""A currency column (币种) next to amount columns: each row's amounts are in the currency in it. Pure."""

import re

import polars as pl

from dakehu.exchange.mapping.amounts import is_nothing
from dakehu.exchange.mapping.mapping import ColumnMapping, TableMapping
from dakehu.exchange.mapping.units import MONEY, read_unit
from dakehu.exchange.workbook.reading import Sheet
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.foundation.base.currencies import YUAN, code_of, split_currency
from dakehu.foundation.base.text_parsing import to_half_width

HEADINGS = {"币种", "货币", "币别", "货币种类", "币种类型", "结算币种", "currency", "ccy"}

_BARE = re.compile(r"^[\d,.\s+-]+$")  # a number in the unit of its column


def currency_column(table: TableMapping, kinds: dict[str, str]) -> ColumnMapping | None:
    """Return the column with the currency of a table's amounts; None without one, or if a person set its field.

    `kinds` is the type of each field's cells (definitions.kind_of_value).
    """
    if table.layout != "rows" or not any(_is_money(column, kinds) for column in table.columns):
        return None
    return next(
        (c for c in table.columns if not c.feeds and c.how != "hand" and normalise_heading(c.heading) in HEADINGS),
        None,
    )


def _is_money(column: ColumnMapping, kinds: dict[str, str]) -> bool:
    return any(kinds.get(feed.field) == MONEY for feed in column.feeds)


def state_currencies(sheet: Sheet, table: TableMapping, kinds: dict[str, str]) -> None:
    """Prefix the row's currency to its amounts, unless it is yuan or already present. An unknown currency
    is prefixed too, so that the amount is refused instead of read as yuan."""
    column = currency_column(table, kinds)
    if column is None:
        return
    named = sheet.frame[f"c{column.index}"].to_list()
    codes = {text: _code(text) for text in set(named[table.first_row : table.last_row + 1]) if text and text.strip()}
    if set(codes.values()) <= {YUAN, ""}:
        return
    for money in (one for one in table.columns if _is_money(one, kinds)):
        texts, unit = sheet.frame[f"c{money.index}"].to_list(), read_unit(money.unit)
        scale = (
            unit.text.removesuffix("元") if unit is not None and unit.kind == MONEY and unit.currency == YUAN else ""
        )
        for row in range(table.first_row, min(table.last_row + 1, len(texts))):
            text, code = (texts[row] or "").strip(), codes.get(named[row] or "", "")
            if text and code not in (YUAN, "") and not is_nothing(text) and not split_currency(to_half_width(text))[0]:
                texts[row] = f"{code} {text}{scale if _BARE.match(text) else ''}"
        name = f"c{money.index}"
        sheet.frame = sheet.frame.with_columns(pl.Series(name, texts, dtype=pl.String))


def _code(text: str) -> str:
    return "" if is_nothing(text) else code_of(text) or text.strip()
