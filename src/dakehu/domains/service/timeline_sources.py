"""Timeline items of higher domains: rows of a table registered there (TimelineOf)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dakehu.foundation.access.permissions import Permission


@dataclass(frozen=True)
class TimelineSource:
    """Rows for the timeline: `rows()` newest first, read with `needs` only; `at(row)` is its time."""

    kind: str
    needs: Permission
    rows: Callable[[], Any]
    at: Callable[[Any], date]


_declared: dict[str, TimelineSource] = {}


def declare(*sources: TimelineSource) -> None:
    """Register sources. Raises ValueError for a kind declared twice."""
    for one in sources:
        if _declared.setdefault(one.kind, one) is not one:
            raise ValueError(f"the timeline source {one.kind} is declared twice")


def sources() -> Iterator[TimelineSource]:
    """Every declared source, by its kind."""
    return iter(sorted(_declared.values(), key=lambda one: one.kind))
