"""Score all eligible clients nightly with the models in use, and check the models for drift."""

from datetime import date
from math import isnan
from typing import Any

import numpy as np
import orjson
import polars as pl

from dakehu.analytics.scorecards import Scorecard, read_scorecard
from dakehu.domains.insight.predictions import eligible, rules, sources, versions
from dakehu.domains.insight.predictions.actions import IN_USE, check_model
from dakehu.domains.insight.predictions.cases import known_cases
from dakehu.domains.insight.predictions.choices import ModelState, PredictionKind
from dakehu.domains.insight.predictions.features import OF_KIND
from dakehu.domains.insight.predictions.history import Past
from dakehu.domains.insight.predictions.models import ClientPrediction, PredictionModel
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.database.kept_statements import kept_statement
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.records.replacement import replace_rows

REASONS = 4  # features named per client
KINDS = tuple(one.value for one in PredictionKind)


def models_in_use() -> list[PredictionModel]:
    """Return the versions that are on or were switched off automatically, at most one per kind."""
    return list(PredictionModel.objects.filter(state__in=IN_USE).order_by("kind", "-version"))


_any_in_use = kept_statement(
    PredictionModel, lambda: PredictionModel.objects.filter(state__in=IN_USE).values_list("pk")[:1]
)


def is_model_in_use() -> bool:
    """Return whether there is such a version of any kind."""
    return bool(_any_in_use())


def score_night(day: date) -> dict[str, Any]:
    """Check the models in use and write their predictions of the day; with none in use the predictions are removed.

    Returns {models, clients, suspended, left_out: clients without consent}.
    """
    rows = models_in_use()
    if not rows and not ClientPrediction.objects.exists():
        return {"models": 0, "clients": 0, "suspended": 0, "left_out": 0}
    chosen = eligible.for_scoring()
    past = None
    if rows:
        past = Past(
            sources.read_recent(chosen.clients, day),
            chosen.clients,
            np.full(len(chosen.clients), sources.day_number(day), np.int64),
        )
    frames, suspended = [], 0
    for row in rows:
        assert past is not None  # noqa: S101  rows are there
        was_on = row.state == ModelState.ON
        frames.append(_score_clients(row, past, day))
        suspended += was_on and row.state == ModelState.SUSPENDED
    written = write_predictions(frame=join_predictions(frames, day), day=day)
    return {"models": len(rows), "clients": written, "suspended": int(suspended), "left_out": chosen.no_consent}


@action(
    "insight.write_predictions",
    needs=Permission.SYSTEM_WRITE,
    zh="记录客户预测",
    en="Write predictions of clients",
    is_public=False,
    offers_undo=False,
)
def write_predictions(*, frame: pl.DataFrame, day: date) -> int:
    """Replace the predictions of clients. Returns the number of rows."""
    count = replace_rows(ClientPrediction, [frame])
    add_audit_note(day=day.isoformat(), clients=count)
    return count


def _score_clients(row: PredictionModel, past: Past, day: date) -> pl.DataFrame:
    """Return [client, band, probability, basis] of one kind, after the check of the model."""
    card = read_scorecard(row.definition)
    cases = known_cases(row.kind, past)
    if row.state == ModelState.ON:
        quarter = versions.last_quarter(row.kind, card, row.used_until, day)
        check = {"day": day.isoformat(), "shifts": versions.shifts(card, cases.values), "quarter": quarter}
        check_model(row=row, check=check)
    kind = str(row.kind)
    if row.state == ModelState.ON:
        return by_model(kind, card, row.version, float(row.report["pooled"]["rate"]), cases.client, cases.values)
    return by_rule(kind, cases.client, cases.rule)


def by_model(
    kind: str, card: Scorecard, version: int, rate: float, clients: np.ndarray, values: np.ndarray
) -> pl.DataFrame:
    """Return a model's prediction: band, probability, and the features that contribute most beyond the usual. Pure."""
    probability, parts = card.probabilities(values), card.contributions(values)
    largest = np.argsort(-np.abs(parts), axis=1, kind="stable")[:, :REASONS]
    points = np.round(np.take_along_axis(parts, largest, axis=1), 4).tolist()
    known = np.round(np.take_along_axis(values, largest, axis=1), 4).tolist()
    names = np.array(OF_KIND[kind])[largest].tolist()
    usual = {one.name: None if one.usual is None else round(one.usual, 4) for one in card.features}
    basis = [
        {
            "by": "model",
            "version": version,
            "values": {name: None if isnan(value) else value for name, value in zip(named, own, strict=True)},
            "usual": {name: usual[name] for name in named},
            "parts": dict(zip(named, part, strict=True)),
        }
        for named, own, part in zip(names, known, points, strict=True)
    ]
    return _frame(kind, clients, rules.band_of(probability, rate).tolist(), probability.tolist(), basis)


def by_rule(kind: str, clients: np.ndarray, score: np.ndarray) -> pl.DataFrame:
    """Return the plain rule's prediction: a band, and no probability. Pure."""
    return _frame(
        kind, clients, rules.rule_band_of(score).tolist(), [None] * len(clients), [{"by": "rule"}] * len(clients)
    )


def join_predictions(frames: list[pl.DataFrame], day: date) -> pl.DataFrame:
    """Return the rows of ClientPrediction by the names of its columns: one per client in any frame. Pure."""
    found = pl.DataFrame(schema={"client_id": pl.Int64})
    for frame in frames:
        found = found.join(frame, on="client_id", how="full", coalesce=True)
    columns = [pl.col("client_id"), pl.lit(day).alias("day")]
    for kind in KINDS:
        is_there = f"{kind}_band" in found.columns
        columns.append(pl.col(f"{kind}_band").fill_null("") if is_there else pl.lit("").alias(f"{kind}_band"))
        empty = pl.lit(None, pl.Float64).alias(f"{kind}_probability")
        columns.append(pl.col(f"{kind}_probability").cast(pl.Float64) if is_there else empty)
    there = [kind for kind in KINDS if f"{kind}_basis" in found.columns]
    written = found.select(f"{kind}_basis" for kind in there).rows() if there else []
    texts = [
        "{" + ", ".join(f'"{kind}": {text}' for kind, text in zip(there, row, strict=True) if text) + "}"
        for row in written
    ]
    return found.select(columns).with_columns(pl.Series("basis", texts, pl.String)).sort("client_id")


def _frame(kind: str, clients: np.ndarray, bands: list[Any], chances: list[Any], basis: list[Any]) -> pl.DataFrame:
    data = {
        "client_id": clients,
        f"{kind}_band": pl.Series(bands, dtype=pl.String),
        f"{kind}_probability": pl.Series(chances, dtype=pl.Float64),
        f"{kind}_basis": pl.Series([orjson.dumps(one).decode() for one in basis], dtype=pl.String),
    }
    return pl.DataFrame(data)
