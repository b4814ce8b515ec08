"""Open a file, determine its mapping, dry-run and import it: in one call or stepwise with a batch of the uploader."""

import hashlib
from pathlib import Path
from typing import Any

from dakehu.domains.ledger.feeds.access import may_import_any
from dakehu.exchange.feeds import batch as feed_batch
from dakehu.exchange.feeds import service as feeds
from dakehu.exchange.feeds.layouts import part_of, recognise_feed
from dakehu.exchange.imports import apply, chunking, corrections, origins
from dakehu.exchange.imports.batch_files import book_of, open_book, original_book, plan_of, save_plan
from dakehu.exchange.imports.dry_run import Progress
from dakehu.exchange.imports.ignored_columns import check_nothing_ignored, ignored_columns
from dakehu.exchange.imports.ledger_files import (
    has_prices,
    keep_by_hand,
    keep_prices,
    kind_of,
    prices_of,
    statement_of,
)
from dakehu.exchange.imports.recognition import recognize
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.mapping import profiles
from dakehu.exchange.mapping.changes import correct as correct_mapping
from dakehu.exchange.mapping.choices import Choices, apply_choices, stated_mapping
from dakehu.exchange.mapping.conversion import mark_amounts
from dakehu.exchange.mapping.detection import guess_mapping
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.prices import service as pricing
from dakehu.exchange.roundtrip.merge import DESK, FILE
from dakehu.exchange.statements import batch as statement_batch
from dakehu.exchange.statements import service as statements
from dakehu.exchange.workbook import reading
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress

SHOWN = 200
NO_CHOICES = Choices()


def can_import(kind: str = "") -> None:
    """Raise NotAllowed if the actor may not import. Kind feed is checked by the feed service; while the kind is
    unknown, an actor who may import some feed may open a file."""
    if not current_actor().may(Permission.IMPORT) and not (kind in ("", "feed") and may_import_any()):
        raise NotAllowed(bilingual("导入表格", "import a workbook"), Permission.IMPORT)


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
    progress: Progress = no_progress,
    client: str = "",
    strict: bool = False,
    choices: Choices = NO_CHOICES,
) -> dict[str, Any]:
    """Import a file in one call and return the report: {created, updated, unchanged, skipped, errors, imported,
    batch, parts, faults, warnings, samples…}. Nothing is written on a dry run, or if there are faults unless
    `skip_errors`.

    For a re-imported export nothing is written either if cells were changed both in the file and on
    the desk, unless `prefer` selects a side ("file" or "desk"); rows missing in the file are deleted only with
    `delete_missing`.

    Columns with values mapped to no field are reported as `ignored`; `strict` refuses such a file (Refused) instead.

    A feed, a statement of trades and a price file are imported into the ledger; `client` is the code of the
    statement's client. `choices` is what a person states about the file (see mapping.choices): it overrides every
    guess and is remembered for its source."""
    can_import()
    path, content = Path(path), Path(path).read_bytes()
    progress(0.02, bilingual("正在打开文件", "Opening the file"))
    book = open_book(content, path.name, password)
    found = recognize(book, choices)
    can_import("feed" if found.feed else "tables")
    is_stated = bool(choices.is_about_columns or choices.units or choices.order)
    if found.plan and is_stated and found.ledger and not dry_run:
        with act("workbook.correct_mapping"):
            profiles.save_profile(found.plan, path.name)
    if strict and found.ledger:
        check_nothing_ignored(found.ledger.ignored)
    if found.feed is not None:
        return _run_feed(found.feed, content, password, dry_run, skip_errors, progress)
    if found.statement is not None:
        return _run_statement(found.statement, content, password, client, dry_run)
    if found.prices is not None:
        return _run_prices(found.prices, content, password, dry_run, skip_errors)
    plan = found.plan or apply_choices(profiles.find_profile(guess_mapping(book), profile), book, choices)
    planning.set_mode(plan, mode, key or plan.key)
    plan.prefer, plan.delete_missing = prefer, delete_missing
    ignored = ignored_columns(book, plan)
    if strict:
        check_nothing_ignored(ignored)
    mark_amounts(book, plan)
    if dry_run:
        return {
            **chunking.run(book, plan, progress, limit=SHOWN, ignored=ignored),
            "imported": False,
            "dry_run": True,
            "batch": None,
        }
    with act("workbook.upload"):
        batch = batches.start(path.name, content, password)
        save_plan(batch, plan)
        batch.save()
        if is_stated:
            profiles.save_profile(plan, path.name)
    result = _apply(batch.pk, skip_errors, progress, book, ignored)
    return {**result, "faults": result["faults"][:SHOWN]}


def _run_statement(
    statement: statements.Statement, content: bytes, password: str | None, client: str, dry_run: bool
) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    if dry_run:
        return statements.dry_run(statement, client, sha256)
    return statements.run(statement, _start_batch(statement.filename, content, password), client, sha256)


