"""The way in: open a file, say how it is read, try it, import it. For the command line in one call, for the browser
step by step with a batch that belongs to whoever uploaded it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from dakehu.domains.team.permissions import Permission
from dakehu.exchange.imports import apply, chunking, corrections
from dakehu.exchange.imports.dry_run import Progress
from dakehu.exchange.imports.recognition import recognize
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.mapping import profiles
from dakehu.exchange.mapping.changes import correct as correct_mapping
from dakehu.exchange.mapping.choices import Choices, apply_choices, stated_mapping
from dakehu.exchange.mapping.detection import guess
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.prices import service as pricing
from dakehu.exchange.roundtrip.merge import DESK, FILE
from dakehu.exchange.statements import batch as statement_batch
from dakehu.exchange.statements import service as statements
from dakehu.exchange.workbook import reading
from dakehu.foundation.access import scope
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import say
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.models import BatchState

SHOWN = 200
NO_CHOICES = Choices()


def may_import() -> None:
    """Raises NotAllowed for whoever may not import."""
    if not scope.current_actor().may(Permission.IMPORT):
        raise NotAllowed(say("导入表格", "import a workbook"), Permission.IMPORT)


def open_book(content: bytes, name: str, password: str | None) -> reading.Book:
    """A file as sheets. Raises Refused with the reason and the remedy (a missing password is keyed "password")."""
    try:
        return reading.open_book(content, filename=name, password=password)
    except (reading.NeedsPassword, reading.WrongPassword) as locked:
        raise Refused({"password": [say(locked.zh, locked.en)]}) from locked
    except reading.BookRefused as refused:
        raise Refused({"file": [say(refused.zh, refused.en)]}) from refused


def run_import(
    path: Path,
    *,
    mode: str = "both",
    key: str = "",
    profile: str | None = None,
    password: str | None = None,
    dry_run: bool = False,
    skip_errors: bool = False,
    prefer: str = "",
    delete_missing: bool = False,
    progress: Progress = jobs.nobody_watches,
    client: str = "",
    choices: Choices = NO_CHOICES,
) -> dict[str, Any]:
    """Import a file at once and report: {created, updated, unchanged, skipped, errors, imported, batch, parts, faults,
    warnings, samples…}. Nothing is written on a dry run, nor while there are faults unless `skip_errors`.

    Of rows that come back from an export: nothing is written either while cells were changed both in the file and on
    the desk, unless `prefer` says whose count ("file" or "desk"); rows that the file lacks go only with
    `delete_missing`.

    A statement of trades goes to the ledger (see statements.intake): `client` is the code of whose it is. So do the
    prices of a price file (see prices.intake). `choices` is what a person says of the file (see mapping.choices); it goes
    before every guess and is remembered for the next file of its source."""
    may_import()
    path = Path(path)
    content = path.read_bytes()
    progress(0.02, say("正在打开文件", "Opening the file"))
    book = open_book(content, path.name, password)
    plan, statement, prices = recognize(book, choices)
    is_stated = plan is not None and bool(choices.is_about_columns or choices.units or choices.order)
    if is_stated and (statement or prices) and not dry_run:
        with act("workbook.correct"):
            profiles.remember(plan, path.name)
    if statement is not None:
        return _run_statement(statement, content, password, client, dry_run)
    if prices is not None:
        return _run_prices(prices, content, password, dry_run, skip_errors)
    plan = plan or apply_choices(profiles.recall(guess(book), profile), book, choices)
    planning.set_mode(plan, mode, key or plan.key)
    plan.prefer, plan.delete_missing = prefer, delete_missing
    if dry_run:
        return {**chunking.run(book, plan, progress, limit=SHOWN), "imported": False, "dry_run": True, "batch": None}
    with act("workbook.open"):
        batch = batches.start(path.name, content, password)
        keep_plan(batch, plan)
        batch.save()
        if is_stated or choices.units or choices.order:
            profiles.remember(plan, path.name)
    told = _apply(batch.pk, skip_errors, progress, book)
    return {**told, "faults": told["faults"][:SHOWN]}


def _run_statement(
    statement: statements.Statement, content: bytes, password: str | None, client: str, dry_run: bool
) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    if dry_run:
        return statements.trial(statement, client, sha256)
    return statements.run(statement, _started(statement.filename, content, password), client, sha256)


def _run_prices(
    table: price_layout.PriceTable, content: bytes, password: str | None, dry_run: bool, skip_errors: bool
) -> dict[str, Any]:
    if dry_run:
        return pricing.trial(table)
    number = _started(table.filename, content, password)
    return pricing.run(table, number, hashlib.sha256(content).hexdigest(), skip_errors)


def _started(name: str, content: bytes, password: str | None) -> int:
    """The number of a new batch of a file that needs no plan."""
    with act("workbook.open"):
        batch = batches.start(name, content, password)
        keep_plan(batch, planning.Plan([]))
        batch.save()
    return int(batch.pk)


def _apply(number: int, skip_errors: bool, progress: Progress, book: reading.Book | None = None) -> dict[str, Any]:
    """Write a batch once, whoever asks and however often; returns its report."""
    may_import()
    try:
        with act("workbook.import"):
            batch = batches.own(number, lock=True)
            if batch.state == BatchState.APPLIED:
                return {**batches.report_of(batch), "again": True}
            _must_not_be_undone(batch)
            with undo.keeping() as kept:
                told = apply.take_in(
                    book=book or book_of(batch),
                    plan=plan_of(batch),
                    batch=number,
                    sha256=batch.sha256,
                    skip_errors=skip_errors,
                    progress=progress,
                    mended=corrections.of(batch).count,
                )
            told = {**told, "imported": True, "dry_run": False, "batch": number}
            batches.keep_report(batch, told, BatchState.APPLIED, undo=kept.store())
            return told
    except apply.HasFaults as faulty:
        told = {**faulty.told, "imported": False, "dry_run": False, "batch": number}
        with act("workbook.refuse"):
            batches.keep_report(batches.own(number), told, BatchState.REFUSED)
        return told


def _must_not_be_undone(batch: Any) -> None:
    if batch.state == BatchState.UNDONE:
        raise Refused(
            say(
                "这次导入已经撤销。如需再次导入，请重新上传文件。",
                "This import was undone. Upload the file again to import it anew.",
            )
        )


def keep_plan(batch: Any, plan: planning.Plan) -> None:
    """Put a plan on its batch. The sample cells in it may be anything, so they lie encrypted beside the database."""
    plain = plan.as_plain()
    samples = [[column.pop("samples") for column in table["columns"]] for table in plain["tables"]]
    kept = files.keep("samples.json", json.dumps(samples, ensure_ascii=False).encode())
    told = {name: value for name, value in batch.report.items() if name != "rows"}  # kept by the plan before
    batch.plan, batch.report = plain, {**told, "samples": kept.key}


def plan_of(batch: Any) -> planning.Plan:
    """The plan of a batch with its sample cells."""
    plan = planning.Plan.of(batch.plan)
    for table, samples in zip(plan.tables, json.loads(files.read(batch.report["samples"])[1]), strict=True):
        for column, seen in zip(table.columns, samples, strict=True):
            column.samples = seen
    return plan


# --- step by step, for the browser ---------------------------------------------------------------


def open_upload(name: str, content: bytes, password: str | None = None) -> Any:
    """Keep an uploaded file and guess how it is read. Raises Refused for a file that does not open."""
    may_import()
    book = open_book(content, name, password)
    plan = stated_mapping(book, NO_CHOICES)
    statement = None if plan else statements.glimpse(book)
    prices = None if plan or statement else price_layout.recognise(book)
    if plan is None:
        plan = planning.Plan([]) if statement or prices else profiles.recall(guess(book))
    with act("workbook.open"):
        batch = batches.start(name, content, password)
        keep_plan(batch, plan)
        if statement:
            statement_batch.keep(batch, statement)
        if prices:
            _keep_prices(batch, prices)
        _keep_by_hand(batch, plan, book)
        batch.save()
    return batch


def _keep_prices(batch: Any, prices: price_layout.PriceTable, by_hand: bool = False) -> None:
    kept = {"shape": prices.shape, "rows": prices.cells.height, "by_hand": by_hand}
    batch.report = {**batch.report, "prices": kept}


def _keep_by_hand(batch: Any, plan: planning.Plan, book: reading.Book) -> None:
    """Note on a batch that a person called a table of it a statement or prices. Raises Refused while columns are missing."""
    table = planning.ledger_table(plan)
    if table is not None and table.part == planning.STATEMENT:
        statement_batch.keep(batch, statements.glimpse_by_hand(book, table), by_hand=True)
    elif table is not None:
        _keep_prices(batch, price_layout.by_hand(book, table), by_hand=True)


def read_by_hand(number: int) -> bool:
    """Go on with a batch whose table a person called a statement or prices; False for tables of clients. Raises Refused
    while columns that it needs are not named."""
    may_import()
    with act("workbook.correct"):
        batch = batches.own(number, lock=True)
        plan = plan_of(batch)
        if planning.ledger_table(plan) is None:
            return False
        _keep_by_hand(batch, plan, book_as_it_came(batch))
        batch.save()
    return True


def read_as_tables(number: int, kind: str = "") -> None:
    """Read a file that looked like a statement, or like prices, as tables of clients after all; with a `kind` as a table of
    that kind whose columns a person is to name."""
    may_import()
    with act("workbook.correct"):
        batch = batches.own(number, lock=True)
        statement_batch.must_be_open(batch)
        by_hand = statement_batch.seen(batch).get("by_hand") or batch.report.get("prices", {}).get("by_hand")
        batch.report = {name: value for name, value in batch.report.items() if name not in ("statement", "prices")}
        if kind or not by_hand:
            book = book_as_it_came(batch)
            keep_plan(batch, apply_choices(profiles.recall(guess(book)), book, Choices(kind=kind)))
        batch.state = BatchState.OPENED.value
        batch.save()


def book_as_it_came(batch: Any) -> reading.Book:
    content, password = batches.content_of(batch)
    return open_book(content, batch.filename, password)


def book_of(batch: Any) -> reading.Book:
    """The uploaded file with what was mended in it."""
    return corrections.laid_over(book_as_it_came(batch), corrections.of(batch).cells)


def correct(number: int, changes: dict[str, Any]) -> Any:
    """Change how a batch is read (see plan.correct); corrected columns are remembered for the source."""
    may_import()
    with act("workbook.correct"):
        batch = batches.own(number, lock=True)
        if batch.state == BatchState.APPLIED:
            raise Refused(
                say("这个文件已经导入，不能再修改。", "This file has been imported and cannot be changed any more.")
            )
        _must_not_be_undone(batch)
        plan = correct_mapping(plan_of(batch), book_of(batch), changes)
        profiles.remember(plan, batch.filename)
        keep_plan(batch, plan)
        batch.state = BatchState.OPENED.value
        batch.save()
    return batch


def decide(number: int, decided: dict[str, str], deleted: list[str]) -> None:
    """Keep what a person decided about cells changed on both sides ({mark: "file" or "desk"}), and which rows are to go
    that the file lacks (marks as in the report)."""
    may_import()
    with act("workbook.decide"):
        batch = batches.own(number, lock=True)
        _must_not_be_undone(batch)
        plan = plan_of(batch)
        chosen = {mark: side for mark, side in decided.items() if side in (FILE, DESK)}
        plan.decided = {**plan.decided, **chosen}  # a new one: the row tells what changed by what it was loaded with
        plan.deleted = deleted
        keep_plan(batch, plan)
        batch.save()


def start_trial(number: int) -> int:
    """Try a batch in the background; returns the job's number."""
    return _start("workbook.trial", number)


