"""Which rows of a snapshot a reader sees now: by the current scope, not by that of the snapshot.

The result for a reader is cached, and updated by the changes recorded in the audit since: a client restricted,
erased or handed over a moment ago is missing from the next pivot. A stale result is never used.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.insight.snapshots.store import CLIENT, Snapshot
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.live import changes
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.records.recorded import open_act
from dakehu.foundation.schema.fields import model_of

DECIDING = ("clients.Client", "clients.Coverage")  # the tables that determine who sees a client
KEPT = 64  # readers whose rows are cached in this process


@dataclass(frozen=True)
class Seen:
    """The rows that a reader sees, by the audit entries up to `entry`. `rows`: their indices, None for all."""

    entry: int
    mask: np.ndarray
    rows: np.ndarray | None


_kept: OrderedDict[Any, Seen] = OrderedDict()
_lock = Lock()


def visible_rows(snapshot: Snapshot) -> np.ndarray | None:
    """Return the indices of the rows that the reader sees now, None for all of them."""
    actor = current_actor()
    key = (snapshot.name, actor.reach, actor.user_id, actor.covers, clock.today())
    with _lock:
        known = _kept.get(key) if open_act() is None else None
    seen = _read_all_visible(snapshot) if known is None else _update_visible(snapshot, known)
    if open_act() is None:
        with _lock:
            _kept[key] = seen
            _kept.move_to_end(key)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return seen.rows


def scope_digest() -> str:
    """Return a digest of the clients that the reader sees now."""
    found = read_columns(model_of("clients.Client").objects.order_by("pk").values_list("pk"), {CLIENT: pl.Int64})
    return hashlib.sha256(found.get_column(CLIENT).to_numpy().tobytes()).hexdigest()


def _read_all_visible(snapshot: Snapshot) -> Seen:
    entry = changes.last_entry()  # before reading: changes in between are checked again
    found = read_columns(model_of("clients.Client").objects.order_by().values_list("pk"), {CLIENT: pl.Int64})
    mask = np.zeros(snapshot.height, bool)
    places, is_known = _places(snapshot, found.get_column(CLIENT).to_numpy())
    mask[places[is_known]] = True
    return _seen_rows(entry, mask)


def _update_visible(snapshot: Snapshot, known: Seen) -> Seen:
    """Return the rows seen now, from those seen before and the clients changed since."""
    if changes.last_entry() == known.entry:
        return known
    entry, changed = changes.changes_after(known.entry)
    if changed is None:
        return _read_all_visible(snapshot)
    deciding = [one for one in changed if one.model in DECIDING]
    touched = {one.client if one.model != DECIDING[0] else one.pk for one in deciding}
    if None in touched:  # bulk writes
        return _read_all_visible(snapshot)
    if not touched:
        return Seen(entry, known.mask, known.rows)
    clients: Iterable[int] = sorted(number for number in touched if number is not None)
    now = set(model_of("clients.Client").objects.filter(pk__among=list(clients)).values_list("pk", flat=True))
    ids = np.array(list(clients), np.int64)
    places, is_known = _places(snapshot, ids)
    mask = known.mask.copy()
    mask[places[is_known]] = np.isin(ids[is_known], np.array(sorted(now), np.int64))
    return _seen_rows(entry, mask)


def _places(snapshot: Snapshot, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the index of each id in the snapshot, and whether it is present."""
    if not snapshot.height:
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
    places = np.minimum(np.searchsorted(snapshot.ids, ids), snapshot.height - 1)
    return places, snapshot.ids[places] == ids


def _seen_rows(entry: int, mask: np.ndarray) -> Seen:
    return Seen(entry, mask, None if mask.all() else np.flatnonzero(mask))
