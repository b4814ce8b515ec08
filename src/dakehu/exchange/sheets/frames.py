"""Read the rows of worksheets as columns of values, in scope and masked to the reader's clearance.

Values of encrypted fields are always masked.
"""

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
from dakehu.foundation.gates.output import kind_of, mask_value
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import Parameter

KINDS = {"choice": "choice", "date": "date", "datetime": "datetime", "money": "money", "rate": "rate", "bool": "bool"}
CHANNELS = {"mobile": "phone", "mail": "mail", **{kind: kind for kind in CONTACT_KINDS}}
NAMED = {"client_code": "client__code", "client_name": "client__name"}
IMPORT_ONLY = {
    "contact",
    "client_id_number",
    "client_phone",
    "as_of_on",
    ROW_KEY,
}
READ = 5_000  # rows read at a time
Columns = list[Sequence[Any]]  # ids, versions, and the values of each column
NUMBER, VERSION = "#number", "#version"  # further columns of a frame: id and version of the row


def exportable_columns(part: Worksheet) -> list[Parameter]:
    """Return the exported columns of a worksheet: all but those used only to read files of other systems."""
    return [parameter for parameter in part.parameters if parameter.name not in {*IMPORT_ONLY, *part.import_only}]


def kind(parameter: Parameter) -> str:
    """Return the kind of a column for the workbook writer."""
    model_field = field_behind(parameter)
    if model_field is None:
        return "date" if parameter.kind == "date" else "text"
    output_kind = kind_of(model_field)
    if output_kind == "number":
        return "integer" if "Integer" in model_field.get_internal_type() else "money"
    return KINDS.get(output_kind, "text")


def frame(part: Worksheet, clients: Any, language: str, *, rows: Any = None) -> pl.DataFrame:
    """Return the rows of a worksheet of some `clients` (ids), or with the ids `rows`.

    One column for each of exportable_columns, and NUMBER and VERSION.
    """
    renderers = column_renderers(part, language)
    return finish(renderers, pl.concat(list(slices(part, clients, renderers, rows=rows))))


def column_renderers(part: Worksheet, language: str) -> "dict[str, ColumnRenderer]":
    """Return {column: renderer of its values}."""
    return {parameter.name: ColumnRenderer(parameter, language) for parameter in exportable_columns(part)}


def slices(
    part: Worksheet, clients: Any, renderers: "dict[str, ColumnRenderer]", *, rows: Any = None, unattached: bool = False
) -> Iterator[pl.DataFrame]:
    """Yield the same rows in batches of some thousand, at least one frame, with unfinished columns.

    With `unattached` also the visible rows of the table that belong to no client.
    """
    parameters = exportable_columns(part)
    if part.name == "clients":
        batches = _clients(parameters, clients if rows is None else rows)
    else:
        paths = [
            "pk",
            "row_version",
            *(NAMED.get(parameter.name) or _lookup_path(parameter) for parameter in parameters),
        ]
        key, ids = ("client_id", clients) if rows is None else ("pk", rows)
        if rows is None and part.clients != "each":
            key, ids = "pk", _mixed_rows(part, clients, unattached)
        order = ("pk",) if part.clients == "none" else ("client__code", "pk")
        batches = _dependents(model_of(part.model), paths, key, ids, order)
    empty = True
    for batch in batches:
        yield _columns(renderers, batch)
        empty = False
    if empty:
        yield _columns(renderers, [])


def finish(renderers: "dict[str, ColumnRenderer]", frame: pl.DataFrame) -> pl.DataFrame:
    """Finish the columns of a frame, after all rows have been rendered."""
    return frame.with_columns(renderer.finished(frame[name]) for name, renderer in renderers.items())


