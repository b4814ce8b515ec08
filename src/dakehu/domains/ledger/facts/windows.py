"""Days and names that the facts of the ledger share."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.models import SecurityCode
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.columns import read_columns


def last_trading_days(day: date, count: int) -> list[date]:
    """Return the last `count` trading days up to `day`, oldest first."""
    days = trading_days.trading_days_between(day - timedelta(days=count * 2 + 20), day)
    return days[-count:]


def trading_days_until(days: pl.Series, day: date) -> pl.Series:
    """Return the number of trading days after `day` up to each of some days, negative for days before it."""
    known = days.drop_nulls().unique().to_list()
    if not known:
        return pl.Series(days.name, [None] * len(days), dtype=pl.Int64)
    open_days = trading_days.trading_days_between(min([day, *known]), max([day, *known]))
    counts = {
        on: sum(day < one <= on for one in open_days) if on >= day else -sum(on < one <= day for one in open_days)
        for on in known
    }
    return days.replace_strict(counts, default=None, return_dtype=pl.Int64)


def newest_of(feed: str) -> Callable[[date], date | None]:
    """Return the function that returns the day of the newest data of a feed."""

    def as_of(day: date) -> date | None:
        return reader.newest_day(feed, day)

    return as_of


def securities() -> pl.DataFrame:
    """Return [product, security]: each product's name and current code ("贵州茅台 600519.SH")."""
    rows = SecurityCode.objects.filter(until=None).order_by("product_id", "pk")
    frame = read_columns(
        rows.values_list("product_id", "product__name", "code", "market"),
        {"product": pl.Int64, "name": pl.String, "code": pl.String, "market": pl.String},
    )
    return frame.unique("product", keep="first", maintain_order=True).select(
        "product", pl.format("{} {}.{}", "name", "code", "market").alias("security")
    )
