"""Clients eligible for training a model, and for its predictions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.clients.choices import ConsentState, Kind, Purpose, Status
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

MOST = 8_000  # maximum clients for training; of more, a sample by number
MIX = 2654435761  # mixes numbers so that the sample does not follow the order of entry
SCORED = (Status.ACTIVE.value, Status.DORMANT.value)


@dataclass(frozen=True)
class Eligible:
    """Ids, ascending: int64. restricted, refused: numbers left out for these reasons; no_consent: number not scored for lack of it."""

    clients: np.ndarray
    restricted: int
    refused: int
    no_consent: int = 0


def for_training() -> Eligible:
    """Return the clients for training: without restricted ones, prospects, and those whose last statement refuses profiling."""
    frame = _clients()
    refused = (pl.col("consent").is_in([ConsentState.REFUSED.value, ConsentState.WITHDRAWN.value])).fill_null(False)
    open_to = frame.filter(~pl.col("restricted") & (pl.col("status") != Status.PROSPECT.value))
    kept = open_to.filter(~refused)
    return Eligible(
        sample_clients(kept["client"].to_numpy(), MOST), int(frame["restricted"].sum()), open_to.height - kept.height
    )


def for_scoring() -> Eligible:
    """Return the clients to be scored: active or dormant, not restricted, persons with consent to profiling,
    organisations unless they refused."""
    frame = _clients()
    of = frame.filter(~pl.col("restricted") & pl.col("status").is_in(SCORED))
    refused = pl.col("consent").is_in([ConsentState.REFUSED.value, ConsentState.WITHDRAWN.value]).fill_null(False)
    asked = of.filter(~refused)
    is_consenting = (pl.col("consent") == ConsentState.GIVEN.value).fill_null(False) | (
        pl.col("kind") != Kind.PERSON.value
    )
    kept = asked.filter(is_consenting)
    return Eligible(
        np.sort(kept["client"].to_numpy()),
        int(frame["restricted"].sum()),
        of.height - asked.height,
        asked.height - kept.height,
    )


def sample_clients(clients: np.ndarray, most: int) -> np.ndarray:
    """Return at most `most` of the clients, deterministically, in ascending order."""
    if len(clients) <= most:
        return np.sort(clients)
    mixed = (clients.astype(np.uint64) * np.uint64(MIX)) % np.uint64(2**32)
    return np.sort(clients[np.argsort(mixed, kind="stable")[:most]])


def _clients() -> pl.DataFrame:
    """Return [client, kind, status, restricted, consent: the last statement on profiling for every channel, null without]."""
    rows: Any = model_of("clients.Client").objects.order_by("pk")
    schema = {"client": pl.Int64, "kind": pl.String, "status": pl.String, "restricted": pl.Boolean}
    frame = read_columns(rows.values_list("pk", "kind", "status", "restricted"), schema)
    said: Any = model_of("clients.Consent").objects.filter(purpose=Purpose.PROFILING.value, channel="")
    words = read_columns(
        said.order_by("stated_on", "pk").values_list("client_id", "state"), {"client": pl.Int64, "consent": pl.String}
    )
    return frame.join(words.unique("client", keep="last", maintain_order=True), on="client", how="left")
