"""Replace every row of a derived table atomically, from whole columns: readers see the old rows or the new ones.

PostgreSQL uses COPY into a table that replaces the old one (database.table_swap); on SQLite, whose readers see the old
state until the transaction ends, indexes are dropped during the insert and rebuilt afterwards.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import contextvars
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
from django.db import connections, models, router, transaction

from dakehu.foundation.base import clock
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.database import binary_copy, table_swap
from dakehu.foundation.records.bulk import add_row_counts
from dakehu.foundation.records.recorded import current_act


def replace_rows(model: Any, frames: Iterable[pl.DataFrame]) -> int:
    """Replace all rows of `model` in the open action by the rows of some frames; return their number.

    Frames are produced in a thread, ahead of the database, and must not read it. A frame has a column for each column
    of the table, by its database name, except the id; missing ones get the field's default. Numbers may be Float64
    (rounded to the decimal places of their field), JSON is text, lists of numbers are lists. The model must be
    `derived` and `replaceable`. The audit entry has the removed and added ids, and the clients.
    """
    if not (getattr(model, "derived", False) and getattr(model, "replaceable", False)):
        raise TypeError(f"{model._meta.label} is not declared derived and replaceable")
    current_act()  # raises outside an action
    connection = connections[router.db_for_write(model)]
    removed = id_runs(model)
    with transaction.atomic(using=connection.alias, savepoint=False):
        write = _replace_on_postgresql if connection.vendor == "postgresql" else _replace_on_sqlite
        created, clients = write(connection, model, frames)
    counts = {"removed": removed, "created": created, "clients": clients}
    add_row_counts(model, counts, [field.name for field in model._meta.concrete_fields])
    return len(created)


def replaceable_models() -> list[Any]:
    """Return the models whose rows may be replaced this way."""
    from django.apps import apps

    return [model for model in apps.get_models() if getattr(model, "replaceable", False)]


def id_runs(model: Any) -> IdRanges:
    """Return the ids of all rows, visible only to the system; a million take a tenth of a second, as only ranges are
    sent."""
    connection = connections[router.db_for_write(model)]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(id), max(id), count(*) FROM {table}")  # noqa: S608  the name comes from a model
        first, last, count = cursor.fetchone()
        if not count or last - first + 1 == count:  # consecutive, as after a replacement
            return IdRanges.of([(first, last)] if count else [])
        cursor.execute(
            f"SELECT min(id), max(id) FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS run FROM {table}) AS numbered "  # noqa: S608
            "GROUP BY run ORDER BY 1"
        )
        return IdRanges.of([tuple(run) for run in cursor.fetchall()])


def _complete_columns(model: Any, frame: pl.DataFrame, first: int, moment: Any) -> pl.DataFrame:
    """Return a frame with every column of the table in its order: ids from `first` on, defaults, numbers rounded."""
    columns: list[pl.Expr] = []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            ids = pl.int_range(first, first + frame.height, dtype=pl.Int64)
            columns.append(ids.alias(field.column))
        elif field.column not in frame.columns:
            timed = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
            columns.append(pl.lit(moment if timed else field.get_default()).alias(field.column))
        elif isinstance(field, models.DecimalField):
            columns.append(pl.col(str(field.column)).round(field.decimal_places))
        else:
            columns.append(pl.col(field.column))
    return frame.select(columns)


def _replace_on_postgresql(connection: Any, model: Any, frames: Iterable[pl.DataFrame]) -> tuple[IdRanges, IdRanges]:
    """Copy the rows into a new table and swap it in; return (ids, client ids)."""
    meta, quote = model._meta, connection.ops.quote_name
    moment = clock.now()
    created, clients = IdRanges(), IdRanges()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {table_swap.BEGIN}(%s)", [meta.db_table])
        first = cursor.fetchone()[0] + 1
        names = ", ".join(quote(field.column) for field in meta.concrete_fields)
        sql = f"COPY {quote(meta.db_table + table_swap.SUFFIX)} ({names}) FROM STDIN WITH (FORMAT binary, FREEZE)"

        types = [field.db_type(connection) for field in meta.concrete_fields]

        def parts() -> Iterator[bytes | memoryview]:
            place = first
            yield binary_copy.HEADER
            for frame in _prefetch_one(iter(frames)):  # produced in a separate thread, while another encodes
                rows = _complete_columns(model, frame, place, moment)
                place = _count(rows, place, created, clients)
                yield from binary_copy.encode(rows, types)
            yield binary_copy.TRAILER

        with cursor.cursor.copy(sql) as copy:
            for part in _prefetch_one(parts()):
                copy.write(part)
        cursor.execute(f"SELECT {table_swap.END}(%s)", [meta.db_table])
    return created, clients


def _prefetch_one(items: Iterator[Any]) -> Iterator[Any]:
    """Yield items while the next one is produced in a thread, concurrently with the server."""
    context, end = contextvars.copy_context(), object()

    def following() -> Any:
        return context.run(lambda: next(items, end))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(following)
        while (item := waiting.result()) is not end:
            waiting = pool.submit(following)
            yield item


def _replace_on_sqlite(connection: Any, model: Any, frames: Iterable[pl.DataFrame]) -> tuple[IdRanges, IdRanges]:
    """Insert the rows into the emptied table without its indexes, then build them; return (ids, client ids)."""
    meta, quote = model._meta, connection.ops.quote_name
    moment = connection.ops.adapt_datetimefield_value(clock.now())
    created, clients = IdRanges(), IdRanges()
    table = quote(meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [meta.db_table])
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
            [meta.db_table],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {quote(name)}")
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608  the name comes from a model
        places = ", ".join(["%s"] * len(meta.concrete_fields))
        names = ", ".join(quote(field.column) for field in meta.concrete_fields)
        sql = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  names come from the model
        for frame in frames:
            rows = _complete_columns(model, frame, first, moment)
            texts = rows.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"), _json(pl.col(pl.List)))
            cursor.executemany(sql, zip(*(column.to_list() for column in texts), strict=True))
            first = _count(rows, first, created, clients)
        for _, statement in indexes:
            cursor.execute(statement)
        cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute(f"ANALYZE {table}")
    return created, clients


def _json(lists: pl.Expr) -> pl.Expr:
    """Return lists of numbers as JSON."""
    numbers = lists.list.eval(pl.element().cast(pl.String).fill_null("null"))
    return pl.format("[{}]", numbers.list.join(", "))


def _count(rows: pl.DataFrame, first: int, created: IdRanges, clients: IdRanges) -> int:
    """Add the ids of rows and of their clients; return the next id."""
    if rows.height:
        created.merge(IdRanges.of([(first, first + rows.height - 1)]))
        ids = np.unique(rows["client_id"].to_numpy())
        starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 2) > 1)
        lasts = np.append(starts[1:], len(ids)) - 1
        clients.merge(IdRanges.of(zip(ids[starts].tolist(), ids[lasts].tolist(), strict=True)))
    return first + rows.height
