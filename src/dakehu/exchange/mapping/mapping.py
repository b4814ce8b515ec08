"""How one file is read: which tables, which columns, which fields. Guessed, corrected by hand, remembered by source.

A plan is plain JSON, so that it can be kept with its batch, shown in a form and sent back.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from dakehu.domains.clients.bulk_import.matching import KEYS
from dakehu.exchange.mapping.cell_values import NUMBERS
from dakehu.exchange.mapping.units import COUNT, MONEY, FoundUnit, read_unit, unit_in_heading, units_in_lines
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.sheets import definitions
from dakehu.exchange.statements.layouts import MONEY_FIELDS, STATEMENT_FIELDS, columns_in, is_of_bank
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.headings import Lexicon, flat
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.base import parsing as values
from dakehu.foundation.base.currencies import YUAN, code_of
from dakehu.foundation.base.date_parsing import find_order, is_ambiguous
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import say
from dakehu.foundation.imports.row_matching import MODES

STATEMENT, PRICES = "statement", "prices"  # what a sheet may hold besides the parts of a client table
KEEP = "="  # a value without a meaning of its own is read as it stands
# Sheets that this program adds to its workbooks and that hold no data of clients.
OWN_PAGES = {"说明", "guide", "统计分析", "statistics", "字典", "lists", "错误清单", "errors"}


@dataclass
class Feed:
    """A field that a column feeds. `values` gives raw values a meaning; `otherwise` is for all others: KEEP, a fixed
    value, or "" for nothing."""

    field: str
    values: dict[str, str] = field(default_factory=dict)
    otherwise: str = KEEP


@dataclass
class ColumnPlan:
    """One column (or line of a card). `index` is its place in the sheet from 0, `how` why it was mapped.

    `unit` is the unit of its numbers ("万元", "USD 千", "%"; "" for none stated), `unit_how` where that was found: heading,
    above (a line over the table), hand, or unknown for words that are no known unit. `order` is the order of day and month
    ("dmy", "mdy"), settled by the column's own cells or by hand; `ambiguous` where cells need one.
    """

    index: int
    heading: str
    feeds: list[Feed] = field(default_factory=list)
    how: str = ""
    suggestion: str = ""
    samples: list[str] = field(default_factory=list)
    unit: str = ""
    unit_how: str = ""
    order: str = ""
    ambiguous: bool = False


@dataclass
class TablePlan:
    """One table of one sheet. `part` "" leaves it out. Rows count from 0; `skipped` are rows without data. `header_row` is
    -1 for a table without headings, `asks` "heading" while a person has yet to say whether its first line is one, and
    "bank" for a statement of a bank; `by_hand` whether a person said what the table holds."""

    sheet: str
    part: str
    layout: str
    header_row: int
    first_row: int
    last_row: int
    columns: list[ColumnPlan]
    value_column: int = 1
    skipped: list[int] = field(default_factory=list)
    signature: str = ""
    name_by_code: bool = True
    profile: str = ""
    asks: str = ""
    by_hand: bool = False


@dataclass
class Plan:
    """How a whole file is read. `key` says what clients are recognised by, `mode` what may happen to them.

    Of rows that come back from an export: `decided` keeps what a person decided on each clash ({mark: "file" or
    "desk"}), `prefer` decides the others, `deleted` the marks of rows that are to go with the sheet that lacks them,
    and `delete_missing` all of them. `rates` are yuan for one of a currency, as a person stated them ({"USD": "7.1"}).
    """

    tables: list[TablePlan]
    key: str = "auto"
    mode: str = "both"
    prefer: str = ""
    decided: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    delete_missing: bool = False
    rates: dict[str, str] = field(default_factory=dict)

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Plan":
        tables = []
        for table in plain["tables"]:
            columns = [ColumnPlan(**{**c, "feeds": [Feed(**f) for f in c["feeds"]]}) for c in table["columns"]]
            tables.append(TablePlan(**{**table, "columns": columns}))
        rest = {
            name: plain[name]
            for name in ("key", "mode", "prefer", "decided", "deleted", "delete_missing", "rates")
            if name in plain
        }
        return cls(tables, **rest)


def guess(book: reading.Book) -> Plan:
    """The plan that names, aliases and content suggest. Hidden sheets and our own pages are left out."""
    made = []
    for sheet in book.sheets:
        if not sheet.visible or sheet.name.casefold() in OWN_PAGES:
            continue
        tables = [_table(found, sheet) for found in reading.guess(sheet, definitions.terms())]
        if any(is_of_bank(row) for row in sheet.head(reading.SEARCH)):
            for table in tables:
                table.part, table.asks = "", "bank"
        made += tables
    return Plan(made)


def _table(found: reading.Table, sheet: reading.Sheet) -> TablePlan:
    known = definitions.parts()
    part = found.part if found.part in known else ""
    columns = [
        ColumnPlan(
            c.index, c.heading, [Feed(c.field)] if c.field and part else [], c.how, c.suggestion or "", c.samples
        )
        for c in found.columns
    ]
    asks = "heading" if found.header_row < 0 else ""
    table = TablePlan(
        found.sheet,
        part or "",
        found.layout,
        found.header_row,
        found.first_row,
        found.last_row,
        columns,
        found.value_column,
        [row - 1 for row, _ in found.skipped],
        reading.signature(found),
        asks=asks,
    )
    _drop_unfit(table)
    settle_columns(table, sheet, found.lines_above)
    return table


def _drop_unfit(table: TablePlan) -> None:
    """An alias counts only where the content fits: a column called `type` that holds Sale is not the kind of client."""
    takes = {take.name: take for take in definitions.parts()[table.part].takes} if table.part else {}
    for column in table.columns:
        if (
            column.how == "alias"
            and column.feeds
            and not definitions.fits(takes[column.feeds[0].field], column.samples)
        ):
            column.suggestion, column.feeds, column.how = column.feeds[0].field, [], "unfit"


_SHORT_DAY = r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"


def settle_columns(table: TablePlan, sheet: reading.Sheet, above: list[str]) -> None:
    """Find the unit of every column of numbers, and the order of day and month of every column of such days."""
    stated = units_in_lines(above)
    is_ours = any(feed.field == definitions.ROW_KEY for column in table.columns for feed in column.feeds)
    kinds = _kinds_of_values(table.part)
    for column in table.columns:
        kind = next((kinds[feed.field] for feed in column.feeds if feed.field in kinds), "")
        if kind in NUMBERS and column.unit_how != "hand":
            _find_unit(column, kind, stated)
            shows_percent = table.layout == "rows" and column.index in sheet.percent_columns
            if column.unit == "%" and (shows_percent or is_ours):
                column.unit, column.unit_how = "", ""  # the cells show percent themselves
        elif kind not in NUMBERS:
            column.unit, column.unit_how = "", ""
        if table.layout == "rows" and not column.order and column.index < sheet.frame.width:
            cells = sheet.frame[f"c{column.index}"].slice(table.first_row, table.last_row - table.first_row + 1)
            days = cells.filter(cells.str.contains(_SHORT_DAY).fill_null(value=False)).unique().to_list()
            column.ambiguous = any(is_ambiguous(day) for day in days)
            column.order = find_order(days) if column.ambiguous else ""


def _kinds_of_values(part: str) -> dict[str, str]:
    """{field: what its cells hold} of what a sheet may hold."""
    if part == STATEMENT:
        return {**dict.fromkeys(MONEY_FIELDS, MONEY), "quantity": COUNT}
    if part == PRICES:
        return {"price": MONEY}
    return {take.name: definitions.kind_of_value(take) for take in definitions.parts()[part].takes} if part else {}


def _find_unit(column: ColumnPlan, kind: str, stated: dict[str, FoundUnit]) -> None:
    """The heading's own unit, else the one stated above; of another kind than the field's it is not understood."""
    for found, how in ((unit_in_heading(column.heading), "heading"), (stated.get(kind), "above")):
        if found is None:
            continue
        fits = found.unit is not None and found.unit.kind == kind
        column.unit = found.unit.text if fits and found.unit is not None else found.words
        column.unit_how = how if fits else "unknown"
        return
    column.unit, column.unit_how = "", ""


def set_mode(plan: Plan, mode: str, key: str) -> None:
    """Raises Refused for a mode or key that does not exist."""
    if mode not in MODES:
        raise Refused(
            {
                "mode": [
                    say(
                        "没有“{value}”这种导入方式，可选：{all}。",
                        "There is no mode “{value}”; choose one of {all}.",
                        value=mode,
                        all=" ".join(MODES),
                    )
                ]
            }
        )
    if key not in KEYS:
        raise Refused(
            {
                "key": [
                    say(
                        "不能按“{value}”匹配客户，可选：{all}。",
                        "Clients cannot be matched by “{value}”; choose one of {all}.",
                        value=key,
                        all=" ".join(KEYS),
                    )
                ]
            }
        )
    plan.mode, plan.key = mode, key


def correct(plan: Plan, book: reading.Book, changes: dict[str, Any]) -> Plan:
    """Apply corrections made by hand: {"mode", "key", "tables": {number: {"part", "header_row" (from 1), "columns":
    {index: field or ""}}}}. Raises Refused for what does not exist."""
    set_mode(plan, changes.get("mode") or plan.mode, changes.get("key") or plan.key)
    if "rates" in changes:
        plan.rates = read_rates(changes["rates"])
    for number, wanted in (changes.get("tables") or {}).items():
        try:
            table = plan.tables[int(number)]
        except (ValueError, IndexError):
            raise Refused(
                {"tables": [say("文件里没有第{n}张表。", "There is no table {n} in the file.", n=number)]}
            ) from None
        _correct_table(table, book, wanted)
    return plan


def read_rates(wanted: dict[str, Any]) -> dict[str, str]:
    """{code of a currency: yuan for one} as stated by a person, checked. Raises Refused."""
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
                        say(
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


def _correct_table(table: TablePlan, book: reading.Book, wanted: dict[str, Any]) -> None:
    known = kinds_of_sheets()
    if "part" in wanted or "header_row" in wanted:
        part = wanted.get("part", table.part) or ""
        if part and part not in known:
            raise Refused(
                {
                    "part": [
                        say(
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
                        say(
                            "没有这一列或这个字段：{index} {name}。",
                            "No such column or field: {index} {name}.",
                            index=index,
                            name=name,
                        )
                    ]
                }
            )
        column.feeds, column.how = ([Feed(name)], "hand") if name else ([], "hand")
        table.asks = ""
    _correct_readings(table, wanted)
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    settle_columns(table, sheet, _texts_above(sheet, table))


def _header_row(wanted: Any, present: int) -> int:
    """A row from 0, -1 for none; as a person says it: a number from 1, or "none"."""
    if wanted in (None, ""):
        return present
    if str(wanted).casefold() in ("none", "无", "0", "-1"):
        return -1
    if not str(wanted).isdigit():
        raise Refused(
            {
                "header_row": [
                    say(
                        "表头行“{value}”看不懂，请写行号，没有表头写 none。",
                        "The heading row “{value}” cannot be read; give its number, or none.",
                        value=wanted,
                    )
                ]
            }
        )
    return int(wanted) - 1


def _correct_readings(table: TablePlan, wanted: dict[str, Any]) -> None:
    """Take units and orders of day and month said by hand: {index: text}."""
    by_index = {column.index: column for column in table.columns}
    for index, text in (wanted.get("units") or {}).items():
        column = by_index.get(int(index))
        if column is None or (text and read_unit(text) is None):
            raise Refused(
                {
                    "units": [
                        say(
                            "单位“{text}”看不懂，请写元、万元、亿元、USD 千、%、‰、手等。",
                            "The unit “{text}” is not known; write 元, 万元, USD 千, %, ‰ or 手.",
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
                        say(
                            "日月顺序只能是 dmy（日/月/年）或 mdy（月/日/年）。",
                            "The order of day and month is dmy or mdy.",
                        )
                    ]
                }
            )
        column.order = order


def _texts_above(sheet: reading.Sheet, table: TablePlan) -> list[str]:
    """The texts over the headings of a table, up to the table before it."""
    above = sheet.head(min(max(table.header_row, 0), 60))
    return [sheet.name, *(cell for row in above[-6:] for cell in dict.fromkeys(row) if cell.strip())]


def kinds_of_sheets() -> dict[str, tuple[str, ...]]:
    """{what a sheet may hold: the fields its columns may feed}; statement and prices go to the ledger's own readers."""
    fields = {name: tuple(take.name for take in part.takes) for name, part in definitions.parts().items()}
    return {**fields, STATEMENT: STATEMENT_FIELDS, PRICES: tuple(price_layout.HEADINGS)}


