"""Changes that a person makes to a mapping: the kind of a sheet, its heading row, the field of a column, its unit."""

from decimal import Decimal
from typing import Any

from dakehu.exchange.feeds import layouts as feed_layouts
from dakehu.exchange.mapping.detection import kinds_of_sheets, settle_columns
from dakehu.exchange.mapping.mapping import (
    PRICES,
    STATEMENT,
    ColumnMapping,
    FieldMapping,
    ImportMapping,
    TableMapping,
    set_mode,
)
from dakehu.exchange.mapping.units import read_unit
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.sheets import definitions
from dakehu.exchange.statements.layouts import columns_in
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.headings import Lexicon, normalise_heading
from dakehu.foundation.base import parsing as values
from dakehu.foundation.base.currencies import YUAN, code_of
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual


def correct(plan: ImportMapping, book: reading.Book, changes: dict[str, Any]) -> ImportMapping:
    """Apply corrections made manually: {"mode", "key", "tables": {number: {"part", "header_row" (from 1), "columns":
    {index: field or ""}}}}. Raises Refused for what does not exist."""
    set_mode(plan, changes.get("mode") or plan.mode, changes.get("key") or plan.key)
    if "rates" in changes:
        plan.rates = read_rates(changes["rates"])
    for number, wanted in (changes.get("tables") or {}).items():
        try:
            table = plan.tables[int(number)]
        except (ValueError, IndexError):
            raise Refused(
                {"tables": [bilingual("文件里没有第{n}张表。", "There is no table {n} in the file.", n=number)]}
            ) from None
        _correct_table(table, book, wanted)
    return plan


def read_rates(wanted: dict[str, Any]) -> dict[str, str]:
    """Return {code of a currency: yuan per unit} as stated by a person, validated. Raises Refused."""
    rates = {}
    for currency, text in wanted.items():
        code = code_of(str(currency)) or str(currency).strip().upper()
        try:
            rate = values.to_decimal(text)
        except values.Unreadable:
            rate = Decimal(0)
        if not code or code == YUAN or not 0 < rate < 100_000:
            raise Refused(
                {
                    "rates": [
                        bilingual(
                            "汇率“{currency}={text}”看不懂，请写成 USD=7.1（1 单位外币合多少元人民币）。",
                            "The rate “{currency}={text}” cannot be read; write USD=7.1 (yuan for one).",
                            currency=currency,
                            text=text,
                        )
                    ]
                }
            )
        rates[code] = f"{rate.normalize():f}"
    return rates


def _correct_table(table: TableMapping, book: reading.Book, wanted: dict[str, Any]) -> None:
    known = kinds_of_sheets()
    if "part" in wanted or "header_row" in wanted:
        part = wanted.get("part", table.part) or ""
        if part and part not in known:
            raise Refused(
                {
                    "part": [
                        bilingual(
                            "没有“{part}”这一类表，可选：{all}。",
                            "There is no part “{part}”; choose one of {all}.",
                            part=part,
                            all=" ".join(known),
                        )
                    ]
                }
            )
        header = _header_row(wanted.get("header_row"), table.header_row)
        table.asks, table.by_hand = "", table.by_hand or "part" in wanted
        if part != table.part or header != table.header_row:
            _remap(table, book, part, header)
    for index, name in (wanted.get("columns") or {}).items():
        column = next((c for c in table.columns if c.index == int(index)), None)
        if column is None or (name and name not in known.get(table.part, ())):
            raise Refused(
                {
                    "columns": [
                        bilingual(
                            "没有这一列或这个字段：{index} {name}。",
                            "No such column or field: {index} {name}.",
                            index=index,
                            name=name,
                        )
                    ]
                }
            )
        column.feeds, column.how = ([FieldMapping(name)], "hand") if name else ([], "hand")
        table.asks = ""
    _correct_readings(table, wanted)
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    settle_columns(table, sheet, _texts_above(sheet, table))


def _header_row(wanted: Any, present: int) -> int:
    """Return a row from 0, -1 for none; `wanted` is a number from 1, or "none"."""
    if wanted in (None, ""):
        return present
    if str(wanted).casefold() in ("none", "无", "0", "-1"):
        return -1
    if not str(wanted).isdigit():
        raise Refused(
            {
                "header_row": [
                    bilingual(
                        "表头行“{value}”看不懂，请写行号，没有表头写 none。",
                        "The heading row “{value}” cannot be read; give its number, or none.",
                        value=wanted,
                    )
                ]
            }
        )
    return int(wanted) - 1


