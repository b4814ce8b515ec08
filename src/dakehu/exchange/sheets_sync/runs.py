"""A run of a linked sheet: resume interrupted work, import edits, write the desk's values, conclude.

It acts as the owner of the link, so that the sheet contains what its owner sees and every import is the owner's. One
run at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.team import queries as team
from dakehu.exchange.connectors.importing import failure_texts
from dakehu.exchange.connectors.models import Preference
from dakehu.exchange.connectors.source import source_refusal
from dakehu.exchange.imports import service as imports
from dakehu.exchange.sheets_sync import acknowledging
from dakehu.exchange.sheets_sync.exchanging import Exchange
from dakehu.exchange.sheets_sync.google import GoogleSheets
from dakehu.exchange.sheets_sync.models import GOOGLE, LinkedSheet, SheetRun, SheetRunState
from dakehu.exchange.sheets_sync.service_key import open_key
from dakehu.foundation.access.actor import acting_as, actor_of, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note

Progress = Callable[..., None]
NEEDED = ("SHEET_RUN", "IMPORT", "EXPORT")


def synchronise(link: LinkedSheet, progress: Progress = no_progress, address: str = "") -> dict[str, Any]:
    """Run a linked sheet and return its report (`report_of`). `address` replaces the link's address for this run.

    Raises Refused while it is switched off, already running, or awaiting a decision, and if Google refuses; the next
    run then continues from where this one stopped.
    """
    check_may_run(link)
    asking = current_actor()
    owner = replace(actor_of(link.owner_id, asking.reason or f"sheet {link.name}"), door=asking.door)
    with acting_as(owner), _exclusive_run(link):
        check_rights(link)
        permits.check_all_clients(ExportWay.SHEETS)
        _finish_open_imports(link, progress)
        run = _begin(link)
        try:
            with closing(GoogleSheets(address or link.address or GOOGLE, link.spreadsheet, open_key(link))) as google:
                state = _run(run, google, progress)
        except Refused as refusal:
            _end(run, SheetRunState.FAILED, refusal)
            raise
        return report_of(_end(run, state))


def check_may_run(link: LinkedSheet) -> None:
    """Raise NotAllowed unless the actor is the owner or the system, Refused if the link is switched off."""
    actor = current_actor()
    if not actor.is_system and actor.user_id != link.owner_id:
        raise NotAllowed(bilingual("同步别人的在线表格", "synchronise somebody else's sheet"), Permission.SHEET_RUN)
    if not link.is_on:
        raise source_refusal(
            bilingual(
                "“{name}”没有启用。请管理员核对后启用。",
                "“{name}” is switched off. An administrator checks it and switches it on.",
                name=link.name,
            )
        )
    if team.get_user(link.owner_id) is None:
        raise source_refusal(
            bilingual(
                "“{name}”的归属人员已停用，不再同步。请管理员改换归属人员或停用。",
                "The owner of “{name}” is inactive; it is synchronised no longer. An administrator names another owner or switches it off.",
                name=link.name,
            )
        )


def check_rights(link: LinkedSheet) -> None:
    """Raise NotAllowed if the owner, the actor, may no longer import, export or run sheets."""
    for name in NEEDED:
        needed = getattr(Permission, name)
        if not current_actor().may(needed):
            raise NotAllowed(bilingual("同步在线表格", "synchronise a sheet"), needed)


def lock_of(link: LinkedSheet) -> ProcessLock:
    """Return the lock that a run of a link holds."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / f"sheet-{link.pk}.lock")


@contextmanager
def _exclusive_run(link: LinkedSheet) -> Iterator[None]:
    """Lock a link; the lock ends with the process. Raises Refused while another process holds it."""
    lock = lock_of(link)
    if not lock.take():
        raise source_refusal(
            bilingual(
                "“{name}”正在同步，请等它结束。",
                "“{name}” is being synchronised already; wait until it ends.",
                name=link.name,
            )
        )
    try:
        yield
    finally:
        lock.release()


