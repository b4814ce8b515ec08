"""Reading from a database replica: which rows, when, and whether its lag is small enough.

Only inside `reading_from_replica`, only rows of domains other than team (sign-in and permissions are read from the
primary), and never within a transaction, which may write. Everything else, and every write, uses the primary. Row
security applies on the replica as on the primary: its sessions get the actor from the same wrapper.
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
    """Read rows from the replica inside the block, where allowed."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


class ReplicaRouter:
    """Django's database router: reads by the rules of this module, everything else on the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return the replica if this model may be read there now."""
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
        """Return False for the replica, which replicates migrations itself."""
        return False if db == ALIAS else None


class Lag:
    """Lag of the replica, from observed log positions of both and the times at which the primary had written them."""

    def __init__(self) -> None:
        self.seen: deque[tuple[float, int]] = deque(maxlen=120)  # (moment, log position of the primary)

    def note(self, moment: float, primary: int, replayed: int) -> float:
        """Return the lag in seconds; infinite if unknown."""
        self.seen.append((moment, primary))
        fresh = [at for at, place in self.seen if place <= replayed]
        return moment - max(fresh) if fresh else float("inf")


class ReplicaState:
    """Availability of the replica, checked at most twice a second."""

    def __init__(self) -> None:
        self.lag, self.lock = Lag(), threading.Lock()
        self.checked_at, self.is_near, self.down_until = float("-inf"), False, float("-inf")

    def is_usable(self) -> bool:
        """Return whether there is a replica, it answers, and its lag is within the setting."""
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
        """Do not use the replica for a while after it did not answer."""
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
        if not is_replica:  # it was promoted to a primary: its data is no longer a copy of ours
            return False
        return self.lag.note(moment, primary, int(replayed)) <= settings.REPLICA_LAG


state = ReplicaState()
