"""Rows of a query as record batches: the row ids are read first, then the rows a few thousand at a time.

Eight bytes per row stay in memory for the whole stream. A row that changes during the stream is therefore returned
once, whatever the sort order, and the list is sorted only once.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from dakehu.exchange.arrow.columns import ArrowColumn, array_of, arrow_columns
from dakehu.foundation.gates.registry import rows_between
from dakehu.foundation.gates.row_values import Cells, Reading, read_values
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.related_columns import ColumnExtension, extensions_of

BATCH = 5_000


@dataclass(frozen=True)
class RowSource:
    """Rows of one model by their ids, and the columns to read."""

    model: Any
    numbers: "array[int]"
    columns: list[ArrowColumn]

    @property
    def count(self) -> int:
        return len(self.numbers)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([column.field for column in self.columns])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows that still exist, as visible to the reader at that moment."""
        for start in range(0, len(self.numbers), BATCH):
            yield self._batch(list(self.numbers[start : start + BATCH]))

    def _batch(self, numbers: list[int]) -> pa.RecordBatch:
        own = [column for column in self.columns if not column.through]
        found, *cells = read_values(self.model, numbers, [one.reading for one in own if one.reading is not None])
        left = iter(cells)
        by_name = {one.name: found if one.reading is None else next(left) for one in own}
        for loan in extensions_of(self.model):
            borrowed = [column for column in self.columns if column.through == loan.through]
            if borrowed:
                by_name |= _borrowed_cells(loan, borrowed, found)
        arrays = [array_of(by_name.get(one.name, [None] * len(found)), one.field.type) for one in self.columns]
        return pa.record_batch(arrays, schema=self.schema)


def rows_of_queryset(rows: Any, limit: int | None, offset: int, names: Iterable[str]) -> RowSource:
    """Return the rows of a queryset in its order, with the named columns (none named: all)."""
    columns = arrow_columns(rows.model, names)
    wanted = rows_between(rows, limit, offset).values_list("pk", flat=True)
    return RowSource(rows.model, array("q", wanted.iterator(chunk_size=BATCH)), columns)


def rows_of_list(rows: list[Any], names: Iterable[str]) -> RowSource:
    """Return rows of one model that a query returned as a list."""
    model = type(rows[0])
    return RowSource(model, array("q", (row.pk for row in rows)), arrow_columns(model, names))


def _borrowed_cells(loan: ColumnExtension, columns: list[ArrowColumn], numbers: list[int]) -> dict[str, Cells]:
    """Return {column: cells} read from the related extension rows, None where there is none."""
    other = model_of(loan.of)
    beside = dict(other.objects.filter(**{f"{loan.by}__in": numbers}).order_by().values_list("pk", loan.by))
    readings = [column.reading for column in columns if column.reading is not None]
    found, *cells = read_values(other, list(beside), [_own_reading(reading) for reading in readings])
    place = {beside[number]: at for at, number in enumerate(found)}
    places = [place.get(number) for number in numbers]
    return {
        column.name: [None if at is None else values[at] for at in places]
        for column, values in zip(columns, cells, strict=True)
    }


def _own_reading(reading: Reading) -> Reading:
    """Return how a column of an extension is read in its own table."""
    return replace(reading, column=replace(reading.column, name=reading.column.field.own))
