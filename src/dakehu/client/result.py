"""The result of a query, read lazily as polars, pandas, Arrow or DuckDB, complete or in batches."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dakehu.client.errors import Incomplete

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars

Opened = Callable[[], AbstractContextManager[Iterator[bytes]]]
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Column:
    """Metadata of a column. `kind`: text, choice, date, datetime, money, rate, number, bool, key …; `unit`: CNY or
    % ("" without one; a rate of 0.05 is 5 %); `choices`: {stored value: (zh, en)}. A masked column holds text."""

    name: str
    zh: str
    en: str
    kind: str
    unit: str
    help_zh: str
    help_en: str
    sensitivity: str
    is_masked: bool
    choices: dict[str, tuple[str, str]]

    def label(self, language: str) -> str:
        return (self.en if language == "en" else self.zh) or self.name


class Result:
    """The result of a query. Rows are fetched when a method first needs them; the table is then cached."""

    def __init__(self, opened: Opened, name: str) -> None:
        self._opened, self.name = opened, name
        self._table: pa.Table | None = None

    def __repr__(self) -> str:
        read = (
            f"{self._table.num_rows:,} rows × {self._table.num_columns}" if self._table is not None else "not read yet"
        )
        return f"<Result {self.name}: {read}>"

    def __len__(self) -> int:
        return int(self.arrow().num_rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in batches of a few thousand as they arrive; only one batch is in memory.

        Raises Incomplete at the end of a stream that the desk did not finish.
        """
        with self._reader() as reader:
            yield from _whole(reader, self.name)

    def arrow(self) -> pa.Table:
        """Return the table with its exact types (money as decimals), labels and units in the metadata of its fields."""
        if self._table is None:
            with self._reader() as reader:
                self._table = pa.Table.from_batches(list(_whole(reader, self.name)), schema=reader.schema)
        return self._table

    def polars(self, labels: str = "") -> "polars.DataFrame":
        """Return a polars frame. `labels="zh"` (or "en") gives columns and choices their labels."""
        import polars

        made = polars.from_arrow(self._labelled(labels))
        if not isinstance(made, polars.DataFrame):
            raise TypeError("polars made no frame of the table")
        return made

    def pandas(self, labels: str = "") -> "pandas.DataFrame":
        """Return a pandas frame; decimals become floats, dates datetime64. `attrs["units"]` holds {column: unit}."""
        table = self._labelled(labels)
        for place, field in enumerate(table.schema):
            if pa.types.is_decimal(field.type):
                table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
        frame = table.to_pandas(date_as_object=False)
        frame.attrs["units"] = {
            name: column.unit for name, column in zip(table.column_names, self.columns, strict=True) if column.unit
        }
        return frame

    def duckdb(self, connection: Any = None, labels: str = "") -> "duckdb.DuckDBPyRelation":
        """Return a DuckDB relation over the table, in a connection of its own unless one is given."""
        import duckdb

        return (connection or duckdb.connect()).from_arrow(self._labelled(labels))

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries of Python values."""
        return self.arrow().to_pylist()

    @property
    def columns(self) -> list[Column]:
        """Return the metadata of each column."""
        return [_column(field) for field in self.arrow().schema]

    def labels(self, language: str = "zh") -> dict[str, str]:
        """Return {column: label}."""
        return {column.name: column.label(language) for column in self.columns}

    @property
    def units(self) -> dict[str, str]:
        """Return {column: unit} of the columns that have one."""
        return {column.name: column.unit for column in self.columns if column.unit}

    @contextmanager
    def _reader(self) -> Iterator[Any]:
        with self._opened() as parts:
            yield pa.ipc.open_stream(io.BufferedReader(_Readable(parts)))
            for _ in parts:  # read to the end, so that the connection can be reused
                continue

    def _labelled(self, language: str) -> pa.Table:
        table = self.arrow()
        if not language:
            return table
        if language not in LANGUAGES:
            raise ValueError('labels is "zh" or "en"')
        names: list[str] = []
        for place, column in enumerate(self.columns):
            if column.choices:
                table = table.set_column(
                    place, table.schema.field(place), _named(table.column(place), column, language)
                )
            label = column.label(language)
            label = f"{label} ({column.unit})" if column.unit else label
            names.append(f"{label} {column.name}" if label in names else label)
        return table.rename_columns(names)


def _named(cells: pa.ChunkedArray, column: Column, language: str) -> pa.ChunkedArray:
    """Return stored values as labels of their choices; a value no longer among the choices stays as stored."""
    place = LANGUAGES.index(language)
    values = {value: names[place] for value, names in column.choices.items()}
    made = [None if cell is None else values.get(cell, cell) for cell in cells.to_pylist()]
    return pa.chunked_array([pa.array(made, pa.string())])


def _column(field: pa.Field) -> Column:
    said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    choices = {one["value"]: (one["zh"], one["en"]) for one in json.loads(said.get("choices", "[]"))}
    texts = [said.get(key, "") for key in ("zh", "en", "kind", "unit", "help_zh", "help_en", "sensitivity")]
    return Column(field.name, *texts, said.get("masked") == "true", choices)


def _whole(reader: Any, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a stream up to its completion marker."""
    while True:
        try:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            raise Incomplete(f"{name}: the table was cut off before its end; ask for it again") from None
        except (pa.ArrowInvalid, OSError) as fault:
            raise Incomplete(f"{name}: the table was cut off ({fault}); ask for it again") from None
        if metadata is not None and metadata.get("complete"):
            return
        yield batch


class _Readable(io.RawIOBase):
    """A file-like reader of bytes that arrive in parts."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._left = parts, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            found = next(self._parts, None)
            if found is None:
                return 0
            self._left = found
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
