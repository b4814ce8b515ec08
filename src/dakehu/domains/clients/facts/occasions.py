"""Facts of birthdays, anniversaries and key dates, for rules."""

from datetime import date, timedelta

import polars as pl

from dakehu.domains.clients import anniversaries, choices
from dakehu.domains.clients.models import Client, KeyDate
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, Subject, declare

OCCASION = Subject("occasion", "生日与纪念日", "Birthday or key date", ("client", "occasion", "occasion_on"))

KINDS = (
    ("opening", "开户周年", "Anniversary of opening"),
    *((kind.value, kind.zh, kind.en) for kind in choices.DateKind),
)
OCCASIONS = (
    Fact(
        "occasion_due",
        "事由即将到来",
        "Occasion at hand",
        "flag",
        help=bilingual("当日至下一交易日之间", "Between the day and the next trading day"),
    ),
    Fact("occasion_kind", "事由", "Occasion", "choice", choices=KINDS),
    Fact("occasion_years", "周年数", "Years", "number"),
)


def load_occasions(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the birthdays, anniversaries and key dates from the day until the next trading day, one row each."""
    last = trading_days.next_trading_day(day + timedelta(days=1))
    window = [day + timedelta(days=n) for n in range((last - day).days + 1)]
    clients = read_columns(
        Client.objects.exclude(status=choices.Status.CLOSED.value).values_list("pk", "birth_on", "opened_on"),
        {"client": pl.Int64, "birth_on": pl.Date, "opened_on": pl.Date},
    )
    dates = read_columns(
        KeyDate.objects.values_list("client_id", "kind", "on", "yearly"),
        {"client": pl.Int64, "occasion": pl.String, "on": pl.Date, "yearly": pl.Boolean},
    )
    found = pl.concat(
        [
            clients.select(
                "client",
                pl.lit("birthday").alias("occasion"),
                pl.col("birth_on").alias("on"),
                pl.lit(True).alias("yearly"),
            ),
            clients.select(
                "client",
                pl.lit("opening").alias("occasion"),
                pl.col("opened_on").alias("on"),
                pl.lit(True).alias("yearly"),
            ),
            dates,
        ]
    )
    return occasions_within(found.drop_nulls("on"), window).select("client", "occasion", "occasion_on", *sorted(names))


def occasions_within(dates: pl.DataFrame, window: list[date]) -> pl.DataFrame:
    """Return the occasions that fall on days of a window. Pure. 29 February falls on the 28th in common years."""
    pieces = []
    for day in window:
        same_day = (pl.col("on").dt.month() == day.month) & (pl.col("on").dt.day() == day.day)
        if (day.month, day.day) == (2, 28) and anniversaries.in_year(date(2024, 2, 29), day.year).day == 28:
            same_day |= (pl.col("on").dt.month() == 2) & (pl.col("on").dt.day() == 29)
        recurs = pl.col("yearly") & same_day & (pl.col("on").dt.year() < day.year)
        pieces.append(
            dates.filter(recurs | (~pl.col("yearly") & (pl.col("on") == day))).with_columns(
                pl.lit(day).alias("occasion_on"),
                (day.year - pl.col("on").dt.year()).cast(pl.Float64).alias("occasion_years"),
            )
        )
    return (
        pl.concat(pieces)
        .unique(["client", "occasion", "occasion_on"], maintain_order=True)
        .with_columns(pl.lit(True).alias("occasion_due"), pl.col("occasion").alias("occasion_kind"))
    )


declare(
    FactTable(
        "occasions", OCCASIONS, load_occasions, bilingual("生日、开户日与重要日期", "Birthdays and key dates"), OCCASION
    ),
)
