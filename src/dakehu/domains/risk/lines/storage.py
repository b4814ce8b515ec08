"""Keep in the history of a line that a close reached it, or that it no longer does."""

from collections.abc import Iterable
from datetime import date

from dakehu.domains.risk.models import LineEvent
from dakehu.foundation.records.bulk import record_columns


def record_reached(keys: Iterable[str], day: date, kind: str) -> None:
    """Record an event of some lines ("line:12") in the open action; lines of the feed have no history on the desk."""
    rows = [int(key.removeprefix("line:")) for key in keys if key.startswith("line:")]
    if rows:
        count = len(rows)
        record_columns(LineEvent, count, {"line_id": rows, "kind": [kind] * count, "on": [day] * count})
