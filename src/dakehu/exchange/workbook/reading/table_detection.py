"""Find the tables of a sheet: their extent, their part, and the fields of their columns.

Two layouts are supported: rows under a heading line, and cards (字段名称 | 示例数据) of one record each; a transposed
sheet is one card for each column of values. A sheet may contain several tables below each other, each under its
title, or side by side under one line of headings.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any

import polars as pl

from dakehu.exchange.workbook.reading.book import Sheet
from dakehu.exchange.workbook.reading.column_groups import column_groups
from dakehu.exchange.workbook.reading.content_kinds import content_kind
from dakehu.exchange.workbook.reading.footers import NOTE_TEXT, TOTAL_TEXT, kind_of_line
from dakehu.exchange.workbook.reading.headings import Column, Lexicon, Term, normalise_heading
from dakehu.exchange.workbook.reading.outside import letters

__all__ = ["Column", "Table", "Term", "detect_tables", "signature", "signature_of"]

# Words in the name of a sheet or in a title that identify the part of a table; the first matching part is used.
ABOUT: dict[str, tuple[str, ...]] = {
    "prospects": ("线索", "潜在客户", "prospect", "leads"),
    "opportunities": ("商机", "销售机会", "opportunities", "deals"),
    "follow_ups": ("跟进计划", "定期跟进", "待办", "followup", "plan"),
    "complaints": ("投诉", "complaint"),
    "conflicts": ("利益冲突", "conflict"),
    "requests": ("工单", "request"),
    "interactions": ("服务记录", "客户服务", "沟通记录", "跟进记录", "拜访记录", "interaction", "service"),
    "investments": ("投资历史", "投资记录", "持有产品", "investment"),
    "needs": ("需求", "偏好", "needs", "preference"),
    "contacts": ("联系人", "联系方式", "contact"),
    "clients": ("基本信息", "客户信息", "客户资料", "客户列表", "客户名单", "客户管理", "client", "customer"),
}
LABEL_HEADS = {"字段名称", "字段", "项目", "名目", "field", "item"}
SMALL = 5000  # rows up to which a sheet is searched for several tables
SEARCH = 40  # lines at the beginning of a large sheet searched for its heading


@dataclass
class Table:
    """A detected table. Rows count from 0 in the sheet's frame; `last_row` is inclusive. For cards `columns` are
    the lines: their `index` is the row of the value, `value_column` its column. `header_row` is -1 if the table has no
    line of headings. `lines_above` are the texts above it, where units may be stated."""

    sheet: str
    part: str | None
    layout: str  # "rows" or "card"
    header_row: int
    first_row: int
    last_row: int
    columns: list[Column]
    title: str = ""
    value_column: int = 1
    skipped: list[tuple[int, str]] = attribute(default_factory=list)  # (row of the file, "blank" | "total" | "note")
    lines_above: list[str] = attribute(default_factory=list)

    def records(self, sheet: Sheet) -> pl.DataFrame:
        """Return the mapped fields as text columns, one row per record, and `__row`, the row of the file (from 1)."""
        mapped = [c for c in self.columns if c.field]
        if self.layout == "card":
            values = sheet.frame[f"c{self.value_column}"]
            made = {str(c.field): pl.Series([values[c.index]], dtype=pl.String) for c in mapped}
            return pl.DataFrame({**made, "__row": pl.Series([self.first_row + 1], dtype=pl.Int64)})
        body = sheet.frame.slice(self.first_row, self.last_row - self.first_row + 1).with_row_index("__row")
        dropped = [row - 1 - self.first_row for row, _ in self.skipped]
        body = body.filter(~pl.col("__row").is_in(dropped)) if dropped else body
        chosen = [pl.col(f"c{c.index}").alias(str(c.field)) for c in mapped]
        return body.select(*chosen, (pl.col("__row").cast(pl.Int64) + self.first_row + 1).alias("__row"))

    def cell(self, field_name: str, row: int) -> str:
        """Return the address ("B4") of a field in the record at `row` of the file."""
        for column in self.columns:
            if column.field == field_name:
                if self.layout == "card":
                    return f"{letters(self.value_column)}{column.index + 1}"
                return f"{letters(column.index)}{row}"
        return f"A{row}"


def signature(table: Table) -> str:
    """Return a signature equal for all files of one source: from its headings, independent of its rows."""
    return signature_of(table.header_row, table.layout, table.columns)


def signature_of(header_row: int, layout: str, columns: Sequence[Any]) -> str:
    """Return the same for columns with `heading` and `samples`."""
    headings = [normalise_heading(c.heading) for c in columns]
    if header_row < 0:  # without headings the kinds of content identify the source
        headings = ["none", *(content_kind(c.samples) for c in columns)]
    text = "\n".join([layout, *headings])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def detect_tables(sheet: Sheet, lexicon: Lexicon) -> list[Table]:
    """Return the tables of a sheet, in order. A table of unknown part has `part` None and unmapped columns."""
    if not sheet.frame.height or not sheet.frame.width:
        return []
    if sheet.frame.height > SMALL:
        rows = sheet.head(SEARCH)
        found = _find_heading(rows, range(len(rows)), lexicon, _part_named_in(sheet.name))
        start = found if found is not None else _first_line(rows)
        return _row_tables(sheet, rows, start, sheet.frame.height - 1, lexicon, _titles(rows, start), found is None)
    rows = sheet.head(sheet.frame.height)
    tables: list[Table] = []
    title = ""
    above: list[str] = []  # texts above the next table
    for first, last in _blocks(rows, lexicon):
        lines = range(first, last + 1)
        if (
            first == last
            and _count_distinct(rows[first]) == 1
            and not (tables and _is_continued_by(tables[-1], rows[first]))
        ):
            title = _text(rows[first])
            above.append(title)
            continue
        at = _find_heading(rows, lines, lexicon, _part_named_in(title) or _part_named_in(sheet.name))
        card = _cards(sheet, rows, first, last, lexicon, title)
        if card and (at is None or len(card[0].columns) > _matches(rows[at], lexicon)):
            found_here = card
        elif at is not None:
            titles = " ".join([title, _titles(rows[: at + 1], at, first)])
            found_here = _row_tables(sheet, rows, at, last, lexicon, titles)
        elif tables and tables[-1].layout == "rows":
            _extend(tables[-1], rows, last)
            continue
        elif last > first or _count_distinct(rows[first]) > 1:
            start = next((i for i in lines if _count_distinct(rows[i]) > 1), first)
            found_here = _row_tables(sheet, rows, start, last, lexicon, title, True)
        else:
            found_here = []
        for table in found_here:
            table.lines_above = [sheet.name, *above, *_texts(rows, first, table.header_row)]
        tables += found_here
        title, above = "", []
    return tables


# --- lines -----------------------------------------------------------------------------------------


def _count_distinct(row: list[str]) -> int:
    return len({cell for cell in row if cell.strip()})


def _text(row: list[str]) -> str:
    return next((cell for cell in row if cell.strip()), "")


def _first_line(rows: list[list[str]]) -> int:
    return next((i for i, row in enumerate(rows) if _count_distinct(row) > 1), 0)


def _blocks(rows: list[list[str]], lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return (first, last) of each block of lines: a block ends at a blank line, a title, a
    card's "字段名称" line or a heading line directly under other rows."""
    made: list[tuple[int, int]] = []
    start: int | None = None
    for i, row in enumerate([*rows, []]):
        blank = not _count_distinct(row)
        if start is not None and (blank or (i > start and _begins(rows, i, start, lexicon))):
            made.append((start, i - 1))
            start = None
        if start is None and not blank:
            start = i
    return made