def _run_prices(
    table: price_layout.PriceTable, content: bytes, password: str | None, dry_run: bool, skip_errors: bool
) -> dict[str, Any]:
    if dry_run:
        return pricing.dry_run(table)
    number = _start_batch(table.filename, content, password)
    return pricing.run(table, number, hashlib.sha256(content).hexdigest(), skip_errors)


def _run_feed(
    table: feeds.FeedTable, content: bytes, password: str | None, dry_run: bool, skip_errors: bool, progress: Progress
) -> dict[str, Any]:
    if dry_run:
        return feeds.dry_run(table, progress)
    feeds.check_may_import(table.feed)
    number = _start_batch(table.filename, content, password)
    with act("workbook.upload"):
        batch = batches.get_own(number)
        feed_batch.save_answer(batch, table)
        batch.save()
    return feeds.run(table, number, skip_errors, progress)


def _start_batch(name: str, content: bytes, password: str | None) -> int:
    """Return the number of a new batch of a file that needs no plan."""
    with act("workbook.upload"):
        batch = batches.start(name, content, password)
        save_plan(batch, planning.ImportMapping([]))
        batch.save()
    return int(batch.pk)


def _apply(
    number: int,
    skip_errors: bool,
    progress: Progress,
    book: reading.Book | None = None,
    ignored: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Write a batch exactly once, even if requested repeatedly; return its report."""
    can_import()
    try:
        with act("workbook.import"):
            batch = batches.get_own(number, lock=True)
            if batch.state == BatchState.APPLIED:
                return {**batches.report_of(batch), "again": True}
            _check_not_undone(batch)
            origin = origins.writer_of(batch)
            with undo.recording_undo() as kept:
                result = apply.import_workbook(
                    book=book or book_of(batch),
                    plan=plan_of(batch),
                    batch=number,
                    sha256=batch.sha256,
                    skip_errors=skip_errors,
                    progress=progress,
                    mended=corrections.corrections_of(batch).count,
                    ignored=ignored,
                    written=origin.add,
                )
                result |= origin.finish()
            result = {**result, "imported": True, "dry_run": False, "batch": number}
            batches.save_report(batch, result, BatchState.APPLIED, undo=kept.store())
            return result
    except apply.HasFaults as faulty:
        result = {**faulty.report, "imported": False, "dry_run": False, "batch": number}
        with act("workbook.reject_import"):
            batches.save_report(batches.get_own(number), result, BatchState.REFUSED)
        return result


def _check_not_undone(batch: Any) -> None:
    zh = "这次导入已经撤销。如需再次导入，请重新上传文件。"
    if batch.state == BatchState.UNDONE:
        raise Refused(bilingual(zh, "This import was undone. Upload the file again to import it."))


# --- stepwise, for the browser ---------------------------------------------------------------


def open_upload(name: str, content: bytes, password: str | None = None, feed_name: str = "") -> Any:
    """Store an upload and guess its mapping; `feed_name` is the stated feed. Raises Refused if it cannot be opened."""
    can_import()
    book = open_book(content, name, password)
    plan = stated_mapping(book, NO_CHOICES)
    feed = None if plan else recognise_feed(book, feed_name)
    statement = None if plan or feed else statements.detect(book)
    prices = None if plan or feed or statement else price_layout.recognise_prices(book)
    is_ledger = bool(feed or statement or prices)
    can_import("feed" if feed else "tables")
    plan = plan or (planning.ImportMapping([]) if is_ledger else profiles.find_profile(guess_mapping(book)))
    with act("workbook.upload"):
        batch = batches.start(name, content, password)
        save_plan(batch, plan)
        if statement:
            statement_batch.save_answer(batch, statement)
        if prices:
            keep_prices(batch, prices)
        if feed:
            feed_batch.save_answer(batch, feed)
        keep_by_hand(batch, plan, book)
        batch.save()
    return batch


def read_by_hand(number: int) -> bool:
    """Continue with a batch whose table a person declared a statement or prices; False for tables of clients. Raises
    Refused while required columns are not mapped."""
    can_import()
    with act("workbook.correct_mapping"):
        batch = batches.get_own(number, lock=True)
        plan = plan_of(batch)
        if planning.ledger_table(plan) is None:
            return False
        keep_by_hand(batch, plan, original_book(batch))
        batch.save()
    return True


def read_as_tables(number: int, kind: str = "") -> None:
    """Read a file recognised as a statement or prices as tables of clients instead; with a `kind` as a table of
    that kind whose columns a person maps."""
    can_import()
    with act("workbook.correct_mapping"):
        batch = batches.get_own(number, lock=True)
        statement_batch.check_open(batch)
        by_hand = statement_batch.is_dry_run(batch).get("by_hand") or any(
            batch.report.get(name, {}).get("by_hand") for name in ("prices", "feed")
        )
        if kind == "feed":
            kind = part_of(feed_batch.answer_of(batch)["feed"])
        kinds = ("statement", "prices", "feed")
        batch.report = {name: value for name, value in batch.report.items() if name not in kinds}
        if kind or not by_hand:
            book = original_book(batch)
            save_plan(batch, apply_choices(profiles.find_profile(guess_mapping(book)), book, Choices(kind=kind)))
        batch.state = BatchState.OPENED.value
        batch.save()


def correct_plan(number: int, changes: dict[str, Any]) -> Any:
    """Change the mapping of a batch (see changes.correct); corrected columns are remembered for the source."""
    can_import()
    with act("workbook.correct_mapping"):
        batch = batches.get_own(number, lock=True)
        if batch.state == BatchState.APPLIED:
            raise Refused(
                bilingual(
                    "这个文件已经导入，不能再修改。", "This file has been imported and cannot be changed any more."
                )
            )
        _check_not_undone(batch)
        book = corrections.apply_to_table(original_book(batch), corrections.corrections_of(batch).cells)
        plan = correct_mapping(plan_of(batch), book, changes)
        profiles.save_profile(plan, batch.filename)
        save_plan(batch, plan)
        batch.state = BatchState.OPENED.value
        batch.save()
    return batch


def decide_conflict(number: int, decided: dict[str, str], deleted: list[str]) -> None:
    """Store a person's decisions about cells changed on both sides ({mark: "file" or "desk"}), and which rows missing
    in the file are to be deleted (marks as in the report)."""
    can_import()
    with act("workbook.resolve_conflicts"):
        batch = batches.get_own(number, lock=True)
        _check_not_undone(batch)
        plan = plan_of(batch)
        chosen = {mark: side for mark, side in decided.items() if side in (FILE, DESK)}
        plan.decided = {**plan.decided, **chosen}  # a new dict, so that the change is detected
        plan.deleted = deleted
        save_plan(batch, plan)
        batch.save()


def start_dry_run(number: int) -> int:
    """Start the dry run of a batch in the background; return the job id."""
    return _start("workbook.start_dry_run", "workbook.dry_run", number)


def start_apply(number: int, skip_errors: bool = False) -> int:
    """Import a batch in the background; return the job id."""
    return _start("workbook.start_import", "workbook.apply", number, skip_errors=skip_errors)


def _start(step: str, kind: str, number: int, **args: Any) -> int:
    can_import()
    with act(step):
        batch = batches.get_own(number, lock=True)
        _check_not_undone(batch)
        batch.job_ref = jobs.start(kind, batch=number, **args)
        batch.save()
        return int(batch.job_ref)


@jobs.job("workbook.dry_run")
def dry_run_batch(progress: Progress, *, batch: int) -> dict[str, Any]:
    row = batches.get_own(batch)
    progress(0.02, bilingual("正在打开文件", "Opening the file"))
    result = _dry_run_result(row, progress)
    with act("workbook.dry_run"):
        row = batches.get_own(batch, lock=True)
        if row.state not in (BatchState.APPLIED, BatchState.UNDONE):
            batches.save_report(row, {**result, "imported": False, "dry_run": True, "batch": batch}, BatchState.CHECKED)
    return _summary(result, batch)


def _dry_run_result(batch: Any, progress: Progress) -> dict[str, Any]:
    if statement_batch.is_dry_run(batch):
        return statement_batch.dry_run(batch, statement_of(batch, progress))
    if has_prices(batch):
        return pricing.dry_run(prices_of(batch, progress))
    if feed_batch.answer_of(batch):
        return feeds.dry_run(feed_batch.table_of(batch), progress)
    return {**chunking.run(book_of(batch), plan_of(batch), progress), "mended": corrections.corrections_of(batch).count}


@jobs.job("workbook.apply")
def apply_batch(progress: Progress, *, batch: int, skip_errors: bool = False) -> dict[str, Any]:
    progress(0.02, bilingual("正在打开文件", "Opening the file"))
    row = batches.get_own(batch)
    if kind_of(row):
        can_import(kind_of(row))
        _check_not_undone(row)
    if statement_batch.is_dry_run(row):
        result = statement_batch.run(row, statement_of(row, progress))
    elif has_prices(row):
        result = pricing.run(prices_of(row, progress), row.pk, row.sha256, skip_errors)
    elif feed_batch.answer_of(row):
        result = feeds.run(feed_batch.table_of(row), row.pk, skip_errors, progress)
    else:
        result = _apply(batch, skip_errors, progress)
    return {**_summary(result, batch), "imported": result["imported"]}


def _summary(result: dict[str, Any], batch: int) -> dict[str, Any]:
    names = ("created", "updated", "unchanged", "skipped", "errors")
    return {**{name: result[name] for name in names}, "batch": batch}
