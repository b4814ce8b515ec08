"""Pages of the client list, and the number of its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.gates.pagination import CAP, Candidates, Page, count_rows, page_of

SORTED = 3_000  # up to this many rows, all are sorted and counted in one statement
_long = TTLCache()  # (count, True) of lists longer than the counting limit
_short = TTLCache(600)  # whether lists had at most SORTED rows when last counted; decides only how they are read


@dataclass(frozen=True)
class Listing:
    """A list read one page at a time.

    `some` returns the rows found first, and whether there are more, where counting all would take long; `asked`
    identifies the list among others of the same reader. `are_few`: the rows are few enough to be sorted and counted in
    one statement; so are those of a list that had few when last counted. `candidates`: a superset of the rows, where
    testing a row takes long.
    """

    rows: Any
    asked: str
    some: Callable[[], tuple[Any, bool]] | None = None
    are_few: bool = False
    candidates: Candidates | None = None

    def page(self, order: str, size: int, **place: Any) -> Page:
        """Return one page in an order that `listing` has checked; `place` as in `page_of`."""
        are_few = self.are_few or (self.some is None and bool(_short.get(self._key())))
        return page_of(self.rows, order, size, are_few=are_few, candidates=self.candidates, **place)

    def counted(self, page: Page | None = None) -> tuple[int, bool]:
        """Return (number of rows, whether there are more). A long list's result is cached for a minute; it may follow from `page`."""
        key = self._key()
        if page is not None and page.total is not None:
            _short.put(key, page.total <= SORTED)
            return min(page.total, CAP), page.total > CAP
        cached: tuple[int, bool] | None = _long.get(key)
        if cached is not None:
            return cached
        rows, beyond = self.some() if self.some is not None else (self.rows, False)
        number, more = count_rows(rows)
        _short.put(key, number <= SORTED)
        if more or beyond:
            _long.put(key, (number, True))
        return number, more or beyond

    def _key(self) -> tuple[Any, ...]:
        """Return the key of the list in caches: its reader's scope and clearance, its text and filters."""
        actor = current_actor()
        return actor.user_id, actor.reach, actor.covers, actor.clearance, self.asked
