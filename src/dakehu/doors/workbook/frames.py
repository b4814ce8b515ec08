"""The sheets of the table as columns of values: in scope, masked to the reader's clearance, sealed values masked always."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.doors.workbook.vocabulary import CONTACT_KINDS, ROW_KEY, Part
from dakehu.foundation import clock, scope
from dakehu.foundation.acts import Take
from dakehu.foundation.bulk import CHUNK, chunks
from dakehu.foundation.fields import Sensitivity, model_of
from dakehu.foundation.gates.accept import facts_behind, field_behind
from dakehu.foundation.gates.present import kind_of, masked
from dakehu.foundation.sealed import Sealed

KINDS = {"choice": "choice", "date": "date", "datetime": "datetime", "money": "money", "rate": "rate", "bool": "bool"}
CHANNELS = {"mobile": "phone", "mail": "mail", **{kind: kind for kind in CONTACT_KINDS}}
NAMED = {"client_code": "client__code", "client_name": "client__name"}
LEFT_OUT = {
    "contact", "client_id_number", "client_phone", "next_on", "next_in_days", "next_subject", "as_of_on", ROW_KEY,
}  # fmt: skip
NUMBER, VERSION = "#number", "#version"  # columns of a frame beside those of takes_out: which row it is, and how old


def takes_out(part: Part) -> list[Take]:
    """The columns of a sheet: what it takes in, less what only helps to read foreign files."""
    return [t for t in part.takes if t.name not in LEFT_OUT]


def kind(take: Take) -> str:
    """The kind of a column as the writer of workbooks knows it."""
    behind = field_behind(take)
    if behind is None:
        return "date" if take.kind == "date" else "text"
    found = kind_of(behind)
    if found == "number":
        return "integer" if "Integer" in behind.get_internal_type() else "money"
    return KINDS.get(found, "text")


def frame(part: Part, clients: Any, language: str, *, rows: Any = None) -> pl.DataFrame:
    """The rows of a part that belong to `clients` (numbers), or the rows numbered `rows`: one column for each of
    takes_out, beside NUMBER and VERSION."""
    takes = takes_out(part)
    if part.name == "clients":
        found = _clients(takes, clients if rows is None else rows)
    else:
        paths = ["pk", "row_version", *(NAMED.get(t.name) or _path(t) for t in takes)]
        by, numbers = ("client_id", clients) if rows is None else ("pk", rows)
        found = _dependents(model_of(part.model), paths, by, numbers)
    clearance = scope.current_actor().clearance
    numbers, versions, *columns = list(zip(*found, strict=True)) if found else [[] for _ in range(len(takes) + 2)]
    made = {t.name: series(t, values, clearance, language) for t, values in zip(takes, columns, strict=True)}
    marks = {NUMBER: pl.Series(numbers, dtype=pl.Int64), VERSION: pl.Series(versions, dtype=pl.Int64)}
    return pl.DataFrame({**made, **marks}, strict=False)


def _path(take: Take) -> str:
    behind = field_behind(take)
    return f"{take.field}_id" if behind is not None and behind.is_relation else take.field or take.name


def called(model: Any) -> dict[int, str]:
    """{number: name} of staff or branches, as a person writes it and an import reads it: by the name, or by the first
    field that names a row where several share the name."""
    rows = list(model.objects.order_by("name").values_list("pk", "name", model.found_by[0]))
    shared = Counter(name for _, name, _ in rows)
    return {pk: name if shared[name] == 1 else code for pk, name, code in rows}


def _dependents(model: Any, paths: list[str], by: str, numbers: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for part in chunks(numbers):
        found = model.objects.filter(**{f"{by}__in": part}).order_by("client__code", "pk")
        rows += list(found.values_list(*paths).iterator(chunk_size=CHUNK))
    return rows


def _clients(takes: list[Take], clients: Any) -> list[tuple[Any, ...]]:
    beside = {*CHANNELS.values(), "staff"}
    own = [_path(t) for t in takes if t.name not in beside]
    reached, served = _contacts(clients), _staff(clients)
    rows: list[tuple[Any, ...]] = []
    for part in chunks(clients):
        found = model_of("clients.Client").objects.filter(pk__in=part).order_by("code")
        for pk, version, *values in found.values_list("pk", "row_version", *own).iterator(chunk_size=CHUNK):
            known = {**dict(zip(own, values, strict=True)), **reached.get(pk, {}), "staff": served.get(pk)}
            cells = (known.get(t.name if t.name in beside else _path(t)) for t in takes)
            rows.append((pk, version, *cells))
    return rows


def _contacts(clients: Any) -> dict[int, dict[str, str]]:
    """{client: {column: masked contacts, the preferred one first}}."""
    made: dict[int, dict[str, list[str]]] = {}
    for part in chunks(clients):
        rows = model_of("clients.Contact").objects.filter(client_id__in=part).order_by("-primary", "pk")
        for client, channel, value in rows.values_list("client_id", "kind", "value"):
            if channel in CHANNELS:
                made.setdefault(client, {}).setdefault(CHANNELS[channel], []).append(str(value))
    return {client: {name: "、".join(values) for name, values in named.items()} for client, named in made.items()}


def _staff(clients: Any) -> dict[int, int]:
    made: dict[int, int] = {}
    for part in chunks(clients):
        rows = model_of("clients.Coverage").objects.filter(client_id__in=part, until=None, role="main")
        made.update(rows.values_list("client_id", "user_id"))
    return made


def series(take: Take, values: Iterable[Any], clearance: Sensitivity, language: str) -> pl.Series:
    """One column, typed as the writer wants it; each distinct value is masked or named once."""
    facts, shape = facts_behind(take), kind(take)
    behind = field_behind(take)
    values = [None if v == "" else v for v in values]
    if behind is not None and behind.is_relation:
        names = called(behind.remote_field.model)
        return pl.Series([names.get(v) for v in values], dtype=pl.String)
    if any(isinstance(v, Sealed) for v in values):
        return pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)
    if facts.sensitivity > clearance:
        known = {v: masked(v, facts) for v in set(values) - {None}}
        return pl.Series([known.get(v) for v in values], dtype=pl.String)
    if shape == "choice" and hasattr(behind.words, "many"):  # type: ignore[union-attr]
        return pl.Series([v and behind.words.label_of(v, language) for v in values], dtype=pl.String)  # type: ignore[union-attr]
    if shape == "choice":
        named = {m.value: m.label_in(language) for m in behind.words}  # type: ignore[union-attr]
        return pl.Series([named.get(v, v) for v in values], dtype=pl.String)
    if shape == "rate" and any(v is not None and abs(v) >= 1 for v in values):
        # A bare 1 in a cell reads as 1 %, so a column with such rates goes out as text with its sign.
        return pl.Series([None if v is None else f"{(v * 100).normalize():f}%" for v in values], dtype=pl.String)
    if shape in ("money", "rate"):
        return pl.Series([float(v) if isinstance(v, Decimal) else v for v in values], dtype=pl.Float64)
    if shape == "datetime":
        local = [clock.local(v).replace(tzinfo=None) if isinstance(v, datetime) else None for v in values]
        return pl.Series(local, dtype=pl.Datetime("us"))
    plain = {"date": pl.Date, "integer": pl.Int64, "bool": pl.Boolean}.get(shape, pl.String)
    return pl.Series([v if plain != pl.String or v is None else str(v) for v in values], dtype=plain)
