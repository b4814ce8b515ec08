"""Before each statement the session learns the actor's reach, when it differs from what it was last told, and writes that
went ahead (foundation.ahead) are waited for.

`set_config` is undone by a rollback, so every rollback forgets what was told.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from dakehu.foundation.access import reach_proof
from dakehu.foundation.access.actor import actor_or_none


class DatabaseWrapper(base.DatabaseWrapper):
    line: Any = None  # foundation.ahead.Line, while writes go ahead
    _told: Any = None

    def init_connection_state(self) -> None:
        """No statement of a desk runs long enough for its own compiling to pay: PostgreSQL, which takes a walk that ends at
        a full page for a walk to the end, would spend a quarter of a second on a list that takes 60 ms."""
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute("SET jit = off")

    def create_cursor(self, name: Any = None) -> Any:
        if self.line is not None:
            self.line.settle()
        self.tell()
        return super().create_cursor(name)

    def tell(self) -> None:
        """Let the session know for whom it acts."""
        actor = actor_or_none()
        wanted = ("", "", "")
        if actor:
            wanted = (str(actor.reach), ",".join(map(str, actor.covers)), str(actor.user_id or ""))
        if wanted == self._told or self.connection is None:
            return
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # nothing can be said, or read, before the rollback; then it is said anew
        proof = reach_proof.proof(self.connection.info.backend_pid, *wanted) if actor else ""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('dakehu.reach', %s, false), set_config('dakehu.covers', %s, false), "
                "set_config('dakehu.user', %s, false), set_config('dakehu.proof', %s, false)",
                (*wanted, proof),
            )
        self._told = wanted

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._told = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._told = None

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        self._told = None
