"""Assign every client a tier once a day: read the figures as columns, decide, write rows that differ in one action."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.domains.tiers import assets, rules, schemes
from dakehu.domains.tiers.choices import ChangeKind
from dakehu.domains.tiers.models import AssignmentRun, ClientTier, Scheme, TierChange, TierOverride
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.bulk import change_columns, record_columns, record_rows, remove_rows
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.records.recorded import add_audit_note

DAYS = ("since", "below_since", "watch_since", "override_until", "contact_due_on")
# The columns that a run may change; a row that differs in none of them is not written.
STORED = {
    "code": pl.String,
    "rule_code": pl.String,
    "frequency": pl.String,
    "value_percent": pl.Int16,
    **dict.fromkeys(DAYS, pl.Date),
}
BEFORE = {
    "rule_code": "rule_before",
    "code": "code_before",
    "since": "since_before",
    "below_since": "below_before",
    "watch_since": "watch_before",
}
WRITTEN = ("rank", *STORED, "average_assets", "averaged_days", "assets_source", "decided_on", *BEFORE.values())
COUNTED = ("assigned", "upgraded", "downgraded", "watched", "recovered", "reclassified", "overridden", "override_ended")


def run(day: date, progress: Callable[..., None] = no_progress) -> dict[str, Any]:
    """Assign tiers as of the close of a day.

    Returns {day, scheme, assigned, upgraded, downgraded, watched, recovered, reclassified, overridden, override_ended,
    ended, unchanged, stated (decided on entered assets), unknown (no assets, no tier), skipped ("", "no_scheme", "later")}.
    The last day assigned may be assigned again with corrected figures; a day before it is left alone. Raises NotAllowed.
    """
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚定级", "the nightly assignment of tiers"), Permission.SYSTEM_WRITE)
    with elevated("the nightly assignment of tiers"):
        scheme, last = schemes.find_scheme_in_force(day), AssignmentRun.objects.order_by("-day").first()
        if scheme is None or (last is not None and last.day > day):
            return {"day": day.isoformat(), **_counts(None), "skipped": "no_scheme" if scheme is None else "later"}
        progress(0.1, bilingual("正在读取日均资产", "Reading average assets"))
        earlier = AssignmentRun.objects.filter(day__lt=day).order_by("-day").first()
        is_new = earlier is None or earlier.scheme_id != scheme.pk
        frame = _decide_tiers(scheme, day, is_new_scheme=is_new)
        progress(0.6, bilingual("正在写入变化的级别", "Writing the tiers that changed"))
        counts = write_assignment(scheme=scheme, day=day, frame=frame)
    progress(1.0, bilingual("定级完成", "Tiers assigned"))
    return {"day": day.isoformat(), **counts, "skipped": ""}


def _decide_tiers(scheme: Scheme, day: date, *, is_new_scheme: bool) -> pl.DataFrame:
    """Return one row for each client that has a tier or gets one: the stored and the new values.

    Stored values have the suffix `_stored`; `row` is the id of the stored row. A client that is no longer tiered has no
    `code`.
    """
    tiers = schemes.tiers_of(scheme)
    figures = assets.averages(day, schemes.window_of(scheme))
    stored, running = _stored_tiers(day), _overrides(day)
    frame = figures.join(stored, on="client", how="left", maintain_order="left")
    frame = frame.join(running, on="client", how="left", maintain_order="left")
    state = frame.with_columns(pl.col(f"{name}_start").alias(name) for name in rules.STATE)
    hysteresis = rules.Hysteresis(scheme.watch_months, scheme.downgrade_months)
    decided = rules.decide(state, schemes.bands(tiers), day, hysteresis, is_new_scheme=is_new_scheme)
    scores = rules.value_scores(figures)
    every = pl.col("code").replace_strict(schemes.contact_gaps(tiers), default=None, return_dtype=pl.Int32)
    decided = decided.join(scores, on="client", how="left", maintain_order="left").with_columns(
        rules.frequency(scheme.busy_trades).alias("frequency"),
        rules.value_steps(pl.col("value_percentile")).alias("value_percent"),
        rules.contact_due(pl.col("last_contact_on"), pl.col("since"), every).alias("contact_due_on"),
    )
    decided = decided.with_columns(pl.col("rule_code").fill_null(""))
    left = stored.join(figures.select("client"), on="client", how="anti")
    return pl.concat([decided, left], how="diagonal")


def _stored_tiers(day: date) -> pl.DataFrame:
    """Return the stored columns of each client, and (`_start`) the state that the run of a day starts from."""
    names = {"row": pl.Int64, "client": pl.Int64, **STORED, "decided_on": pl.Date}
    again = {
        "rule_before": pl.String,
        "code_before": pl.String,
        "since_before": pl.Date,
        "below_before": pl.Date,
        "watch_before": pl.Date,
    }
    columns = ("pk", "client_id", *STORED, "decided_on", *again)
    frame = read_columns(ClientTier.objects.order_by("client_id").values_list(*columns), {**names, **again})
    is_again = pl.col("decided_on") == day
    started = [
        pl.when(is_again)
        .then(pl.when(pl.col("code_before") == "").then(None).otherwise(pl.col(before)))
        .otherwise(pl.col(name))
        .alias(f"{name}_start")
        for name, before in BEFORE.items()
    ]
    return frame.with_columns(started).select(
        "row", "client", *(pl.col(name).alias(f"{name}_stored") for name in STORED), *(f"{n}_start" for n in BEFORE)
    )


def _overrides(day: date) -> pl.DataFrame:
    """Return the manually set tiers that apply on a day."""
    rows = TierOverride.objects.filter(ended_on=None, until__gte=day).values_list("client_id", "code", "until")
    return read_columns(rows, {"client": pl.Int64, "override": pl.String, "override_until": pl.Date})


@action("tiers.write_assignment", needs=Permission.SYSTEM_WRITE, zh="每晚定级", en="Assign tiers", is_public=False)
def write_assignment(*, scheme: Scheme, day: date, frame: pl.DataFrame) -> dict[str, Any]:
    """Write the rows that differ from the stored ones, the changes of tier, and the run itself; return its counts."""
    ended = frame.filter(pl.col("code").is_null() & pl.col("row").is_not_null())
    kept = frame.filter(pl.col("code").is_not_null())
    _end_overrides(day)
    _write_rows(kept, day)
    if len(ended):
        remove_rows(ClientTier, ended["row"].to_list())
    _write_changes(scheme, day, kept, ended)
    counts = {
        "scheme": scheme.name,
        **_counts(kept),
        "ended": len(ended),
        "unknown": int(frame["code"].null_count()) - len(ended),
    }
    run_of_day = AssignmentRun.objects.filter(day=day).first() or AssignmentRun(day=day)
    run_of_day.scheme, run_of_day.counts = scheme, counts
    run_of_day.save()
    for older in Scheme.objects.filter(state="active", effective_from__lt=scheme.effective_from, retired_on=None):
        older.state, older.retired_on = "retired", scheme.effective_from
        older.save()
    add_audit_note(day=day.isoformat(), **counts)
    return counts


def _counts(kept: pl.DataFrame | None) -> dict[str, Any]:
    """Return the number of clients for each kind of change."""
    if kept is None:
        return {"scheme": "", **dict.fromkeys((*COUNTED, "unchanged", "stated", "ended", "unknown"), 0)}
    found = dict(kept.filter(pl.col("change").is_not_null()).group_by("change").len().iter_rows())
    stated = int((kept["source"] == "stated").sum())
    return {
        **{name: int(found.get(name, 0)) for name in COUNTED},
        "unchanged": len(kept) - sum(found.values()),
        "stated": stated,
    }


def _end_overrides(day: date) -> None:
    """End the manually set tiers that have expired."""
    over = list(TierOverride.objects.filter(ended_on=None, until__lt=day))
    for row in over:
        row.ended_on = row.until
    if over:
        record_rows(TierOverride, [], over, ["ended_on"])


def _write_rows(kept: pl.DataFrame, day: date) -> None:
    """Insert the rows of clients without one, and change those that differ."""
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_stored")) for name in STORED)
    rows = kept.filter(pl.col("row").is_null() | differs).with_columns(
        pl.lit(day).alias("decided_on"),
        pl.col("average").alias("average_assets"),
        pl.col("days").alias("averaged_days"),
        pl.col("source").alias("assets_source"),
        *(pl.col(f"{name}_start").alias(before) for name, before in BEFORE.items()),
    )
    new, changed = rows.filter(pl.col("row").is_null()), rows.filter(pl.col("row").is_not_null())
    if len(new):
        record_columns(ClientTier, len(new), {"client_id": new["client"].to_list(), **_columns(new)})
    if len(changed):
        change_columns(ClientTier, changed["row"].to_list(), _columns(changed), client_ids=changed["client"].to_list())


def _columns(rows: pl.DataFrame) -> dict[str, list[Any]]:
    """Return the columns to write."""
    rows = rows.with_columns(pl.col(pl.String).fill_null(""))
    found = {name: rows[name].to_list() for name in WRITTEN if name != "average_assets"}
    return {**found, "average_assets": money(rows["average_assets"])}


def money(amounts: pl.Series) -> list[Decimal | None]:
    """Return yuan as decimals of two places."""
    return [None if amount is None else Decimal(f"{amount:.2f}") for amount in amounts.to_list()]


def _write_changes(scheme: Scheme, day: date, kept: pl.DataFrame, ended: pl.DataFrame) -> None:
    """Write the history of the day, replacing that of an earlier run of the same day."""
    remove_rows(TierChange, TierChange.objects.filter(on=day).exclude(scheme=None).values_list("pk", flat=True))
    moved = kept.filter(pl.col("change").is_not_null())
    if len(moved):
        columns = {
            "client_id": moved["client"].to_list(),
            "kind": moved["change"].to_list(),
            "code_before": moved["code_start"].to_list(),
            "code": moved["code"].to_list(),
            "average_assets": money(moved["average"]),
            "averaged_days": moved["days"].to_list(),
            "assets_source": moved["source"].to_list(),
        }
        _insert_changes(scheme, day, len(moved), columns)
    if len(ended):
        columns = {
            "client_id": ended["client"].to_list(),
            "code_before": ended["code_stored"].to_list(),
            "kind": [str(ChangeKind.ENDED)] * len(ended),
        }
        _insert_changes(scheme, day, len(ended), columns)


def _insert_changes(scheme: Scheme, day: date, count: int, columns: dict[str, list[Any]]) -> None:
    record_columns(TierChange, count, {**columns, "on": [day] * count, "scheme_id": [scheme.pk] * count})
