"""Read whole columns of a table as a polars frame: a million rows in seconds, without an object per row."""

from typing import Any

import polars as pl
from django.db import connections

AT_ONCE = 100_000


def read_columns(rows: Any, schema: dict[str, Any]) -> pl.DataFrame:
    """Return the rows of a queryset of `values_list` as columns with these names and types, in the order of both.

    Dates and moments may come from the database as text. Moments are in UTC. Read within the actor's scope, as the queryset
    is. Encrypted fields cannot be read in this way.
    """
    sql, parameters = rows.query.sql_with_params()
    connection = connections[rows.db]
    pieces: list[pl.DataFrame] = []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while chunk := cursor.fetchmany(AT_ONCE):
            columns = zip(*chunk, strict=True)
            series = [_series(name, kind, values) for (name, kind), values in zip(schema.items(), columns, strict=True)]
            pieces.append(pl.DataFrame(series))
    return pl.concat(pieces) if pieces else pl.DataFrame(schema=schema)


def _series(name: str, kind: Any, values: Any) -> pl.Series:
    """Return one column of some rows."""
    if kind in (pl.Date, pl.Datetime("us", "UTC")):
        first = next((value for value in values if value is not None), None)
        if isinstance(first, str):
            texts = pl.Series(name, values, dtype=pl.String)
            return (
                texts.str.slice(0, 10).str.to_date()
                if kind == pl.Date
                else texts.str.to_datetime(time_unit="us", time_zone="UTC")
            )
        if kind != pl.Date:
            return pl.Series(name, values).cast(kind) if first is not None else pl.Series(name, values, dtype=kind)
        return pl.Series(name, [getattr(value, "date", lambda v=value: v)() for value in values], dtype=kind)
    if kind == pl.Boolean:
        return pl.Series(name, [None if value is None else bool(value) for value in values], dtype=kind)
    return pl.Series(name, values, dtype=kind, strict=False)
