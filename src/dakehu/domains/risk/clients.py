"""Clients as columns, with the attributes by which limits are chosen."""

from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.tiers.facts import tiers_on
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import cached_frame
from dakehu.foundation.schema.fields import model_of

CLOSED = "closed"  # the status of a client whose account is closed


def clients_on(day: date) -> pl.DataFrame:
    """Return [client, risk_level, tier] of every client whose account is not closed; null where unknown."""
    return cached_frame(("risk_clients", day), lambda: _clients_on(day))


def _clients_on(day: date) -> pl.DataFrame:
    rows: Any = model_of("clients.Client").objects.exclude(status=CLOSED).order_by("pk")
    frame = read_columns(rows.values_list("pk", "risk_level"), {"client": pl.Int64, "risk_level": pl.String})
    level = pl.when(pl.col("risk_level") != "").then(pl.col("risk_level"))
    return frame.with_columns(level).join(tiers_on(day), on="client", how="left")
