"""Convert the text cells of a file to accepted values, by part: each distinct cell is parsed once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.domains.clients.masks import is_masked
from dakehu.exchange.mapping.cell_values import CODE, TEXT, ColumnReading, cell_reader
from dakehu.exchange.mapping.currency_columns import state_currencies
from dakehu.exchange.mapping.mapping import KEEP, ImportMapping, TableMapping, address
from dakehu.exchange.mapping.merged_amounts import mark_merged_amounts, mark_two_owners
from dakehu.exchange.mapping.units import read_unit
from dakehu.exchange.sheets.definitions import ROW_KEY, Worksheet, is_amount, kind_of_value, worksheets
from dakehu.exchange.workbook.reading import Book
from dakehu.exchange.workbook.reading.number_formats import is_scientific
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.base.contact_parsing import split_contacts
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.input import field_behind, parse_columns, spec_behind
from dakehu.foundation.imports.row_matching import ImportEvaluation
from dakehu.foundation.schema.parameters import Parameter

CHANNELS = {"phone": "mobile", "mail": "mail", "landline": "landline", "wechat": "wechat"}
OWNERS = {"code", "name", "id_number", "phone"}  # columns of a table of clients that identify a row's client
PERSONS = {"name", "client_name"}
_ALIGNED = re.compile(r"^\s*[\u4e00-\u9fff](?:[ \u3000\u00a0]+[\u4e00-\u9fff]){1,2}\s*$")
_PADDED = re.compile(r"[\s\u3000\u00a0]+")
ILLEGAL_SIGNS = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]")  # not allowed in a workbook
Contacts = list[tuple[str, str, str]]


@dataclass
class Grid:
    """The records of one table as text. `cells[i]` is the column with index i of the plan; `lines[row]` is the line
    of the sheet of a record, counted from 1."""

    plan: TableMapping
    cells: dict[int, list[str | None]]
    lines: list[int]
    of: TableMapping | None = None  # the table of the plan from which these rows were taken, if different

    @property
    def count(self) -> int:
        return len(self.lines)

    def address(self, field_name: str, row: int) -> str:
        return address(self.plan, field_name, self.lines[row])


def mark_amounts(book: Book, plan: ImportMapping) -> Book:
    """Return the file with its amounts adjusted to other cells: marked if merged cells spread them over several rows
    (see mapping.merged_amounts), and with the currency from a currency column of their row."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    known = worksheets()
    for table in plan.tables:
        sheet, part = sheets.get(table.sheet), known.get(table.part)
        if sheet is None or part is None or table.layout != "rows":
            continue
        state_currencies(sheet, table, kinds_of_fields(part))
        if not sheet.merged:
            continue
        amounts = {parameter.name for parameter in part.parameters if is_amount(parameter)}
        fed = [(column.index, {feed.field for feed in column.feeds}) for column in table.columns]
        owners = [index for index, fields in fed if part.name == "clients" and fields & OWNERS]
        named = [index for index, fields in fed if index in owners and fields != {"phone"}]
        alone = mark_two_owners(sheet, named, owners, table.first_row)
        mark_merged_amounts(sheet, [index for index, fields in fed if fields & amounts], table.first_row, alone)
    return book


def kinds_of_fields(part: Worksheet) -> dict[str, str]:
    """Return {field: type of its cells} of a worksheet."""
    return {parameter.name: kind_of_value(parameter) for parameter in part.parameters}


def grids(book: Book, plan: ImportMapping) -> list[Grid]:
    """Return the records of every table of the plan, without blank and total rows."""
    frames = {sheet.name: sheet.frame for sheet in book.sheets}
    read = [table for table in plan.tables if table.part and table.sheet in frames]
    return [grid_of(lines_of(frames[table.sheet], table), table) for table in read]


def lines_of(frame: pl.DataFrame, table: TableMapping) -> pl.DataFrame:
    """Return the mapped columns of a table, plus `line` (from 1); empty rows are omitted. A card is one line
    whose columns are the lines of the sheet."""
    mapped = [f"c{c.index}" for c in table.columns if c.feeds]
    if table.layout == "card":
        column = frame[f"c{table.value_column}"]
        report = {name: pl.Series([column[int(name[1:])]], dtype=pl.String) for name in mapped}
        return pl.DataFrame({**report, "line": [table.first_row + 1]})
    body = frame.select(mapped).slice(table.first_row, table.last_row - table.first_row + 1)
    body = body.with_columns(pl.int_range(table.first_row + 1, table.first_row + 1 + body.height).alias("line"))
    if table.skipped:
        body = body.filter(~pl.col("line").is_in([row + 1 for row in table.skipped]))
    return column_renderer(body)


