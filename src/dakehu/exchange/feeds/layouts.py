"""Recognise the feed in a file, by its headings or a person's choice, and map its columns."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.ledger.feeds.declarations import FEEDS
from dakehu.domains.ledger.feeds.feed import Feed
from dakehu.exchange.mapping.left_out import left_out_of_sheets
from dakehu.exchange.mapping.mapping import FEED_PREFIX
from dakehu.exchange.mapping.units import (
    COUNT,
    LONGEST_HEADING,
    MONEY,
    RATE,
    FoundUnit,
    read_unit,
    strip_unit,
    unit_in_heading,
    units_in_lines,
)
from dakehu.exchange.mapping.unused_columns import unused_columns
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.own_pages import is_own_page
from dakehu.exchange.workbook.reading.footers import NOTE_TEXT, TOTAL_TEXT
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SEARCH = 40  # lines searched for the headings
USED = 0.6  # share of the headings that a feed must recognise, to avoid false matches
UNUSED = bilingual(
    "每日数据里的“{heading}”没有对应的字段，这一列没有导入。",
    "No field of the feed takes “{heading}”; the column was not imported.",
)
UNIT_KINDS = {"money": MONEY, "share": RATE, "number": COUNT, "count": COUNT}
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass
class FeedTable:
    """A feed as found in a file. `cells`: `row` (line of the file, from 1) and the text of each column that was found.

    `places` is {column: its index in the sheet, from 0}, `units` {column: unit of its numbers}, `order` the order of
    day and month. `day` is the day of every row if the file has no date column, `day_from` its source: name, hand or
    "" if unknown.
    """

    filename: str
    sheet: str
    feed: Feed
    cells: pl.DataFrame
    places: dict[str, int]
    units: dict[str, FoundUnit] = field(default_factory=dict)
    day: date | None = None
    day_from: str = ""
    order: str = ""
    rates: dict[str, str] = field(default_factory=dict)
    percents: frozenset[str] = frozenset()
    left_out: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[dict[str, Any]] = field(default_factory=list)


def part_of(feed: str) -> str:
    """Return the part name of a feed sheet in a mapping."""
    return FEED_PREFIX + feed


def feed_of_part(part: str) -> Feed | None:
    """Return the feed of a mapping's part name; None for anything else."""
    return FEEDS.get(part.removeprefix(FEED_PREFIX)) if part.startswith(FEED_PREFIX) else None


def recognise_feed(book: reading.Book, name: str = "") -> FeedTable | None:
    """Return the feed in a file, None for any other file; `name` is the feed chosen by a person.

    Raises Refused if headings match several feeds, or the stated feed lacks columns.
    """
    stated = get_feed_by_name(name) if name else None
    for sheet in (sheet for sheet in book.sheets if sheet.visible):
        head = sheet.head(SEARCH)
        for at, row in enumerate(head):
            found = _columns_of(stated, [_forms(cell) for cell in row]) if stated else None
            feed, columns = (stated, found) if stated and found and _is_whole(stated, found) else _match_headings(row)
            if feed is not None and columns and (stated is None or feed is stated):
                above = [sheet.name, *(cell for line in head[:at] for cell in line if cell.strip())]
                headings = {name: row[place] for name, place in columns.items()}
                return _table(book, sheet, feed, columns, at, _units(feed, headings, above))
    if stated is not None:
        raise _missing_columns_refusal(stated, _best_columns(stated, book))
    return None


def feed_from_named_columns(book: reading.Book, table: Any) -> FeedTable:
    """Return the feed in a table whose columns a person mapped. Raises Refused if a required column is unmapped."""
    feed = FEEDS[table.part.removeprefix(FEED_PREFIX)]
    columns = {found.field: column.index for column in table.columns for found in column.feeds}
    if not _is_whole(feed, columns):
        raise _missing_columns_refusal(feed, columns)
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    units = {}
    for column in table.columns:
        for found in column.feeds:
            if column.unit:
                units[found.field] = FoundUnit(read_unit(column.unit), column.unit)
    made = _table(book, sheet, feed, columns, table.first_row - 1, units)
    made.order = next((column.order for column in table.columns if column.order), "")
    return made


def get_feed_by_name(name: str) -> Feed:
    """Return a feed by its name or label. Raises Refused if unknown."""
    wanted = name.strip()
    for feed in FEEDS.values():
        if wanted.casefold() in (feed.name, feed.zh, feed.en.casefold()):
            return feed
    raise Refused(
        {
            "feed": [
                bilingual(
                    "没有“{name}”这种每日数据，可选：{all}。",
                    "There is no feed “{name}”; choose one of {all}.",
                    name=name,
                    all=" ".join(FEEDS),
                )
            ]
        }
    )


def field_of(feed: Feed, heading: str) -> str | None:
    """Return the column of a feed matched by a heading; None if there is none."""
    whole, without = _forms(heading)
    return _WORDS[feed.name].get(whole) or _WORDS[feed.name].get(without)


def _forms(heading: str) -> tuple[str, str]:
    """Return the normalised form of a heading with and without its unit; empty for cells too long to be headings."""
    return (
        (normalise_heading(heading), normalise_heading(strip_unit(heading)))
        if heading.strip() and len(heading) <= LONGEST_HEADING
        else ("", "")
    )


def labels_of(feed: Feed) -> dict[str, tuple[str, str]]:
    """Return {column: (zh, en)} of the columns that a feed file can have."""
    return {column.name: (column.zh, column.en) for column in feed.file_columns}


def kinds_of_numbers(feed: Feed) -> dict[str, str]:
    """Return {column: type of its numbers} of a feed, for the units of a mapping."""
    return {column.name: UNIT_KINDS[column.kind] for column in feed.columns if column.kind in UNIT_KINDS}


