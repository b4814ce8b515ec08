"""Facts of dealing: last trade, sign-ins, first business, turnover and cost."""

from datetime import date, timedelta

import polars as pl

from dakehu.domains.ledger.facts.subjects import BUSINESS
from dakehu.domains.ledger.facts.windows import newest_of
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.models import Figures, TradeBatch
from dakehu.domains.ledger.trades.reader import all_trades
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, cached_frame, declare

LOOK_BACK = 120  # days back to which a sign-in is looked for
WEEK = 7

LAST_TRADE = (Fact("trade_days", "距上次交易天数", "Days since the last trade", "days"),)
SIGN_INS = (
    Fact("login_days", "距上次登录天数", "Days since the last sign-in", "days"),
    Fact("logins_7", "近7日登录次数", "Sign-ins in 7 days", "number"),
    Fact(
        "login_gap",
        "登录间隔天数",
        "Days without a sign-in before",
        "days",
        help=bilingual(
            "近 7 日首次登录之前有多少天没有登录", "Days without a sign-in before the first one of the last 7 days"
        ),
    ),
)
FIRST = (
    Fact("business_days", "首次业务天数", "Days since the first business", "days"),
    Fact("business_name", "业务", "Business", "text"),
)
TURNOVER = (
    Fact("turnover", "年换手率", "Turnover a year", "number"),
    Fact("cost_rate", "费用率", "Cost rate a year", "share"),
)


def _trades_until(day: date) -> pl.DataFrame:
    """Return [client, day] of every trade up to a day."""
    return cached_frame(("trades", day), lambda: _read_trades(day))


def _read_trades(day: date) -> pl.DataFrame:
    with elevated("last trades for the facts of a day"):
        table = all_trades(["client", "asset", "day", "time", "seq", "batch"]).select(["client", "day"])
    return pl.DataFrame(table).filter(pl.col("day") <= day)


def load_last_trade(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the days since the last trade of each client who ever traded."""
    last = _trades_until(day).group_by("client").agg(pl.col("day").max())
    return last.select("client", (pl.lit(day) - pl.col("day")).dt.total_days().alias("trade_days"))


def load_sign_ins(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the facts of SIGN_INS of clients who signed in within LOOK_BACK days; others have none."""
    since, week = day - timedelta(days=LOOK_BACK), day - timedelta(days=WEEK - 1)
    before = reader.last_days("activity", week - timedelta(days=1), "logins", since).rename({"last": "before"})
    recent = reader.series("activity", week, day, ("client", "logins")).filter(pl.col("logins") > 0)
    counted = recent.group_by("client").agg(
        pl.col("logins").sum().cast(pl.Float64).alias("logins_7"),
        pl.col("day").min().alias("first"),
        pl.col("day").max().alias("last"),
    )
    frame = before.join(counted, on="client", how="full", coalesce=True).with_columns(
        pl.coalesce("last", "before").alias("last")
    )
    gap = pl.when(pl.col("first").is_not_null()).then(
        (pl.col("first") - pl.col("before").fill_null(since)).dt.total_days()
    )
    return frame.with_columns(
        (pl.lit(day) - pl.col("last")).dt.total_days().alias("login_days"),
        pl.col("logins_7").fill_null(0.0),
        gap.alias("login_gap"),
    ).select("client", *sorted(names))


def load_first_business(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return each client's first trade and the permissions that were opened, one row each, by how long ago that was."""
    traded = _trades_until(day).group_by("client").agg(pl.col("day").min().alias("on"))
    held = reader.frame("permissions_held", day, ("client", "permission", "opened_on"))
    frame = pl.concat(
        [
            traded.select("client", pl.lit("trade").alias("business"), "on", pl.lit("首次交易").alias("business_name")),
            held.select(
                "client",
                pl.col("permission").alias("business"),
                pl.col("opened_on").alias("on"),
                pl.col("permission").alias("business_name"),
            ),
        ]
    )
    days = (pl.lit(day) - pl.col("on")).dt.total_days()
    return (
        frame.with_columns(days.alias("business_days"))
        .filter(pl.col("business_days") >= 0)
        .unique(["client", "business"], maintain_order=True)
        .select("client", "business", *sorted(names))
    )


def trades_known(day: date) -> date | None:
    """Return the day itself if trades were imported, None if there are none."""
    return day if TradeBatch.objects.exists() else None


def first_known(day: date) -> date | None:
    """Return the newest day of permissions, or the day itself where only trades are known."""
    return reader.newest_day("permissions_held", day) or trades_known(day)


def load_turnover(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return turnover and cost rate as of the last close; nothing for an earlier day."""
    rows = Figures.objects.filter(as_of__lte=day).values_list("client_id", "turnover", "cost_drag")
    frame = read_columns(rows, {"client": pl.Int64, "turnover": pl.Float64, "cost_rate": pl.Float64})
    return frame.select("client", *sorted(names))


def figures_known(day: date) -> date | None:
    """Return the day of the newest figures at or before a day."""
    newest: date | None = (
        Figures.objects.filter(as_of__lte=day).order_by("-as_of").values_list("as_of", flat=True).first()
    )
    return newest


declare(
    FactTable("last_trade", LAST_TRADE, load_last_trade, bilingual("成交", "Trades"), as_of=trades_known),
    FactTable(
        "sign_ins", SIGN_INS, load_sign_ins, bilingual("客户活跃度", "Client activity"), as_of=newest_of("activity")
    ),
    FactTable(
        "first_business",
        FIRST,
        load_first_business,
        bilingual("成交与业务权限", "Trades and permissions"),
        BUSINESS,
        as_of=first_known,
    ),
    FactTable("turnover", TURNOVER, load_turnover, bilingual("日终指标", "Figures of the close"), as_of=figures_known),
)
