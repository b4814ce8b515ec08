"""New rows of one table from whole columns, with no object for each row. Only acts.record_columns calls this.

What a column leaves empty, and every column that is not given, gets the field's default. Sealed values are sealed and
their blind indexes made here. PostgreSQL gets one statement for thousands of rows, each column written as the text of
an array by polars; SQLite gets executemany.
"""

import json
from typing import Any

import polars as pl
from django.db import connections, models, router, transaction

from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.base.clock import now
from dakehu.foundation.database import write_pipeline
from dakehu.foundation.records import bulk_sql

AT_ONCE = 10_000
Column = dict[str, list[Any]]


class Same:
    """A column that holds one value in every row."""

    def __init__(self, value: Any) -> None:
        self.value = value


def insert(model: Any, count: int, given: Column) -> list[int]:
    """Insert `count` rows inside the open transaction; returns their numbers, in order. `given` is keyed by column
    (`branch_id`, not `branch`)."""
    connection = connections[router.db_for_write(model)]
    fields = list(model._meta.concrete_fields)
    with transaction.atomic(using=connection.alias, savepoint=False):
        numbers = bulk_sql.numbers(connection, model, count)
        columns = {f: _column(f, given, connection) for f in fields if not f.primary_key}
        if connection.vendor == "postgresql":
            _unnest(connection, model, numbers, columns)
        else:
            _many(connection, model, numbers, columns)
    return numbers


def _column(field: Any, given: Column, connection: Any) -> Any:
    """One column as the database takes it: a list, or Same."""
    if isinstance(field, BlindIndex):
        plain = given.get(field.of)
        return field.indexes_of(plain) if plain is not None else Same("")
    if field.attname not in given:
        timed = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        return Same(field.get_db_prep_save(now() if timed else field.get_default(), connection))
    values = given[field.attname]
    if isinstance(field, EncryptedTextField):
        return field.seal_many(values)
    spare = field.get_db_prep_save(field.get_default(), connection)
    known: dict[Any, Any] = {None: spare, "": spare}
    if isinstance(field, (models.CharField, models.TextField)):
        return [value or spare for value in values]
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(value, connection) for value in values]
    for value in set(values) - known.keys():
        known[value] = field.get_db_prep_save(value, connection)
    return [known[value] for value in values]


def _many(connection: Any, model: Any, numbers: list[int], columns: dict[Any, Any]) -> None:
    quote = connection.ops.quote_name
    varied = {f: c for f, c in columns.items() if not isinstance(c, Same)}
    fixed = {f: c.value for f, c in columns.items() if isinstance(c, Same)}
    names = ", ".join(quote(f.column) for f in (model._meta.pk, *varied, *fixed))
    places = ", ".join(["%s"] * (1 + len(columns)))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608  names come from models
    tail = tuple(fixed.values())
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*row, *tail) for row in zip(numbers, *varied.values(), strict=True)])


def _unnest(connection: Any, model: Any, numbers: list[int], columns: dict[Any, Any]) -> None:
    quote, key = connection.ops.quote_name, model._meta.pk
    varied: dict[Any, Any] = {key: numbers, **{f: c for f, c in columns.items() if not isinstance(c, Same)}}
    fixed = {f: c.value for f, c in columns.items() if isinstance(c, Same)}
    names = ", ".join(quote(f.column) for f in (*varied, *fixed))
    chosen = ", ".join([quote(f.column) for f in varied] + [f"%s::{bulk_sql.type_of(f, connection)}" for f in fixed])
    arrays = ", ".join(f"%s::{bulk_sql.type_of(f, connection)}[]" for f in varied)
    told = ", ".join(quote(f.column) for f in varied)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) SELECT {chosen} FROM unnest({arrays}) AS given({told})"  # noqa: S608  names come from models
    for start in range(0, len(numbers), AT_ONCE):
        arrays_now = [_array(f, column[start : start + AT_ONCE]) for f, column in varied.items()]
        write_pipeline.write(connection, sql, [*fixed.values(), *arrays_now])


def _array(field: Any, values: list[Any]) -> str:
    """A column as the text of a PostgreSQL array."""
    if isinstance(field, EncryptedTextField):
        texts = pl.Series("x", values, dtype=pl.Binary)
        quoted = texts.to_frame().select(pl.format('"\\\\x{}"', pl.col("x").bin.encode("hex")))
    elif isinstance(field, (models.CharField, models.TextField, models.JSONField)):
        if isinstance(field, models.JSONField):
            values = [None if v is None else json.dumps(v.obj) for v in values]
        text = pl.col("x").str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        quoted = pl.Series("x", values, dtype=pl.String).to_frame().select(pl.format('"{}"', text))
    else:
        plain = [None if v is None else str(v) for v in values]
        quoted = pl.Series("x", plain, dtype=pl.String).to_frame().select(pl.format('"{}"', pl.col("x")))
    return "{" + str(quoted.to_series().fill_null("NULL").str.join(",").item()) + "}"