def day_in_name(filename: str) -> date | None:
    """Return the single date in a file name; None for none or several."""
    days = set()
    for year, month, day in _DAY_IN_NAME.findall(filename):
        try:
            days.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def _words_of(feed: Feed) -> dict[str, str]:
    """Return {spelling: column}; a feed's own columns before the common ones."""
    words: dict[str, str] = {}
    for column in (*feed.columns, *feed.file_columns):
        for text in column.spellings():
            words.setdefault(normalise_heading(text), column.name)
    return words


_WORDS = {feed.name: _words_of(feed) for feed in FEEDS.values()}


def _columns_of(feed: Feed, forms: list[tuple[str, str]]) -> dict[str, int]:
    """Return {column: index} of a line of normalised headings, the first match of each."""
    columns: dict[str, int] = {}
    words = _WORDS[feed.name]
    for place, (whole, without) in enumerate(forms):
        name = words.get(whole) or words.get(without)
        if name is not None:
            columns.setdefault(name, place)
    return columns


def _is_whole(feed: Feed, columns: dict[str, int]) -> bool:
    return all(column.name in columns for column in feed.columns if column.required)


def _match_headings(row: list[str]) -> tuple[Feed | None, dict[str, int]]:
    """Return the feed whose headings are in a line. Raises Refused if several match equally."""
    filled = sum(bool(cell.strip()) for cell in row)
    if filled < 3:
        return None, {}
    found, forms = [], [_forms(cell) for cell in row]
    for feed in FEEDS.values():
        columns = _columns_of(feed, forms)
        is_marked = not feed.marks or any(name in columns for name in feed.marks)
        if is_marked and _is_whole(feed, columns) and len(columns) >= USED * filled:
            found.append((len(columns), feed, columns))
    found.sort(key=lambda one: -one[0])
    if len(found) > 1 and found[0][0] == found[1][0]:
        names = [feed for count, feed, _ in found if count == found[0][0]]
        raise Refused(
            {
                "feed": [
                    bilingual(
                        "表头同时符合几种每日数据：{names}。请指明是哪一种（命令行：--as-kind feed --feed {name}）。",
                        "The headings fit several feeds: {names_en}. Say which it is (command line: --as-kind feed --feed {name}).",
                        names="、".join(feed.zh for feed in names),
                        names_en=", ".join(feed.en for feed in names),
                        name=names[0].name,
                    )
                ]
            }
        )
    return (found[0][1], found[0][2]) if found else (None, {})


def _best_columns(feed: Feed, book: reading.Book) -> dict[str, int]:
    """Return the columns of the line with the most headings of a feed."""
    rows = [row for sheet in book.sheets if sheet.visible for row in sheet.head(SEARCH)]
    return max((_columns_of(feed, [_forms(cell) for cell in row]) for row in rows), key=len, default={})


def _missing_columns_refusal(feed: Feed, columns: dict[str, int]) -> Refused:
    lacking = [column for column in feed.columns if column.required and column.name not in columns]
    return Refused(
        {
            "columns": [
                bilingual(
                    "“{feed.zh}”还缺：{fields_zh}。请补上这些列，或指明是哪一列（命令行：--map 列={name}）。",
                    "{feed.en} needs {fields_en} as well: add these columns, or say which they are (command line: --map COLUMN={name}).",
                    feed=feed,
                    fields_zh="、".join(column.zh for column in lacking),
                    fields_en=", ".join(column.en for column in lacking),
                    name=lacking[0].name if lacking else "",
                )
            ]
        }
    )


def _units(feed: Feed, headings: dict[str, str], above: list[str]) -> dict[str, FoundUnit]:
    """Return the unit of each numeric column, from its heading or else a line above the table."""
    stated = units_in_lines(above)
    found = {}
    for name, kind in kinds_of_numbers(feed).items():
        unit = unit_in_heading(headings.get(name, ""))
        if unit is None and kind == MONEY:
            unit = stated.get(MONEY)
        if name in headings and unit is not None and (unit.unit is None or unit.unit.kind == kind):
            found[name] = unit
    return found


def _table(
    book: reading.Book,
    sheet: reading.Sheet,
    feed: Feed,
    columns: dict[str, int],
    heading: int,
    units: dict[str, FoundUnit],
) -> FeedTable:
    """Return the rows under the headings; total and remark lines are omitted and reported."""
    texts = [pl.col(f"c{place}").str.strip_chars().alias(name) for name, place in columns.items()]
    body = sheet.frame.slice(heading + 1).with_row_index("row", offset=heading + 2).select("row", *texts)
    names = list(columns)
    cleaned = body.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)
    first = pl.col(names[0]) if len(names) == 1 else pl.coalesce(names)
    is_row = pl.any_horizontal(pl.col(names).is_not_null())
    is_remark = (first.str.contains(TOTAL_TEXT) | first.str.contains(NOTE_TEXT)).fill_null(value=False)
    cells = cleaned.filter(is_row & ~is_remark)
    rows = (cells["row"] - 1).to_list()
    shown_as_percent = frozenset(name for name, place in columns.items() if place in sheet.percent_columns)
    table = FeedTable(book.filename, sheet.name, feed, cells, columns, units, percents=shown_as_percent)
    others = reading.Book(book.filename, [one for one in book.sheets if not is_own_page(one.name)])
    table.left_out = left_out_of_sheets(others, {sheet.name: (heading, rows)})
    table.ignored = unused_columns(sheet, heading, set(columns.values()), rows, UNUSED)
    return table
