"""Outgoing data on the system page: every channel that a part declares."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema.outgoing_sources import sources


def shown_ways() -> list[dict[str, Any]]:
    """Return [{title, what, ways}] of every kind of channel visible to the reader."""
    return [
        {"title": source.title, "what": source.what, "ways": ask(source.query, {})}
        for source in sources()
        if current_actor().may(QUERIES[source.query].needs)
    ]
