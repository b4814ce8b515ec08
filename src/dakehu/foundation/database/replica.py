"""Reading from a replica of the database: which rows, when, and whether it is near enough to the primary.

Only inside `reading_from_replica`, only rows of domains other than team (who may sign in, and what they may, is asked where it
is decided), and never within a transaction, in which somebody is about to write. Everything else, and every write, goes to the
primary. Row security holds on the replica as on the primary: its sessions get the actor from the same wrapper.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

ALIAS = "replica"
DOMAINS, ON_PRIMARY = "dakehu.domains.", "team"
CHECK_EVERY, DOWN_FOR = 0.5, 10.0  # seconds
_reading: ContextVar[bool] = ContextVar("dakehu_reading_from_replica", default=False)


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Inside, rows are read from the replica where that is allowed."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


class ReplicaRouter:
    """Django's router: reads as this module says, everything else on the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return the replica where this row may be read there now."""
        config = model._meta.app_config
        if not _reading.get() or not config.name.startswith(DOMAINS) or config.label == ON_PRIMARY:
            return None
        return None if connections[DEFAULT_DB_ALIAS].in_atomic_block else ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Return the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        """Return True: both are the same database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Return False for the replica, which follows by itself."""
        return False if db == ALIAS else None


class Lag:
    """How far the replica is behind, from what was seen of both: places in the log, and when the primary had written them."""

    def __init__(self) -> None:
        self.seen: deque[tuple[float, int]] = deque(maxlen=120)  # (moment, place of the primary)

    def note(self, moment: float, primary: int, replayed: int) -> float:
        """Return the seconds for which the replica may lack something; infinite where nothing is known."""
        self.seen.append((moment, primary))
        fresh = [at for at, place in self.seen if place <= replayed]
        return moment - max(fresh) if fresh else float("inf")


class ReplicaState:
    """Whether the replica may be read, looked at twice a second at most."""

    def __init__(self) -> None:
        self.lag, self.lock = Lag(), threading.Lock()
        self.checked_at, self.is_near, self.down_until = float("-inf"), False, float("-inf")

    def is_usable(self) -> bool:
        """Return whether there is a replica, it answers, and it lags no more than the setting allows."""
        moment = time.monotonic()
        if ALIAS not in settings.DATABASES or moment < self.down_until:
            return False
        if moment - self.checked_at >= CHECK_EVERY and self.lock.acquire(blocking=False):
            try:
                self.checked_at, self.is_near = moment, self._check_replay_position(moment)
            finally:
                self.lock.release()
        return self.is_near

    def note_trouble(self) -> None:
        """Leave the replica alone for a while: it did not answer."""
        self.down_until, self.is_near = time.monotonic() + DOWN_FOR, False
        connections[ALIAS].close_if_unusable_or_obsolete()

    def _check_replay_position(self, moment: float) -> bool:
        try:
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                cursor.execute("SELECT pg_current_wal_lsn() - '0/0'")
                primary = int(cursor.fetchone()[0])
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'")
                is_replica, replayed = cursor.fetchone()
        except DatabaseError:
            self.note_trouble()
            return False
        if not is_replica:  # it was made a primary of its own: what it says is no longer ours
            return False
        return self.lag.note(moment, primary, int(replayed)) <= settings.REPLICA_LAG


state = ReplicaState()