def _finish_open_imports(link: LinkedSheet, progress: Progress) -> None:
    """Finish imports that were interrupted or waited for a person, and record their results."""
    for run in SheetRun.objects.filter(link=link, is_acknowledged=False).order_by("pk"):
        batch = Batch.objects.get(pk=run.batch_ref)
        if str(batch.state) not in (BatchState.APPLIED, BatchState.UNDONE):
            if str(link.prefer) == Preference.ASK and str(run.state) == SheetRunState.DECISION:
                raise source_refusal(
                    bilingual(
                        "上一次同步有两边都改过的内容等待决定，请先在“导入”中处理批次 {n}，或改为自动取舍。",
                        "The run before waits for decisions on cells that both sides changed: settle batch {n} under “Import”, or choose whose value counts.",
                        n=run.batch_ref,
                    )
                )
            if not _import(run, progress):
                raise source_refusal(
                    bilingual(
                        "批次 {n} 仍有两边都改过的内容等待决定，请先在“导入”中处理。",
                        "Batch {n} still waits for decisions; settle it under “Import”.",
                        n=run.batch_ref,
                    )
                )
        acknowledging.acknowledge(run)
        if str(run.state) != SheetRunState.DONE:
            _end(run, SheetRunState.DONE)
    for run in SheetRun.objects.filter(link=link, state=SheetRunState.RUNNING.value):
        _end(
            run,
            SheetRunState.FAILED,
            source_refusal(bilingual("中断，由下一次运行继续。", "Broken off; the next run went on.")),
        )


def _begin(link: LinkedSheet) -> SheetRun:
    with act("sheets.run"):
        run = SheetRun(link=link, started_at=clock.now())
        run.save()
        add_audit_note(sheet=link.name, run=run.pk)
    return run


def _run(run: SheetRun, google: GoogleSheets, progress: Progress) -> SheetRunState:
    """Exchange both sides; return the final state of the run."""
    exchange = Exchange(run, google)
    progress(0.1, bilingual("正在读取表格", "Reading the sheet"))
    exchange.read()
    progress(0.3, bilingual("正在与系统比对", "Comparing with the desk"))
    if exchange.open_batch():
        is_imported = _import(run, lambda share, words="": progress(0.3 + 0.4 * share, words))
        exchange.note_import()
        if not is_imported:
            return SheetRunState.DECISION
        acknowledging.acknowledge(run)
        exchange.read()
    progress(0.8, bilingual("正在写入表格", "Writing the sheet"))
    exchange.write()
    return SheetRunState.DONE


def _import(run: SheetRun, progress: Progress) -> bool:
    """Import the batch of a run: rows at fault are set aside with reasons. Return False if a person must decide."""
    prefer = "" if str(run.link.prefer) == Preference.ASK else str(run.link.prefer)
    batch = Batch.objects.get(pk=run.batch_ref)
    if batch.plan.get("prefer") != prefer:
        with act("sheets.run"):
            batch.plan = {**batch.plan, "prefer": prefer}
            batch.save()
    return bool(imports.apply_batch(progress, batch=run.batch_ref, skip_errors=True)["imported"])


def _end(run: SheetRun, state: SheetRunState, refusal: Refused | None = None) -> SheetRun:
    """Record how a run ended."""
    with act("sheets.conclude"):
        run.state = state.value
        run.ended_at = None if state == SheetRunState.DECISION else clock.now()
        texts = [text for found in refusal.messages.values() for text in found] if refusal else []
        run.failure = failure_texts(texts[0]) if texts else {}
        run.save()
        add_audit_note(sheet=run.link.name, run=run.pk, **totals_of(run))
    return run


def totals_of(run: SheetRun) -> dict[str, int]:
    """Return {pulled: rows imported by the desk, pushed: rows written into the sheet, both: cells both changed,
    aside: rows set aside, …}."""
    counted = ("created", "updated", "deleted", "unchanged", "skipped", "aside", "pushed", "both", "left")
    totals = {name: sum(table.get(name, 0) for table in run.tables.values()) for name in counted}
    return {"pulled": totals["created"] + totals["updated"] + totals["deleted"], **totals}


def report_of(run: SheetRun) -> dict[str, Any]:
    """Return the result of a run, as shown by pages and the command line."""
    return {
        **totals_of(run),
        "sheet": run.link.name,
        "run": run.pk,
        "batch": run.batch_ref,
        "state": str(run.state),
        "tables": run.tables,
        "notes": [{"zh": zh, "en": en} for zh, en in run.notes],
    }