def _correct_readings(table: TableMapping, wanted: dict[str, Any]) -> None:
    """Apply manually set units and orders of day and month: {index: text}."""
    by_index = {column.index: column for column in table.columns}
    for index, text in (wanted.get("units") or {}).items():
        column = by_index.get(int(index))
        if column is None or (text and read_unit(text) is None):
            raise Refused(
                {
                    "units": [
                        bilingual(
                            "单位“{text}”看不懂，请写元、万元、亿元、USD 千、%、‰、手等。",
                            "The unit “{text}” is not known; write yuan, thousands of yuan, US dollars, percent or lots.",
                            text=text,
                        )
                    ]
                }
            )
        unit = read_unit(text) if text else None
        column.unit, column.unit_how = (unit.text if unit else ""), "hand"
    for index, order in (wanted.get("orders") or {}).items():
        column = by_index.get(int(index))
        if column is None or order not in ("", "dmy", "mdy"):
            raise Refused(
                {
                    "orders": [
                        bilingual(
                            "日月顺序只能是 dmy（日/月/年）或 mdy（月/日/年）。",
                            "The order of day and month is dmy or mdy.",
                        )
                    ]
                }
            )
        column.order = order


def _texts_above(sheet: reading.Sheet, table: TableMapping) -> list[str]:
    """Return the texts above the headings of a table, up to the previous table."""
    above = sheet.head(min(max(table.header_row, 0), 60))
    return [sheet.name, *(cell for row in above[-6:] for cell in dict.fromkeys(row) if cell.strip())]


def _remap(table: TableMapping, book: reading.Book, part: str, header: int) -> None:
    """Guess the columns again for another part or heading row."""
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    if table.layout == "rows" and header != table.header_row:
        rows = sheet.head(header + 21)
        if header >= len(rows):
            raise Refused(
                {
                    "header_row": [
                        bilingual(
                            "文件只有 {n} 行，没有第 {row} 行。",
                            "The file has {n} rows, and none is row {row}.",
                            n=len(rows),
                            row=header + 1,
                        )
                    ]
                }
            )
        table.header_row, table.first_row = header, header + 1
        table.columns = [
            ColumnMapping(
                i,
                rows[header][i].strip() if header >= 0 else "",
                samples=[r[i] for r in rows[header + 1 :] if r[i].strip()][:5],
            )
            for i in range(sheet.frame.width)
        ]
        table.signature = reading.signature_of(table.header_row, table.layout, table.columns)
    columns = [reading.Column(c.index, c.heading, samples=c.samples) for c in table.columns]
    table.part = part
    if part in (STATEMENT, PRICES) or feed_layouts.feed_of_part(part):
        _map_to_ledger(part, columns)
    elif part:
        lexicon = Lexicon(definitions.terms())
        lexicon.map_columns(part, columns, [[c.heading] for c in columns])
        if header < 0:
            lexicon.name_by_content(part, columns)
    for mine, found in zip(table.columns, columns, strict=True):
        mine.feeds = [FieldMapping(found.field)] if found.field and part else []
        mine.how, mine.suggestion = found.how, found.suggestion or ""


def _map_to_ledger(part: str, columns: list[reading.Column]) -> None:
    """Map columns of a statement, or of prices, by their known headings."""
    if part == STATEMENT:
        named = columns_in([column.heading for column in columns])
        found = {normalise_heading(heading): name for name, heading in reversed(named.items())}
    else:
        feed = feed_layouts.feed_of_part(part)
        named_by = {
            c.heading: feed_layouts.field_of(feed, c.heading) if feed else price_layout.field_of(c.heading)
            for c in columns
            if c.heading
        }
        found = {normalise_heading(heading): name for heading, name in named_by.items() if name}
    taken: set[str] = set()
    for column in columns:
        name = found.get(normalise_heading(column.heading))
        if column.heading and name and name not in taken:
            column.field, column.how = name, "name"
            taken.add(name)
