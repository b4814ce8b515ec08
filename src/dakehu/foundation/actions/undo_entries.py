"""Entries of acts that can be taken back, one row for each, with the log of what was written.

A log of usual size lies encrypted in the row itself, so that a daily act costs one statement; a large one is a file.
Numbers are shared with imports: `dakehu undo NUMBER` takes back either.
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

UNDO = "workbook.undo"  # the action that takes back
INLINE = 60_000  # characters of a log that lies in the row
NAMED = 3  # clients remembered by number, so that a list can name them


@dataclass(frozen=True)
class Offer:
    """What an interface needs to offer the undo of the act just done: its number and name. `is_undo`: it took something
    back, so that taking it back does it again."""

    number: int
    action: str
    is_undo: bool


_last: ContextVar[Offer | None] = ContextVar("dakehu_last_undo", default=None)
_is_off: ContextVar[bool] = ContextVar("dakehu_undo_off", default=False)


def forget_last() -> None:
    """Forget the last act, at the start of a request."""
    _last.set(None)


def last_offer() -> Offer | None:
    """Return the last act done here that can be taken back, or None."""
    return _last.get()


def set_last(offer: Offer | None) -> None:
    _last.set(offer)


@contextmanager
def without_undo() -> Iterator[None]:
    """Keep nothing for undo inside: for examples that a program writes."""
    token = _is_off.set(True)
    try:
        yield
    finally:
        _is_off.reset(token)


@contextmanager
def recording_as(act: ActionRecord, is_recorded: bool) -> Iterator[None]:
    """Keep what is written inside for the undo of `act`, or leave it out."""
    log = act.undo_log
    if not is_recorded:
        act.undo_log = None
    try:
        yield
    finally:
        act.undo_log = log


def open_log(offers_undo: bool) -> undo.UndoLog | None:
    """Return the log of an action about to run, None for one that keeps none. What follows from an act keeps one even
    where it offers no undo by itself."""
    cause = current_cause()
    if _is_off.get() or not (offers_undo or cause):
        return None
    return undo.UndoLog(keeps_after=True, cause=cause)


def entry_number(about: Bilingual | str) -> int | None:
    """Return the number by which the present act can be undone, None where it keeps nothing. `about` says to whom or
    what it was done, without names of clients."""
    act = current_act()
    if act.undo_log is None:
        return None
    if act.undo_entry is None:
        act.undo_entry = _new_entry(act, str(about))
        _insert(act.undo_entry)
    return int(act.undo_entry.pk)


def store_entry(act: ActionRecord) -> Offer | None:
    """Store the log of an action that ends, in its transaction; returns what can be offered, None for nothing."""
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
    """Insert an entry. The audit entry of the act says what was done, so this row is no change of its own."""
    models.Model.save(row, force_insert=True)


def _clients_of(act: ActionRecord) -> set[int]:
    found = {change.client_id for change in act.changes if change.client_id is not None}
    for change in act.changes:
        if change.kind == "many":
            found |= set(IdRanges.of(change.after.get("clients", ())))
    return found


# --- finding them again -----------------------------------------------------------------------------


def get_entry(number: int, *, lock: bool = False) -> Batch:
    """Return an import or act of one's own (the system: any). Raises NotFound for any other. `lock` holds it until the
    act ends."""
    rows = Batch.objects.all()
    if lock and connection.features.has_select_for_update:
        rows = rows.select_for_update()
    row: Batch | None = rows.filter(pk=number).first()
    if row is None or not may_take_back(row):
        raise NotFound(bilingual("操作", "act"), number)
    return row


def may_take_back(row: Batch) -> bool:
    """Whether the actor did it (the system: any)."""
    actor = current_actor()
    return actor.is_system or row.owner_ref == actor.user_id


def recent_entries(owners: tuple[int, ...] | None) -> Any:
    """Return the entries of the last 90 days whose undo makes sense to people, newest first: imports and acts by these
    users (None: by anybody), not what took them back nor what only followed from them."""
    since = clock.now() - timedelta(days=undo.DAYS)
    states = (BatchState.APPLIED.value, BatchState.UNDONE.value)
    rows = Batch.objects.filter(state__in=states, applied_at__gte=since, cause_ref=None).exclude(act=UNDO)
    return (rows if owners is None else rows.filter(owner_ref__in=owners)).order_by("-pk")


def entries_that_followed(numbers: list[int], *, undos: bool) -> list[Batch]:
    """Return standing entries caused by these, newest first: acts that followed from them, or with `undos` those that
    took them back."""
    rows = Batch.objects.filter(cause_ref__in=numbers, state=BatchState.APPLIED.value).order_by("-pk")
    return list(rows.filter(act=UNDO) if undos else rows.exclude(act=UNDO))


def has_log(row: Batch) -> bool:
    return bool(row.undo_log or row.report.get("undo"))


def log_of(row: Batch) -> undo.UndoLog:
    """Return what an entry wrote. Raises Refused where that is past its time."""
    if row.undo_log:
        return undo.parse(row.undo_log._plain())
    return undo.load(str(row.report.get("undo", "")))


def log_with_followers(row: Batch) -> tuple[undo.UndoLog, list[Batch]]:
    """Return what an entry wrote together with what followed from it, and the entries that followed."""
    log, followers = log_of(row), entries_that_followed([row.pk], undos=False) if row.act else []
    for follower in reversed(followers):
        log.add_later(log_of(follower))
    return log, followers


def delete_expired() -> int:
    """Remove entries whose log lies in the row and is past its time; returns how many. The audit keeps what was done."""
    since = clock.now() - timedelta(days=undo.DAYS)
    rows: Any = models.QuerySet(Batch).filter(applied_at__lt=since, undo_log__isnull=False)
    return int(rows.delete()[0])