class Spool:
    """Slices of rows stored in an open file, so that only one is in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.places: list[tuple[int, int]] = []  # (offset, length) of each slice
        self.height = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Append a slice."""
        body = io.BytesIO()
        frame.write_ipc(body, compression="lz4")
        self.places.append((self.file.seek(0, os.SEEK_END), self.file.write(body.getbuffer())))
        self.height += frame.height

    def read(self) -> Iterator[pl.DataFrame]:
        """Yield the slices in order."""
        for begin, length in self.places:
            self.file.seek(begin)
            yield pl.read_ipc(io.BytesIO(self.file.read(length)))


def _columns(renderers: "dict[str, ColumnRenderer]", columns: Columns) -> pl.DataFrame:
    """Render a batch of rows as a frame."""
    ids, versions, *values = columns or ((),) * (len(renderers) + 2)
    rendered = {
        name: renderer.series(column) for (name, renderer), column in zip(renderers.items(), values, strict=True)
    }
    marks = {NUMBER: pl.Series(ids, dtype=pl.Int64), VERSION: pl.Series(versions, dtype=pl.Int64)}
    return pl.DataFrame(rendered | marks)


def _lookup_path(parameter: Parameter) -> str:
    """Return the lookup path of a column."""
    model_field = field_behind(parameter)
    return (
        f"{parameter.field}_id"
        if model_field is not None and model_field.is_relation
        else parameter.field or parameter.name
    )


def client_names(model: Any) -> dict[int, str]:
    """Return {id: name} of staff, branches or securities as an import reads it.

    The name, or the first look-up field where several share the name or the model has none.
    """
    by = "name" if any(column.name == "name" for column in model._meta.concrete_fields) else model.lookup_fields[0]
    rows = list(model.objects.order_by(by).values_list("pk", by, model.lookup_fields[0]))
    shared = Counter(name for _, name, _ in rows)
    return {pk: name if shared[name] == 1 else code for pk, name, code in rows}


def _dependents(model: Any, paths: list[str], key: str, ids: Any, order: tuple[str, ...]) -> Iterator[Columns]:
    """Yield batches of rows in a given order."""
    for some_ids in chunks(ids, READ):
        queryset = model.objects.filter(**{f"{key}__among": some_ids}).order_by(*order)
        rows = queryset.values_list(*paths).iterator(chunk_size=READ)
        while batch := list(islice(rows, READ)):
            yield list(zip(*batch, strict=True))


def _mixed_rows(part: Worksheet, clients: Any, unattached: bool) -> list[int]:
    """Return the ids of a table's rows of some clients, and with `unattached` also those of no client."""
    rows = model_of(part.model).objects.order_by("pk")
    found = [] if part.clients == "none" else _ids_of(rows, clients)
    free = rows if part.clients == "none" else rows.filter(client=None)
    return [*found, *(free.values_list("pk", flat=True) if unattached else ())]


def _ids_of(rows: Any, clients: Any) -> list[int]:
    """Return the ids of the rows of some clients."""
    return [
        pk for some in chunks(clients, READ) for pk in rows.filter(client_id__among=some).values_list("pk", flat=True)
    ]


def _clients(parameters: list[Parameter], clients: Any) -> Iterator[Columns]:
    """Yield batches of clients with their contacts and main manager."""
    joined = {*CHANNELS.values(), "staff"}
    paths = [
        "pk",
        "row_version",
        *(_lookup_path(parameter) for parameter in parameters if parameter.name not in joined),
    ]
    for some_ids in chunks(clients, READ):
        rows = list(model_of("clients.Client").objects.filter(pk__among=some_ids).order_by("code").values_list(*paths))
        if not rows:
            continue
        ids, versions, *columns = zip(*rows, strict=True)
        contacts, staff, stored = _contacts(some_ids), _staff(some_ids), iter(columns)
        cells: Columns = [ids, versions]
        for parameter in parameters:
            if parameter.name == "staff":
                cells.append([staff.get(pk) for pk in ids])
            elif parameter.name in joined:
                cells.append([contacts.get(pk, {}).get(parameter.name) for pk in ids])
            else:
                cells.append(next(stored))
        yield cells


