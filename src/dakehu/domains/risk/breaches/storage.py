"""Write the results of a night: new and cleared breaches and the standings of measures. In bulk, in one action."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.risk.breaches.evaluation import FIGURES
from dakehu.domains.risk.lines.storage import record_reached
from dakehu.domains.risk.models import Breach, RiskFigures, Standing
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.bulk import change_columns, record_columns
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.records.replacement import replace_rows

KEY = ["client", "kind", "object"]
STORED = {"row": pl.Int64, "client": pl.Int64, "kind": pl.String, "object": pl.String, "severity": pl.String}


@dataclass(frozen=True)
class Changes:
    """Changes to write. new: the columns of a standing. cleared, worse: the columns of STORED."""

    new: pl.DataFrame
    cleared: pl.DataFrame
    worse: pl.DataFrame


def open_breaches() -> pl.DataFrame:
    """Return the stored breaches whose state has not cleared."""
    rows = Breach.objects.filter(cleared_on=None).order_by("pk")
    return read_columns(rows.values_list("pk", "client_id", "kind", "object", "severity"), STORED)


def changes(found: pl.DataFrame, stored: pl.DataFrame) -> Changes:
    """Return what differs between the standings of a night and the stored breaches. Pure.

    Nearness to the line of a margin contract is a state of its own (M03) and stored as a breach; nearness to a limit
    is only shown. worse: breaches whose severity changed, in either direction.
    """
    now = found.filter((pl.col("severity") != "near") | (pl.col("kind") == "margin_near"))
    both = stored.join(now.select(*KEY, pl.col("severity").alias("is")), on=KEY, how="inner")
    return Changes(
        now.join(stored, on=KEY, how="anti"),
        stored.join(now, on=KEY, how="anti"),
        both.filter(pl.col("severity") != pl.col("is")).with_columns(pl.col("is").alias("severity")).drop("is"),
    )


@action(
    "risk.store_breaches",
    needs=Permission.SYSTEM_WRITE,
    zh="记录超限",
    en="Store breaches",
    is_public=False,
    offers_undo=False,
)
def store_breaches(
    *, changed: Changes, found: pl.DataFrame, figures: pl.DataFrame, clients: pl.DataFrame, day: date
) -> dict[str, int]:
    """Write the breaches of a night and replace the standings and figures. Returns {new, cleared, near, over}."""
    if changed.new.height:
        new = changed.new.join(clients, on="client", how="left")
        columns = _columns(new, day)
        record_columns(Breach, new.height, columns)
        record_reached(new.filter(pl.col("kind") == "client_line"), day, "reached")
    if changed.cleared.height:
        change_columns(Breach, changed.cleared["row"].to_list(), {"cleared_on": [day] * changed.cleared.height})
        record_reached(changed.cleared.filter(pl.col("kind") == "client_line"), day, "cleared")
    if changed.worse.height:
        change_columns(Breach, changed.worse["row"].to_list(), {"severity": changed.worse["severity"].to_list()})
    replace_rows(Standing, [standing_rows(found, day)])
    replace_rows(RiskFigures, [figure_rows(figures, found, day)])
    counts = {
        "new": changed.new.height,
        "cleared": changed.cleared.height,
        "near": found.filter(pl.col("severity") == "near").height,
        "over": found.filter(pl.col("severity") != "near").height,
    }
    add_audit_note(day=day.isoformat(), **counts)
    return counts


def standing_rows(found: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the rows of Standing, by the names of its columns."""
    return found.select(
        pl.col("client").alias("client_id"),
        "kind",
        pl.col("object").str.slice(0, 80),
        pl.col("about").str.slice(0, 160),
        "severity",
        "value",
        pl.col("limit").alias("limit_value"),
        "usage",
        "limit_scope",
        pl.col("rule").str.slice(0, 80),
        pl.lit(day).alias("day"),
    )


def figure_rows(figures: pl.DataFrame, found: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the rows of RiskFigures, by the names of its columns."""
    is_near = pl.col("severity") == "near"
    counted = found.group_by("client").agg(
        pl.col("usage").max(),
        (~is_near).sum().cast(pl.Int64).alias("over"),
        is_near.sum().cast(pl.Int64).alias("near"),
    )
    return (
        figures.join(counted, on="client", how="left")
        .with_columns(pl.col("over", "near").fill_null(0), pl.lit(day).alias("day"))
        .select(pl.col("client").alias("client_id"), "day", *FIGURES, "usage", "over", "near")
    )


def _columns(new: pl.DataFrame, day: date) -> dict[str, list[Any]]:
    """Return the columns of new breaches, with the values each was judged by."""
    judged = new.select("value", "limit", "usage", "severity", "limit_scope", "rule", "risk_level", "tier").to_dicts()
    return {
        "client_id": new["client"].to_list(),
        "kind": new["kind"].to_list(),
        "object": new["object"].str.slice(0, 80).to_list(),
        "about": new["about"].str.slice(0, 160).to_list(),
        "severity": new["severity"].to_list(),
        "started_on": [day] * new.height,
        "value": _round_for_table(new["value"]),
        "limit_value": _round_for_table(new["limit"]),
        "limit_scope": new["limit_scope"].to_list(),
        "rule": new["rule"].str.slice(0, 80).to_list(),
        "values": [{name: value for name, value in one.items() if value is not None} for one in judged],
    }


def _round_for_table(values: pl.Series) -> list[Any]:
    """Return numbers rounded to the table's six places."""
    return values.round(6).to_list()