def _remap(table: TablePlan, book: reading.Book, part: str, header: int) -> None:
    """Guess the columns again for another part or heading row."""
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    if table.layout == "rows" and header != table.header_row:
        rows = sheet.head(header + 21)
        if header >= len(rows):
            raise Refused(
                {
                    "header_row": [
                        say(
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
            ColumnPlan(
                i,
                rows[header][i].strip() if header >= 0 else "",
                samples=[r[i] for r in rows[header + 1 :] if r[i].strip()][:5],
            )
            for i in range(sheet.frame.width)
        ]
        table.signature = reading.signature_of(table.header_row, table.layout, table.columns)
    columns = [reading.Column(c.index, c.heading, samples=c.samples) for c in table.columns]
    table.part = part
    if part in (STATEMENT, PRICES):
        _map_to_ledger(part, columns)
    elif part:
        lexicon = Lexicon(definitions.terms())
        lexicon.map_columns(part, columns, [[c.heading] for c in columns])
        if header < 0:
            lexicon.name_by_content(part, columns)
    for mine, found in zip(table.columns, columns, strict=True):
        mine.feeds = [Feed(found.field)] if found.field and part else []
        mine.how, mine.suggestion = found.how, found.suggestion or ""


def _map_to_ledger(part: str, columns: list[reading.Column]) -> None:
    """Map columns of a statement, or of prices, by the headings that are known for them."""
    if part == STATEMENT:
        named = columns_in([column.heading for column in columns])
        found = {flat(heading): name for name, heading in reversed(named.items())}
    else:
        found = {flat(c.heading): price_layout.field_of(c.heading) for c in columns if price_layout.field_of(c.heading)}
    taken: set[str] = set()
    for column in columns:
        name = found.get(flat(column.heading))
        if column.heading and name and name not in taken:
            column.field, column.how = name, "name"
            taken.add(name)


def ledger_table(plan: Plan) -> TablePlan | None:
    """The table that a person called a statement or prices; None where there is none."""
    return next((table for table in plan.tables if table.part in (STATEMENT, PRICES)), None)


def check(plan: Plan) -> None:
    """Raises Refused where two columns feed one field, where a question is open, or where there is nothing to import."""
    for table in plan.tables:
        if table.asks == "heading" and table.part:
            raise Refused(
                {
                    "header_row": [
                        say(
                            "工作表“{sheet}”的第 {row} 行看来是数据，不是表头。请确认：没有表头，并指明各列是什么（命令行：--header-row none --map A=客户姓名 …）；"
                            "或指明表头在第几行（--header-row N）。",
                            "Row {row} of sheet “{sheet}” seems to be data, not headings. Say that there are none and what the columns are "
                            "(command line: --header-row none --map A=name …), or which row holds them (--header-row N).",
                            sheet=table.sheet,
                            row=table.first_row + 1,
                        )
                    ]
                }
            )
        if table.asks == "bank" and not any(other.part for other in plan.tables):
            raise Refused(
                {
                    "part": [
                        say(
                            "这看来是银行账户流水（有余额和对方户名），不是客户表，也不是证券账户的对账单，没有读取。如果确是客户表，请指明（命令行：--as-kind clients --map 列=字段）。",
                            "This seems to be a statement of a bank account (balance, other party): neither a table of clients nor a "
                            "statement of a securities account, so it was not read. If it is one, say so (--as-kind clients --map column=field).",
                        )
                    ]
                }
            )
        for column in table.columns:
            if table.part and column.feeds and column.unit_how == "unknown":
                raise Refused(
                    {
                        "units": [
                            say(
                                "工作表“{sheet}”{letter}列“{heading}”的单位“{words}”看不懂，没有读取。请选择单位，或把这一列设为不导入（命令行：--unit {letter}=万元）。",
                                "The unit “{words}” of column {letter} “{heading}” in sheet “{sheet}” is not known, so nothing was read. "
                                "Choose the unit, or leave the column out (command line: --unit {letter}=万元).",
                                sheet=table.sheet,
                                letter=letters(column.index),
                                heading=column.heading,
                                words=column.unit,
                            )
                        ]
                    }
                )
    tables = [t for t in plan.tables if t.part and any(c.feeds for c in t.columns)]
    if not tables:
        raise Refused(
            say(
                "文件里没有找到可以导入的表：请指定工作表、表头行和各列的含义。",
                "No table to import was found: choose the sheet, its heading row and what the columns mean.",
            )
        )
    for table in tables:
        for name, headings in _fed_twice(table):
            raise Refused(
                {
                    name: [
                        say(
                            "工作表“{sheet}”有两列都对应同一字段：{headings}。请只保留一列。",
                            "In sheet “{sheet}” two columns feed one field: {headings}. Keep one.",
                            sheet=table.sheet,
                            headings="、".join(headings),
                        )
                    ]
                }
            )


def _fed_twice(table: TablePlan) -> Iterable[tuple[str, list[str]]]:
    fed: dict[str, list[str]] = {}
    for column in table.columns:
        for feed in column.feeds:
            fed.setdefault(feed.field, []).append(column.heading)
    repeated = definitions.REPEATED if table.part == "clients" else ()
    return [(name, headings) for name, headings in fed.items() if len(headings) > 1 and name not in repeated]


def heading_of(table: TablePlan, field_name: str) -> str:
    return next((c.heading for c in table.columns if any(f.field == field_name for f in c.feeds)), "")


def address(table: TablePlan, field_name: str, line: int) -> str:
    """The cell ("B4") of a field in the record that stands in `line` of the sheet, counted from 1."""
    for column in table.columns:
        if any(feed.field == field_name for feed in column.feeds):
            if table.layout == "card":
                return f"{letters(table.value_column)}{column.index + 1}"
            return f"{letters(column.index)}{line}"
    return f"A{line}"
