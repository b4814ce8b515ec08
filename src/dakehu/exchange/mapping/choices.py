"""A person's choices about a file in advance: the kind of a sheet, the column mapping, the heading row, units,
rates and the order of day and month. Given as command line options or in the wizard's form; both result in one mapping.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dakehu.exchange.feeds import layouts as feed_layouts
from dakehu.exchange.mapping import profiles
from dakehu.exchange.mapping.changes import correct
from dakehu.exchange.mapping.detection import guess_mapping, kinds_of_sheets
from dakehu.exchange.mapping.mapping import PRICES, STATEMENT, ImportMapping, TableMapping
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.sheets import definitions
from dakehu.exchange.statements import layouts as statement_layouts
from dakehu.exchange.statements.layouts import columns_in
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.headings import Lexicon, normalise_heading
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

LABELS_OF = {STATEMENT: statement_layouts.LABELS, PRICES: price_layout.LABELS}
LEAVE_OUT = ("", "-", "不导入", "none")


@dataclass(frozen=True)
class Choices:
    """`columns`, `units` and `orders` are keyed by column: its heading, its letter, or its number from 1. `header_row` is a
    number from 1 or "none". `order` applies to every date column. `feed` is the name of the feed in the file
    (kind "feed"), `day` the business day of its rows."""

    kind: str = ""
    sheet: str = ""
    header_row: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    feed: str = ""
    day: str = ""

    @property
    def is_about_columns(self) -> bool:
        return bool(self.kind or self.columns or self.header_row or self.sheet)


def stated_mapping(book: reading.Book, choices: Choices) -> ImportMapping | None:
    """Return the mapping of a file whose content a person stated, now or for an earlier file of its source; None if the
    content is to be detected."""
    if choices.is_about_columns:
        return apply_choices(profiles.find_profile(guess_mapping(book)), book, choices)
    if not profiles.has_manual_profiles():
        return None
    plan = profiles.find_profile(guess_mapping(book))
    return apply_choices(plan, book, choices) if any(table.by_hand for table in plan.tables) else None


def apply_choices(plan: ImportMapping, book: reading.Book, choices: Choices) -> ImportMapping:
    """Return the mapping with a person's choices. Raises Refused for an unknown sheet, column, field or unit."""
    plan = correct(plan, book, {"rates": dict(choices.rates)}) if choices.rates else plan
    if not (choices.is_about_columns or choices.units or choices.order):
        return plan
    if choices.kind and choices.kind not in kinds_of_sheets():
        raise Refused(
            {
                "as_kind": [
                    bilingual(
                        "没有“{kind}”这一类表，可选：{all}。",
                        "There is no kind “{kind}”; choose one of {all}.",
                        kind=choices.kind,
                        all=" ".join(kinds_of_sheets()),
                    )
                ]
            }
        )
    number, table = _table_of(plan, book, choices)
    wanted: dict[str, Any] = {}
    if choices.kind:
        wanted["part"] = choices.kind
    if choices.header_row:
        wanted["header_row"] = choices.header_row
    if wanted:
        correct(plan, book, {"tables": {number: wanted}})
    if choices.columns and not table.part:
        raise Refused(
            {
                "as_kind": [
                    bilingual(
                        "请先指明这张表是什么（--as-kind {all}）。",
                        "Say what the sheet holds first (--as-kind {all}).",
                        all="|".join(kinds_of_sheets()),
                    )
                ]
            }
        )
    columns = {_column_of(table, key): _field_of(table.part, text) for key, text in choices.columns.items()}
    fed = set(columns.values()) - {""}
    for column in table.columns:  # a field set manually is removed from the column guessed for it
        if column.index not in columns and any(feed.field in fed for feed in column.feeds):
            columns[column.index] = ""
    units = {_column_of(table, key): text for key, text in choices.units.items()}
    orders = {column.index: choices.order for column in table.columns} if choices.order else {}
    correct(plan, book, {"tables": {number: {"columns": columns, "units": units, "orders": orders}}})
    if choices.columns or choices.kind:
        table.asks = ""
    if choices.kind or choices.sheet:
        for other in plan.tables:  # if a sheet was named, only its table is imported
            other.part = other.part if other is table or not choices.sheet else ""
    return plan


def _table_of(plan: ImportMapping, book: reading.Book, choices: Choices) -> tuple[int, TableMapping]:
    """Return the selected table: of the named sheet, else the one with most rows; created if none was found."""
    sheets = (
        [s for s in book.sheets if s.name == choices.sheet] if choices.sheet else [s for s in book.sheets if s.visible]
    )
    if not sheets:
        raise Refused(
            {
                "sheet": [
                    bilingual(
                        "文件里没有工作表“{name}”，现有：{all}。",
                        "There is no sheet “{name}”; the file has {all}.",
                        name=choices.sheet,
                        all=[s.name for s in book.sheets],
                    )
                ]
            }
        )
    names = {sheet.name for sheet in sheets}
    found = [(number, table) for number, table in enumerate(plan.tables) if table.sheet in names]
    if found:
        return max(found, key=lambda pair: pair[1].last_row - pair[1].first_row)
    sheet = max(sheets, key=lambda s: s.frame.height)
    plan.tables.append(TableMapping(sheet.name, "", "rows", -2, 0, sheet.frame.height - 1, []))
    wanted = choices.header_row or "1"
    correct(plan, book, {"tables": {len(plan.tables) - 1: {"header_row": wanted, "part": choices.kind}}})
    return len(plan.tables) - 1, plan.tables[-1]


def _column_of(table: TableMapping, key: str) -> int:
    """Return the index of a column given by its heading, letter or number. Raises Refused."""
    text = key.strip()
    by_heading = [
        c.index for c in table.columns if c.heading and normalise_heading(c.heading) == normalise_heading(text)
    ]
    if by_heading:
        return by_heading[0]
    by_place = [c.index for c in table.columns if letters(c.index) == text.upper() or str(c.index + 1) == text]
    if by_place and re.fullmatch(r"[A-Za-z]{1,3}|\d{1,4}", text):
        return by_place[0]
    raise Refused(
        {
            "map": [
                bilingual(
                    "工作表“{sheet}”里没有“{column}”这一列，现有：{all}。",
                    "Sheet “{sheet}” has no column “{column}”; it has {all}.",
                    sheet=table.sheet,
                    column=text,
                    all=[c.heading or letters(c.index) for c in table.columns],
                )
            ]
        }
    )


def _field_of(kind: str, text: str) -> str:
    """Return a field by its name, its label in either language, or a known heading. Raises Refused."""
    word = text.strip()
    if word in LEAVE_OUT:
        return ""
    fields = kinds_of_sheets()[kind]
    if word in fields:
        return word
    feed = feed_layouts.feed_of_part(kind)
    labels = feed_layouts.labels_of(feed) if feed else LABELS_OF.get(kind, {})
    by_label = next((name for name, both in labels.items() if word in both), None)
    if by_label:
        return by_label
    if kind == STATEMENT:
        found = next((name for name, heading in columns_in([word]).items() if heading), None)
    elif kind == PRICES:
        found = price_layout.field_of(word)
    elif feed:
        found = feed_layouts.field_of(feed, word)
    else:
        means = Lexicon(definitions.terms()).means(kind, word)
        found = means[0] if means else None
    if found not in fields:
        raise Refused(
            {
                "map": [
                    bilingual(
                        "“{kind}”没有“{text}”这个字段，可选：{all}。",
                        "“{kind}” has no field “{text}”; choose one of {all}.",
                        kind=kind,
                        text=word,
                        all=" ".join(fields),
                    )
                ]
            }
        )
    return str(found)
