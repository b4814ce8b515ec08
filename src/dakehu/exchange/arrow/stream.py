"""The result of a query as one Arrow stream: its rows in batches, and a last empty batch that marks it as complete."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import models

from dakehu import __version__
from dakehu.exchange.arrow.rows import RowSource, rows_of_list, rows_of_queryset
from dakehu.exchange.arrow.values import table_of
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.store import Content
from dakehu.foundation.gates.registry import rows_between, run_query

MEDIA_TYPE = "application/vnd.apache.arrow.stream"
ROWS = "rows"  # the default part of a result


class NotTabular(Refused):
    """The result is not a table, and no part that is a table was named."""

    status = 406


@dataclass(frozen=True)
class TableSource:
    """A complete table that a query built in memory."""

    table: pa.Table

    @property
    def count(self) -> int:
        return int(self.table.num_rows)

    @property
    def schema(self) -> pa.Schema:
        return self.table.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        yield from self.table.to_batches()


Source = RowSource | TableSource


def read_query(name: str, raw: Mapping[str, Any], columns: Iterable[str] = (), part: str = "") -> Source:
    """Run a query by name and return its result as a table; `limit` and `offset` in `raw` select rows (default: all).

    `part` names the table in a result of several. Raises NotTabular where it must be named, and the refusals of
    `run_query`.
    """
    result, limit, offset = run_query(name, dict(raw))
    return _source(_part(result, part), limit, offset, list(columns))


def _source(result: Any, limit: int | None, offset: int, columns: list[str]) -> Source:
    if isinstance(result, models.QuerySet):
        return rows_of_queryset(result, limit, offset, columns)
    if isinstance(result, models.Model):
        return rows_of_list([result], columns)
    if isinstance(result, (list, tuple)) and result and isinstance(result[0], models.Model):
        return rows_of_list(list(rows_between(list(result), limit, offset)), columns)
    if isinstance(result, Content):
        raise NotTabular(bilingual("这是一个文件，不是表格。", "This is a file, not a table."))
    rows = [] if result is None else [result] if isinstance(result, dict) else result
    if not isinstance(rows, (list, tuple)):
        rows = [rows]
    table = table_of(rows_between(list(rows), limit, offset))
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        sentence = bilingual("没有“{names}”这一列。", "There is no column “{names}”.", names=", ".join(missing)[:200])
        raise Refused({"columns": [sentence]})
    return TableSource(table.select(columns) if columns else table)


def _part(result: Any, part: str) -> Any:
    """Return the table in a result that is a dictionary. A dictionary without tables is a table of one row."""
    if not isinstance(result, dict):
        if part:
            raise Refused({"part": [bilingual("这个查询只有一张表。", "This query answers one table only.")]})
        return result
    tables = [name for name, value in result.items() if _is_table(value)]
    named = part or (ROWS if ROWS in tables else tables[0] if len(result) == len(tables) == 1 else "")
    if named in result:
        return result[named]
    if not part and not tables:
        return result
    sentence = bilingual(
        "请用 part 指明要哪一张表：{names}。", "Name the table that you want as part: {names}.", names=", ".join(tables)
    )
    raise NotTabular({"part": [sentence]})


def _is_table(value: Any) -> bool:
    """Return whether a value can contain rows. An empty list can: naming rules must not depend on the data."""
    if isinstance(value, models.QuerySet):
        return True
    return isinstance(value, (list, tuple)) and (not value or isinstance(value[0], (dict, models.Model)))


def stream_of(source: Source, facts: Mapping[str, str]) -> Iterator[bytes]:
    """Yield an Arrow stream (zstd), batch by batch. `facts` are added to the schema metadata, together with the
    number of rows.

    The last batch is empty and has the metadata `complete`: a truncated stream lacks it.
    """
    sink = _Sink()
    schema = source.schema.with_metadata({"dakehu": __version__, "rows": str(source.count), **facts})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    sent = 0
    with pa.ipc.new_stream(sink, schema, options=options) as writer:
        for batch in source.batches():
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))
            sent += batch.num_rows
            yield sink.take()
        end = pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)
        writer.write_batch(end, custom_metadata={"complete": "true", "rows": str(sent)})
    yield sink.take()


class _Sink(io.RawIOBase):
    """A buffer of written bytes until they are read."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        taken, self.parts = b"".join(self.parts), []
        return taken