def _contacts(clients: Any) -> dict[int, dict[str, str]]:
    """Return {client id: {column: masked contacts, primary ones first}} of some clients."""
    contacts: dict[int, dict[str, list[str]]] = {}
    rows = model_of("clients.Contact").objects.filter(client_id__among=clients).order_by("-primary", "pk")
    for client, channel, value in rows.values_list("client_id", "kind", "value"):
        if channel in CHANNELS:
            contacts.setdefault(client, {}).setdefault(CHANNELS[channel], []).append(str(value))
    return {
        client: {name: "、".join(values) for name, values in by_column.items()}
        for client, by_column in contacts.items()
    }


def _staff(clients: Any) -> dict[int, int]:
    """Return {client id: user id of the main manager} of some clients."""
    rows = model_of("clients.Coverage").objects.filter(client_id__among=clients, until=None, role="main")
    return dict(rows.values_list("client_id", "user_id"))


class ColumnRenderer:
    """Renders the values of a column for the workbook writer.

    Each distinct value is masked or rendered once.
    """

    def __init__(self, parameter: Parameter, language: str) -> None:
        """Prepare the renderer for the reader's clearance."""
        self.take, self.spec, self.shape, self.language = parameter, spec_behind(parameter), kind(parameter), language
        model_field = field_behind(parameter)
        self.choice_set = getattr(model_field, "choice_set", None) if self.shape == "choice" else None
        self.names = (
            client_names(model_field.remote_field.model)
            if model_field is not None and model_field.is_relation
            else None
        )
        self.hidden = self.spec.sensitivity > current_actor().clearance
        self.large = False  # whether a rate of 100 % or more is among the values

    def series(self, values: Iterable[Any]) -> pl.Series:
        """Render some values of the column. Rates stay text until all are known (see `finished`)."""
        rendered = self._series(values)
        if self.shape == "rate" and not self.hidden:
            self.large = self.large or bool((rendered.cast(pl.Float64).abs() >= 1).any())
        return rendered

    def _series(self, values: Iterable[Any]) -> pl.Series:
        """Render values by the kind of the column."""
        values = [None if value == "" else value for value in values]
        if self.names is not None:
            return pl.Series([self.names.get(value) for value in values], dtype=pl.String)
        if self.shape == "text" and any(isinstance(value, EncryptedValue) for value in values):
            return pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)
        if self.hidden:
            known = {value: mask_value(value, self.spec) for value in set(values) - {None}}
            return pl.Series([known.get(value) for value in values], dtype=pl.String)
        if self.choice_set is not None and hasattr(self.choice_set, "many"):
            return pl.Series(
                [value and self.choice_set.label_of(value, self.language) for value in values], dtype=pl.String
            )
        if self.choice_set is not None:
            labels = {member.value: member.label_in(self.language) for member in self.choice_set}
            return pl.Series([labels.get(value, value) for value in values], dtype=pl.String)
        if self.shape == "money":
            return pl.Series(
                [float(value) if isinstance(value, Decimal) else value for value in values], dtype=pl.Float64
            )
        if self.shape == "datetime":
            local = [
                clock.local(value).replace(tzinfo=None) if isinstance(value, datetime) else None for value in values
            ]
            return pl.Series(local, dtype=pl.Datetime("us"))
        dtype = {"date": pl.Date, "integer": pl.Int64, "bool": pl.Boolean}.get(self.shape, pl.String)
        return pl.Series(
            [value if dtype != pl.String or value is None else str(value) for value in values], dtype=dtype
        )

    def finished(self, rendered: pl.Series) -> pl.Series:
        """Finish a part of the column after all of it was rendered.

        Rates become numbers, or text with the percent sign if one is 100 % or more, because a plain 1 in a cell is
        read as 1 %.
        """
        if self.shape != "rate" or self.hidden:
            return rendered
        if not self.large:
            return rendered.cast(pl.Float64)
        texts = [None if value is None else f"{(Decimal(value) * 100).normalize():f}%" for value in rendered]
        return pl.Series(rendered.name, texts, dtype=pl.String)
