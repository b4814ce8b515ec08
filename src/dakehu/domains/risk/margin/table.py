"""Margin contracts as columns: the counter system's delivery of a day, with the lines agreed in each contract."""

from datetime import date

import polars as pl

from dakehu.domains.ledger.feeds import reader
from dakehu.domains.risk.margin.rules import NEAR_FALL, NEAR_POINTS
from dakehu.domains.risk.models import MarginTerms
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import cached_frame

TERMS = {
    "client": pl.Int64,
    "contract": pl.String,
    "own_warn": pl.Float64,
    "own_close": pl.Float64,
    "instant_line": pl.Float64,
    "withdraw_line": pl.Float64,
    "target_ratio": pl.Float64,
    "topup_days": pl.Int64,
}


def contracts_on(day: date) -> pl.DataFrame:
    """Return the margin contracts open at the close of a day, one row each.

    client, contract, opened_on, ends_on, debt, ratio, warn_line, close_line, instant_line, withdraw_line,
    target_ratio, topup_days, lines_from ("terms", "feed" or "": recorded on the desk, delivered, or unknown). A
    recorded line takes precedence over a delivered one; an unknown one stays null and is not evaluated.
    """
    return cached_frame(("contracts_on", day), lambda: _contracts_on(day))


def _contracts_on(day: date) -> pl.DataFrame:
    names = ("client", "contract", "opened_on", "ends_on", "debt", "ratio", "warn_line", "close_line")
    fed = reader.frame("margin_contracts", day, names)
    stored = MarginTerms.objects.order_by("pk").values_list(
        "client_id",
        "contract",
        "warn_line",
        "close_line",
        "instant_line",
        "withdraw_line",
        "target_ratio",
        "topup_days",
    )
    terms = read_columns(stored, TERMS)
    is_own = pl.col("own_warn").is_not_null() | pl.col("own_close").is_not_null()
    is_fed = pl.col("warn_line").is_not_null() | pl.col("close_line").is_not_null()
    source = pl.when(is_own).then(pl.lit("terms")).when(is_fed).then(pl.lit("feed")).otherwise(pl.lit(""))
    return (
        fed.join(terms, on=["client", "contract"], how="left")
        .with_columns(source.alias("lines_from"))
        .with_columns(
            pl.coalesce("own_warn", "warn_line").alias("warn_line"),
            pl.coalesce("own_close", "close_line").alias("close_line"),
        )
        .drop("own_warn", "own_close")
    )


def with_levels(contracts: pl.DataFrame) -> pl.DataFrame:
    """Add `level` ("close", "warn", "near", "") and warn_distance to contracts: ratio, warn_line, close_line. Pure.

    The same rule as margin.rules.level_of, on columns.
    """
    ratio, warn, close = pl.col("ratio"), pl.col("warn_line"), pl.col("close_line")
    fall = pl.when(ratio > 0).then(1.0 - warn / ratio)
    level = (
        pl.when((ratio < close).fill_null(False))
        .then(pl.lit("close"))
        .when((ratio < warn).fill_null(False))
        .then(pl.lit("warn"))
        .when(((ratio < warn + NEAR_POINTS) | (fall <= NEAR_FALL)).fill_null(False))
        .then(pl.lit("near"))
        .otherwise(pl.lit(""))
    )
    return contracts.with_columns(level.alias("level"), fall.alias("warn_distance"))