def column_renderer(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with a non-empty mapped column."""
    mapped = [c for c in lines.columns if c != "line"]
    return lines.filter(pl.any_horizontal([pl.col(c).fill_null("") != "" for c in mapped])) if mapped else lines.clear()


def grid_of(lines: pl.DataFrame, table: TableMapping) -> Grid:
    cells = {c.index: lines[f"c{c.index}"].to_list() for c in table.columns if c.feeds}
    return Grid(table, cells, lines["line"].to_list())


@dataclass
class Stack:
    """All data of a file for one part. `origin` is the source grid and row of each row."""

    part: Worksheet
    columns: dict[str, list[Any]]
    row_evaluation: ImportEvaluation
    origin: list[tuple[int, int]]
    contacts: list[Contacts] = field(default_factory=list)
    hidden: list[tuple[int, str, str]] = field(default_factory=list)  # masked cells without usable value
    raw: dict[str, list[Any]] = field(default_factory=dict)  # the unparsed cells, if rows have keys

    @property
    def count(self) -> int:
        return len(self.origin)


def stack(part: Worksheet, grids: list[Grid], rates: Mapping[str, str] | None = None) -> Stack:
    """Concatenate the tables of one part and parse their cells, foreign amounts at the stated `rates`."""
    chosen = [(n, grid) for n, grid in enumerate(grids) if grid.plan.part == part.name and grid.count]
    origin = [(n, row) for n, grid in chosen for row in range(grid.count)]
    made = Stack(part, {}, ImportEvaluation.of(len(origin)), origin)
    raw: dict[str, list[Any]] = {}
    given = {code: Decimal(rate) for code, rate in (rates or {}).items()}
    kinds = kinds_of_fields(part)
    start = 0
    for _, grid in chosen:
        filled: set[str] = set()
        for column in grid.plan.columns:
            for feed in column.feeds:
                cells = _map_choices(grid.cells[column.index], feed.values, feed.otherwise)
                cells = _strip_name_padding(cells) if feed.field in PERSONS else cells
                cells = _convert_cells(
                    cells, ColumnReading(kinds.get(feed.field, TEXT), read_unit(column.unit), column.order), given
                )
                whole = raw.setdefault(feed.field, [None] * len(origin))
                if feed.field in filled:
                    cells = _join_columns(
                        whole[start : start + grid.count], cells, "；" if feed.field == "remark" else "、"
                    )
                whole[start : start + grid.count] = cells
                filled.add(feed.field)
        start += grid.count
    parameters = [t for t in part.parameters if t.name in raw]
    if any(raw.get(ROW_KEY) or ()):
        made.raw = dict(raw)
    for parameter in parameters:
        raw[parameter.name] = _ignore_masked_cells(parameter, raw[parameter.name], made)
    made.columns, faults = parse_columns(parameters, raw, len(origin))
    for fault in faults:
        made.row_evaluation.fault(fault.row, fault.field, fault.value, fault.message)
    _refuse_lost_digits(made, raw)
    _rows_without_name(made, chosen)
    if part.name == "clients":
        made.contacts = _contacts(made)
    return made


def values_of(part: Worksheet, texts: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return cells of an exported sheet as values; a masked or unreadable one is None."""
    count = len(next(iter(texts.values()), ()))
    aside = Stack(part, {}, ImportEvaluation.of(count), [])
    parameters = [parameter for parameter in part.parameters if parameter.name in texts]
    raw = {
        t.name: _ignore_masked_cells(t, [text_of(cell) or None for cell in texts[t.name]], aside) for t in parameters
    }
    return parse_columns(parameters, raw, count)[0]


def text_of(cell: Any) -> str:
    """Return the text of a cell, read from a file or to be written, the same in both cases."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return ILLEGAL_SIGNS.sub("", str(cell).replace("\r\n", "\n").replace("\r", "\n")).strip()


def _map_choices(cells: list[str | None], meanings: dict[str, str], otherwise: str) -> list[str | None]:
    if not meanings and otherwise == KEEP:
        return cells
    known: dict[str | None, str | None] = {None: None}
    for value in set(cells) - {None}:
        kept = value if otherwise == KEEP else otherwise or None
        known[value] = meanings.get(value, kept) or None  # type: ignore[arg-type]
    return [known[value] for value in cells]


def _convert_cells(cells: list[str | None], reading: ColumnReading, rates: dict[str, Decimal]) -> list[str | None]:
    """Return the cells in the form that their field reads; each distinct one is converted once."""
    if reading.kind == TEXT and not any(cell and cell[0] in "'`‘’´" for cell in set(cells) if cell):
        return cells
    if reading.kind == CODE and all(cell is None or cell.isalnum() for cell in cells):
        return cells
    read = cell_reader(reading, rates)
    known: dict[str | None, str | None] = {None: None}
    for value in set(cells) - {None}:
        known[value] = read(value) or None  # type: ignore[arg-type]
    return [known[value] for value in cells]


def _strip_name_padding(cells: list[str | None]) -> list[str | None]:
    """Return names of two or three characters without the space that aligns them in a printed table (李　二)."""
    return [_PADDED.sub("", cell) if cell and _ALIGNED.match(cell) else cell for cell in cells]


def _join_columns(first: list[Any], second: list[str | None], sign: str) -> list[Any]:
    """Join two columns of the same field (a second telephone, a second remark); equal values once."""
    return [
        f"{a}{sign}{b}" if a and b and a.strip() != b.strip() else a or b for a, b in zip(first, second, strict=True)
    ]


def _ignore_masked_cells(parameter: Parameter, cells: list[Any], made: Stack) -> list[Any]:
    """Ignore masked cells of fields other than free text: the underlying value is unknown."""
    facts, behind = spec_behind(parameter), field_behind(parameter)
    free = behind is None or (
        not isinstance(behind, EncryptedTextField) and behind.get_internal_type() in ("CharField", "TextField")
    )
    if facts.sensitivity <= PUBLIC or (free and not hasattr(behind, "choice_set")):
        return cells
    masked = {value for value in set(cells) if value and is_masked(value)}
    if not masked:
        return cells
    made.hidden += [(row, parameter.name, value) for row, value in enumerate(cells) if value in masked]
    return [None if value in masked else value for value in cells]


def _refuse_lost_digits(made: Stack, raw: dict[str, list[Any]]) -> None:
    """Report client codes that a spreadsheet converted to scientific notation: their last digits are lost."""
    for name in ("code", "client_code"):
        for row, text in enumerate(raw.get(name) or ()):
            if text and is_scientific(text):
                made.row_evaluation.fault(
                    row,
                    name,
                    text,
                    bilingual(
                        "Excel 把客户号存成了数字（最多保留15位，科学计数），后面的位数已丢失。",
                        "Excel kept this code as a figure (15 digits at most, with a power of ten); the other digits are gone.",
                    ),
                )


def _rows_without_name(made: Stack, chosen: Iterable[tuple[int, Grid]]) -> None:
    """Use the code as the name of clients from a source without names."""
    nameless = made.part.name == "clients" and "name" not in made.columns and "code" in made.columns
    if nameless and all(grid.plan.name_by_code for _, grid in chosen):
        made.columns["name"] = list(made.columns["code"])


def _contacts(made: Stack) -> list[Contacts]:
    """Return the contacts of every row; a cell with several is split."""
    found: list[Contacts] = [[] for _ in range(made.count)]
    for name, kind in CHANNELS.items():
        for row, value in enumerate(made.columns.get(name) or ()):
            if value:
                found[row] += [(kind, part, name) for part in _separate(value)]
    for row, value in enumerate(made.columns.get("contact") or ()):
        if not value:
            continue
        split = split_contacts(value)
        found[row] += [(kind, part, "contact") for kind, part in split]
        if not split or _remaining_text(value, split):
            made.row_evaluation.fault(
                row,
                "contact",
                value,
                bilingual(
                    "“{value}”不像手机、座机、邮箱或微信，请写明，如“手机:138…”。",
                    "“{value}” is neither a telephone, mail nor WeChat; say which, such as “手机:138…”.",
                    value=value,
                ),
            )
    return found


def _remaining_text(value: str, split: list[tuple[str, str]]) -> bool:
    """Return whether a number in the cell was not parsed: part of a contact must not be lost silently."""
    report = sum(sign.isdigit() for _, part in split for sign in part)
    return sum(sign.isdigit() for sign in value) - report > 4


def _separate(value: str) -> list[str]:
    """Split several numbers in one cell: always at 、 and line ends, elsewhere if every piece may be a number."""
    if value.isalnum():
        return [value]
    sure = [part.strip() for part in value.replace("\n", "、").split("、") if part.strip()]
    if len(sure) > 1:
        return sure
    parts = re.split(r"[/;;,,\s]+", value.strip())
    return parts if len(parts) > 1 and all(len(part) >= 7 for part in parts) else [value]
