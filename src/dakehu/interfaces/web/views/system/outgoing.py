"""What leaves the desk, on the system page: every way that any part declares."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema.outgoing_sources import sources


def shown_ways() -> list[dict[str, Any]]:
    """Return [{title, what, ways}] of every kind of way that the reader may know of."""
    return [
        {"title": source.title, "what": source.what, "ways": ask(source.query, {})}
        for source in sources()
        if current_actor().may(QUERIES[source.query].needs)
    ]
