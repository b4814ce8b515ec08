"""The clients of a view: those in scope that pass the filters, their groups, and their rows of frames by client."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.insight.book import months
from dakehu.domains.insight.book.grids import Groups
from dakehu.domains.insight.pivots import dimensions
from dakehu.domains.insight.pivots.computation import axis_of
from dakehu.domains.insight.pivots.sources import Source
from dakehu.domains.insight.pivots.table_data import AsNow, FromSnapshot, read_clients
from dakehu.domains.tiers.choices import TierCode
from dakehu.domains.tiers.facts import tiers_now, tiers_on
from dakehu.foundation.base.i18n import bilingual

MOST_GROUPS = 40
COLUMNS = ("opened_on", "status")  # columns read of every client in addition to the grouping column
UNTIERED = bilingual("未定级", "Without a tier")


@dataclass(frozen=True)
class BookClients:
    """N clients. data: their columns; by: the column that groups them."""

    data: FromSnapshot | AsNow
    by: Source

    @property
    def ids(self) -> np.ndarray:
        return self.data.ids

    @property
    def size(self) -> int:
        return int(self.data.height)

    @cached_property
    def groups(self) -> Groups:
        """The groups of the column `by`, with one group for clients without a value."""
        axis = axis_of(self.by, self.data, MOST_GROUPS)
        return Groups([str(one["label"]) for one in axis.groups], axis.places)

    def opened(self) -> np.ndarray:
        """Return the month of opening of each client as year × 12 + month − 1, −1 without one: int64 [N]."""
        coded = self.data.coded(dimensions.find_dimension("opened_on", "by"))
        table = np.array([-1, *(day.year * 12 + day.month - 1 for day in coded.values)], np.int64)
        return table[coded.codes]

    def is_closed(self) -> np.ndarray:
        """Return whether each client has closed the account: bool [N]."""
        return self.data.coded(dimensions.find_dimension("status", "by")).matches(lambda value: value == "closed")

    def places_in(self, clients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (index of each of these clients among others, whether it is present). clients: int64, ascending."""
        if not len(clients):
            return np.zeros(self.size, np.int64), np.zeros(self.size, bool)
        place = np.minimum(np.searchsorted(clients, self.ids), len(clients) - 1)
        return place, clients[place] == self.ids

    @cached_property
    def _places(self) -> dict[date, tuple[np.ndarray, np.ndarray]]:
        return {}

    def places_of(self, month: "months.Month") -> tuple[np.ndarray, np.ndarray]:
        """Return (row index of each client in a month, whether it has one), computed once per month."""
        if month.first not in self._places:
            self._places[month.first] = self.places_in(month.frame["client"].to_numpy())
        return self._places[month.first]

    def values(self, frame: pl.DataFrame, column: str, fill: Any = 0) -> np.ndarray:
        """Return a column of a frame by `client` for each client, `fill` if there is no row or value."""
        frame = frame.select("client", column).sort("client")
        place, is_there = self.places_in(frame["client"].to_numpy())
        if not frame.height:
            return np.full(self.size, fill)
        found = frame[column].fill_null(fill).to_numpy()[place]
        return np.where(is_there, found, np.array(fill, found.dtype))

    @cached_property
    def _tiers_now(self) -> pl.DataFrame:
        return tiers_now()

    def tiers(self, day: date) -> Groups:
        """Return the clients by tier at the close of a day, those without one last."""
        frame = tiers_on(day, self._tiers_now)
        order = [one.value for one in TierCode]
        place = {code: at for at, code in enumerate(order)}
        coded = frame.with_columns(pl.col("tier").replace_strict(place, default=len(order), return_dtype=pl.Int64))
        places = self.values(coded, "tier", len(order))
        used = [*sorted(set(places[places < len(order)].tolist())), len(order)]
        return Groups(
            [str(TierCode.text_of(order[at])) if at < len(order) else str(UNTIERED) for at in used],
            np.searchsorted(np.array(used), places),
        )

    def totals(self, month: "months.Month") -> tuple[np.ndarray, np.ndarray]:
        """Return (total of each client at the end of a month in cents, whether there is one)."""
        place, is_there = self.places_of(month)
        if not month.frame.height:
            return np.zeros(self.size, np.int64), is_there
        is_last = is_there & month.frame["is_last"].to_numpy()[place]
        return np.where(is_last, month.frame["last"].to_numpy()[place], 0), is_last


def read_book(by: str, filters: dict[str, Any]) -> BookClients:
    """Return the clients of a view. Raises Refused for a column or filters that are unknown or not for the reader."""
    source = dimensions.find_dimension(by, "by")
    needed = {one: dimensions.find_dimension(one, "by") for one in COLUMNS}
    plain = Source(source.name, source.spec, source.kind, source.field)
    return BookClients(read_clients([*({**needed, source.name: plain}.values())], filters), source)
