"""The mapping of one file: tables, columns, fields. Guessed, corrected manually, remembered per source.

A plan is plain JSON, so that it can be stored with its batch, shown in a form and sent back.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from dakehu.domains.clients.bulk_import.matching import KEYS
from dakehu.exchange.sheets import definitions
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports.row_matching import MODES

# Kinds of sheets besides the parts of a client table; a feed is "feed:" and its name.
STATEMENT, PRICES, FEED_PREFIX = "statement", "prices", "feed:"
KEEP = "="  # a value without a mapped meaning is read unchanged


@dataclass
class FieldMapping:
    """A field to which a column is mapped. `values` maps raw values to meanings; `otherwise` applies to all others:
    KEEP, a fixed value, or "" for nothing."""

    field: str
    values: dict[str, str] = field(default_factory=dict)
    otherwise: str = KEEP


@dataclass
class ColumnMapping:
    """One column (or line of a card). `index` is its index in the sheet from 0, `how` why it was mapped.

    `unit` is the unit of its numbers ("万元", "USD 千", "%"; "" if not stated), `unit_how` its source: heading,
    above (a line above the table), hand, or unknown for an unknown unit. `order` is the order of day and month
    ("dmy", "mdy"), determined from the column's cells or set manually; `ambiguous` if cells need one.
    """

    index: int
    heading: str
    feeds: list[FieldMapping] = field(default_factory=list)
    how: str = ""
    suggestion: str = ""
    samples: list[str] = field(default_factory=list)
    unit: str = ""
    unit_how: str = ""
    order: str = ""
    ambiguous: bool = False


@dataclass
class TableMapping:
    """One table of one sheet. `part` "" excludes it. Rows count from 0; `skipped` are rows without data. `header_row`
    is -1 for a table without headings, `asks` "heading" while a person must state whether its first line is one, and
    "bank" for a bank statement; `by_hand` whether a person set the kind of the table."""

    sheet: str
    part: str
    layout: str
    header_row: int
    first_row: int
    last_row: int
    columns: list[ColumnMapping]
    value_column: int = 1
    skipped: list[int] = field(default_factory=list)
    signature: str = ""
    name_by_code: bool = True
    profile: str = ""
    asks: str = ""
    by_hand: bool = False


@dataclass
class ImportMapping:
    """The mapping of a whole file. `key` is the identifier of clients, `mode` the allowed changes.

    For a re-imported export: `decided` stores a person's decision on each conflict ({mark: "file" or
    "desk"}), `prefer` decides the others, `deleted` lists the marks of missing rows to delete,
    and `delete_missing` all of them. `rates` are yuan per unit of a currency, as stated by a person ({"USD": "7.1"}).
    """

    tables: list[TableMapping]
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
    def of(cls, plain: dict[str, Any]) -> "ImportMapping":
        tables = []
        for table in plain["tables"]:
            columns = [
                ColumnMapping(**{**c, "feeds": [FieldMapping(**f) for f in c["feeds"]]}) for c in table["columns"]
            ]
            tables.append(TableMapping(**{**table, "columns": columns}))
        rest = {
            name: plain[name]
            for name in ("key", "mode", "prefer", "decided", "deleted", "delete_missing", "rates")
            if name in plain
        }
        return cls(tables, **rest)


def set_mode(plan: ImportMapping, mode: str, key: str) -> None:
    """Set the mode and key. Raises Refused for a mode or key that does not exist."""
    if mode not in MODES:
        raise Refused(
            {
                "mode": [
                    bilingual(
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
                    bilingual(
                        "不能按“{value}”匹配客户，可选：{all}。",
                        "Clients cannot be matched by “{value}”; choose one of {all}.",
                        value=key,
                        all=" ".join(KEYS),
                    )
                ]
            }
        )
    plan.mode, plan.key = mode, key


def ledger_table(plan: ImportMapping) -> TableMapping | None:
    """Return the table that a person declared a statement, prices or a feed; None if there is none."""
    is_ledger = (t for t in plan.tables if t.part in (STATEMENT, PRICES) or t.part.startswith(FEED_PREFIX))
    return next(is_ledger, None)


def check_mapping(plan: ImportMapping) -> None:
    """Raise Refused if two columns map to one field, a question is open, or there is nothing to import."""
    for table in plan.tables:
        if table.asks == "heading" and table.part:
            raise Refused(
                {
                    "header_row": [
                        bilingual(
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
                        bilingual(
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
                            bilingual(
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
            bilingual(
                "文件里没有找到可以导入的表：请指定工作表、表头行和各列的含义。",
                "No table to import was found: choose the sheet, its heading row and what the columns mean.",
            )
        )
    for table in tables:
        for name, headings in _mapped_twice(table):
            raise Refused(
                {
                    name: [
                        bilingual(
                            "工作表“{sheet}”有两列都对应同一字段：{headings}。请只保留一列。",
                            "In sheet “{sheet}” two columns feed one field: {headings}. Keep one.",
                            sheet=table.sheet,
                            headings=headings,
                        )
                    ]
                }
            )


def _mapped_twice(table: TableMapping) -> Iterable[tuple[str, list[str]]]:
    fed: dict[str, list[str]] = {}
    for column in table.columns:
        for feed in column.feeds:
            fed.setdefault(feed.field, []).append(column.heading)
    repeated = definitions.REPEATED if table.part == "clients" else ()
    return [(name, headings) for name, headings in fed.items() if len(headings) > 1 and name not in repeated]


def heading_of(table: TableMapping, field_name: str) -> str:
    return next((c.heading for c in table.columns if any(f.field == field_name for f in c.feeds)), "")


def address(table: TableMapping, field_name: str, line: int) -> str:
    """Return the cell ("B4") of a field in the record at `line` of the sheet, counted from 1."""
    for column in table.columns:
        if any(feed.field == field_name for feed in column.feeds):
            if table.layout == "card":
                return f"{letters(table.value_column)}{column.index + 1}"
            return f"{letters(column.index)}{line}"
    return f"A{line}"
