"""Keep the newest balance of each client, with averages of the days before, and update the clients' assets from it."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from dakehu.domains.clients.choices import AssetsSource
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.models import DailyBalance, FeedFile
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.reversal import after_revert
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.bulk import record_expressions
from dakehu.foundation.records.recorded import current_act
from dakehu.foundation.records.replacement import replace_rows

SHORT, LONG = 20, 60  # trading days of the averages
ACTIVE = 30  # calendar days in which logins and orders are counted
AS_IN_FILE = ("total", "cash", "securities", "products", "margin_assets", "margin_debt")
MONEY = (*AS_IN_FILE, "total_20", "total_60", "net_inflow", "net_inflow_20")
COUNTS = ("logins_30", "orders_30")


def depends_on(feed: str, day: date) -> bool:
    """Return whether the balances of clients change with a feed of a day, once it is stored."""
    newest = reader.newest_day("balances")
    if newest is None:
        return False
    if feed == "balances":
        return day >= _window(newest, LONG)[0]
    return feed == "activity" and newest - timedelta(days=ACTIVE) < day <= newest


def newest_balances() -> pl.DataFrame:
    """Return the newest balance of every client with its averages, in yuan: client, day, MONEY, COUNTS.

    An average is the sum of the imported days divided by their number: a day whose file lacks the client counts as
    zero. Empty if no balances were ever imported.
    """
    day = reader.newest_day("balances")
    columns = ["client", *AS_IN_FILE, "deposits", "withdrawals"]
    found = reader.frame("balances", day or date.min, columns)
    short, long = ([], []) if day is None else (_window(day, SHORT), _window(day, LONG))
    moved = reader.sums("balances", short, ["total", "deposits", "withdrawals"]).drop("days")
    older = reader.sums("balances", long[: len(long) - len(short)], ["total"]).drop("days")
    joined = found.join(moved, on="client", how="left", suffix="_sum").join(
        older, on="client", how="left", suffix="_older"
    )
    return _add_activity(
        joined.select(
            "client",
            pl.lit(day).cast(pl.Date).alias("day"),
            *AS_IN_FILE,
            (pl.col("total_sum") / max(1, _count_days_with_balances(short))).round(2).alias("total_20"),
            (pl.sum_horizontal("total_sum", "total_older") / max(1, _count_days_with_balances(long)))
            .round(2)
            .alias("total_60"),
            _net("deposits", "withdrawals").alias("net_inflow"),
            _net("deposits_sum", "withdrawals_sum").alias("net_inflow_20"),
        ),
        day,
    )


def _net(deposits: str, withdrawals: str) -> pl.Expr:
    """Return deposits less withdrawals, missing where both are."""
    is_known = pl.col(deposits).is_not_null() | pl.col(withdrawals).is_not_null()
    return pl.when(is_known).then((pl.col(deposits).fill_null(0) - pl.col(withdrawals).fill_null(0)).round(2))


def _window(day: date, count: int) -> list[date]:
    """Return the last `count` trading days up to a day, oldest first."""
    return trading_days.trading_days_between(day - timedelta(days=2 * count + 30), day)[-count:]


def _count_days_with_balances(days: list[date]) -> int:
    """Return for how many of some days balances were imported."""
    asked = set(days)
    return len([day for day in reader.days_of("balances", days[0], days[-1]) if day in asked]) if days else 0


def _add_activity(found: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Add logins and orders of the last days, missing if no activity was ever imported."""
    if day is None or reader.newest_day("activity", day) is None:
        return found.with_columns(pl.lit(None, pl.Int64).alias(name) for name in COUNTS)
    days = [day - timedelta(days=back) for back in range(ACTIVE)]
    counted = reader.sums("activity", days, ["logins", "orders"]).select(
        "client", pl.col("logins").cast(pl.Int64).alias("logins_30"), pl.col("orders").cast(pl.Int64).alias("orders_30")
    )
    return found.join(counted, on="client", how="left").with_columns(pl.col(COUNTS).fill_null(0))


def refresh_balances() -> dict[str, int]:
    """Replace the balances of clients by the newest, and update the assets of clients from them, in the open action.

    Nothing is recorded for undo: it is derived from the register, and recomputed when an import is undone.

    Returns {balances: rows, followed: clients whose assets changed, kept: clients whose assets were entered for a later
    day and stay}.
    """
    with elevated("balances of every client"), undo_entries.recording_as(current_act(), is_recorded=False):
        existing = pl.Series("client", list(scope.client_model().objects.values_list("pk", flat=True)), pl.Int64)
        found = newest_balances().join(existing.to_frame(), on="client", how="semi")
        replace_rows(DailyBalance, [found.rename({"client": "client_id"})])
        return {"balances": found.height, **_follow(found["day"][0] if found.height else None)}


def _follow(day: date | None) -> dict[str, int]:
    """Bring the assets of clients in line with the balances as they are now.

    A figure that was entered for a later day stays. One that the feed replaces is stored next to it, and restored if
    the feed has no (or no longer any) value that is as new.
    """
    clients: Any = models.QuerySet(scope.client_model())
    gone = Q(balance__isnull=True) & (Q(assets_on__gt=day) if day else Q())
    record_expressions(
        clients.filter(gone, assets_source=AssetsSource.FEED.value),
        {
            "assets": F("entered_assets"),
            "assets_on": F("entered_assets_on"),
            "assets_source": "",
            "entered_assets": None,
            "entered_assets_on": None,
        },
    )
    if day is None:
        return {"followed": 0, "kept": 0}
    known = clients.filter(balance__total__isnull=False)
    is_entered = Q(assets_source="")
    kept = known.filter(is_entered, assets__isnull=False, assets_on__gt=day)
    record_expressions(
        known.filter(is_entered, assets__isnull=False).exclude(assets_on__gt=day),
        {"entered_assets": F("assets"), "entered_assets_on": F("assets_on")},
    )
    total = DailyBalance.objects.filter(client=OuterRef("pk")).values("total")
    followed = record_expressions(
        known.filter(Q(assets_source=AssetsSource.FEED.value) | Q(assets__isnull=True) | ~Q(assets_on__gt=day)).exclude(
            assets_source=AssetsSource.FEED.value, assets_on=day, assets=F("balance__total")
        ),
        {"assets": Subquery(total), "assets_on": day, "assets_source": AssetsSource.FEED.value},
    )
    return {"followed": followed, "kept": kept.count()}


@after_revert(FeedFile._meta.label)
def refresh_after_revert() -> None:
    """Bring balances and assets in line after an import was undone."""
    refresh_balances()
