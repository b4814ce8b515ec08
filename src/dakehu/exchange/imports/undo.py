"""Undo an import or an act: every row it created is removed, every row it changed or deleted gets its earlier values
back. Undoing an undo redoes the act."""

from collections.abc import Iterator
from typing import Any

from dakehu.domains.ledger.feeds.access import permission_of
from dakehu.domains.ledger.feeds.declarations import feed_of
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import reversal, undo, undo_entries
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import ACTIONS, act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import undo_summary
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import Progress, no_progress
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

BATCH = Parameter(
    "batch", kind="integer", spec=FieldSpec("操作编号", "Number", aliases=("批次", "导入批次", "Batch", "Import batch"))
)
SHOWN = 200
PAGE = 50
KIND = "workbook.undo"  # the job
AT_ONCE = 2_000  # rows; undoing more runs in the background


@action("workbook.undo", needs="", zh="撤销操作", en="Undo", parameters=(BATCH,), offers_undo=False)
def undo_batch(*, batch: int) -> dict[str, Any]:
    """Undo an act or a whole import with its side effects, all or nothing, as the person who did it.

    Requires the permission for the act. Returns {undone, batch, removed, restored}: numbers of rows. Refused, with
    the reason, if later changes depend on it. Undoing the undo of an act redoes the act.
    """
    return _revert(batch, no_progress, again=True)


def begin(number: int) -> bool:
    """Start undoing a large batch in the background, as the person who did it; False if it is small enough to be undone
    synchronously (or cannot be undone at all, which `undo_batch` reports)."""
    row = undo_entries.get_entry(number)
    can_undo(row)
    is_standing = row.state == BatchState.APPLIED and undo_entries.has_log(row)
    if not is_standing or undo_entries.log_of(row).count() <= AT_ONCE:
        return False
    with act("workbook.start_undo"):
        row = undo_entries.get_entry(number, lock=True)
        job = jobs.get_job(row.job_ref, current_actor().user_id) if row.job_ref else None
        if job is None or job["ended"]:
            row.job_ref = jobs.start(KIND, batch=number)
            row.save()
    return True


def undo_refusal(batch: Any) -> list[str]:
    """Return why undoing an import in the background failed, as texts; [] if it did not fail or was not tried."""
    job = jobs.get_job(batch.job_ref, current_actor().user_id) if batch.job_ref else None
    if batch.state != BatchState.APPLIED or job is None or job["kind"] != KIND:
        return []
    return _find_refusal(job)


def _refusal_text(job: dict[str, Any] | None) -> dict[str, Any]:
    """Return {running, why_not} of undoing a batch in the background."""
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
    """Run `undo_batch` with progress. Repeating it after a worker died gives the same result."""
    if undo_entries.get_entry(batch).state == BatchState.UNDONE:
        return {"undone": True, "batch": batch, "again": True}
    with act("workbook.undo"):
        return _revert(batch, progress)


def _revert(batch: int, progress: reversal.Report, *, again: bool = False) -> dict[str, Any]:
    """Undo an entry. With `again` the undo can itself be undone, if the log keeps the written values."""
    row = undo_entries.get_entry(batch, lock=True)
    can_undo(row)
    _check_standing(row)
    log, followers = undo_entries.log_with_followers(row)
    record = current_act()
    is_redo = row.act == undo_entries.UNDO
    if again and log.keeps_after and not is_redo:
        record.undo_log = undo.UndoLog(keeps_after=True, cause=batch)
    made = reversal.revert(log, progress)
    for one in (row, *followers):
        one.state = BatchState.UNDONE.value
        one.save()
    record.client_id = record.client_id or row.client_ref
    add_audit_note(what=row.act or "workbook.import", about=row.filename, batch=batch, **made)
    return {"undone": True, "batch": batch, **made}


def _check_standing(row: Any) -> None:
    """Raise Refused if there is nothing to undo, or the data for it is gone."""
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
    if not undo_entries.has_log(row):
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


def can_undo(batch: Any) -> None:
    """Raise NotAllowed if the actor may no longer do what is to be undone."""
    if not current_actor().may(_needs(batch)):
        raise NotAllowed(bilingual("撤销操作", "Undo"), _needs(batch))


def _needs(row: Any) -> str:
    """Return the permission that an act and its undo require; for an undo, that of the act it undid."""
    if row.act == undo_entries.UNDO and row.cause_ref:
        row = undo_entries.get_entry(row.cause_ref)
    if row.report.get("feed"):
        return str(permission_of(feed_of(row.report["feed"]["feed"])))
    done = ACTIONS.get(current_name(Kind.ACTION, row.act))
    return str(done.needs if done is not None else Permission.IMPORT)


