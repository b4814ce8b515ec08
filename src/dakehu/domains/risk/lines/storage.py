"""Record in the history of a line that a close reached it, or no longer does."""

from datetime import date

import polars as pl

from dakehu.domains.risk.models import LineEvent
from dakehu.foundation.records.bulk import record_columns

ON_DESK = "line:"  # key prefix of a line that has a row; those of the feed have no history on the desk


def record_reached(lines: pl.DataFrame, day: date, kind: str) -> None:
    """Record an event of some lines in the open action. lines: client, object (the key of a line, such as "line:12")."""
    own = lines.filter(pl.col("object").str.starts_with(ON_DESK))
    if own.height:
        columns = {
            "client_id": own["client"].to_list(),
            "line_id": own["object"].str.strip_prefix(ON_DESK).cast(pl.Int64).to_list(),
            "kind": [kind] * own.height,
            "on": [day] * own.height,
        }
        record_columns(LineEvent, own.height, columns)
