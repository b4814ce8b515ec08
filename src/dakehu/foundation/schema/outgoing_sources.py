"""Outgoing data: each part that sends or provides data declares the query that lists its channels; the system page
runs all.

Such a query returns rows of `outgoing_row`, for the reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class OutgoingSource:
    """A kind of channel: the query that lists its channels, its title, and the data it carries; `order` places it
    among the others."""

    query: str
    title: Bilingual
    what: Bilingual
    order: int = 100


_declared: dict[str, OutgoingSource] = {}


def declare(*sources: OutgoingSource) -> None:
    """Register sources. Raises ValueError for a query declared twice."""
    for source in sources:
        if _declared.get(source.query, source) != source:
            raise ValueError(f"what leaves by {source.query} is declared twice")
        _declared[source.query] = source


def sources() -> Iterator[OutgoingSource]:
    """Every declared source, in order."""
    return iter(sorted(_declared.values(), key=lambda source: (source.order, source.query)))


def outgoing_row(
    name: Any, *, is_on: bool, owner: str = "", last_used: Any = None, count: int = 0, detail: Any = "", url: str = ""
) -> dict[str, Any]:
    """Return one channel: its name, whether it is open, its owner, when it was last used, recent use count, and
    details.

    `url` is the page where it is enabled and disabled, `count` counts uses or messages of the last 30 days.
    """
    return {
        "name": str(name),
        "is_on": is_on,
        "owner": owner,
        "last_used": last_used,
        "count": count,
        "detail": str(detail),
        "url": url,
    }