def _begins(rows: list[list[str]], i: int, start: int, lexicon: Lexicon) -> bool:
    """Return whether line `i` starts a new table without a preceding blank line."""
    row = rows[i]
    if _count_distinct(row) == 1:
        return _part_named_in(_text(row)) is not None and not lexicon.names_field(_text(row))
    if normalise_heading(_text(row)) in LABEL_HEADS:
        return _count_distinct(rows[i - 1]) > 1
    cells = {cell for cell in row if cell.strip()}
    whole = any(len(lexicon.known(part, cells)) == len(cells) for part in lexicon.parts)
    return whole and i > start + 1 and _count_distinct(rows[i - 1]) > 1 and _matches(rows[i - 1], lexicon) < 2


def _part_named_in(text: str) -> str | None:
    low = normalise_heading(text)
    return next((part for part, words in ABOUT.items() if any(word in low for word in words)), None) if low else None


def _titles(rows: list[list[str]], heading: int, first: int = 0) -> str:
    return " ".join(_text(rows[i]) for i in range(first, min(heading, len(rows))))


def _texts(rows: list[list[str]], first: int, heading: int) -> list[str]:
    """Return every text between the first line of a block and its headings."""
    return [cell for row in rows[first : max(heading, first)] for cell in dict.fromkeys(row) if cell.strip()]


def _matches(row: list[str], lexicon: Lexicon) -> int:
    return max((len(lexicon.known(part, row)) for part in lexicon.parts), default=0)


def _is_continued_by(table: Table, row: list[str]) -> bool:
    return table.layout == "rows" and table.part is not None and bool(kind_of_line([_text(row).strip(), "", ""]))