@query(
    "workbook.undoable",
    needs="",
    zh="撤销操作",
    en="Undo",
    parameters=(
        Parameter("everybody", kind="bool", required=False, spec=FieldSpec("包括他人的操作", "Of others too")),
        Parameter("before", kind="integer", required=False, spec=FieldSpec("编号之前", "Before number")),
        Parameter("limit", kind="integer", required=False, spec=FieldSpec("条数", "Rows")),
    ),
)
def undoable(
    *, everybody: bool | None = None, before: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Return the actor's acts and imports of the last 90 days not undone, newest first, at most 200; with `everybody`
    those of the people whose acts the actor may see. `before` continues after an entry.

    [{batch, what, about, at, who, clients: number of clients, client: the id of a single one, changes: [{record, kind
    ("created" | "changed" | "deleted"), fields: [{label, was, becomes}]}], more: number of changes omitted, mine, may,
    running, why_not}].
    `what` is the act in the reader's language, `about` the clients' names as far as visible to the reader, `at` an ISO
    time; values are masked by the reader's clearance. `may`: the reader may undo it; `running`: it is being
    undone; `why_not`: why that failed.
    """
    rows = [row for row in _entries(everybody, before, limit) if row.state == BatchState.APPLIED]
    return [_entry(row, text, undos) for row, text, undos in _describe_entries(rows)]


def history(*, everybody: bool = False, before: int | None = None, limit: int = PAGE) -> list[dict[str, Any]]:
    """Return the entries of `undoable` for a page, including undone ones: `undone` marks them, `redo` is the number
    for redoing it, None if impossible, `counts` the rows of an import."""
    rows = _entries(everybody, before, limit)
    gone = [row.pk for row in rows if row.state == BatchState.UNDONE]
    redo = {undone_by.cause_ref: undone_by.pk for undone_by in undo_entries.entries_that_followed(gone, undos=True)}
    return [
        {
            **_entry(row, text, undos),
            "undone": row.state == BatchState.UNDONE,
            "redo": redo.get(row.pk),
            "counts": row.report.get("counts"),
        }
        for row, text, undos in _describe_entries(rows)
    ]


def may_see_others() -> bool:
    """Return whether the reader may see the acts of others: of a team, or of all users."""
    return visible_owner_ids() != (current_actor().user_id,)


def visible_owner_ids() -> tuple[int, ...] | None:
    """Return the users whose acts the reader may see, None for all."""
    actor = current_actor()
    if actor.is_system or actor.may(Permission.AUDIT_READ):
        return None if actor.reach is not Reach.COVERED else actor.covers
    return (actor.user_id,) if actor.user_id is not None else ()


def _entries(everybody: bool | None, before: int | None, limit: int | None) -> list[Any]:
    actor = current_actor()
    own = None if actor.is_system else (actor.user_id or 0,)
    rows = undo_entries.recent_entries(visible_owner_ids() if everybody else own)
    if before:
        rows = rows.filter(pk__lt=before)
    return [row for row in rows[: min(limit or SHOWN, SHOWN)] if undo_entries.has_log(row)]


def _describe_entries(rows: list[Any]) -> Iterator[tuple[Any, undo_summary.Summary, dict[int, Any]]]:
    undos = {job["id"]: job for job in jobs.recent(KIND, current_actor().user_id, most=SHOWN)}
    return ((row, text, undos) for row, text in zip(rows, undo_summary.summarize(rows), strict=True))


def _entry(row: Any, text: undo_summary.Summary, undos: dict[int, Any]) -> dict[str, Any]:
    mine = row.owner_ref == current_actor().user_id
    return {
        "batch": row.pk,
        "what": str(describe_batch(row)),
        "about": text.about,
        "at": clock.local(row.applied_at).isoformat(timespec="minutes"),
        "who": text.who,
        "clients": text.clients,
        "client": text.client,
        "changes": text.changes,
        "more": text.more,
        "mine": mine,
        "may": text.is_visible and undo_entries.may_take_back(row) and current_actor().may(_needs(row)),
        **_refusal_text(undos.get(row.job_ref)),
    }


def describe_batch(batch: Any) -> Bilingual:
    return act_label(batch.act) if batch.act else bilingual("导入表格", "Import a workbook")
