"""Clients due for a strategy review: by interval of the client, tier or risk level, from the last review or opening."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from dakehu.domains.risk.choices import LimitMeasure
from dakehu.domains.risk.clients import clients_on
from dakehu.domains.risk.limits import rules as limit_rules
from dakehu.domains.risk.limits.table import client_limits_on, house_limits_on, limits_of_client, with_limits
from dakehu.domains.risk.models import StrategyReview
from dakehu.domains.risk.reviews.rules import SOON_DAYS
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

MEASURE = LimitMeasure.REVIEW_MONTHS.value
LONGEST = 12  # months where no interval is in force


def months_of(client: int, day: date) -> tuple[int, str]:
    """Return (months between reviews of a client, the scope of the limit that sets it)."""
    subjects = subjects_of(client, day)
    found = limit_rules.candidates(limits_of_client(client, day), MEASURE, subjects)
    return (int(found[0].value), found[0].scope) if found else (LONGEST, "firm")


def subjects_of(client: int, day: date) -> dict[str, str]:
    """Return {scope: subject} by which limits of a client are chosen."""
    row: Any = model_of("clients.Client").objects.filter(pk=client).values_list("risk_level", "tier__code").first()
    level, tier = row or ("", "")
    return {"client": str(client), "risk_level": level or "", "tier": tier or ""}


def open_reviews_due(day: date) -> dict[str, int]:
    """Open a review for every client without any whose first one is due within ten days; returns {opened}.

    A client who was never reviewed is due at the next full interval since the opening: reviews then start without
    years of arrears, and due dates are spread like the openings.
    """
    with elevated("strategy reviews that become due"):
        due = clients_due(day)
        if due.height:
            open_reviews(due=due)
    return {"opened": due.height}


def clients_due(day: date) -> pl.DataFrame:
    """Return [client, due_on, basis] of clients who have no review of any state and are due soon."""
    clients = clients_on(day)
    found = with_limits(clients, MEASURE, house_limits_on(day), client_limits_on(day))
    opened: Any = model_of("clients.Client").objects.order_by("pk").values_list("pk", "opened_on", "created_at")
    begun = read_columns(opened, {"client": pl.Int64, "opened_on": pl.Date, "created": pl.Datetime("us", "UTC")})
    known = read_columns(StrategyReview.objects.order_by("pk").values_list("client_id"), {"client": pl.Int64})
    first = pl.coalesce("opened_on", pl.col("created").dt.date())
    months = pl.col("limit").fill_null(float(LONGEST)).cast(pl.Int64)
    elapsed = (
        (day.year - first.dt.year()) * 12 + (day.month - first.dt.month()) + (first.dt.day() < day.day).cast(pl.Int64)
    )
    rounds = pl.max_horizontal((elapsed + months - 1) // months, pl.lit(1))
    due = first.dt.offset_by(pl.format("{}mo", months * rounds))
    return (
        found.join(begun, on="client", how="left")
        .join(known, on="client", how="anti")
        .with_columns(
            due.alias("due_on"),
            pl.col("limit_scope").fill_null("firm").alias("basis"),
        )
        .filter(pl.col("due_on") <= day + timedelta(days=SOON_DAYS))
        .select("client", "due_on", "basis")
    )


@action(
    "risk.open_reviews",
    needs=Permission.SYSTEM_WRITE,
    zh="生成待回顾客户",
    en="Open strategy reviews",
    is_public=False,
    offers_undo=False,
)
def open_reviews(*, due: pl.DataFrame) -> None:
    """Write the reviews of clients who are due."""
    columns = {
        "client_id": due["client"].to_list(),
        "due_on": due["due_on"].to_list(),
        "basis": due["basis"].to_list(),
    }
    record_columns(StrategyReview, due.height, columns)