def _find_heading(rows: list[list[str]], lines: range, lexicon: Lexicon, about: str | None) -> int | None:
    """Return the line with the most fields: at least two of one part and half of its cells (or three)."""
    best, score = None, 0.0
    for i in list(lines)[:SEARCH]:
        cells = {cell for cell in rows[i] if cell.strip()}
        for part in lexicon.parts:
            known = len(lexicon.known(part, cells))
            worth = known + (0.5 if part == about else 0)
            if worth > score and known >= 2 and (known * 2 >= len(cells) or known >= 3):
                best, score = i, worth
    return best


# --- tables of rows --------------------------------------------------------------------------------


def _row_tables(
    sheet: Sheet, rows: list[list[str]], at: int, last: int, lexicon: Lexicon, titles: str, is_unsure: bool = False
) -> list[Table]:
    """Return the tables under one line of headings; `is_unsure` if no heading is known, so it may be a row."""
    if is_unsure and _is_data(rows[at]):
        table = _row_table(sheet, rows, -1, last, lexicon, titles, list(range(sheet.frame.width)), at)
        table.lines_above = [sheet.name]
        return [table]
    two_lines = _has_second_line(sheet, rows, at, lexicon)
    body = at + (2 if two_lines else 1)
    filled = [any(row[i].strip() for row in rows[body : last + 1]) for i in range(sheet.frame.width)]
    line = rows[at + 1] if two_lines else rows[at]
    groups = column_groups(
        line, filled, lambda text: normalise_heading(text) if text.strip() and lexicon.names_field(text) else None
    )
    tables = [_row_table(sheet, rows, at, last, lexicon, titles, group, body) for group in groups]
    for table in tables:
        table.lines_above = [sheet.name, *_texts(rows, 0, at)] if at < SEARCH else [sheet.name]
    return tables


