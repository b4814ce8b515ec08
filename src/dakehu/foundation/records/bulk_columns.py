"""Insert and update rows of one table from whole columns, without an object per row.

Called by record_columns and change_columns only. A column that is a polars series has values in database form. Empty
values and missing columns get the field's default. Values of encrypted fields are encrypted and their blind indexes
computed here. PostgreSQL gets one statement for thousands of rows, each column as the text of an array built by
polars; SQLite gets executemany.
"""

import itertools
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


class Constant:
    """A column with the same value in every row."""

    def __init__(self, value: Any) -> None:
        self.value = value


def insert(model: Any, count: int, columns_in: Column) -> list[int]:
    """Insert `count` rows inside the open transaction; return their ids in order.

    `columns_in` is keyed by column (`branch_id`, not `branch`).
    """
    connection = connections[router.db_for_write(model)]
    fields = list(model._meta.concrete_fields)
    with transaction.atomic(using=connection.alias, savepoint=False):
        ids = bulk_sql.new_ids(connection, model, count)
        columns = {field: _column(field, columns_in, connection) for field in fields if not field.primary_key}
        if connection.vendor == "postgresql":
            _insert_arrays(connection, model, ids, columns)
        else:
            _insert_many(connection, model, ids, columns)
    return ids


def update(model: Any, ids: list[int], columns_in: Column) -> None:
    """Set whole columns of stored rows inside the open transaction, and increment each row's version.

    `columns_in` is keyed by column (`branch_id`, not `branch`), in the order of `ids`.
    """
    connection = connections[router.db_for_write(model)]
    quote, table = connection.ops.quote_name, connection.ops.quote_name(model._meta.db_table)
    fields = [field for field in model._meta.concrete_fields if field.attname in columns_in]
    columns = [[field.get_db_prep_save(value, connection) for value in columns_in[field.attname]] for field in fields]
    names = [quote(field.column) for field in fields]
    key, counted = quote(model._meta.pk.column), f"{quote('row_version')} = {table}.{quote('row_version')} + 1"
    changed = f"{counted}, {quote('changed_at')} = %s"
    moment = model._meta.get_field("changed_at").get_db_prep_save(now(), connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            every = [model._meta.pk, *fields]
            arrays = ", ".join(f"%s::{bulk_sql.type_of(field, connection)}[]" for field in every)
            given = ", ".join(quote(field.column) for field in every)
            assigned = ", ".join(f"{name} = given.{name}" for name in names)
            sql = f"UPDATE {table} SET {assigned}, {changed} FROM unnest({arrays}) AS given({given}) WHERE {table}.{key} = given.{key}"  # noqa: S608  names come from models
            for start in range(0, len(ids), AT_ONCE):
                parts = [column[start : start + AT_ONCE] for column in (ids, *columns)]
                cursor.execute(sql, [moment, *parts])
        else:
            assigned = ", ".join(f"{name} = %s" for name in names)
            sql = f"UPDATE {table} SET {assigned}, {changed} WHERE {key} = %s"  # noqa: S608  names come from models
            moments = itertools.repeat(moment, len(ids))
            cursor.executemany(sql, list(zip(*columns, moments, ids, strict=True)))


def _column(field: Any, columns_in: Column, connection: Any) -> Any:
    """Return one column in database form: a list, or Constant."""
    if isinstance(field, BlindIndex):
        source_values = columns_in.get(field.of)
        return field.indexes_of(source_values) if source_values is not None else Constant("")
    if field.attname not in columns_in:
        timed = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        return Constant(field.get_db_prep_save(now() if timed else field.get_default(), connection))
    values = columns_in[field.attname]
    if isinstance(field, EncryptedTextField):
        return field.seal_many(values)
    if isinstance(field, models.ForeignKey) and set(map(type, values)) == {int}:
        return values
    default = field.get_db_prep_save(field.get_default(), connection)
    converted: dict[Any, Any] = {None: default, "": default}
    if isinstance(field, (models.CharField, models.TextField)):
        return [value or default for value in values]
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(value, connection) for value in values]
    for value in set(values) - converted.keys():
        converted[value] = field.get_db_prep_save(value, connection)
    return [converted[value] for value in values]


def _insert_many(connection: Any, model: Any, ids: list[int], columns: dict[Any, Any]) -> None:
    """Insert rows with executemany."""
    quote = connection.ops.quote_name
    varied = {field: column for field, column in columns.items() if not isinstance(column, Constant)}
    fixed = {field: column.value for field, column in columns.items() if isinstance(column, Constant)}
    names = ", ".join(quote(field.column) for field in (model._meta.pk, *varied, *fixed))
    placeholders = ", ".join(["%s"] * (1 + len(columns)))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({placeholders})"  # noqa: S608  names come from models
    tail = tuple(fixed.values())
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*row, *tail) for row in zip(ids, *varied.values(), strict=True)])


def _insert_arrays(connection: Any, model: Any, ids: list[int], columns: dict[Any, Any]) -> None:
    """Insert rows from PostgreSQL arrays."""
    quote, key = connection.ops.quote_name, model._meta.pk
    varied: dict[Any, Any] = {
        key: ids,
        **{field: column for field, column in columns.items() if not isinstance(column, Constant)},
    }
    fixed = {field: column.value for field, column in columns.items() if isinstance(column, Constant)}
    names = ", ".join(quote(field.column) for field in (*varied, *fixed))
    selected = ", ".join(
        [quote(field.column) for field in varied] + [f"%s::{bulk_sql.type_of(field, connection)}" for field in fixed]
    )
    arrays = ", ".join(f"%s::{bulk_sql.type_of(field, connection)}[]" for field in varied)
    column_names = ", ".join(quote(field.column) for field in varied)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) SELECT {selected} FROM unnest({arrays}) AS given({column_names})"  # noqa: S608  names come from models
    for start in range(0, len(ids), AT_ONCE):
        arrays_now = [_array(field, column[start : start + AT_ONCE]) for field, column in varied.items()]
        write_pipeline.write(connection, sql, [*fixed.values(), *arrays_now])


def _array(field: Any, values: list[Any]) -> str:
    """Return a column as the text of a PostgreSQL array."""
    if isinstance(field, EncryptedTextField):
        texts = pl.Series("x", values, dtype=pl.Binary)
        quoted = texts.to_frame().select(pl.format('"\\\\x{}"', pl.col("x").bin.encode("hex")))
    elif isinstance(field, (models.CharField, models.TextField, models.JSONField)):
        if isinstance(field, models.JSONField):
            values = [None if value is None else json.dumps(value.obj) for value in values]
        text = pl.col("x").str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        quoted = pl.Series("x", values, dtype=pl.String).to_frame().select(pl.format('"{}"', text))
    else:
        texts_of_values = [None if value is None else str(value) for value in values]
        quoted = pl.Series("x", texts_of_values, dtype=pl.String).to_frame().select(pl.format('"{}"', pl.col("x")))
    return "{" + str(quoted.to_series().fill_null("NULL").str.join(",").item()) + "}"
