"""Collect the columns of all clients: their own, related figures, who serves them, the facts of the day."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.clients.masks import BAND_EDGES
from dakehu.domains.insight.pivots import rules, sources
from dakehu.domains.insight.pivots.coding import Coded, encode
from dakehu.domains.insight.pivots.served import annotated
from dakehu.domains.insight.pivots.sources import FACT, TYPES, Source
from dakehu.domains.insight.snapshots import store
from dakehu.domains.insight.snapshots.store import CLIENT, Snapshot
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.live.changes import last_entry
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema import facts
from dakehu.foundation.schema.fields import model_of

AT_ONCE = 16  # columns per statement
MOST_TEXTS = 5_000  # distinct texts of a column; with more it identifies clients rather than groups
BAND = ":band"  # suffix of the band column after the amount's name


def take_snapshot(day: date | None = None, progress: Callable[..., None] | None = None) -> Snapshot:
    """Write a snapshot of every client as of now, with the facts of a day: the last complete one by default."""
    with acting_as(system_actor("take the snapshot of clients")):
        entry = last_entry()
        day = day or trading_days.last_complete_day()
        ids = read_columns(_clients().values_list("pk"), {CLIENT: pl.Int64}).get_column(CLIENT)
        columns: dict[str, Coded | pl.Series] = {CLIENT: ids}
        kinds: dict[str, str] = {CLIENT: "id"}
        taken = [source for source in sources.own_sources().values() if is_taken(source)]
        for place in range(0, len(taken), AT_ONCE):
            part = taken[place : place + AT_ONCE]
            for source, column in _read(ids, part):
                _add(columns, kinds, source, column)
            if progress is not None:
                progress((place + len(part)) / (len(taken) + AT_ONCE))
        for source, column in _facts(ids, day):
            _add(columns, kinds, source, column)
        return store.write(columns, kinds, day, entry)


def is_taken(source: Source) -> bool:
    """Return whether a column is in the snapshot: no unique text per client, no secret, no custom field."""
    if source.kind not in TYPES or source.spec.sensitivity > PERSONAL or source.spec.shown_by:
        return False
    return not (getattr(source.field, "unique", False) or getattr(source.field, "custom", False))


def _clients() -> Any:
    return model_of("clients.Client").objects.order_by("pk")


def _read(ids: pl.Series, part: list[Source]) -> Iterator[tuple[Source, pl.Series]]:
    """Yield columns of clients in the order of the ids; a client entered since then is left out."""
    names = [source.name for source in part]
    schema = {CLIENT: pl.Int64, **{source.name: TYPES[source.kind] for source in part}}
    frame = read_columns(annotated(_clients(), names).values_list("pk", *names), schema)
    if not frame.get_column(CLIENT).equals(ids):
        frame = ids.to_frame().join(frame, on=CLIENT, how="left", maintain_order="left")
    for source in part:
        yield source, frame.get_column(source.name)


def _facts(ids: pl.Series, day: date) -> Iterator[tuple[Source, pl.Series]]:
    """Yield the facts of a day whose data were imported."""
    wanted = sources.fact_sources()
    with facts.keeping_frames():
        for table in facts.tables():
            names = [fact.name for fact in table.facts if FACT + fact.name in wanted]
            if table.subject != facts.CLIENT or not names:
                continue
            newest = day if table.as_of is None else table.as_of(day)
            if newest is None or (table.is_daily and newest < day):
                continue
            frame = table.load(day, frozenset(names)).with_columns(pl.col(CLIENT).cast(pl.Int64))
            frame = ids.to_frame().join(frame, on=CLIENT, how="left", maintain_order="left")
            for name in names:
                yield wanted[FACT + name], frame.get_column(name).cast(TYPES[wanted[FACT + name].kind])


def _add(columns: dict[str, Any], kinds: dict[str, str], source: Source, column: pl.Series) -> None:
    """Add a column in its stored form: codes, numbers, and for amounts the bands too."""
    if source.kind == "number":
        columns[source.name] = rules.whole_cents(column) if source.cents else column.fill_nan(None)
        kinds[source.name] = "number"
        if source.is_amount:
            band = column.to_frame("x").select(rules.band_of(pl.col("x"), BAND_EDGES)).to_series()
            columns[source.name + BAND], kinds[source.name + BAND] = encode(band), "band"
        return
    coded = encode(column)
    if source.kind != "text" or len(coded.values) <= MOST_TEXTS:
        columns[source.name], kinds[source.name] = coded, source.kind
