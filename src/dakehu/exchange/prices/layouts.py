"""The layout of a price file, recognised by its headings; every layout is converted to one row for each price."""

import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dakehu.domains.ledger.prices import importing as price_import
from dakehu.exchange.mapping.amounts import to_desk_unit
from dakehu.exchange.mapping.left_out import left_out_of_sheets
from dakehu.exchange.mapping.merged_amounts import mark_merged_amounts
from dakehu.exchange.mapping.units import MONEY, Unit, strip_unit, unit_in_heading
from dakehu.exchange.mapping.unused_columns import PRICES, unused_columns
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.foundation.base import parsing
from dakehu.foundation.base.currencies import YUAN
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SEARCH = 40  # lines searched for the headings
HEADINGS: dict[str, str] = {
    "day": "日期 交易日期 行情日期 净值日期 业务日期 date tradedate tradeday day",
    "code": "证券代码 代码 股票代码 基金代码 指数代码 产品代码 货币对 code securitycode tscode symbol ticker isin",
    "price": "收盘价 收盘 单位净值 中间价 汇率 close closeprice closingprice",
    "market": "市场 交易市场 交易所 market exchange",
    "name": "证券名称 名称 股票名称 基金名称 指数名称 产品名称 name securityname",
    "currency": "币种 currency",
    "kind": "产品类别 类别 证券类别 kind class assetclass",
}
# Words above a table, or in the name of its sheet, that state the market of all its securities.
MARKET_WORDS = {"港股": "HK", "香港": "HK", "沪市": "SH", "上交所": "SH", "深市": "SZ", "深交所": "SZ", "北交所": "BJ"}
ABOUT = ("market", "name", "currency", "kind")
WORDS = {word: name for name, words in HEADINGS.items() for word in map(normalise_heading, words.split())}
_SURE = re.compile(r"^(?:(?:SH|SZ|BJ)?\d{6}|\d{1,6}\.[A-Z]{2,4}|[A-Z]{3}/?CNY)$")
_DAY = re.compile(r"^(?=.*\d{4}).{8,19}$")


@dataclass
class PriceTable:
    """A price file as read. `cells`: a row for each price with `row` (line of the file, from 1), `col` (column, from
    0), and as text `day`, `code`, `price`, `market`, `name`, `currency`, `kind` (null where the cell is empty)."""

    filename: str
    sheet: str
    shape: str  # long, across (securities across) or down (securities down, days across)
    cells: pl.DataFrame
    left_out: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[dict[str, Any]] = field(default_factory=list)


def recognise_prices(book: reading.Book) -> PriceTable | None:
    """Return the prices in a file, or None for any other file."""
    for sheet in (sheet for sheet in book.sheets if sheet.visible):
        head = sheet.head(SEARCH)
        for at, row in enumerate(head[:-1]):
            found = (
                _read_long_table(sheet, at, row)
                or _read_days_down(sheet, at, row)
                or _read_days_across(sheet, at, row, head)
            )
            if found is not None:
                shape, cells, used = found
                above = [sheet.name, *(cell for line in head[:at] for cell in line if cell)]
                return _table(book, sheet, shape, _add_market(cells, above), at, used)
    return None


def _table(
    book: reading.Book, sheet: reading.Sheet, shape: str, cells: pl.DataFrame, heading: int, used: set[int]
) -> PriceTable:
    rows = [row - 1 for row in cells["row"].unique().to_list()]
    rest = left_out_of_sheets(book, {sheet.name: (heading, rows)})
    ignored = unused_columns(sheet, heading, used, rows, PRICES)
    return PriceTable(book.filename, sheet.name, shape, cells, rest, ignored)


def _add_market(cells: pl.DataFrame, above: list[str]) -> pl.DataFrame:
    """Add the market from the sheet name or the lines above, for codes without leading zeros or of Hong Kong."""
    markets = {market for text in above for word, market in MARKET_WORDS.items() if word in text}
    if len(markets) != 1:
        return cells
    is_short = pl.col("code").str.contains(r"^[1-9]\d{0,4}$").fill_null(value=False)
    stated = pl.when(is_short & pl.col("market").is_null()).then(pl.lit(markets.pop())).otherwise(pl.col("market"))
    return cells.with_columns(stated.alias("market"))


