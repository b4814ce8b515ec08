"""Run bulk INSERTs on a background thread of the same PostgreSQL connection.

The server executes one statement while this process prepares the next. Inside `pipelined_writes()` the statements
passed to `write` run in turn on a separate thread, on the connection and in the transaction of the caller. Any other
statement on the connection first waits until they are done (database.postgres.base), so that nothing is read before it
is written; only statements inside `bypass()` run before queued ones. Errors are raised at the next wait, at the latest
at the end of the block. On SQLite, and outside the block, a statement runs immediately.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

DEPTH = 32  # maximum queued statements, each with some thousand rows as text


class WritePipeline:
    """The queued statements of one connection."""

    def __init__(self, connection: Any) -> None:
        self.between = False
        self._connection = connection
        self._free, self._turn = Event(), Lock()
        self._free.set()
        self._waiting: deque[Future[None]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="dakehu-writes")

    def put(self, sql: str, params: list[Any]) -> None:
        """Queue a statement; wait for the oldest where the queue is full."""
        if len(self._waiting) >= DEPTH:
            self._wait_for_oldest()
        self._waiting.append(self._thread.submit(copy_context().run, self._run, sql, params))

    def settle(self) -> None:
        """Wait until the queue is empty. Raises the error of a statement; those after it are not run."""
        while self._waiting and not self.between:
            self._wait_for_oldest()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Use the connection exclusively as soon as the running statement is done."""
        self._free.clear()
        with self._turn:
            self.between = True
            try:
                yield
            finally:
                self.between = False
                self._free.set()

    def close(self) -> None:
        """Stop the thread and drop queued statements."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _wait_for_oldest(self) -> None:
        """Wait for the oldest statement. Raises its error, and drops those after it."""
        try:
            with self._connection.wrap_database_errors:
                self._waiting.popleft().result()
        except BaseException:
            self.close()
            self._waiting.clear()
            raise

    def _run(self, sql: str, params: list[Any]) -> None:
        """Run one statement on the pipeline's thread."""
        from psycopg import Cursor  # server-side binding: the text of whole columns is not quoted into the statement

        self._free.wait()
        with self._turn:
            self._connection.set_session_actor()  # the session has the actor of the statement
            with Cursor(self._connection.connection) as cursor:
                cursor.execute(sql, params)


@contextmanager
def pipelined_writes() -> Iterator[None]:
    """Run statements given to `write` in the background, inside an open transaction."""
    connection: Any = connections[DEFAULT_DB_ALIAS]  # of this thread
    if connection.vendor != "postgresql" or connection.line is not None:
        yield
        return
    pipeline = connection.line = WritePipeline(connection)
    try:
        yield
        pipeline.settle()
    finally:
        connection.line = None
        pipeline.close()


def pipeline_of(connection: Any) -> WritePipeline | None:
    """Return the pipeline of a connection, None outside `pipelined_writes`."""
    return getattr(connection, "line", None)


def write(connection: Any, sql: str, params: list[Any]) -> None:
    """Run a write statement, or queue it inside `pipelined_writes`."""
    pipeline = pipeline_of(connection)
    if pipeline is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
    else:
        pipeline.put(sql, params)


@contextmanager
def bypass() -> Iterator[None]:
    """Run statements inside the block before queued writes; they must not depend on them."""
    pipeline = pipeline_of(connections[DEFAULT_DB_ALIAS])
    if pipeline is None or pipeline.between:
        yield
    else:
        with pipeline.exclusive():
            yield


def check_constraints() -> None:
    """Check the foreign keys of queued rows after them, so that less is left to check at the end of the transaction.

    Call when rows and their referenced rows are all written or queued. No effect outside `pipelined_writes`.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if pipeline_of(connection) is not None:
        for moment in ("IMMEDIATE", "DEFERRED"):
            write(connection, f"SET CONSTRAINTS ALL {moment}", [])


def wait_for_writes() -> None:
    """Wait until all queued writes are done."""
    pipeline = pipeline_of(connections[DEFAULT_DB_ALIAS])
    if pipeline is not None:
        pipeline.settle()
