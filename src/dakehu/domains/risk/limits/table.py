"""The limits in force as columns: which one applies to each row of a frame, for all clients in bulk."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from dakehu.domains.risk.limits import rules
from dakehu.domains.risk.limits.defaults import default_limits
from dakehu.domains.risk.limits.rules import ORDER, Limit
from dakehu.domains.risk.models import ClientLimit, HouseLimit
from dakehu.foundation.records.columns import read_columns

FOUND = {
    "limit": pl.Float64,
    "strong": pl.Float64,
    "limit_scope": pl.String,
    "rule": pl.String,
}
CLIENT_LIMITS = {
    "client": pl.Int64,
    "measure": pl.String,
    "limit": pl.Float64,
    "strong": pl.Float64,
    "version": pl.Int64,
    "effective_from": pl.Date,
}


def house_limits() -> list[Limit]:
    """Return every version of the house's limits, including the shipped ones."""
    rows = HouseLimit.objects.select_related("security").order_by("pk")
    return [*default_limits(), *(limit_of_row(row) for row in rows)]


def house_limits_on(day: date) -> list[Limit]:
    """Return the house's limits in force on a day."""
    return rules.in_force(house_limits(), day)


def limit_of_row(row: HouseLimit) -> Limit:
    """Return a stored version as the rules' Limit."""
    scope, subject = scope_of(row)
    return Limit(
        str(row.measure),
        scope,
        subject,
        float(row.value),
        None if row.strong_value is None else float(row.strong_value),
        row.version,
        row.effective_from,
        row.effective_until,
        str(row.tag),
        row.source,
        row.pk,
    )


def scope_of(row: HouseLimit) -> tuple[str, str]:
    """Return (scope, subject) of a stored limit."""
    if row.security_id is not None and row.security is not None:
        return "security", str(row.security.product_id)
    for scope in ("industry", "product_risk", "tier", "risk_level"):
        if getattr(row, scope):
            return scope, str(getattr(row, scope))
    return "firm", ""


def client_limits_on(day: date) -> pl.DataFrame:
    """Return [client, measure, limit, strong, version, effective_from] of clients' own limits in force on a day."""
    rows = ClientLimit.objects.filter(effective_from__lte=day).order_by("effective_from", "version")
    frame = read_columns(
        rows.values_list(
            "client_id", "measure", "value", "strong_value", "version", "effective_from", "effective_until"
        ),
        {**CLIENT_LIMITS, "effective_until": pl.Date},
    )
    running = frame.filter(pl.col("effective_until").is_null() | (pl.col("effective_until") > day))
    return running.unique(["client", "measure"], keep="last", maintain_order=True).select(list(CLIENT_LIMITS))


def limits_of_client(client: int, day: date) -> list[Limit]:
    """Return the limits in force for one client: its own and those of the house."""
    own = [
        Limit(
            str(row.measure),
            "client",
            str(client),
            float(row.value),
            None if row.strong_value is None else float(row.strong_value),
            row.version,
            row.effective_from,
            row.effective_until,
            source=row.note,
            row=row.pk,
        )
        for row in ClientLimit.objects.filter(client_id=client).order_by("pk")
    ]
    return rules.in_force([*own, *house_limits()], day)


def with_limits(frame: pl.DataFrame, measure: str, house: Iterable[Limit], own: pl.DataFrame) -> pl.DataFrame:
    """Add the limit of a measure that applies to each row: limit, strong, limit_scope, rule; null where there is none.

    frame: client, and where known product, industry, product_risk, tier, risk_level. house: limits in force.
    own: as client_limits_on returns them. The same order as `rules.candidates`, on columns. Pure.
    """
    chosen = [one for one in house if one.measure == measure]
    own = own.filter(pl.col("measure") == measure)
    numbered = sorted(chosen, key=lambda one: ORDER.index(one.scope))
    place = pl.lit(None, pl.Int64)
    for scope in reversed(ORDER):
        numbers = {one.subject: number for number, one in enumerate(numbered) if one.scope == scope}
        if not numbers:
            continue
        if scope == "firm":
            place = pl.lit(numbers[""], pl.Int64)
            continue
        column = "product" if scope == "security" else scope
        if column not in frame.columns:
            continue
        keys = pl.col(column).cast(pl.String)
        place = pl.coalesce(keys.replace_strict(numbers, default=None, return_dtype=pl.Int64), place)
    known = pl.DataFrame(
        {
            "place": list(range(len(numbered))),
            "limit": [one.value for one in numbered],
            "strong": [one.strong for one in numbered],
            "limit_scope": [one.scope for one in numbered],
            "rule": [one.rule for one in numbered],
        },
        schema={"place": pl.Int64, **FOUND},
    )
    found = frame.with_columns(place.alias("place")).join(known, on="place", how="left").drop("place")
    if not own.height:
        return found
    mine = own.select(
        "client",
        pl.col("limit").alias("_limit"),
        pl.col("strong").alias("_strong"),
        pl.format("{}/client={} v{}", "measure", "client", "version").alias("_rule"),
    )
    found = found.join(mine, on="client", how="left")
    is_own = pl.col("_limit").is_not_null()
    return found.with_columns(
        pl.when(is_own).then("_limit").otherwise("limit").alias("limit"),
        pl.when(is_own).then("_strong").otherwise("strong").alias("strong"),
        pl.when(is_own).then(pl.lit("client")).otherwise("limit_scope").alias("limit_scope"),
        pl.when(is_own).then("_rule").otherwise("rule").alias("rule"),
    ).drop("_limit", "_strong", "_rule")
