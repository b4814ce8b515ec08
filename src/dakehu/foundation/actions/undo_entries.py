"""Entries of undoable acts, one row each, with the log of their writes.

A log of usual size is stored encrypted in the row itself, so that an everyday act costs one statement; a large one is
a file. Numbers are shared with imports: `dakehu undo NUMBER` undoes either.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.jobs.cause import current_cause
from dakehu.foundation.records.recorded import ActionRecord, current_act

UNDO = "workbook.undo"  # the action that undoes
INLINE = 60_000  # characters of a log stored in the row
NAMED = 3  # clients stored by id, so that a list can name them


@dataclass(frozen=True)
class Offer:
    """The number and name that an interface needs to offer undo of the last act. `is_undo`: that act was an undo, so
    that undoing it is a redo."""

    number: int
    action: str
    is_undo: bool


_last: ContextVar[Offer | None] = ContextVar("dakehu_last_undo", default=None)
_is_off: ContextVar[bool] = ContextVar("dakehu_undo_off", default=False)


def forget_last() -> None:
    """Forget the last act, at the start of a request."""
    _last.set(None)


def last_offer() -> Offer | None:
    """Return the last undoable act in this context, or None."""
    return _last.get()


def set_last(offer: Offer | None) -> None:
    _last.set(offer)


@contextmanager
def without_undo() -> Iterator[None]:
    """Record nothing for undo inside the block: for example data written by a program."""
    token = _is_off.set(True)
    try:
        yield
    finally:
        _is_off.reset(token)


@contextmanager
def recording_as(act: ActionRecord, is_recorded: bool) -> Iterator[None]:
    """Record the writes inside the block for the undo of `act`, or omit them."""
    log = act.undo_log
    if not is_recorded:
        act.undo_log = None
    try:
        yield
    finally:
        act.undo_log = log


def open_log(offers_undo: bool) -> undo.UndoLog | None:
    """Return the log of an action about to run, None if it records none. An action resulting from an act records one
    even where it offers no undo itself."""
    cause = current_cause()
    if _is_off.get() or not (offers_undo or cause):
        return None
    return undo.UndoLog(keeps_after=True, cause=cause)


def entry_number(about: Bilingual | str) -> int | None:
    """Return the number by which the open act can be undone, None if it records nothing. `about` is the subject of the
    act, without names of clients."""
    act = current_act()
    if act.undo_log is None:
        return None
    if act.undo_entry is None:
        act.undo_entry = _new_entry(act, str(about))
        _insert(act.undo_entry)
    return int(act.undo_entry.pk)


def store_entry(act: ActionRecord) -> Offer | None:
    """Store the log of a finishing action, in its transaction; returns the undo to offer, None without one."""
    log, act.undo_log = act.undo_log, None
    if log is None or (log.is_empty() and act.undo_entry is None):
        return None
    row = act.undo_entry or _new_entry(act, "")
    row.cause_ref = log.cause
    clients = sorted(_clients_of(act))
    row.client_ref = act.client_id or (clients[0] if len(clients) == 1 else None)
    row.report = {"clients": len(clients), "named": clients[:NAMED]}
    text = log.as_json()
    if len(text) > INLINE:
        row.report["undo"] = log.store()
    else:
        row.undo_log = text
    if act.undo_entry is None:
        _insert(row)
    else:
        kept = {name: getattr(row, name) for name in ("cause_ref", "client_ref", "report", "undo_log")}
        models.QuerySet(Batch).filter(pk=row.pk).update(**kept)
    act.undo_entry = row
    return None if log.cause and act.name != UNDO else Offer(int(row.pk), act.name, act.name == UNDO)


def _new_entry(act: ActionRecord, about: str) -> Batch:
    return Batch(
        act=act.name,
        filename=about[:200],
        owner_ref=current_actor().user_id,
        state=BatchState.APPLIED.value,
        applied_at=clock.now(),
    )


def _insert(row: Batch) -> None:
    """Insert an entry. The audit entry of the act records what was done, so this row is not audited as a change."""
    models.Model.save(row, force_insert=True)


def _clients_of(act: ActionRecord) -> set[int]:
    found = {change.client_id for change in act.changes if change.client_id is not None}
    for change in act.changes:
        if change.kind == "many":
            found |= set(IdRanges.of(change.after.get("clients", ())))
    return found


# --- finding them again -----------------------------------------------------------------------------


def get_entry(number: int, *, lock: bool = False) -> Batch:
    """Return an import or act of one's own (the system: any). Raises NotFound for any other. `lock` locks it until the
    act ends."""
    rows = Batch.objects.all()
    if lock and connection.features.has_select_for_update:
        rows = rows.select_for_update()
    row: Batch | None = rows.filter(pk=number).first()
    if row is None or not may_take_back(row):
        raise NotFound(bilingual("操作", "act"), number)
    return row


def may_take_back(row: Batch) -> bool:
    """Return whether the actor performed it (the system: any)."""
    actor = current_actor()
    return actor.is_system or row.owner_ref == actor.user_id


def recent_entries(owners: tuple[int, ...] | None) -> Any:
    """Return the entries of the last 90 days that users may undo, newest first: imports and acts by these users (None:
    by any), except undos and acts that only resulted from others."""
    since = clock.now() - timedelta(days=undo.DAYS)
    states = (BatchState.APPLIED.value, BatchState.UNDONE.value)
    rows = Batch.objects.filter(state__in=states, applied_at__gte=since, cause_ref=None).exclude(act=UNDO)
    return (rows if owners is None else rows.filter(owner_ref__in=owners)).order_by("-pk")


def entries_that_followed(numbers: list[int], *, undos: bool) -> list[Batch]:
    """Return the entries in effect caused by these, newest first: resulting acts, or with `undos` their undos."""
    rows = Batch.objects.filter(cause_ref__in=numbers, state=BatchState.APPLIED.value).order_by("-pk")
    return list(rows.filter(act=UNDO) if undos else rows.exclude(act=UNDO))


def has_log(row: Batch) -> bool:
    return bool(row.undo_log or row.report.get("undo"))


def log_of(row: Batch) -> undo.UndoLog:
    """Return the log of an entry. Raises Refused where it has expired."""
    if row.undo_log:
        return undo.parse(row.undo_log._plain())
    return undo.load(str(row.report.get("undo", "")))


def log_with_followers(row: Batch) -> tuple[undo.UndoLog, list[Batch]]:
    """Return the log of an entry combined with those of resulting entries, and these entries."""
    log, followers = log_of(row), entries_that_followed([row.pk], undos=False) if row.act else []
    for follower in reversed(followers):
        log.add_later(log_of(follower))
    return log, followers


def delete_expired() -> int:
    """Remove entries whose log is in the row and has expired; returns how many. The audit keeps the record."""
    since = clock.now() - timedelta(days=undo.DAYS)
    rows: Any = models.QuerySet(Batch).filter(applied_at__lt=since, undo_log__isnull=False)
    return int(rows.delete()[0])
