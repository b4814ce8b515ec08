"""Undoing an import, a bulk edit, a hand-over or a merge: every row it made is removed, every row it changed or deleted
gets its earlier values back."""

from datetime import timedelta
from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import ACTIONS, act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates.registry import query
from dakehu.foundation.imports import batches
from dakehu.foundation.imports.models import BatchState
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import Progress, no_progress
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.names import name_of_table
from dakehu.foundation.schema.parameters import Parameter

BATCH = Parameter("batch", kind="integer", spec=FieldSpec("批次", "Batch", aliases=("导入批次", "Import batch")))
SHOWN = 200
KIND = "workbook.undo"  # the job
AT_ONCE = 2_000  # rows; to take back more, nobody should wait before an open page


@action("workbook.undo", needs="", zh="撤销操作", en="Undo", parameters=(BATCH,))
def undo_batch(*, batch: int) -> dict[str, Any]:
    """Take back a whole import, bulk edit, hand-over or merge with its side effects, all or nothing, as whoever did it.
    Needs the right to do it. Returns {undone, batch, removed, restored}: numbers of rows. Refused, saying on what, once
    anything later depends on it."""
    return _revert(batch, no_progress)


def begin(number: int) -> bool:
    """Start to take a large batch back in the background, as whoever did it; False where it is small enough to be taken
    back while somebody waits (or cannot be taken back at all, which `undo_batch` says)."""
    row = batches.get_own(number, any_act=True)
    can_undo(row)
    if row.state != BatchState.APPLIED or not row.report.get("undo") or undo.rows_of(row.report["undo"]) <= AT_ONCE:
        return False
    with act("workbook.start_undo"):
        row = batches.get_own(number, lock=True, any_act=True)
        job = jobs.get_job(row.job_ref, current_actor().user_id) if row.job_ref else None
        if job is None or job["ended"]:
            row.job_ref = jobs.start(KIND, batch=number)
            row.save()
    return True


def undo_refusal(batch: Any) -> list[str]:
    """Why taking an import back in the background came to nothing, in words; [] where it did not, or nobody tried."""
    job = jobs.get_job(batch.job_ref, current_actor().user_id) if batch.job_ref else None
    if batch.state != BatchState.APPLIED or job is None or job["kind"] != KIND:
        return []
    return _find_refusal(job)


def _refusal_text(job: dict[str, Any] | None) -> dict[str, Any]:
    """How far taking a batch back in the background has come."""
    return {"running": job is not None and not job["ended"], "why_not": _find_refusal(job) if job is not None else []}


def _find_refusal(job: dict[str, Any]) -> list[str]:
    if not job["ended"] or job["state"] == "done":
        return []
    if job["state"] == "cancelled":
        return [str(bilingual("已取消，没有撤销任何内容。", "Cancelled; nothing was taken back."))]
    refused = job["result"].get("refused", {}) if isinstance(job["result"], dict) else {}
    return [text for texts in refused.values() for text in texts] or [
        str(
            bilingual(
                "后台出错，没有撤销任何内容。请再试一次；仍不行请把任务号 {n} 告诉管理员。",
                "The background run failed and nothing was taken back. Try again; if it keeps failing, tell your administrator job {n}.",
                n=job["id"],
            )
        )
    ]


@jobs.job(KIND)
def undo_in_background(progress: Progress, *, batch: int) -> dict[str, Any]:
    """`undo_batch` with somebody watching. Done again after a worker died it is the same."""
    if batches.get_own(batch, any_act=True).state == BatchState.UNDONE:
        return {"undone": True, "batch": batch, "again": True}
    with act("workbook.undo"):
        return _revert(batch, progress)


def _revert(batch: int, progress: undo.Report) -> dict[str, Any]:
    row = batches.get_own(batch, lock=True, any_act=True)
    can_undo(row)
    if row.state == BatchState.UNDONE:
        raise Refused({"batch": [bilingual("这次操作已经撤销过了。", "This has been undone already.")]})
    if row.state != BatchState.APPLIED:
        raise Refused(
            {
                "batch": [
                    bilingual(
                        "这个文件还没有导入，没有可以撤销的内容。",
                        "This file has not been imported, so there is nothing to undo.",
                    )
                ]
            }
        )
    if not row.report.get("undo"):
        raise Refused(
            {
                "batch": [
                    bilingual(
                        "这次导入早于撤销功能，没有保存撤销所需的资料。",
                        "This import is older than undo: what it would need was not kept.",
                    )
                ]
            }
        )
    made = undo.revert(row.report["undo"], name_of_table, progress)
    row.state = BatchState.UNDONE.value
    row.save()
    add_audit_note(what=row.act or "workbook.import", about=row.filename, batch=batch, **made)
    return {"undone": True, "batch": batch, **made}


def can_undo(batch: Any) -> None:
    """Raises NotAllowed for whoever may no longer do what is to be undone."""
    done = ACTIONS.get(current_name(Kind.ACTION, batch.act))
    needs = done.needs if done is not None else Permission.IMPORT
    if not current_actor().may(needs):
        raise NotAllowed(bilingual("撤销操作", "Undo"), needs)


@query("workbook.undoable", needs="", zh="撤销操作", en="Actions that can be undone")
def undoable() -> list[dict[str, Any]]:
    """One's own imports, bulk edits, hand-overs and merges of the last 90 days that stand and may be undone, newest
    first, at most 200: [{batch, what, about, at, running, why_not}]. `what` is the verb in the reader's language, `at` an ISO
    time; `running` says that it is being taken back, `why_not` why that came to nothing."""
    since = clock.now() - timedelta(days=undo.DAYS)
    undos = {job["id"]: job for job in jobs.recent(KIND, current_actor().user_id, most=SHOWN)}
    rows = batches.own_batches(any_act=True).filter(state=BatchState.APPLIED.value, applied_at__gte=since)
    return [
        {
            "batch": row.pk,
            "what": str(describe_batch(row)),
            "about": row.filename,
            "at": clock.local(row.applied_at).isoformat(timespec="minutes"),
            **_refusal_text(undos.get(row.job_ref)),
        }
        for row in rows[:SHOWN]
        if row.report.get("undo")
    ]


def describe_batch(batch: Any) -> Bilingual:
    done = ACTIONS.get(current_name(Kind.ACTION, batch.act))
    return done.label if done is not None else bilingual("导入表格", "Import a workbook")
