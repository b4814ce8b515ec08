"""A run of a connection: fetch, import, conclude. One at a time; an interrupted run is resumed."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from dakehu.exchange.connectors import fetching, importing
from dakehu.exchange.connectors.kinds import KINDS
from dakehu.exchange.connectors.models import Connection, Preference, Run, RunState, SourceTable
from dakehu.exchange.connectors.source import CrmSource, source_refusal
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.actions.registry import act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

RESUMED_FOR = timedelta(hours=20)  # a page token is valid for a day
TOTALS = ("created", "updated", "unchanged", "skipped", "aside", "kept")
RUN = Parameter("run", "connections.Run", spec=FieldSpec("运行记录", "Run"))
Progress = Callable[..., None]


def open_source(connection: Connection) -> CrmSource:
    """Open the system of a connection with its secrets."""
    return KINDS[str(connection.kind)].open(fetching.open_account(connection))


def pull(connection: Connection, progress: Progress = no_progress) -> dict[str, Any]:
    """Run a connection and return its report: {created, updated, …, tables, run, batch, state}.

    Raises Refused while it is switched off or already running, and if the other system refuses; data fetched
    until then is kept, and the next run continues from there.
    """
    check_may_run(connection)
    with _exclusive_run(connection):
        run = _begin(connection)
        try:
            if run.batch_ref is None:
                with closing(open_source(connection)) as source:
                    fetching.fetch(run, source, progress)
                progress(0.62, bilingual("正在与系统比对", "Comparing with the desk"))
                _open_batch(run)
            if run.batch_ref is None:
                finish_run(run=run)
            else:
                _apply(run, progress)
        except Refused as refusal:
            _fail(run, refusal)
            raise
        return report_of(record_outcome(run))


def check_may_run(connection: Connection) -> None:
    """Raise NotAllowed where the actor may not run connections, Refused if it is switched off."""
    for needed in (Permission.CONNECTION_RUN, Permission.IMPORT):
        if not current_actor().may(needed):
            raise NotAllowed(bilingual("运行外部连接", "run a connection"), needed)
    if not connection.is_on:
        raise source_refusal(
            bilingual(
                "“{name}”没有启用。请管理员核对后启用。",
                "“{name}” is switched off. An administrator checks it and switches it on.",
                name=connection.name,
            )
        )


def lock_of(connection: Connection) -> ProcessLock:
    """Return the lock that a run of a connection holds."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / f"connection-{connection.pk}.lock")


@contextmanager
def _exclusive_run(connection: Connection) -> Iterator[None]:
    """Lock a connection; the lock ends with the process in any case. Raises Refused while another process holds it."""
    lock = lock_of(connection)
    if not lock.take():
        raise source_refusal(
            bilingual(
                "“{name}”正在运行，请等它结束。",
                "“{name}” is running already; wait until it ends.",
                name=connection.name,
            )
        )
    try:
        yield
    finally:
        lock.release()


def _begin(connection: Connection) -> Run:
    """Return the interrupted run if it can be resumed, else a new one."""
    last = Run.objects.filter(connection=connection).order_by("-pk").first()
    if last is not None and str(last.state) != RunState.DONE:
        _finish_previous_run(last)
    with act("connections.run"):
        if last is not None and _can_resume(last):
            run = last
            run.state, run.failure, run.ended_at = RunState.FETCHING.value, {}, None
            run.owner_ref = current_actor().user_id
        else:
            run = Run(connection=connection, started_at=clock.now(), owner_ref=current_actor().user_id)
        run.save()
        add_audit_note(connection=connection.name, run=run.pk)
    return run


def _finish_previous_run(run: Run) -> None:
    """End a run that has since been imported or is superseded. Raises Refused while it waits for a person."""
    if _batch_state(run) in (BatchState.APPLIED, BatchState.UNDONE):
        record_outcome(run)
        return
    if str(run.state) == RunState.DECISION and str(run.connection.prefer) == Preference.ASK:
        raise source_refusal(
            bilingual(
                "上一次运行有两边都改过的内容等待决定，请先在“导入”中处理批次 {n}，或改为自动取舍。",
                "The run before waits for decisions on cells that both sides changed: settle batch {n} under “Import”, or choose whose value counts.",
                n=run.batch_ref,
            )
        )
    if str(run.state) != RunState.FAILED and not _can_resume(run):
        _fail(run, source_refusal(bilingual("由下一次运行取代。", "The next run takes its place.")))


