"""How one file is read: which tables, which columns, which fields. Guessed, corrected by hand, remembered by source.

A plan is plain JSON, so that it can be kept with its batch, shown in a form and sent back.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from dakehu.domains.clients.bulk_import.matching import KEYS
from dakehu.exchange.sheets import definitions
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.headings import Lexicon
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports.row_matching import MODES

KEEP = "="  # a value without a meaning of its own is read as it stands
# Sheets that this program adds to its workbooks and that hold no data of clients.
OWN_PAGES = {"说明", "guide", "统计分析", "statistics", "字典", "lists", "错误清单", "errors"}


@dataclass
class FieldMapping:
    """A field that a column feeds. `values` gives raw values a meaning; `otherwise` is for all others: KEEP, a fixed
    value, or "" for nothing."""

    field: str
    values: dict[str, str] = field(default_factory=dict)
    otherwise: str = KEEP


@dataclass
class ColumnMapping:
    """One column (or line of a card). `index` is its place in the sheet from 0, `how` why it was mapped."""

    index: int
    heading: str
    feeds: list[FieldMapping] = field(default_factory=list)
    how: str = ""
    suggestion: str = ""
    samples: list[str] = field(default_factory=list)


@dataclass
class TableMapping:
    """One table of one sheet. `part` "" leaves it out. Rows count from 0; `skipped` are rows without data."""

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


@dataclass
class ImportMapping:
    """How a whole file is read. `key` says what clients are recognised by, `mode` what may happen to them.

    Of rows that come back from an export: `decided` keeps what a person decided on each clash ({mark: "file" or
    "desk"}), `prefer` decides the others, `deleted` the marks of rows that are to go with the sheet that lacks them,
    and `delete_missing` all of them.
    """

    tables: list[TableMapping]
    key: str = "auto"
    mode: str = "both"
    prefer: str = ""
    decided: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    delete_missing: bool = False

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
            for name in ("key", "mode", "prefer", "decided", "deleted", "delete_missing")
            if name in plain
        }
        return cls(tables, **rest)


def guess_mapping(book: reading.Book) -> ImportMapping:
    """The plan that names, aliases and content suggest. Hidden sheets and our own pages are left out."""
    made = []
    for sheet in book.sheets:
        if not sheet.visible or sheet.name.casefold() in OWN_PAGES:
            continue
        made += [_table(found) for found in reading.detect_tables(sheet, definitions.terms())]
    return ImportMapping(made)


def _table(found: reading.Table) -> TableMapping:
    known = definitions.worksheets()
    part = found.part if found.part in known else ""
    columns = [
        ColumnMapping(
            c.index,
            c.heading,
            [FieldMapping(c.field)] if c.field and part else [],
            c.how,
            c.suggestion or "",
            c.samples,
        )
        for c in found.columns
    ]
    return TableMapping(
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
    )


def set_mode(plan: ImportMapping, mode: str, key: str) -> None:
    """Raises Refused for a mode or key that does not exist."""
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


def correct_mapping(plan: ImportMapping, book: reading.Book, changes: dict[str, Any]) -> ImportMapping:
    """Apply corrections made by hand: {"mode", "key", "tables": {number: {"part", "header_row" (from 1), "columns":
    {index: field or ""}}}}. Raises Refused for what does not exist."""
    set_mode(plan, changes.get("mode") or plan.mode, changes.get("key") or plan.key)
    for number, wanted in (changes.get("tables") or {}).items():
        try:
            table = plan.tables[int(number)]
        except (ValueError, IndexError):
            raise Refused(
                {"tables": [bilingual("文件里没有第{n}张表。", "There is no table {n} in the file.", n=number)]}
            ) from None
        _correct_table(table, book, wanted)
    return plan


def _correct_table(table: TableMapping, book: reading.Book, wanted: dict[str, Any]) -> None:
    known = definitions.worksheets()
    if "part" in wanted or "header_row" in wanted:
        part = wanted.get("part", table.part) or ""
        if part and part not in known:
            raise Refused({"part": [bilingual("没有“{part}”这一类表。", "There is no part “{part}”.", part=part)]})
        header = int(wanted.get("header_row") or table.header_row + 1) - 1
        if part != table.part or header != table.header_row:
            _remap(table, book, part, header)
    for index, name in (wanted.get("columns") or {}).items():
        column = next((c for c in table.columns if c.index == int(index)), None)
        if column is None or (name and not any(t.name == name for t in known[table.part].parameters)):
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


def _remap(table: TableMapping, book: reading.Book, part: str, header: int) -> None:
    """Guess the columns again for another part or heading row."""
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    if table.layout == "rows" and header != table.header_row:
        rows = sheet.head(header + 21)
        table.header_row, table.first_row = header, header + 1
        table.columns = [
            ColumnMapping(i, rows[header][i].strip(), samples=[r[i] for r in rows[header + 1 :] if r[i].strip()][:5])
            for i in range(sheet.frame.width)
        ]
    columns = [reading.Column(c.index, c.heading, samples=c.samples) for c in table.columns]
    table.part = part
    if part:
        Lexicon(definitions.terms()).map_columns(part, columns, [[c.heading] for c in columns])
    for mine, found in zip(table.columns, columns, strict=True):
        mine.feeds = [FieldMapping(found.field)] if found.field and part else []
        mine.how, mine.suggestion = found.how, found.suggestion or ""


def check_mapping(plan: ImportMapping) -> None:
    """Raises Refused where two columns feed one field, or where there is nothing to import."""
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
                            headings="、".join(headings),
                        )
                    ]
                }
            )


def _mapped_twice(table: TableMapping) -> Iterable[tuple[str, list[str]]]:
    fed: dict[str, list[str]] = {}
    for column in table.columns:
        for feed in column.feeds:
            fed.setdefault(feed.field, []).append(column.heading)
    return [(name, headings) for name, headings in fed.items() if len(headings) > 1]


def heading_of(table: TableMapping, field_name: str) -> str:
    return next((c.heading for c in table.columns if any(f.field == field_name for f in c.feeds)), "")


def address(table: TableMapping, field_name: str, line: int) -> str:
    """The cell ("B4") of a field in the record that stands in `line` of the sheet, counted from 1."""
    for column in table.columns:
        if any(feed.field == field_name for feed in column.feeds):
            if table.layout == "card":
                return f"{letters(table.value_column)}{column.index + 1}"
            return f"{letters(column.index)}{line}"
    return f"A{line}"
