"""Set the actor of the session before each statement, and wait for pipelined writes.

The actor is set when it differs from the last one set. `set_config` is undone by a rollback, so every rollback clears
the remembered actor.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from dakehu.foundation.access import reach_proof
from dakehu.foundation.access.actor import actor_or_none

GONE_AFTER = "5s"  # interval at which a running statement checks that its client is connected


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection that sets the actor in its session."""

    line: Any = None  # database.write_pipeline.WritePipeline, inside pipelined_writes
    _session_actor: Any = None

    def init_connection_state(self) -> None:
        """Turn JIT compilation off for the session, and end statements whose process is gone.

        No statement of a desk runs long enough for compilation to pay off: PostgreSQL estimates a scan that stops at a
        full page as a full scan, and would spend a quarter of a second compiling for a list that takes 60 ms. A
        statement whose process was killed would otherwise run to its end unread.
        """
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute("SET jit = off")
            cursor.execute(
                "SELECT set_config('client_connection_check_interval', %s, false) WHERE version() LIKE '%%linux%%'",
                [GONE_AFTER],
            )  # not supported on other systems

    def create_cursor(self, name: Any = None) -> Any:
        """Create a cursor after pipelined writes are done and the actor is set."""
        if self.line is not None:
            self.line.settle()
        self.set_session_actor()
        return super().create_cursor(name)

    def set_session_actor(self) -> None:
        """Set reach, covered users and user of the actor in the session."""
        actor = actor_or_none()
        wanted = ("", "", "")
        if actor:
            wanted = (str(actor.reach), ",".join(map(str, actor.covers)), str(actor.user_id or ""))
        if wanted == self._session_actor or self.connection is None:
            return
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # no statement is possible before the rollback, after which the actor is set again
        is_provable = actor is not None and reach_proof.has_secret()
        proof = reach_proof.proof(self.connection.info.backend_pid, *wanted) if is_provable else ""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('dakehu.reach', %s, false), set_config('dakehu.covers', %s, false), "
                "set_config('dakehu.user', %s, false), set_config('dakehu.proof', %s, false)",
                (*wanted, proof),
            )
        self._session_actor = wanted if is_provable or actor is None else None  # set with a proof as soon as keys exist

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._session_actor = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._session_actor = None

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        self._session_actor = None
