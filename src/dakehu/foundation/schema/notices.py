"""Notifications: each domain declares the query that lists its own; the notification list runs them all.

Such a query returns [{key, text, at, count, url, tone, outside}] for the reader: `key` identifies the notice among all
of that reader (a new key is a new notice), `at` is an ISO date or time, `count` the number of occurrences, `url` the
page to open, `tone` is "" or "warn" or "bad" (urgent: sent outside the desk immediately, and escalated to the lead if
not read). `outside` is the text without any personal value of a client, for messages sent outside the desk: code and
purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class NoticeSource:
    """A kind of notice: the query that lists it, its title and icon; `order` places it among the others.

    Where `leaves` is true, staff are reminded of it outside the desk too: this is the only setting for such reminders.
    """

    query: str
    title: Bilingual
    icon: str
    order: int = 100
    leaves: bool = True


_declared: dict[str, NoticeSource] = {}


def declare(*sources: NoticeSource) -> None:
    """Register sources of notices. Raises ValueError for a query declared twice."""
    for source in sources:
        if _declared.get(source.query, source) != source:
            raise ValueError(f"notices of {source.query} are declared twice")
        _declared[source.query] = source


def sources() -> Iterator[NoticeSource]:
    """Return every declared source, in order."""
    return iter(sorted(_declared.values(), key=lambda source: (source.order, source.query)))


def notice(
    key: str, text: Any, *, at: str, url: str, count: int = 1, tone: str = "", outside: Any = ""
) -> dict[str, Any]:
    """Return one notice as plain values."""
    plain = {"key": key, "text": str(text), "at": at, "count": count, "url": url, "tone": tone}
    return {**plain, "outside": str(outside)}
