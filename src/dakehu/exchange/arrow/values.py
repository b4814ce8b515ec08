"""Plain values of a query (lists of dictionaries, counts) as an Arrow table, typed by the values themselves."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa

from dakehu.exchange.arrow.columns import MOMENT
from dakehu.foundation.audit.chain import plain_value
from dakehu.foundation.base import clock

KINDS = {
    frozenset({bool}): ("bool", pa.bool_()),
    frozenset({int}): ("number", pa.int64()),
    frozenset({float}): ("number", pa.float64()),
    frozenset({int, float}): ("number", pa.float64()),
    frozenset({date}): ("date", pa.date32()),
    frozenset({datetime}): ("datetime", MOMENT),
    frozenset({str}): ("text", pa.string()),
}
NUMBERS = {int, Decimal}


def table_of(rows: Iterable[Any]) -> pa.Table:
    """Return a table of dictionaries: one column per key, in order of first appearance. A value that is not a
    dictionary is in the column `value`. Nested lists and objects become JSON text."""
    held = [row if isinstance(row, dict) else {"value": row} for row in rows]
    names = list(dict.fromkeys(str(name) for row in held for name in row))
    columns = [_column([_scalar(row.get(name)) for row in held]) for name in names]
    fields = [
        pa.field(name, made.type, metadata={"kind": kind}) for name, (kind, made) in zip(names, columns, strict=True)
    ]
    return pa.Table.from_arrays([made for _, made in columns], schema=pa.schema(fields))


def _scalar(value: Any) -> Any:
    """Return a value of a type that Arrow supports; others in plain form (encrypted ones as dots)."""
    if value is None or isinstance(value, (bool, float, Decimal)):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**63 else str(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return clock.local(value)
    return value if isinstance(value, date) else plain_value(value)


def _column(cells: list[Any]) -> tuple[str, pa.Array]:
    """Return (kind, array) of cells: in their common type if they share one, else text."""
    types = frozenset(type(cell) for cell in cells if cell is not None)
    if types in KINDS:
        kind, of = KINDS[types]
        return kind, pa.array(cells, of)
    if Decimal in types and types <= NUMBERS:
        return "number", pa.array([Decimal(cell) if isinstance(cell, int) else cell for cell in cells])
    if not types & {dict, list}:
        return "text", pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
    texts = [None if cell is None else orjson.dumps(cell, default=plain_value).decode() for cell in cells]
    return "json", pa.array(texts, pa.string())
