"""Many rows of one table, fast: values prepared column by column, each distinct one once, and one statement for
thousands of rows. Only acts.record_many and acts.remove_many call this.

Row security forbids COPY into a protected table, so PostgreSQL gets arrays to unnest; SQLite gets executemany.
"""

from typing import Any

from django.db import connections, router, transaction

from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.database import write_pipeline

AT_ONCE = 5000


def insert(model: Any, rows: list[Any]) -> None:
    """Insert unsaved objects of one model inside the open transaction; afterwards each has its number."""
    connection = connections[router.db_for_write(model)]
    fields = list(model._meta.concrete_fields)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for row, number in zip(rows, numbers(connection, model, len(rows)), strict=True):
            row.pk = number
        columns = [_prepared(f, rows, connection) for f in fields]
        names = ", ".join(connection.ops.quote_name(f.column) for f in fields)
        table = connection.ops.quote_name(model._meta.db_table)
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{type_of(f, connection)}[]" for f in fields)
            sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608  names come from models
            for start in range(0, len(rows), AT_ONCE):
                cursor.execute(sql, [column[start : start + AT_ONCE] for column in columns])
        else:
            places = ", ".join(["%s"] * len(fields))
            sql = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  names come from models
            cursor.executemany(sql, list(zip(*columns, strict=True)))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(model: Any, rows: list[Any], names: list[str]) -> None:
    """Write the named fields of stored objects of one model, inside the open transaction."""
    connection = connections[router.db_for_write(model)]
    quote, key = connection.ops.quote_name, model._meta.pk
    fields = [key, *(model._meta.get_field(name) for name in names)]
    columns = [_prepared(f, rows, connection, adding=False) for f in fields]
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{type_of(f, connection)}[]" for f in fields)
            told = ", ".join(quote(f.column) for f in fields)
            wanted = ", ".join(f"{quote(f.column)} = given.{quote(f.column)}" for f in fields[1:])
            same = f"{table}.{quote(key.column)} = given.{quote(key.column)}"
            sql = f"UPDATE {table} SET {wanted} FROM unnest({arrays}) AS given({told}) WHERE {same}"  # noqa: S608  names come from models
            for start in range(0, len(rows), AT_ONCE):
                cursor.execute(sql, [column[start : start + AT_ONCE] for column in columns])
        else:
            wanted = ", ".join(f"{quote(f.column)} = %s" for f in fields[1:])
            sql = f"UPDATE {table} SET {wanted} WHERE {quote(key.column)} = %s"  # noqa: S608  names come from models
            cursor.executemany(sql, list(zip(*columns[1:], columns[0], strict=True)))


def delete(model: Any, gone: IdRanges, by: Any = None) -> None:
    """Delete rows by number (`by`: the number in that field instead), inside the open transaction. What hangs on them is not looked for: the database checks
    that nothing does when the transaction ends."""
    connection = connections[router.db_for_write(model)]
    quote, key = connection.ops.quote_name, by or model._meta.pk
    start = f"DELETE FROM {quote(model._meta.db_table)} WHERE {quote(key.column)}"  # noqa: S608  names come from models
    with connection.cursor() as cursor:
        for run in gone.parts(AT_ONCE):
            cursor.execute(f"{start} BETWEEN %s AND %s", run)


def type_of(field: Any, connection: Any) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def numbers(connection: Any, model: Any, count: int) -> list[int]:
    """Numbers for new rows, taken from the table's own sequence."""
    table, column = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "postgresql":
        return _from_sequence(connection, connection.ops.quote_name(table), column, count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    start = (last[0] if last else 0) + 1
    return list(range(start, start + count))


def _from_sequence(connection: Any, table: str, column: str, count: int) -> list[int]:
    if not count:
        return []
    with write_pipeline.bypass(), connection.cursor() as cursor:
        cursor.execute(
            "WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name) "
            "SELECT string_agg(nextval(own.name)::text, ',') FROM own, generate_series(1, %s)",
            [table, column, count],
        )
        return [int(number) for number in cursor.fetchone()[0].split(",")]


def _prepared(field: Any, rows: list[Any], connection: Any, *, adding: bool = True) -> list[Any]:
    """One column as the database takes it."""
    raw = [field.pre_save(row, adding) for row in rows]
    if isinstance(field, (EncryptedTextField, BlindIndex)):
        return [field.get_db_prep_save(value, connection) for value in raw]
    known: dict[Any, Any] = {}
    made = []
    for value in raw:
        try:
            if value not in known:
                known[value] = field.get_db_prep_save(value, connection)
            made.append(known[value])
        except TypeError:  # JSON cannot be a key
            made.append(field.get_db_prep_save(value, connection))
    return made