def _can_resume(run: Run) -> bool:
    """Return whether a run that was interrupted can be resumed.

    It is recent, its data starts at the desk's current state (no import was undone in between), and its batch, if
    any, is the actor's and still open.
    """
    if str(run.state) not in (RunState.FETCHING, RunState.FETCHED, RunState.FAILED):
        return False
    if clock.now() - run.started_at >= RESUMED_FOR:
        return False
    cursors = dict(SourceTable.objects.filter(connection=run.connection).values_list("name", "cursor"))
    if any(state["since"] != cursors.get(name, "") for name, state in run.fetched.items()):
        return False
    if run.batch_ref is None:
        return True
    return run.owner_ref == current_actor().user_id and _batch_state(run) not in (BatchState.UNDONE, BatchState.REFUSED)


def _batch_state(run: Run) -> str:
    """Return the state of the batch of a run, "" without one."""
    batch = Batch.objects.filter(pk=run.batch_ref).first() if run.batch_ref else None
    return str(batch.state) if batch is not None else ""


def _open_batch(run: Run) -> None:
    """Open the batch of a run, if it has rows to import."""
    with act("connections.run"):
        batch = importing.open_batch(run)
        run.batch_ref = batch.pk if batch is not None else None
        run.save()


def _apply(run: Run, progress: Progress) -> None:
    """Import the batch of a run: rows at fault are set aside with their reasons, the others are written."""
    imports.apply_batch(_second_half(progress), batch=run.batch_ref, skip_errors=True)


def _second_half(progress: Progress) -> Progress:
    """Return a progress callback for the second half of a run."""
    return lambda share, words="": progress(0.65 + 0.3 * share, words)


@action(
    "connections.finish_run",
    needs=Permission.CONNECTION_RUN,
    zh="保存取到的表",
    en="Keep the tables of a run",
    parameters=(RUN,),
)
def finish_run(*, run: Run) -> Run:
    """Store fetched rows of tables that the desk does not support yet; not for a run with rows to import."""
    if run.batch_ref is not None or str(run.state) not in (RunState.FETCHED, RunState.FETCHING) or not run.fetched:
        raise NotFound(bilingual("待保存的运行", "run to keep"), run.pk)
    outcomes = {name: importing.outcome_of(run, name) for name in run.fetched}
    for name, outcome in outcomes.items():
        if _has_news(run, name):
            importing.store_table(run, name, outcome, set(), set())
        else:
            stored = SourceTable.objects.filter(connection=run.connection, name=name).first()
            outcome["unchanged" if outcome["part"] else "kept"] = (
                outcome["seen"] if outcome["part"] else stored.rows if stored else 0
            )
    add_audit_note(
        connection=run.connection.name, run=run.pk, tables={n: o["kept"] for n, o in outcomes.items() if o["kept"]}
    )
    run.tables = outcomes
    return run


def _has_news(run: Run, name: str) -> bool:
    """Return whether a table of a run has rows, deletions or columns that are not stored yet."""
    stored = SourceTable.objects.filter(connection=run.connection, name=name).first()
    if stored is None:
        return bool(run.fetched[name]["pages"])
    return importing.has_news(run, name, stored)


def record_outcome(run: Run) -> Run:
    """Record the result of a run: done, or waiting for a decision."""
    outcomes, state = run.tables, RunState.DONE
    if run.batch_ref:
        with elevated("what became of a run"):
            batch = Batch.objects.get(pk=run.batch_ref)
            outcomes = batches.report_of(batch).get("connection", {})
        state = RunState.DONE if str(batch.state) in (BatchState.APPLIED, BatchState.UNDONE) else RunState.DECISION
    with act("connections.conclude"):
        run.tables = outcomes or {name: importing.outcome_of(run, name) for name in run.fetched}
        run.state, run.failure = state.value, {}
        run.ended_at = clock.now() if state == RunState.DONE else None
        run.save()
        if state == RunState.DONE:
            for key in (page["key"] for table in run.fetched.values() for page in table["pages"]):
                files.expire(key, 0)
        add_audit_note(connection=run.connection.name, run=run.pk, **totals_of(run))
    return run


def _fail(run: Run, refusal: Refused) -> None:
    """Record why a run stopped; its fetched data remains."""
    texts = [text for found in refusal.messages.values() for text in found]
    with act("connections.conclude"):
        run.state, run.ended_at = RunState.FAILED.value, clock.now()
        run.failure = importing.failure_texts(texts[0]) if texts else {}
        run.save()


def totals_of(run: Run) -> dict[str, int]:
    """Return the counts of a run over all tables."""
    return {name: sum(table.get(name, 0) for table in run.tables.values()) for name in TOTALS}


def report_of(run: Run) -> dict[str, Any]:
    """Return the result of a run, as shown by pages and the command line."""
    return {
        **totals_of(run),
        "connection": run.connection.name,
        "run": run.pk,
        "batch": run.batch_ref,
        "state": str(run.state),
        "tables": run.tables,
        "notes": [{"zh": zh, "en": en} for zh, en in run.notes],
    }
