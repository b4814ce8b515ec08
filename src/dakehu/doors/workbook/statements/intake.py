"""A statement from file to ledger: found by its headings, judged row by row, written in one act that `undo` takes back."""

from dataclasses import dataclass
from typing import Any

from dakehu.doors.workbook import reading
from dakehu.doors.workbook.reading.headings import flat
from dakehu.doors.workbook.statements import cells
from dakehu.doors.workbook.statements.layout import SEARCH, Layout, found_in
from dakehu.foundation import batches, undo
from dakehu.foundation.acts import act
from dakehu.foundation.models import BatchState
from dakehu.foundation.refusals import NotFound, Refused
from dakehu.foundation.words import say
from dakehu.rooms.clients import queries as clients
from dakehu.rooms.clients.finding import Finder
from dakehu.rooms.ledger import statements as ledger
from dakehu.rooms.ledger.reckoning import REASONS
from dakehu.rooms.ledger.statements import Judged, Line

SHOWN = 200


@dataclass
class Statement:
    """A file of trades: its layout, its rows, and the clients its rows name (codes)."""

    filename: str
    layout: Layout
    lines: list[Line]
    codes: set[str]


def recognise(book: reading.Book) -> Statement | None:
    """The statement a file holds, or None for a file that is something else."""
    for sheet in book.sheets:
        rows = sheet.head(SEARCH)
        for at, row in enumerate(rows):
            layout = found_in(row)
            if layout is not None:
                lines, codes = _lines(sheet.head(sheet.frame.height), at, layout)
                return Statement(book.filename, layout, lines, codes)
    return None


def _lines(rows: list[list[str]], at: int, layout: Layout) -> tuple[list[Line], set[str]]:
    """Every row under the headings but blank ones, sums and headings said again."""
    headings = _apart([flat(cell) for cell in rows[at]])
    used = {flat(h) for h in (*layout.columns.values(), *layout.others)}
    code = flat(layout.columns.get("client_code", ""))
    made, codes = [], set()
    for place, row in enumerate(rows[at + 1 :], at + 2):
        named = dict(zip(headings, row, strict=False))
        filled = [named[h].strip() for h in used if named.get(h, "").strip()]
        if not filled or [flat(cell) for cell in row] == headings or _is_sum(row):
            continue
        made.append(cells.line(place, named, layout))
        if code and named.get(code, "").strip():
            codes.add(named[code].strip())
    return made, codes


def _apart(headings: list[str]) -> list[str]:
    """Headings that come twice told apart: the second 货币 becomes 货币~2; nameless ones are ~1, ~2, …"""
    seen: dict[str, int] = {}
    made = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        made.append(f"{heading}~{seen[heading]}" if not heading or seen[heading] > 1 else heading)
    return made


def _is_sum(row: list[str]) -> bool:
    first = next((cell.strip() for cell in row if cell.strip()), "")
    return first.rstrip(":\uff1a") in ("合计", "总计", "小计", "Total", "Totals")


def trial(statement: Statement, client: str, sha256: str) -> dict[str, Any]:
    """What an import would do; nothing is written."""
    judged = ledger.weigh(statement.lines)
    _owner(statement, judged, client, sha256)
    return {**_report(statement, judged), "created": len(judged.told), "unchanged": 0, "skipped": judged.idle,
            "quarantined": len(judged.held), "imported": False, "dry_run": True, "batch": None}  # fmt: skip


def run(statement: Statement, number: int, client: str, sha256: str) -> dict[str, Any]:
    """Import a statement for one client, as the opened batch `number`, and report {client, new_client, batch, created,
    unchanged, skipped, quarantined, reasons, errors, rows, securities, cash_effect, balances, imported}."""
    judged = ledger.weigh(statement.lines)
    owner = _owner(statement, judged, client, sha256)
    if not judged.told and not judged.held:
        raise Refused({"file": [say("对账单里没有成交记录。", "There are no trades in this statement.")]})
    numbers = ledger.learn(judged)
    with act("workbook.import"):
        batch = batches.own(number, lock=True)
        with undo.keeping() as kept:
            made = ledger.take_statement(
                client=owner, name=statement.filename.rpartition(".")[0] or statement.filename, judged=judged,
                numbers=numbers, source=statement.filename, sha256=sha256,
            )  # fmt: skip
        told = {**_report(statement, judged), **made, "client": made["client"].code,
                "cash_effect": made["cash_effect"] / 100, "imported": True, "dry_run": False, "batch": number}  # fmt: skip
        batches.keep_report(batch, told, BatchState.APPLIED, undo=kept.store())
    return told


def _report(statement: Statement, judged: Judged) -> dict[str, Any]:
    warnings = _warnings(judged)
    return {
        "kind": "statement", "layout": statement.layout.name, "rows": len(statement.lines), "updated": 0, "errors": 0,
        "securities": len(judged.securities()), "reasons": _reasons(judged), "balances": ledger.balances(judged),
        "parts": {}, "titles": {}, "samples": {}, "faults": [], "faults_in_all": 0, "warnings": warnings,
        "warnings_in_all": len(judged.held), "mode": "both", "key": "auto",
    }  # fmt: skip


def _owner(statement: Statement, judged: Judged, client: str, sha256: str) -> Any | None:
    code = client
    if not code and len(statement.codes) > 1:
        raise Refused({"client": [say("文件中有 {n} 位客户的记录，请按客户拆分。", "The file has rows of {n} clients; split it.",
                                      n=len(statement.codes))]})  # fmt: skip
    code = code or next(iter(statement.codes), "")
    if not code:
        return ledger.owner_of(judged, sha256)
    finder = Finder()
    finder.learn(codes={code}, ids=(), mobiles=(), names=())
    if code not in finder.codes:
        raise NotFound(say("客户", "client"), code)
    return clients.found(finder.codes[code])


def _reasons(judged: Judged) -> dict[str, int]:
    made: dict[str, int] = {}
    for _, doubt, _ in judged.held:
        made[doubt.reason] = made.get(doubt.reason, 0) + 1
    return made


def _warnings(judged: Judged) -> list[dict[str, Any]]:
    """The first rows held back, as the report shows warnings."""
    return [
        {"sheet": "", "cell": f"A{line.line}", "row": line.line, "field": doubt.reason, "value": doubt.detail[:80],
         "zh": REASONS[doubt.reason][0], "en": REASONS[doubt.reason][1]}
        for line, doubt, _ in judged.held[:SHOWN]
    ]  # fmt: skip
