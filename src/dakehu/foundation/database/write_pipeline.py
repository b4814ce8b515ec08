"""Long writes upon PostgreSQL go ahead: the server takes in one part while this process prepares the next.

Inside `going_ahead()` the statements handed to `write` run on a thread of their own, one after the other, upon the
connection and in the transaction of the caller. Whatever else is asked of the connection first waits until they are
done (foundation.postgres), so that nothing is read before it is written; only what is asked inside `between()` stands in
before those that wait. What goes wrong is raised at the next wait, at the latest at the end of the block. On SQLite, and
outside the block, a statement runs at once.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

DEPTH = 32  # statements that wait, each with some thousand rows as text


class WritePipeline:
    """The statements of one connection that wait for the server."""

    def __init__(self, connection: Any) -> None:
        self.between = False
        self._connection = connection
        self._free, self._turn = Event(), Lock()
        self._free.set()
        self._waiting: deque[Future[None]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")

    def put(self, sql: str, params: list[Any]) -> None:
        if len(self._waiting) >= DEPTH:
            self._first()
        self._waiting.append(self._thread.submit(copy_context().run, self._run, sql, params))

    def settle(self) -> None:
        """Wait until nothing waits. Raises what a statement raised; those behind it are not run."""
        while self._waiting and not self.between:
            self._first()

    @contextmanager
    def stand_in(self) -> Iterator[None]:
        """Have the connection to oneself as soon as the statement that runs is done."""
        self._free.clear()
        with self._turn:
            self.between = True
            try:
                yield
            finally:
                self.between = False
                self._free.set()

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _first(self) -> None:
        try:
            with self._connection.wrap_database_errors:
                self._waiting.popleft().result()
        except BaseException:
            self.close()
            self._waiting.clear()
            raise

    def _run(self, sql: str, params: list[Any]) -> None:
        from psycopg import Cursor  # binds on the server: the text of whole columns is not quoted into the statement

        self._free.wait()
        with self._turn:
            self._connection.tell()  # the session acts for whoever asked for the statement
            with Cursor(self._connection.connection) as cursor:
                cursor.execute(sql, params)


@contextmanager
def pipelined_writes() -> Iterator[None]:
    """Inside an open transaction: let `write` go ahead of what follows it."""
    connection: Any = connections[DEFAULT_DB_ALIAS]  # of this thread
    if connection.vendor != "postgresql" or connection.line is not None:
        yield
        return
    line = connection.line = WritePipeline(connection)
    try:
        yield
        line.settle()
    finally:
        connection.line = None
        line.close()


def pipeline_of(connection: Any) -> WritePipeline | None:
    return getattr(connection, "line", None)


def write(connection: Any, sql: str, params: list[Any]) -> None:
    """Run a statement that writes, or let it go ahead."""
    line = pipeline_of(connection)
    if line is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
    else:
        line.put(sql, params)


@contextmanager
def bypass() -> Iterator[None]:
    """Ask inside what does not depend on what still waits to be written."""
    line = pipeline_of(connections[DEFAULT_DB_ALIAS])
    if line is None or line.between:
        yield
    else:
        with line.stand_in():
            yield


def settle() -> None:
    """Wait until everything is written."""
    line = pipeline_of(connections[DEFAULT_DB_ALIAS])
    if line is not None:
        line.settle()