def _is_data(row: list[str]) -> bool:
    """Return whether a line is a row rather than headings: with a telephone, mail, ID number, day or amount."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return any(content_kind([cell]) not in ("text", "name") for cell in cells)


def _row_table(
    sheet: Sheet, rows: list[list[str]], at: int, last: int, lexicon: Lexicon, titles: str, places: list[int], body: int
) -> Table:
    """Return the table of columns `places` with headings in line `at` (-1 for none) and rows from `body`."""
    two_lines = at >= 0 and body == at + 2
    headings: list[list[str]] = []
    columns: list[Column] = []
    for i in places:
        upper = rows[at][i].strip() if at >= 0 else ""
        lower = rows[at + 1][i].strip() if two_lines else ""
        joined = f"{upper}{lower}" if lower and lower != upper else upper
        samples = [row[i] for row in rows[body : body + 20] if row[i].strip()][:5]
        if joined or samples:
            columns.append(Column(i, joined, samples=samples))
            headings.append([text for text in (lower, joined, upper) if text])
    part = _part(
        lexicon, [text for texts in headings for text in texts], _part_named_in(titles) or _part_named_in(sheet.name)
    )
    part = part or ("clients" if at < 0 and "clients" in lexicon.parts else None)
    if part:
        lexicon.map_columns(part, columns, headings)
    if part and at < 0:
        lexicon.name_by_content(part, columns)
    table = Table(sheet.name, part, "rows", at, body, last, columns, titles.strip())
    table.skipped = _idle_rows(sheet, body, last, [c.index for c in columns])
    idle = {row - 1 for row, _ in table.skipped}
    records = [row for place, row in enumerate(rows[body : body + 20], body) if place not in idle and place <= last]
    for column in columns if idle else ():
        column.samples = [row[column.index] for row in records if row[column.index].strip()][:5]
    return table


def _has_second_line(sheet: Sheet, rows: list[list[str]], at: int, lexicon: Lexicon) -> bool:
    """Return whether the heading has two lines: the first has merged cells, or the second has fields too."""
    if at + 1 >= len(rows):
        return False
    sideways = any(r0 == r1 == at and c1 > c0 for r0, c0, r1, c1 in sheet.merged)
    return (sideways and _matches(rows[at + 1], lexicon) >= 1) or _matches(rows[at + 1], lexicon) >= 3


def _part(lexicon: Lexicon, headings: list[str], about: str | None) -> str | None:
    """Return the part of a table: the one with most fields in it; a title or sheet name weighs as two fields."""
    scores = {part: len(lexicon.known(part, headings)) + (2 if part == about else 0) for part in lexicon.parts}
    best = max(scores, key=lambda part: scores[part])
    named = len(lexicon.known(best, headings))
    return best if named >= 2 or (named and best == about) else None


def _idle_rows(sheet: Sheet, first: int, last: int, places: list[int]) -> list[tuple[int, str]]:
    """Return blank, total and remark rows (注：, 审核：) between or under the rows, numbered as in the file."""
    if not places:
        return []
    names = [f"c{i}" for i in places]
    body = sheet.frame.select(names).slice(first, last - first + 1).with_row_index("__at")
    cells = [pl.col(c).str.strip_chars().fill_null("") for c in names]
    blank = body.filter(pl.all_horizontal([c == "" for c in cells]))["__at"].to_list()
    said = [c.str.contains(TOTAL_TEXT) for c in cells[:3]] + [c.str.contains(NOTE_TEXT) for c in cells]
    alone = pl.sum_horizontal([(c != "").cast(pl.Int32) for c in cells]) <= max(2, len(cells) // 2)
    likely = body.filter(pl.any_horizontal(said) | (alone & cells[0].str.contains(r"^.{2,6}(?:人|员|者|日期|时间)$")))
    rows = dict.fromkeys(blank, "blank")
    for at, *texts in likely.iter_rows():
        kind = kind_of_line([text or "" for text in texts])
        if kind:
            rows[at] = kind
    return [(at + first + 1, why) for at, why in sorted(rows.items())]


def _extend(table: Table, rows: list[list[str]], last: int) -> None:
    """Extend a table by rows after a blank line without their own heading."""
    for i in range(table.last_row + 1, last + 1):
        cells = [rows[i][c.index] for c in table.columns]
        kind = "blank" if not any(cell.strip() for cell in cells) else kind_of_line(cells)
        if kind:
            table.skipped.append((i + 1, kind))
    table.last_row = last


# --- cards -----------------------------------------------------------------------------------------


def _cards(sheet: Sheet, rows: list[list[str]], first: int, last: int, lexicon: Lexicon, title: str) -> list[Table]:
    """Return the cards of a block: lines "label | value". A repeated label begins the next card."""
    label_at = next((i for i, cell in enumerate(rows[last]) if cell.strip()), 0)
    if label_at + 1 >= sheet.frame.width:
        return []
    value_at = label_at + 1
    explained = any(normalise_heading(row[label_at]) in LABEL_HEADS for row in rows[first : last + 1])
    titles, cards, seen = [title] if title else [], [], set()
    lines: list[int] = []
    for i in range(first, last + 1):
        label = rows[i][label_at].strip()
        if normalise_heading(label) in LABEL_HEADS:
            continue
        if (
            not lines
            and label
            and not rows[i][value_at].strip()
            and _count_distinct(rows[i]) == 1
            and not lexicon.names_field(label)
        ):
            titles.append(label)
            continue
        if normalise_heading(label) in seen:
            cards.append(lines)
            lines, seen = [], set()
        if label:
            seen.add(normalise_heading(label))
            lines.append(i)
    cards = [card for card in [*cards, lines] if card]
    about = _part_named_in(" ".join(titles)) or _part_named_in(sheet.name)
    made = []
    for card in cards:
        labels = [rows[i][label_at].strip() for i in card]
        part = _part(lexicon, labels, about)
        if part is None or len(lexicon.known(part, labels)) * 2 < len(labels):
            return []
        columns = [
            Column(i, label, samples=[rows[i][value_at]] if rows[i][value_at].strip() else [])
            for i, label in zip(card, labels, strict=True)
        ]
        lexicon.map_columns(part, columns, [[label] for label in labels])
        made.append(Table(sheet.name, part, "card", card[0], card[0], card[-1], columns, " ".join(titles), value_at))
        made += [] if explained else _further_cards(rows, made[-1], lexicon)
    return made


def _further_cards(rows: list[list[str]], card: Table, lexicon: Lexicon) -> list[Table]:
    """Return the cards next to a card: a transposed sheet has one for each column of values. A remark column is
    not a card: it must contain a telephone, mail, ID number, day or amount where the first card does."""
    kinds = {c.index: content_kind(c.samples) for c in card.columns if c.field and c.samples}
    telling = [row for row, kind in kinds.items() if kind != "text"]
    name = next((c.index for c in card.columns if c.field and lexicon.kinds[str(card.part)][c.field] == "name"), None)
    cards = []
    for place in range(card.value_column + 1, len(rows[0])):
        alike = [row for row in telling if content_kind([rows[row][place]]) == kinds[row]]
        if not alike or (name is not None and not rows[name][place].strip()):
            continue
        columns = [
            Column(c.index, c.heading, c.field, c.how, c.score, c.suggestion, [rows[c.index][place]])
            for c in card.columns
        ]
        cards.append(replace(card, columns=columns, value_column=place))
    return cards
