"""Read rows in the order of an index on PostgreSQL, where it expects too few rows to think that worth while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, router
from psycopg.pq import TransactionStatus


@contextmanager
def without_table_scans(model: Any) -> Iterator[None]:
    """Let PostgreSQL read tables of the database of a model by an index meanwhile.

    It takes row security and a test of many values to leave a few hundred rows of a million, fewer than a statement asks for,
    and would read and sort the whole table where an index in order has as many after a thirtieth of it.
    """
    connection = connections[router.db_for_read(model)]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            yield
        finally:
            if connection.connection.info.transaction_status != TransactionStatus.INERROR:  # a rollback undoes it too
                cursor.execute("RESET enable_seqscan")