def prices_from_named_columns(book: reading.Book, table: Any) -> PriceTable:
    """Return the prices in a table whose columns a person mapped. Raises Refused if day, code or price is unmapped."""
    columns = {feed.field: column.index for column in table.columns for feed in column.feeds}
    lacking = [NAMES[name] for name in ("day", "code", "price") if name not in columns]
    if lacking:
        raise Refused(
            {
                "columns": [
                    bilingual(
                        "行情还缺：{fields}。请指明是哪一列。",
                        "Prices need {fields} as well: say which columns they are.",
                        fields=list(map(str, lacking)),
                    )
                ]
            }
        )
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    mark_merged_amounts(sheet, [columns["price"]], table.first_row)
    picked = _body(sheet.frame, table.first_row - 1).select(
        "row",
        pl.lit(columns["price"]).alias("col"),
        *(pl.col(f"c{place}").alias(name) for name, place in columns.items()),
    )
    unit = next((c.unit for c in table.columns if c.unit and any(f.field == "price" for f in c.feeds)), "")
    prices = _apply_unit(_table_of_shape(picked), f"({unit})" if unit else "")
    return _table(book, sheet, "long", prices, table.header_row, set(columns.values()))


LABELS: dict[str, tuple[str, str]] = {
    "day": ("日期", "Day"),
    "code": ("证券代码", "Security code"),
    "price": ("价格", "Price"),
    "market": ("市场", "Market"),
    "name": ("证券名称", "Security"),
    "currency": ("币种", "Currency"),
    "kind": ("产品类别", "Class"),
}
NAMES = {
    "day": bilingual("日期", "the day"),
    "code": bilingual("证券代码", "the security code"),
    "price": bilingual("价格", "the price"),
}


def field_of(heading: str) -> str | None:
    """Return the field of a price file's heading; None if unknown."""
    return (
        (WORDS.get(normalise_heading(heading)) or WORDS.get(normalise_heading(strip_unit(heading))))
        if heading.strip()
        else None
    )


def _columns(row: list[str]) -> dict[str, int]:
    """Return {field: column} of a line of headings, the first column of each."""
    made: dict[str, int] = {}
    for place, cell in enumerate(row):
        name = field_of(cell)
        if name is not None:
            made.setdefault(name, place)
    return made


def _body(frame: pl.DataFrame, at: int) -> pl.DataFrame:
    """Return the lines under the headings, with their line number in the file."""
    return frame.slice(at + 1).with_row_index("row", offset=at + 2)


