"""Rules of tiers, column by column for millions of clients. Pure: no Django, clock or database.

Upgrades are immediate, downgrades only after a watch (domain.md 2.2, practice of a bank's grading): a client whose
average falls below the lower bound of the current tier keeps it for `watch_months`, is then under watch (关注) for
`downgrade_months`, and is downgraded after that. Tiers by kind of client follow the kind immediately.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
from dateutil.relativedelta import relativedelta

# Columns of the frame that `decide` takes, besides the figures of a client.
STATE = {
    "rule_code": pl.String,
    "code": pl.String,
    "since": pl.Date,
    "below_since": pl.Date,
    "watch_since": pl.Date,
}


@dataclass(frozen=True)
class Band:
    """A tier as the rule needs it: by average assets from `lower_bound` yuan on, or by kind of client (no bound)."""

    code: str
    rank: int
    lower_bound: float | None = None
    client_kind: str = ""
    investor_class: str = ""


@dataclass(frozen=True)
class Hysteresis:
    """Months below the bound before the watch, and under watch before the downgrade; 0 and 0: immediate downgrade."""

    watch_months: int = 3
    downgrade_months: int = 3


def band_fault(bands: Sequence[Band]) -> str:
    """Return the fault in the bands of a scheme: "none", "zero", "order", or "" where they are valid.

    The lowest tier by assets begins at 0, and a higher rank has a higher bound.
    """
    by_assets = sorted((band for band in bands if band.lower_bound is not None), key=lambda band: band.rank)
    if not by_assets:
        return "none"
    bounds = [band.lower_bound or 0.0 for band in by_assets]
    if bounds[0] != 0:
        return "zero"
    return "order" if any(low >= high for low, high in pairwise(bounds)) else ""


def target(bands: Iterable[Band]) -> pl.Expr:
    """Return the tier by today's figures, from columns `kind`, `investor_class`, `average`; null without.

    The most specific tier by kind precedes one by kind alone, and both precede tiers by assets.
    """
    bands = list(bands)
    by_kind = [band for band in bands if band.lower_bound is None]
    by_assets = sorted(
        (band for band in bands if band.lower_bound is not None), key=lambda band: -(band.lower_bound or 0)
    )
    chosen: Any = pl.when(pl.lit(False)).then(pl.lit(None, pl.String))
    for band in sorted(by_kind, key=lambda band: band.investor_class == ""):
        matches = pl.lit(True) if not band.client_kind else pl.col("kind") == band.client_kind
        if band.investor_class:
            matches = matches & (pl.col("investor_class") == band.investor_class)
        chosen = chosen.when(matches).then(pl.lit(band.code))
    average = pl.col("average").fill_nan(None)  # polars sorts NaN above every number
    for band in by_assets:
        chosen = chosen.when(average >= band.lower_bound).then(pl.lit(band.code))
    result: pl.Expr = chosen.otherwise(pl.lit(None, pl.String))
    return result


def frequency(busy_trades: int) -> pl.Expr:
    """Return the trading frequency by the column `orders` (within the window); "" where it is missing."""
    orders = pl.col("orders")
    busy = pl.when(orders >= busy_trades).then(pl.lit("busy"))
    return (
        busy.when(orders > 0)
        .then(pl.lit("steady"))
        .when(orders.is_not_null())
        .then(pl.lit("quiet"))
        .otherwise(pl.lit(""))
    )


def risk_group(risk_level: str) -> str:
    """Return the risk preference of a tested level C1 to C5 in three groups, "" without one."""
    return {"C1": "cautious", "C2": "cautious", "C3": "balanced", "C4": "growth", "C5": "growth"}.get(risk_level, "")


def decide(
    frame: pl.DataFrame, bands: Sequence[Band], day: date, hysteresis: Hysteresis, *, is_new_scheme: bool = False
) -> pl.DataFrame:
    """Return the frame with the state after `day`, the rank, and `change`, the kind of change or null.

    frame: `client`, `kind`, `investor_class`, `average` (yuan, null where unknown), the columns of STATE as they were
    before (null for a client never tiered), and `override` (the tier set manually for that day, or null). Without an
    average a client tiered by assets stays as it is. With `is_new_scheme` every client takes the tier by figures
    immediately and all watches restart.
    """
    ranks = {band.code: band.rank for band in bands}
    ladder = [band.code for band in bands if band.lower_bound is not None]
    frame = frame.rename({name: f"{name}_before" for name in STATE}).with_columns(target(bands).alias("target"))
    frame = frame.with_columns(_held_tier_columns(ladder, ranks, is_new_scheme=is_new_scheme))
    frame = frame.with_columns(_below(ranks, day))
    frame = frame.with_columns(_fallen_columns(day, hysteresis))
    frame = frame.with_columns(_rule(ranks, day))
    return frame.with_columns(_counted_tier_columns(ranks, day)).with_columns(_change(ranks))


def _rank(name: str, ranks: dict[str, int]) -> pl.Expr:
    return pl.col(name).replace_strict(ranks, default=None, return_dtype=pl.Int32)


def _held_tier_columns(ladder: list[str], ranks: dict[str, int], *, is_new_scheme: bool) -> list[pl.Expr]:
    """Add the current tier by rule (null: none valid), and whether both tiers are by assets."""
    held = pl.col("rule_code_before")
    known = pl.when(held.is_in(list(ranks))).then(held).otherwise(None)
    # Under a new scheme a client whose assets are unknown keeps the current tier, where the scheme has it.
    kept = pl.when(pl.col("target").is_null()).then(known).otherwise(None) if is_new_scheme else known
    return [
        kept.alias("held"),
        (kept.is_in(ladder) & pl.col("target").is_in(ladder)).fill_null(value=False).alias("on_ladder"),
    ]


def _below(ranks: dict[str, int], day: date) -> list[pl.Expr]:
    """Add whether the figures give a tier below the current one, and since when."""
    below = (pl.col("on_ladder") & (_rank("target", ranks) < _rank("held", ranks))).fill_null(value=False)
    began = pl.when(below).then(pl.col("below_since_before").fill_null(day)).otherwise(None)
    unknown = pl.col("target").is_null() & pl.col("held").is_not_null()
    return [
        below.alias("is_below"),
        pl.when(unknown).then(pl.col("below_since_before")).otherwise(began).alias("below_since"),
    ]


def _fallen_columns(day: date, hysteresis: Hysteresis) -> list[pl.Expr]:
    """Add whether the time below is long enough for a downgrade, or for the watch."""
    since = pl.col("below_since")
    watched_from = since.dt.offset_by(f"{hysteresis.watch_months}mo")
    falls_from = since.dt.offset_by(f"{hysteresis.watch_months + hysteresis.downgrade_months}mo")
    falls = pl.col("is_below") & (falls_from <= day)
    return [
        falls.fill_null(value=False).alias("falls"),
        (pl.col("is_below") & ~falls & (watched_from <= day)).fill_null(value=False).alias("is_watched"),
    ]


def _rule(ranks: dict[str, int], day: date) -> list[pl.Expr]:
    """Add the tier by rule after the day, and the dates of the watch."""
    rises = (_rank("target", ranks) > _rank("held", ranks)) & pl.col("on_ladder")
    other = ~pl.col("on_ladder") & (pl.col("target") != pl.col("held"))
    moves = (pl.col("held").is_null() | rises | other | pl.col("falls")).fill_null(value=False)
    moves = moves & pl.col("target").is_not_null()
    unknown = pl.col("target").is_null()
    watch = pl.when(pl.col("is_watched")).then(pl.col("watch_since_before").fill_null(day)).otherwise(None)
    return [
        pl.when(moves).then(pl.col("target")).otherwise(pl.col("held")).alias("rule_code"),
        pl.when(pl.col("falls")).then(None).otherwise(pl.col("below_since")).alias("below_since"),
        pl.when(unknown).then(pl.col("watch_since_before")).otherwise(watch).alias("watch_since"),
    ]


def _counted_tier_columns(ranks: dict[str, int], day: date) -> list[pl.Expr]:
    """Add the effective tier (the manually set one while there is one) and since when it applies."""
    by_hand = pl.when(pl.col("override").is_in(list(ranks))).then(pl.col("override")).otherwise(None)
    code = pl.coalesce(by_hand, pl.col("rule_code"))
    same = (code == pl.col("code_before")).fill_null(value=False)
    return [
        code.alias("code"),
        pl.when(same).then(pl.col("since_before")).otherwise(pl.lit(day)).alias("since"),
        by_hand.is_not_null().alias("is_overridden"),
    ]


def _change(ranks: dict[str, int]) -> list[pl.Expr]:
    """Add the rank of the effective tier, and the kind of change."""
    before, after = _rank("code_before", ranks), _rank("code", ranks)
    code, was = pl.col("code"), pl.col("code_before")
    moved = (code != was).fill_null(value=True) & code.is_not_null()
    handed = moved & (pl.col("rule_code") == pl.col("rule_code_before")).fill_null(value=False)
    change = (
        pl.when(code.is_null())
        .then(None)
        .when(was.is_null())
        .then(pl.lit("assigned"))
        .when(moved & pl.col("is_overridden"))
        .then(pl.lit("overridden"))
        .when(handed)
        .then(pl.lit("override_ended"))
        .when(moved & (before.is_null() | (~pl.col("on_ladder") & pl.col("held").is_not_null())))
        .then(pl.lit("reclassified"))
        .when(moved & (after > before))
        .then(pl.lit("upgraded"))
        .when(moved)
        .then(pl.lit("downgraded"))
        .when(pl.col("watch_since").is_not_null() & pl.col("watch_since_before").is_null() & ~pl.col("is_overridden"))
        .then(pl.lit("watched"))
        .when(pl.col("watch_since").is_null() & pl.col("watch_since_before").is_not_null() & ~pl.col("is_overridden"))
        .then(pl.lit("recovered"))
        .otherwise(None)
    )
    return [after.alias("rank"), change.alias("change")]


# Parts of the value score and their weights: house defaults [D] of domain.md 2.3. Trading frequency deliberately has no
# weight (domain.md 6): it gives no priority in service.
WEIGHTS = {"assets": 0.45, "revenue": 0.20, "products": 0.15, "margin": 0.10, "tenure": 0.10}


def value_scores(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `client`, `value_score` and `value_percentile`, both 0 to 1, from the columns named in WEIGHTS.

    Each part is the share of clients who have less of it. Where a client lacks a part (null, or no such column), its
    weight is distributed over the other parts in proportion to theirs; without assets there is no score.
    """
    parts = [name for name in WEIGHTS if name in frame.columns]
    shares = frame.select("client", *(share_below(pl.col(name)).alias(name) for name in parts))
    weight = pl.sum_horizontal(pl.when(pl.col(name).is_not_null()).then(WEIGHTS[name]).otherwise(0.0) for name in parts)
    total = pl.sum_horizontal(pl.col(name).fill_null(0.0) * WEIGHTS[name] for name in parts)
    score = pl.when(pl.col("assets").is_not_null()).then(total / weight).otherwise(None)
    scored = shares.select("client", score.alias("value_score"))
    return scored.with_columns(share_below(pl.col("value_score")).alias("value_percentile"))


def share_below(column: pl.Expr) -> pl.Expr:
    """Return the share of the other values that are smaller, 0 to 1; null where missing, 0 for a single value."""
    others = (column.count() - 1).cast(pl.Float64)
    return (
        pl.when(others > 0).then((column.rank("min") - 1) / others).when(column.is_not_null()).then(0.0).otherwise(None)
    )


STEP = 5  # step of the stored percentile in points, so that few rows change in a night


def value_steps(percentile: pl.Expr) -> pl.Expr:
    """Return a percentile as a whole number of points, rounded down to steps of five."""
    return ((percentile * 100 / STEP + 1e-9).floor() * STEP).cast(pl.Int16)


def contact_due(last_contact: pl.Expr, since: pl.Expr, every: pl.Expr) -> pl.Expr:
    """Return the due date of the next contact: the last one (else the day the tier began) plus the tier's gap."""
    begin = pl.max_horizontal(last_contact, pl.when(last_contact.is_null()).then(since).otherwise(None))
    return pl.when(every.is_not_null()).then(begin + pl.duration(days=every)).otherwise(None).cast(pl.Date)


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, the last of the month where it has fewer days; as `offset_by` does."""
    return day + relativedelta(months=months)
