"""A computed pivot: its row and column groups, its cells, and the group of every client."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dakehu.domains.insight.pivots import dimensions, rules
from dakehu.domains.insight.pivots.rules import Measured, MeasureName, Table
from dakehu.domains.insight.pivots.sources import Source
from dakehu.domains.insight.pivots.table_data import AsNow, FromSnapshot, read_clients
from dakehu.domains.insight.snapshots.store import Snapshot
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual


@dataclass(frozen=True)
class Axis:
    """A dimension with its described groups, the group index of each client, how many groups were combined, and
    whether the last group is that of missing values."""

    source: Source
    groups: list[dict[str, Any]]
    places: np.ndarray
    rest: int
    has_missing: bool


@dataclass(frozen=True)
class Pivot:
    """A pivot computed for a reader."""

    data: FromSnapshot | AsNow
    down: Axis
    across: Axis | None
    measure: str
    measured: Source | None
    table: Table

    @property
    def is_share(self) -> bool:
        return self.measure in rules.SHARES

    def shown(self, value: Any) -> Any:
        """Return a cell as a number of the answer: cents as yuan."""
        cents = self.measured.cents if self.measured is not None else 0
        if value is None or self.is_share or not cents or self.measure == MeasureName.DISTINCT:
            return value
        return round(value / cents, 2)

    @property
    def unit(self) -> str:
        """The unit of a cell: count, money, share or number."""
        if self.is_share:
            return "share"
        if self.measured is None or self.measure == MeasureName.DISTINCT:
            return "count"
        return "money" if self.measured.cents else ("share" if self.measured.spec.unit == "%" else "number")


def work_out(
    rows: str,
    columns: str | None,
    measure: str | None,
    filters: dict[str, Any] | None,
    top: int | None = None,
    past: Snapshot | None = None,
) -> Pivot:
    """Return a pivot over the clients that the reader sees; with `past` from that snapshot.

    Raises Refused for columns that are unknown or not for them, NotAllowed without the right to read clients.
    """
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户列表", "Clients"), Permission.CLIENT_READ)
    by_row = dimensions.find_dimension(rows, "rows")
    by_column = dimensions.find_dimension(columns, "columns") if columns else None
    name, measured = dimensions.find_measured(rules.read_measure(measure or MeasureName.COUNT.value))
    data = read_clients([one for one in (by_row, by_column, measured) if one is not None], filters or {}, past)
    most = min(top + 1, rules.MOST_ROWS) if top else rules.MOST_ROWS
    down = axis_of(by_row, data, most)
    across = axis_of(by_column, data, rules.MOST_COLUMNS) if by_column is not None else None
    places = (down.places, across.places if across is not None else None)
    sizes = (len(down.groups), len(across.groups) if across is not None else 0)
    return Pivot(
        data, down, across, name, measured, rules.tabulate(places, sizes, name, _measured_column(name, measured, data))
    )


def axis_of(source: Source, data: FromSnapshot | AsNow, most: int) -> Axis:
    """Return the groups of a column, at most a given number, and the group index of each client."""
    coded = data.coded(source)
    counts, group_of_value = rules.counted_groups(coded, dimensions.group_of(source))
    groups, rest = rules.ordered_groups(counts, dimensions.order_of(source), most)
    described = dimensions.described_groups(source, groups, rest)
    places = rules.places(coded.codes, group_of_value, groups, rest)
    has_missing = sum(counts.values()) < len(coded.codes)
    return Axis(source, described if has_missing else described[:-1], places, rest, has_missing)


def _measured_column(name: str, source: Source | None, data: FromSnapshot | AsNow) -> Measured:
    if source is None:
        return Measured()
    if name == MeasureName.DISTINCT:
        return Measured(codes=data.coded(source).codes)
    return Measured(numbers=data.numbers(source))
