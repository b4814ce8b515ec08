"""Write many rows of one table fast.

Values are converted column by column, and one statement writes thousands of rows. Called by records.bulk only. Row
security forbids COPY into a protected table, so PostgreSQL gets arrays to unnest; SQLite gets executemany.
"""

from typing import Any

from django.db import connections, router, transaction

from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.database import write_pipeline

AT_ONCE = 5000


def insert(model: Any, rows: list[Any]) -> None:
    """Insert unsaved objects of one model inside the open transaction, and set their ids."""
    connection = connections[router.db_for_write(model)]
    fields = list(model._meta.concrete_fields)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for row, row_id in zip(rows, new_ids(connection, model, len(rows)), strict=True):
            row.pk = row_id
        columns = [_column_values(field, rows, connection) for field in fields]
        names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        table = connection.ops.quote_name(model._meta.db_table)
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{type_of(field, connection)}[]" for field in fields)
            sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608  names come from models
            for start in range(0, len(rows), AT_ONCE):
                cursor.execute(sql, [column[start : start + AT_ONCE] for column in columns])
        else:
            placeholders = ", ".join(["%s"] * len(fields))
            sql = f"INSERT INTO {table} ({names}) VALUES ({placeholders})"  # noqa: S608  names come from models
            cursor.executemany(sql, list(zip(*columns, strict=True)))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(model: Any, rows: list[Any], names: list[str]) -> None:
    """Update the named fields of stored objects of one model, inside the open transaction."""
    connection = connections[router.db_for_write(model)]
    quote, key = connection.ops.quote_name, model._meta.pk
    fields = [key, *(model._meta.get_field(name) for name in names)]
    columns = [_column_values(field, rows, connection, adding=False) for field in fields]
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{type_of(field, connection)}[]" for field in fields)
            column_names = ", ".join(quote(field.column) for field in fields)
            assignments = ", ".join(f"{quote(field.column)} = given.{quote(field.column)}" for field in fields[1:])
            condition = f"{table}.{quote(key.column)} = given.{quote(key.column)}"
            sql = f"UPDATE {table} SET {assignments} FROM unnest({arrays}) AS given({column_names}) WHERE {condition}"  # noqa: S608  names come from models
            for start in range(0, len(rows), AT_ONCE):
                cursor.execute(sql, [column[start : start + AT_ONCE] for column in columns])
        else:
            assignments = ", ".join(f"{quote(field.column)} = %s" for field in fields[1:])
            sql = f"UPDATE {table} SET {assignments} WHERE {quote(key.column)} = %s"  # noqa: S608  names come from models
            cursor.executemany(sql, list(zip(*columns[1:], columns[0], strict=True)))


def delete(model: Any, ids: IdRanges, by: Any = None) -> None:
    """Delete rows by id (or by the id in the field `by`), inside the open transaction.

    Dependents are not collected: the database checks foreign keys when the transaction ends.
    """
    connection = connections[router.db_for_write(model)]
    quote, key = connection.ops.quote_name, by or model._meta.pk
    statement = f"DELETE FROM {quote(model._meta.db_table)} WHERE {quote(key.column)}"  # noqa: S608  names come from models
    with connection.cursor() as cursor:
        for id_range in ids.parts(AT_ONCE):
            cursor.execute(f"{statement} BETWEEN %s AND %s", id_range)


def type_of(field: Any, connection: Any) -> str:
    """Return the database type of a field."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def new_ids(connection: Any, model: Any, count: int) -> list[int]:
    """Return ids for new rows from the table's sequence."""
    table, column = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "postgresql":
        return _from_sequence(connection, connection.ops.quote_name(table), column, count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    start = (last[0] if last else 0) + 1
    return list(range(start, start + count))


def _from_sequence(connection: Any, table: str, column: str, count: int) -> list[int]:
    """Reserve ids from a PostgreSQL sequence."""
    if not count:
        return []
    with write_pipeline.bypass(), connection.cursor() as cursor:
        cursor.execute(
            "WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name) "
            "SELECT string_agg(nextval(own.name)::text, ',') FROM own, generate_series(1, %s)",
            [table, column, count],
        )
        return [int(number) for number in cursor.fetchone()[0].split(",")]


def _column_values(field: Any, rows: list[Any], connection: Any, *, adding: bool = True) -> list[Any]:
    """Return one column in database form; each distinct value is converted once."""
    raw = [field.pre_save(row, adding) for row in rows]
    if isinstance(field, (EncryptedTextField, BlindIndex)):
        return [field.get_db_prep_save(value, connection) for value in raw]
    cache: dict[Any, Any] = {}
    converted = []
    for value in raw:
        try:
            if value not in cache:
                cache[value] = field.get_db_prep_save(value, connection)
            converted.append(cache[value])
        except TypeError:  # JSON cannot be a key
            converted.append(field.get_db_prep_save(value, connection))
    return converted