def start_apply(number: int, skip_errors: bool = False) -> int:
    """Import a batch in the background; returns the job's number."""
    return _start("workbook.apply", number, skip_errors=skip_errors)


def _start(kind: str, number: int, **args: Any) -> int:
    may_import()
    with act(kind):
        batch = batches.own(number, lock=True)
        _must_not_be_undone(batch)
        batch.job_ref = jobs.start(kind, batch=number, **args)
        batch.save()
        return int(batch.job_ref)


@jobs.job("workbook.trial")
def try_batch(progress: Progress, *, batch: int) -> dict[str, Any]:
    row = batches.own(batch)
    progress(0.02, say("正在打开文件", "Opening the file"))
    told = _tried(row, progress)
    with act("workbook.check"):
        row = batches.own(batch, lock=True)
        if row.state not in (BatchState.APPLIED, BatchState.UNDONE):
            batches.keep_report(row, {**told, "imported": False, "dry_run": True, "batch": batch}, BatchState.CHECKED)
    return _short(told, batch)


def _tried(batch: Any, progress: Progress) -> dict[str, Any]:
    if statement_batch.seen(batch):
        return statement_batch.trial(batch, _statement_of(batch, progress))
    if has_prices(batch):
        return pricing.trial(_prices_of(batch, progress))
    return {**chunking.run(book_of(batch), plan_of(batch), progress), "mended": corrections.of(batch).count}


