"""Read the figures that decide tiers: average assets of each client over some trading days, and the parts of value.

They are read from the feed of end-of-day balances. For a client without a row, the assets entered on the client page
are used, and the figures are marked so.
"""

from datetime import date, timedelta

import polars as pl

from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

SUMMED = ("total", "products", "margin_debt", "commission")
CLIENTS = {
    "client": pl.Int64,
    "kind": pl.String,
    "investor_class": pl.String,
    "stated": pl.Float64,
    "opened_on": pl.Date,
    "last_contact_on": pl.Date,
}
TIERED = ("active", "dormant", "restricted")  # a prospect has no account yet, a closed client no longer has one
DAYS_A_YEAR = 365.25


def window_days(day: date, count: int) -> list[date]:
    """Return the last `count` trading days up to and including `day`."""
    return trading_days.trading_days_between(day - timedelta(days=count * 2 + 30), day)[-count:]


def clients() -> pl.DataFrame:
    """Return the tiered clients in the actor's scope, with the values entered on their page (columns of CLIENTS)."""
    rows = model_of("clients.Client").objects.filter(status__in=TIERED, restricted=False).order_by("pk")
    names = ("pk", "kind", "investor_class", "assets", "opened_on", "last_contact_on")
    return read_columns(rows.values_list(*names), CLIENTS)


def averages(day: date, window: int, known: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the frame of `clients` (`known`, if already read) with the figures of a day.

    `average` (yuan, null where unknown), `days` (number of days in the window with a balance of the client; the feed's
    other days are averaged as 0), `source` ("balances", "stated" or ""), `orders` within the window (null without the
    feed of activity), and the parts of value: `assets`, `revenue`, `products`, `margin`, `tenure`.
    """
    found = clients() if known is None else known
    days = window_days(day, window)
    sums = reader.sums("balances", days, SUMMED)
    frame = found.join(sums, on="client", how="left", maintain_order="left")
    counted = max(len(reader.days_of("balances", days[0], day)), 1)
    frame = frame.with_columns(
        pl.coalesce(pl.col("total") / counted, pl.col("stated")).alias("average"),
        pl.when(pl.col("total").is_not_null())
        .then(pl.lit("balances"))
        .when(pl.col("stated").is_not_null())
        .then(pl.lit("stated"))
        .otherwise(pl.lit(""))
        .alias("source"),
        pl.col("days").fill_null(0).cast(pl.Int16),
        pl.col("commission").alias("revenue"),
        pl.col("products") / counted,
        (pl.col("margin_debt") / counted).alias("margin"),
        ((pl.lit(day) - pl.col("opened_on")).dt.total_days() / DAYS_A_YEAR).clip(lower_bound=0).alias("tenure"),
    )
    return _add_orders(frame.with_columns(pl.col("average").alias("assets")), days)


def _add_orders(frame: pl.DataFrame, days: list[date]) -> pl.DataFrame:
    """Add the orders of each client within the window: 0 without a row, null where no feed arrived in it."""
    if not reader.days_of("activity", days[0], days[-1]):
        return frame.with_columns(pl.lit(None, pl.Float64).alias("orders"))
    orders = reader.sums("activity", days, ("orders",)).select("client", pl.col("orders").cast(pl.Float64))
    return frame.join(orders, on="client", how="left", maintain_order="left").with_columns(
        pl.col("orders").fill_null(0.0)
    )
