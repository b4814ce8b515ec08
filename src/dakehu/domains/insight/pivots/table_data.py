"""The clients that a pivot counts: those in scope that pass the filters, from the snapshot or as they are now.

With few clients the current data are read, as are columns missing in the snapshot. Otherwise, and for nightly facts,
columns are read from the snapshot. The scope is the current one in both cases.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.clients.masks import BAND_EDGES
from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.coding import Coded, encode
from dakehu.domains.insight.pivots.served import annotated
from dakehu.domains.insight.pivots.sources import TYPES, Source
from dakehu.domains.insight.snapshots import store
from dakehu.domains.insight.snapshots.collection import BAND
from dakehu.domains.insight.snapshots.filters import check_filters, fact_of, kept_rows
from dakehu.domains.insight.snapshots.store import CLIENT, Snapshot
from dakehu.domains.insight.snapshots.visibility import visible_rows
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.live.changes import last_entry
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

READ_LIVE = 20_000  # maximum number of clients for reading current columns


@dataclass(frozen=True)
class FromSnapshot:
    """Given rows of a snapshot (None: all)."""

    snapshot: Snapshot
    rows: np.ndarray | None

    @property
    def as_of(self) -> datetime:
        return self.snapshot.taken_at

    @property
    def version(self) -> str:
        """The identifier of the data: that of the snapshot."""
        return self.snapshot.name

    @property
    def height(self) -> int:
        return self.snapshot.height if self.rows is None else len(self.rows)

    @property
    def ids(self) -> np.ndarray:
        return self.snapshot.ids if self.rows is None else self.snapshot.ids[self.rows]

    def coded(self, source: Source) -> Coded:
        """Return a column by its values: the bands of an amount."""
        name = source.name + BAND if source.kind == "number" else source.name
        if not self.snapshot.has(name):  # a fact whose data were not imported
            return Coded(np.zeros(self.height, np.uint8), [])
        return self.snapshot.coded(name).taken(self.rows)

    def numbers(self, source: Source) -> pl.Series:
        """Return the numbers of a column, amounts in cents."""
        if not self.snapshot.has(source.name):
            return pl.Series([None] * self.height, dtype=pl.Int64 if source.cents else pl.Float64)
        column = self.snapshot.numbers(source.name)
        return column if self.rows is None else column.gather(self.rows)


@dataclass(frozen=True)
class AsNow:
    """Current columns of clients: those of the sources, and the ids."""

    frame: pl.DataFrame

    @cached_property
    def as_of(self) -> datetime:
        return clock.now()

    @property
    def version(self) -> str:
        """The identifier of the data: unchanged until anything on the desk changes."""
        return f"entry {last_entry()}"

    @property
    def height(self) -> int:
        return self.frame.height

    @property
    def ids(self) -> np.ndarray:
        return self.frame.get_column(CLIENT).to_numpy()

    def coded(self, source: Source) -> Coded:
        """Return a column by its values: the bands of an amount."""
        column = pl.col(source.name)
        if source.kind == "number":
            column = rules.band_of(column, BAND_EDGES)
        return encode(self.frame.select(column).to_series())

    def numbers(self, source: Source) -> pl.Series:
        """Return the numbers of a column, amounts in cents."""
        column = self.frame.get_column(source.name)
        return rules.whole_cents(column) if source.cents else column


def read_clients(sources: list[Source], filters: dict[str, Any], past: Snapshot | None = None) -> FromSnapshot | AsNow:
    """Return the clients in scope that pass the filters; with `past` those of today's scope, from that snapshot.

    Raises Refused for filters that are invalid or not for the reader, for facts before the first snapshot, and for columns
    missing in a past snapshot.
    """
    check_filters(filters)
    if past is not None:
        if not _has_all_columns(past, sources):
            raise refusal("rows", "这一列没有保存历史。", "No history of this column is kept.")
        return FromSnapshot(past, kept_rows(past, visible_rows(past), filters, asks_list=False))
    needs_facts = any(source.is_fact for source in sources) or any(fact_of(key) is not None for key in filters)
    snapshot = store.newest()
    if snapshot is None and needs_facts:
        raise refusal(
            "rows",
            "还没有客户数据快照；今晚日终处理后可用，或先生成一次。",
            "There is no snapshot of clients yet: it comes with the nightly run, or take one now.",
        )
    if snapshot is not None and (needs_facts or (snapshot.height > READ_LIVE and _has_all_columns(snapshot, sources))):
        return FromSnapshot(snapshot, kept_rows(snapshot, visible_rows(snapshot), filters))
    schema = {source.name: TYPES[source.kind] for source in sources}
    clients = filter_rows(model_of("clients.Client").objects.all(), filters).order_by()
    rows = annotated(clients, list(schema)).values_list("pk", *schema)
    return AsNow(read_columns(rows, {CLIENT: pl.Int64, **schema}))


def _has_all_columns(snapshot: Snapshot, sources: list[Source]) -> bool:
    """Return whether a snapshot has all columns of the sources."""
    return all(snapshot.has(source.name) for source in sources)