def has_prices(batch: Any) -> bool:
    """Whether a batch is a price file."""
    return "prices" in batch.report


def _prices_of(batch: Any, progress: Progress) -> price_layout.PriceTable:
    book, hand = book_as_it_came(batch), planning.ledger_table(plan_of(batch))
    found = price_layout.by_hand(book, hand) if hand else price_layout.recognise(book)
    progress(0.3, say("正在逐个核对价格", "Checking every price"))
    if found is None:
        raise Refused(
            say(
                "这个文件不再认得是行情文件，请重新上传。",
                "This file is no longer known as a price file; upload it again.",
            )
        )
    return found


def _statement_of(batch: Any, progress: Progress) -> statements.Statement:
    book, hand = book_as_it_came(batch), planning.ledger_table(plan_of(batch))
    found = statements.by_hand(book, hand) if hand else statements.recognise(book)
    progress(0.3, say("正在逐行核对", "Checking every row"))
    if found is None:
        raise Refused(
            say(
                "这个文件不再认得是对账单，请重新上传。",
                "This file is no longer known as a statement; upload it again.",
            )
        )
    return found


@jobs.job("workbook.apply")
def apply_batch(progress: Progress, *, batch: int, skip_errors: bool = False) -> dict[str, Any]:
    progress(0.02, say("正在打开文件", "Opening the file"))
    row = batches.own(batch)
    if statement_batch.seen(row) or has_prices(row):
        may_import()
        _must_not_be_undone(row)
    if statement_batch.seen(row):
        told = statement_batch.run(row, _statement_of(row, progress))
    elif has_prices(row):
        told = pricing.run(_prices_of(row, progress), row.pk, row.sha256, skip_errors)
    else:
        told = _apply(batch, skip_errors, progress)
    return {**_short(told, batch), "imported": told["imported"]}


def _short(told: dict[str, Any], batch: int) -> dict[str, Any]:
    names = ("created", "updated", "unchanged", "skipped", "errors")
    return {**{name: told[name] for name in names}, "batch": batch}