def _table_of_shape(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with all columns, in order; lines without a price and a code are omitted."""
    lacking = [pl.lit(None, pl.String).alias(name) for name in HEADINGS if name not in cells.columns]
    texts = [pl.col(name).str.strip_chars() for name in HEADINGS]
    made = cells.with_columns(*lacking).with_columns(texts).select("row", "col", *HEADINGS)
    empty = [pl.when(pl.col(name) == "").then(None).otherwise(pl.col(name)).alias(name) for name in HEADINGS]
    return made.with_columns(empty).filter(pl.col("price").is_not_null() | pl.col("code").is_not_null())


Found = tuple[str, pl.DataFrame, set[int]]  # shape, prices, and the columns that are read


def _read_long_table(sheet: reading.Sheet, at: int, row: list[str]) -> Found | None:
    columns = _columns(row)
    if "code" not in columns and "name" in columns:
        columns["code"] = columns.pop("name")  # a table whose codes are headed as names; they must still be codes
    if not {"day", "code", "price"} <= set(columns):
        return None
    mark_merged_amounts(sheet, [columns["price"]], at + 1)
    body = _body(sheet.frame, at)
    picked = body.select(
        "row",
        pl.lit(columns["price"]).alias("col"),
        *(pl.col(f"c{place}").alias(name) for name, place in columns.items()),
    )
    return "long", _apply_unit(_table_of_shape(picked), row[columns["price"]]), set(columns.values())


def _apply_unit(cells: pl.DataFrame, heading: str) -> pl.DataFrame:
    """Apply the unit of the heading to prices: its scale, and its currency if no column states one. An
    unknown unit makes the prices unreadable."""
    found = unit_in_heading(heading)
    if found is None or (found.unit is not None and found.unit.kind != MONEY):
        return cells
    if found.unit is None:
        return cells.with_columns(pl.col("price") + f" ({found.words})")
    factor, currency = found.unit.factor, found.unit.currency
    if factor != 1:
        prices = {
            text: to_desk_unit(text, Unit(MONEY, factor, YUAN), {}) for text in cells["price"].unique().drop_nulls()
        }
        cells = cells.with_columns(pl.col("price").replace(prices))
    stated = currency if currency != YUAN else None
    return cells.with_columns(pl.col("currency").fill_null(stated)) if stated else cells


def _read_days_down(sheet: reading.Sheet, at: int, row: list[str]) -> Found | None:
    columns = _columns(row)
    days = {place: cell.strip() for place, cell in enumerate(row) if _is_day(cell)}
    if "code" not in columns or not days:
        return None
    about = {name: columns[name] for name in ("code", *ABOUT) if name in columns}
    mark_merged_amounts(sheet, days, at + 1)
    body = _body(sheet.frame, at).select(
        "row", *(pl.col(f"c{place}").alias(name) for name, place in about.items()), *(f"c{p}" for p in days)
    )
    long = body.unpivot(on=[f"c{p}" for p in days], index=["row", *about], variable_name="col", value_name="price")
    named = pl.col("col").replace_strict({f"c{p}": text for p, text in days.items()}, return_dtype=pl.String)
    return (
        "down",
        _table_of_shape(long.with_columns(named.alias("day"), _place(pl.col("col")))),
        {*about.values(), *days},
    )


def _read_days_across(sheet: reading.Sheet, at: int, row: list[str], head: list[list[str]]) -> Found | None:
    if (
        not row
        or (WORDS.get(normalise_heading(row[0])) if row[0].strip() else "day") != "day"
        or not _is_day(head[at + 1][0])
    ):
        return None
    codes = {place: cell.strip() for place, cell in enumerate(row) if place and cell.strip()}
    beneath = [head[at + 1][place] for place in codes]
    if (
        not codes
        or not all(_is_number(cell) for cell in beneath if cell.strip())
        or not _some_code(list(codes.values()))
    ):
        return None
    mark_merged_amounts(sheet, codes, at + 1)
    body = _body(sheet.frame, at).select("row", pl.col("c0").alias("day"), *(f"c{p}" for p in codes))
    long = body.unpivot(on=[f"c{p}" for p in codes], index=["row", "day"], variable_name="col", value_name="price")
    named = pl.col("col").replace_strict({f"c{p}": text for p, text in codes.items()}, return_dtype=pl.String)
    made = _table_of_shape(long.with_columns(named.alias("code"), _place(pl.col("col"))))
    return "across", made.filter(pl.col("day").is_not_null() | pl.col("price").is_not_null()), {0, *codes}


def _place(column: pl.Expr) -> pl.Expr:
    return column.str.slice(1).cast(pl.Int32).alias("col")


def _is_day(text: str) -> bool:
    if not _DAY.match(text.strip()):
        return False
    try:
        parsing.to_date(text)
    except parsing.Unreadable:
        return False
    return True


def _is_number(text: str) -> bool:
    return bool(re.match(r"^-?[\d,]*\.?\d+(?:[eE]-?\d+)?$|^-{1,2}$|^nan$", text.strip(), re.IGNORECASE))


def _some_code(headings: list[str]) -> bool:
    """Return whether any heading is certainly a security code: by its form, or because it exists on the desk."""
    if any(_SURE.match(heading.upper()) for heading in headings):
        return True
    found = price_import.resolve(price_import.CodeQuery(heading) for heading in headings)
    return any(one.number or one.new or one.reason == "short" for one in found.values())
