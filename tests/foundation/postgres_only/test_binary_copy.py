"""COPY reads the same values in binary and in text format."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from django.db import connection

from dakehu.foundation.database import binary_copy
from dakehu.foundation.records.replacement import replaceable_models

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ROWS = 500
KINDS = {
    "whole": "integer",
    "long": "bigint",
    "flag": "boolean",
    "rate": "numeric(24, 8)",
    "money": "numeric(20, 2)",
    "share": "numeric(7, 6)",
    "real": "double precision",
    "day": "date",
    "moment": "timestamp with time zone",
    "name": "varchar(80)",
    "note": "text",
    "reasons": "jsonb",
    "months": "bigint[]",
}


def rows():
    """Return values of every kind and size, a fifth of each missing."""
    dice = np.random.default_rng(20)
    size = 10.0 ** dice.integers(-8, 7, ROWS)
    columns = {
        "whole": dice.integers(-(2**31), 2**31, ROWS),
        "long": dice.integers(-(2**63), 2**63 - 1, ROWS),
        "flag": dice.random(ROWS) < 0.5,
        "rate": np.where(dice.random(ROWS) < 0.1, dice.integers(-3, 3, ROWS) * 1e4, dice.normal(0, 1, ROWS) * size),
        "money": dice.normal(0, 1, ROWS) * size * 1e6,
        "share": np.append(dice.random(ROWS - 1), 0.9999999),
        "real": dice.normal(0, 1, ROWS),
        "day": [date.fromordinal(n) for n in dice.integers(700_000, 760_000, ROWS)],
        "moment": [datetime.fromtimestamp(n, UTC) for n in (dice.random(ROWS) * 2e9).tolist()],
        "name": [f"客户,{n}\t\\\"'\n" for n in range(ROWS)],
        "note": ["", "x" * 3000] * (ROWS // 2),
        "reasons": ['{"a": [1, null, "高"]}', "{}"] * (ROWS // 2),
        "months": [[1, None, -(2**60)], [], [None], [7] * 13] * (ROWS // 4),
    }
    frame = pl.DataFrame(columns, schema_overrides={"months": pl.List(pl.Int64)})
    frame = frame.with_columns(pl.col("rate", "real").round(8), pl.col("money").round(2), pl.col("share").round(6))
    return frame.select(
        pl.when(pl.Series(dice.random(ROWS) < 0.8)).then(pl.col(name)).alias(name) for name in frame.columns
    )


def stored(cursor, copied, how):
    columns = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
    cursor.execute(f"CREATE TEMP TABLE kinds_{how} (place serial, {columns})")
    with cursor.cursor.copy(f"COPY kinds_{how} ({', '.join(KINDS)}) FROM STDIN WITH (FORMAT {how})") as copy:
        for part in copied:
            copy.write(part)
    cursor.execute(f"SELECT md5(kinds_{how}::text), {', '.join(KINDS)} FROM kinds_{how} ORDER BY place")
    return cursor.fetchall()


def test_every_kind_of_value_arrives_as_it_does_from_text(monkeypatch):
    monkeypatch.setattr(binary_copy, "ROWS", 60)
    frame = rows()
    lists = pl.col("months").list.eval(pl.element().cast(pl.String).fill_null("null")).list.join(",")
    text = frame.with_columns(pl.format("{{{}}}", lists).alias("months"))
    binary = [binary_copy.HEADER, *binary_copy.encode(frame, list(KINDS.values())), binary_copy.TRAILER]
    with connection.cursor() as cursor:
        from_text = stored(cursor, [text.write_csv(include_header=False, float_precision=8).encode()], "csv")
        assert stored(cursor, binary, "binary") == from_text and len(from_text) == ROWS


def test_a_number_that_does_not_fit_or_is_none_is_refused():
    for number in (float("nan"), float("inf"), 1e16, -1e16):
        with pytest.raises(ValueError, match="x: a number"):
            list(binary_copy.encode(pl.DataFrame({"x": [1.0, number]}), ["numeric(24, 8)"]))
    with pytest.raises(TypeError, match="x: xml"):
        list(binary_copy.encode(pl.DataFrame({"x": ["<a/>"]}), ["xml"]))


def test_columns_of_every_table_that_is_replaced_are_known():
    for model in replaceable_models():
        for field in model._meta.concrete_fields:
            empty = pl.DataFrame({field.column: [None]})
            assert len(list(binary_copy.encode(empty, [field.db_type(connection)]))) == 1
