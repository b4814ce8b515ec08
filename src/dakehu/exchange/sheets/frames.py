"""The sheets of the table as columns of values: in scope, masked to the reader's clearance, sealed values masked always."""

import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any

import polars as pl

from dakehu.exchange.sheets.definitions import CONTACT_KINDS, ROW_KEY, Worksheet
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import EncryptedValue
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.gates.input import field_behind, spec_behind
from dakehu.foundation.gates.output import kind_of, masked
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import Parameter

KINDS = {"choice": "choice", "date": "date", "datetime": "datetime", "money": "money", "rate": "rate", "bool": "bool"}
CHANNELS = {"mobile": "phone", "mail": "mail", **{kind: kind for kind in CONTACT_KINDS}}
NAMED = {"client_code": "client__code", "client_name": "client__name"}
LEFT_OUT = {
    "contact",
    "client_id_number",
    "client_phone",
    "as_of_on",
    ROW_KEY,
}
READ = 5_000  # rows read at a time
Columns = list[Sequence[Any]]  # numbers, versions, and one of values for each column
NUMBER, VERSION = "#number", "#version"  # columns of a frame beside those of takes_out: which row it is, and how old


def is_exportable(part: Worksheet) -> list[Parameter]:
    """The columns of a sheet: what it takes in, less what only helps to read foreign files."""
    return [t for t in part.parameters if t.name not in LEFT_OUT and t.name not in part.import_only]


def kind(parameter: Parameter) -> str:
    """The kind of a column as the writer of workbooks knows it."""
    behind = field_behind(parameter)
    if behind is None:
        return "date" if parameter.kind == "date" else "text"
    found = kind_of(behind)
    if found == "number":
        return "integer" if "Integer" in behind.get_internal_type() else "money"
    return KINDS.get(found, "text")


def frame(part: Worksheet, clients: Any, language: str, *, rows: Any = None) -> pl.DataFrame:
    """The rows of a part that belong to `clients` (numbers), or the rows numbered `rows`: one column for each of
    takes_out, beside NUMBER and VERSION."""
    told = column_renderers(part, language)
    return finish(told, pl.concat(list(slices(part, clients, told, rows=rows))))


def column_renderers(part: Worksheet, language: str) -> "dict[str, ColumnRenderer]":
    """{column of a sheet: how its values go out}."""
    return {parameter.name: ColumnRenderer(parameter, language) for parameter in is_exportable(part)}


def slices(
    part: Worksheet, clients: Any, told: "dict[str, ColumnRenderer]", *, rows: Any = None
) -> Iterator[pl.DataFrame]:
    """The same some thousand rows at a time, at least one frame, their columns not finished."""
    parameters = is_exportable(part)
    if part.name == "clients":
        found = _clients(parameters, clients if rows is None else rows)
    else:
        paths = ["pk", "row_version", *(NAMED.get(t.name) or _path(t) for t in parameters)]
        by, numbers = ("client_id", clients) if rows is None else ("pk", rows)
        found = _dependents(model_of(part.model), paths, by, numbers)
    empty = True
    for some in found:
        yield _columns(told, some)
        empty = False
    if empty:
        yield _columns(told, [])


def finish(told: "dict[str, ColumnRenderer]", frame: pl.DataFrame) -> pl.DataFrame:
    """Some rows with their columns finished, once all rows have been told."""
    return frame.with_columns(one.finished(frame[name]) for name, one in told.items())


