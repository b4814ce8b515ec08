"""Read rows in the order of an index on PostgreSQL, where its planner underestimates the number of rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, router
from psycopg.pq import TransactionStatus


@contextmanager
def without_table_scans(model: Any) -> Iterator[None]:
    """Make PostgreSQL prefer index scans for a model's database inside the block.

    With row security and a test of many values it estimates a few hundred rows of a million, fewer than the
    statement's limit, and would read and sort the whole table where an ordered index yields them after a thirtieth of
    it.
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
