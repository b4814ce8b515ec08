"""Import of a statement into the ledger: found by headings, evaluated per row, written in one undoable act."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.bulk_import.matching import ClientMatcher
from dakehu.domains.ledger.statements import importing as ledger
from dakehu.domains.ledger.statements.importing import EvaluatedStatement, Line
from dakehu.domains.ledger.statements.validation import REASONS, RowRejected
from dakehu.exchange.mapping.left_out import left_out_of_sheets, left_out_rows
from dakehu.exchange.mapping.mapping import TableMapping
from dakehu.exchange.mapping.merged_amounts import mark_merged_amounts
from dakehu.exchange.mapping.units import FoundUnit, read_unit
from dakehu.exchange.mapping.unused_columns import STATEMENT, unused_columns
from dakehu.exchange.statements import cells
from dakehu.exchange.statements.layouts import DATES_IN, NUMBER_FIELDS, Layout
from dakehu.exchange.statements.sheets import (
    StatementSheet,
    StatementSheets,
    find_sheets,
    lies_on_its_side,
    rows_of,
    separate_headings,
)
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import batches

SHOWN = 200
READ = 8  # parsed rows shown


@dataclass
class Statement:
    """A file of trades: its layout, its rows, for each row the code of its client ("" if none), the file's
    other content (see mapping.left_out), and its columns mapped to no field (see mapping.unused_columns)."""

    filename: str
    layout: Layout
    lines: list[Line]
    owners: list[str]
    left_out: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[dict[str, Any]] = field(default_factory=list)

    def codes(self) -> set[str]:
        return set(self.owners) - {""}

    def of_many(self) -> bool:
        """Return whether it contains rows of several clients."""
        return len(self.codes()) > 1


def recognise(book: reading.Book) -> Statement | None:
    """Return the statement in a file, or None for any other file. Raises Refused for a transposed one."""
    found = find_sheets(book)
    if found is not None:
        return _statement(book, found)
    _refuse_on_its_side(book)
    return None


def _refuse_on_its_side(book: reading.Book) -> None:
    sheet = lies_on_its_side(book)
    if sheet:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "工作表“{sheet}”是一份横放的对账单：字段写在第一列，每一笔是一列，没有读取。请在 Excel 中复制后选择“选择性粘贴—转置”，另存后重新上传。",
                        "Sheet “{sheet}” is a statement on its side: fields in the first column, one trade in each column. It was not "
                        "read. Copy it and use Paste Special, Transpose; save and upload that.",
                        sheet=sheet,
                    )
                ]
            }
        )


def _statement(book: reading.Book, found: StatementSheets) -> Statement:
    lines: list[Line] = []
    owners: list[str] = []
    for one in found.read:
        name = one.sheet.name if len(found.read) > 1 else ""
        lines += [cells.statement_line(place, named, one.layout, name) for place, named, _ in one.rows]
        owners += [owner for _, _, owner in one.rows]
    read: dict[str, tuple[int, list[int]]] = {}
    for one in found.read:
        places = read.setdefault(one.sheet.name, (one.heading, []))[1]
        places += [place - 1 for place, _, _ in one.rows]
    ignored = [column for one in found.read for column in _unused_columns(one)]
    rest = left_out_of_sheets(book, read, found.others)
    return Statement(book.filename, found.layout, lines, owners, rest, ignored)


def _unused_columns(one: StatementSheet) -> list[dict[str, Any]]:
    """Return the columns of a sheet that are not in its layout."""
    named = {*one.layout.columns.values(), *one.layout.others, *one.layout.refuse}
    used = {normalise_heading(heading).partition("~")[0] for heading in named}
    titles = one.sheet.frame.row(one.heading) if one.heading >= 0 else ()
    places = {place for place, cell in enumerate(titles) if cell and normalise_heading(cell) in used}
    if one.heading < 0:  # columns are identified by letters
        places = {place for place in range(one.sheet.frame.width) if normalise_heading(letters(place)) in used}
    return unused_columns(one.sheet, one.heading, places, [place - 1 for place, _, _ in one.rows], STATEMENT)


def statement_from_named_columns(book: reading.Book, table: TableMapping) -> Statement:
    """Return the statement in a manually mapped table. Raises Refused while required columns are not mapped."""
    return _statement(book, StatementSheets([_sheet_from_named_columns(book, table)]))


def glimpse_by_hand(book: reading.Book, table: TableMapping) -> tuple[Layout, int, set[str]]:
    """Return the same as `detect` for a table whose columns a person mapped."""
    one = _sheet_from_named_columns(book, table)
    return one.layout, len(one.rows), {owner for _, _, owner in one.rows} - {""}


NEEDED = (
    (("day",), bilingual("日期", "the day")),
    (("side", "flag"), bilingual("业务名称或买卖标志", "the kind of business, or buy and sell")),
    (
        ("quantity", "amount", "net", "paid_in", "paid_out"),
        bilingual("成交数量、成交金额或发生金额", "a quantity, an amount or a cash effect"),
    ),
)


def _sheet_from_named_columns(book: reading.Book, table: TableMapping) -> StatementSheet:
    sheet = next(s for s in book.sheets if s.name == table.sheet)
    numbers = [c.index for c in table.columns if any(f.field in (*NUMBER_FIELDS, "other") for f in c.feeds)]
    mark_merged_amounts(sheet, numbers, table.first_row)
    rows = sheet.head(sheet.frame.height)
    if table.header_row < 0:  # column letters replace the headings
        rows = [*([[""] * sheet.frame.width] * table.first_row), *rows[table.first_row :]]
        rows.insert(table.first_row, [letters(place) for place in range(sheet.frame.width)])
    at = max(table.header_row, 0) if table.header_row >= 0 else table.first_row
    headings = separate_headings([normalise_heading(cell) for cell in rows[at]])
    columns, others, units = {}, [], {}
    for column in table.columns:
        for feed in column.feeds:
            if feed.field == "other":
                others.append(headings[column.index])
            else:
                columns[feed.field] = headings[column.index]
            unit = read_unit(column.unit)
            if unit is not None:
                units[feed.field] = FoundUnit(unit, column.unit)
    lacking = [str(words) for names, words in NEEDED if not set(names) & set(columns)]
    if lacking:
        raise Refused(
            {
                "columns": [
                    bilingual(
                        "对账单还缺：{fields}。请指明是哪一列。",
                        "A statement needs {fields} as well: say which columns they are.",
                        fields="；".join(lacking),
                    )
                ]
            }
        )
    if "side" not in columns:
        columns["side"] = columns.pop("flag")
    order = next((c.order for c in table.columns if c.order and any(f.field == "day" for f in c.feeds)), "")
    layout = Layout("", columns, tuple(others), units=units, dates=DATES_IN[order])
    shift = 1 if table.header_row < 0 else 0
    found = [(place - shift, named, owner) for place, named, owner in rows_of(rows, at, layout)]
    return StatementSheet(sheet, table.header_row, layout, found)


def detect(book: reading.Book) -> tuple[Layout, int, set[str]] | None:
    """Return the layout of the statement in a file, the number of its rows, and their client codes; None for any
    other file. Cells are not parsed yet, so that an upload responds quickly."""
    found = find_sheets(book)
    if found is None:
        _refuse_on_its_side(book)
        return None
    owners = [owner for one in found.read for _, _, owner in one.rows]
    return found.layout, len(owners), set(owners) - {""}


def dry_run(statement: Statement, client: str, sha256: str) -> dict[str, Any]:
    """Return what an import would do; nothing is written. Includes the client of the rows, as `run` does ("" for a new
    client), and the first parsed `trades`."""
    parts = _parts(statement, client, sha256)
    judged = [one for _, one in parts]
    report, known = sum(len(one.valid) for one in judged), ledger.known_lines(parts)
    repeated = sum(len(one.repeated) for one in judged)
    owner = parts[0][0]
    whose = (
        {"clients": len(parts)} if len(parts) > 1 else {"client": owner.code if owner else "", "new_client": not owner}
    )
    return {
        **_report(statement, judged),
        **whose,
        "created": report - known,
        "unchanged": known + repeated,
        "skipped": sum(one.ignored for one in judged),
        "quarantined": ledger.quarantined_lines(parts),
        "trades": _trades(judged),
        "imported": False,
        "dry_run": True,
        "batch": None,
    }


def run(statement: Statement, number: int, client: str, sha256: str) -> dict[str, Any]:
    """Import a statement as the opened batch `number` and report {batch, created, unchanged, skipped, quarantined, reasons,
    errors, rows, securities, cash_effect, balances, imported}, and {client, new_client} for one client or the number of
    `clients` for a file with several."""
    parts = _parts(statement, client, sha256)
    judged = [one for _, one in parts]
    if not any(one.valid or one.rejected for one in judged):
        raise Refused({"file": [bilingual("对账单里没有成交记录。", "There are no trades in this statement.")]})
    numbers = ledger.register_new_products(*judged)
    with act("workbook.import"):
        batch = batches.get_own(number, lock=True)
        if batch.state == BatchState.APPLIED:
            return {**batches.report_of(batch), "again": True}
        with undo.recording_undo() as kept:
            written = {"numbers": numbers, "source": statement.filename, "sha256": sha256}
            if len(parts) > 1:
                made = ledger.import_statements(parts=parts, **written)
            else:
                name = statement.filename.rpartition(".")[0] or statement.filename
                made = ledger.import_statement(client=parts[0][0], name=name, evaluation=judged[0], **written)
                made["client"] = made["client"].code
        report = {
            **_report(statement, judged),
            **made,
            "unchanged": made["unchanged"] + sum(len(one.repeated) for one in judged),
            "cash_effect": made["cash_effect"] / 100,
            "imported": True,
            "dry_run": False,
            "batch": number,
        }
        batches.save_report(batch, report, BatchState.APPLIED, undo=kept.store())
    return report


def _parts(statement: Statement, client: str, sha256: str) -> list[tuple[Any, EvaluatedStatement]]:
    """Return the evaluated rows by client: all belong to the named client, or to the client detected in the file
    (None: not yet existing), or each row to its own client."""
    if client or not statement.of_many():
        judged = ledger.evaluate(statement.lines)
        return [(_owner(statement, judged, client, sha256), judged)]
    nameless = next((n for n, code in zip(statement.lines, statement.owners, strict=True) if not code), None)
    if nameless is not None:
        raise Refused(
            {
                "client": [
                    bilingual(
                        "第 {n} 行没有客户号；这份对账单里有多位客户，请补上客户号再导入。",
                        "Line {n} names no client, in a statement of several; fill in the client's code.",
                        n=nameless.line,
                    )
                ]
            }
        )
    owners = _clients_by_code(statement.codes())
    lines: dict[Any, list[Line]] = {}
    for line, code in zip(statement.lines, statement.owners, strict=True):
        lines.setdefault(owners[code], []).append(line)
    return [(owner, ledger.evaluate(part)) for owner, part in lines.items()]


def _clients_by_code(codes: set[str]) -> dict[str, Any]:
    """Return {code: client}. Raises Refused with the codes of no visible client."""
    finder = ClientMatcher()
    finder.learn(codes=codes, ids=(), mobiles=(), names=())
    missing = sorted(codes - set(finder.codes))
    if missing:
        raise Refused(
            {
                "client": [
                    bilingual(
                        "对账单里有 {n} 个客户号不在您的范围内或不存在：{codes}。请先建立这些客户，或删去这些行。",
                        "{n} client codes of the statement are unknown or not within your sight: {codes}. "
                        "Enter those clients first, or leave these rows out.",
                        n=len(missing),
                        codes=", ".join(missing[:10]),
                    )
                ]
            }
        )
    rows = clients.get_client_by_id(finder.codes[code] for code in codes)
    return {code: rows[finder.codes[code]] for code in codes}


def _report(statement: Statement, judged: list[EvaluatedStatement]) -> dict[str, Any]:
    held = sorted((row for one in judged for row in one.rejected), key=lambda row: row[0].line)
    return {
        "kind": "statement",
        "layout": statement.layout.name,
        "rows": len(statement.lines),
        "updated": 0,
        "errors": 0,
        "securities": len({security for one in judged for security in one.securities()}),
        "reasons": dict(Counter(doubt.reason for _, doubt, _ in held)),
        "balances": _balances(judged),
        "parts": {},
        "titles": {},
        "samples": {},
        "faults": [],
        "faults_in_all": 0,
        "warnings": _warnings(held),
        "warnings_in_all": len(held),
        "left_out": [*statement.left_out, *_repeated_rows(judged)],
        "ignored": statement.ignored,
        "mode": "both",
        "key": "auto",
    }


def _repeated_rows(judged: list[EvaluatedStatement]) -> list[dict[str, Any]]:
    """Return the rows that occur in another sheet of the file as well, by sheet."""
    lines: dict[str, list[Line]] = {}
    for line in (line for one in judged for line in one.repeated):
        lines.setdefault(line.sheet, []).append(line)
    return [
        left_out_rows(sheet, [line.line for line in found], sum(len(line.cells) for line in found), "repeated")
        for sheet, found in lines.items()
    ]


def _balances(judged: list[EvaluatedStatement]) -> dict[str, Any]:
    report = [ledger.balances(one) for one in judged]
    return {
        "checked": sum(one["checked"] for one in report),
        "broken": sum(one["broken"] for one in report),
        "first": min((one["first"] for one in report if one["first"] is not None), default=None),
    }


def _owner(statement: Statement, judged: EvaluatedStatement, client: str, sha256: str) -> Any | None:
    code = client or next(iter(statement.codes()), "")
    if not code:
        return ledger.owner_of(judged, sha256)
    finder = ClientMatcher()
    finder.learn(codes={code}, ids=(), mobiles=(), names=())
    if code not in finder.codes:
        raise NotFound(bilingual("客户", "client"), code)
    return clients.get_client(finder.codes[code])


def _trades(judged: list[EvaluatedStatement]) -> list[dict[str, Any]]:
    """Return the first parsed rows: money in yuan, `quantity` signed."""
    rows = sorted((row for one in judged for row in one.valid[:READ]), key=lambda row: row[0].line)[:READ]
    return [
        {
            "row": line.line,
            "day": dealt.day.isoformat(),
            "side": line.written.side if line.written else "",
            "code": dealt.security.code if dealt.security else "",
            "market": dealt.security.market if dealt.security else "",
            "name": dealt.name,
            "quantity": dealt.quantity / 1000,
            "price": dealt.price,
            "amount": dealt.amount / 100,
            "net": dealt.net / 100,
            "fee": dealt.fee / 100,
        }
        for line, dealt, _, _ in rows
    ]


def _warnings(held: list[tuple[Line, RowRejected, str]]) -> list[dict[str, Any]]:
    """Return the first quarantined rows as warnings of the report."""
    return [
        {
            "sheet": line.sheet,
            "cell": f"A{line.line}",
            "row": line.line,
            "field": doubt.reason,
            "value": doubt.detail[:80],
            "cells": line.cells,
            "zh": REASONS[doubt.reason][0],
            "en": REASONS[doubt.reason][1],
        }
        for line, doubt, _ in held[:SHOWN]
    ]