class Spool:
    """Slices of rows put aside in an open file: in memory there is one at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.places: list[tuple[int, int]] = []  # where a slice begins, and how long it is
        self.height = 0

    def add(self, frame: pl.DataFrame) -> None:
        body = io.BytesIO()
        frame.write_ipc(body, compression="lz4")
        self.places.append((self.file.seek(0, os.SEEK_END), self.file.write(body.getbuffer())))
        self.height += frame.height

    def read(self) -> Iterator[pl.DataFrame]:
        for begin, length in self.places:
            self.file.seek(begin)
            yield pl.read_ipc(io.BytesIO(self.file.read(length)))


def _columns(told: "dict[str, ColumnRenderer]", columns: Columns) -> pl.DataFrame:
    numbers, versions, *values = columns or ((),) * (len(told) + 2)
    made = {name: one.series(column) for (name, one), column in zip(told.items(), values, strict=True)}
    marks = {NUMBER: pl.Series(numbers, dtype=pl.Int64), VERSION: pl.Series(versions, dtype=pl.Int64)}
    return pl.DataFrame(made | marks)


def _path(parameter: Parameter) -> str:
    behind = field_behind(parameter)
    return f"{parameter.field}_id" if behind is not None and behind.is_relation else parameter.field or parameter.name


def client_names(model: Any) -> dict[int, str]:
    """{number: name} of staff or branches, as a person writes it and an import reads it: by the name, or by the first
    field that names a row where several share the name."""
    rows = list(model.objects.order_by("name").values_list("pk", "name", model.lookup_fields[0]))
    shared = Counter(name for _, name, _ in rows)
    return {pk: name if shared[name] == 1 else code for pk, name, code in rows}


def _dependents(model: Any, paths: list[str], by: str, numbers: Any) -> Iterator[Columns]:
    for part in chunks(numbers, READ):
        found = model.objects.filter(**{f"{by}__among": part}).order_by("client__code", "pk")
        rows = found.values_list(*paths).iterator(chunk_size=READ)
        while some := list(islice(rows, READ)):
            yield list(zip(*some, strict=True))


def _clients(parameters: list[Parameter], clients: Any) -> Iterator[Columns]:
    beside = {*CHANNELS.values(), "staff"}
    paths = ["pk", "row_version", *(_path(t) for t in parameters if t.name not in beside)]
    for part in chunks(clients, READ):
        rows = list(model_of("clients.Client").objects.filter(pk__among=part).order_by("code").values_list(*paths))
        if not rows:
            continue
        numbers, versions, *own = zip(*rows, strict=True)
        reached, served, stored = _contacts(part), _staff(part), iter(own)
        cells: Columns = [numbers, versions]
        for parameter in parameters:
            if parameter.name == "staff":
                cells.append([served.get(pk) for pk in numbers])
            elif parameter.name in beside:
                cells.append([reached.get(pk, {}).get(parameter.name) for pk in numbers])
            else:
                cells.append(next(stored))
        yield cells


def _contacts(clients: Any) -> dict[int, dict[str, str]]:
    """{client: {column: masked contacts, the preferred one first}} of a chunk of clients."""
    made: dict[int, dict[str, list[str]]] = {}
    rows = model_of("clients.Contact").objects.filter(client_id__among=clients).order_by("-primary", "pk")
    for client, channel, value in rows.values_list("client_id", "kind", "value"):
        if channel in CHANNELS:
            made.setdefault(client, {}).setdefault(CHANNELS[channel], []).append(str(value))
    return {client: {name: "、".join(values) for name, values in named.items()} for client, named in made.items()}


def _staff(clients: Any) -> dict[int, int]:
    rows = model_of("clients.Coverage").objects.filter(client_id__among=clients, until=None, role="main")
    return dict(rows.values_list("client_id", "user_id"))


class ColumnRenderer:
    """How the values of a column go out, typed as the writer wants them; each distinct value is masked or named once."""

    def __init__(self, parameter: Parameter, language: str) -> None:
        self.take, self.spec, self.shape, self.language = parameter, spec_behind(parameter), kind(parameter), language
        behind = field_behind(parameter)
        self.choice_set = getattr(behind, "choice_set", None) if self.shape == "choice" else None
        self.names = client_names(behind.remote_field.model) if behind is not None and behind.is_relation else None
        self.hidden = self.spec.sensitivity > current_actor().clearance
        self.large = False  # whether a rate of 100 % or more was among the values

    def series(self, values: Iterable[Any]) -> pl.Series:
        """Some values of the column. Rates come as text until all are known (see `finished`)."""
        made = self._series(values)
        if self.shape == "rate" and not self.hidden:
            self.large = self.large or bool((made.cast(pl.Float64).abs() >= 1).any())
        return made

    def _series(self, values: Iterable[Any]) -> pl.Series:
        values = [None if v == "" else v for v in values]
        if self.names is not None:
            return pl.Series([self.names.get(v) for v in values], dtype=pl.String)
        if self.shape == "text" and any(isinstance(v, EncryptedValue) for v in values):
            return pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)
        if self.hidden:
            known = {v: masked(v, self.spec) for v in set(values) - {None}}
            return pl.Series([known.get(v) for v in values], dtype=pl.String)
        if self.choice_set is not None and hasattr(self.choice_set, "many"):
            return pl.Series([v and self.choice_set.label_of(v, self.language) for v in values], dtype=pl.String)
        if self.choice_set is not None:
            named = {m.value: m.label_in(self.language) for m in self.choice_set}
            return pl.Series([named.get(v, v) for v in values], dtype=pl.String)
        if self.shape == "money":
            return pl.Series([float(v) if isinstance(v, Decimal) else v for v in values], dtype=pl.Float64)
        if self.shape == "datetime":
            local = [clock.local(v).replace(tzinfo=None) if isinstance(v, datetime) else None for v in values]
            return pl.Series(local, dtype=pl.Datetime("us"))
        plain = {"date": pl.Date, "integer": pl.Int64, "bool": pl.Boolean}.get(self.shape, pl.String)
        return pl.Series([v if plain != pl.String or v is None else str(v) for v in values], dtype=plain)

    def finished(self, told: pl.Series) -> pl.Series:
        """Some of the column, once all of it has been told. Rates are numbers, or text with the sign where one is 100 % or
        more, because a bare 1 in a cell reads as 1 %."""
        if self.shape != "rate" or self.hidden:
            return told
        if not self.large:
            return told.cast(pl.Float64)
        texts = [None if v is None else f"{(Decimal(v) * 100).normalize():f}%" for v in told]
        return pl.Series(told.name, texts, dtype=pl.String)
