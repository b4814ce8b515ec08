"""Facts of what clients hold: weight, moves, risk levels, and how concentrated it is."""

from datetime import date, timedelta

import polars as pl

from dakehu.domains.ledger.close import holdings
from dakehu.domains.ledger.facts.subjects import HOLDING
from dakehu.domains.ledger.facts.windows import newest_of, securities
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.models import Closing, Product, TradeBatch
from dakehu.domains.ledger.prices import returns
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, cached_frame, declare
from dakehu.foundation.schema.fields import model_of

NAV_DAYS = 90  # back to which the highest value of a product is looked for
R_LEVELS = ("R1", "R2", "R3", "R4", "R5")

POSITIONS = (
    Fact("security", "证券", "Security", "text"),
    Fact("held_value", "持仓金额", "Value held", "money"),
    Fact(
        "held_weight",
        "持仓占比",
        "Weight",
        "share",
        help=bilingual(
            "占总资产的比例；没有日终资产时占持仓市值的比例",
            "Of total assets; of all holdings where no balance is known",
        ),
    ),
)
PRICES = (
    Fact("return_1", "当日涨跌幅", "Move on the day", "share"),
    Fact("return_3", "近3日涨跌幅", "Move over 3 days", "share"),
    Fact("return_5", "近5日涨跌幅", "Move over 5 days", "share"),
    Fact("limit_down", "跌停", "Limit down", "flag"),
)
RISKS = (
    Fact("product_risk", "产品风险等级", "Product risk", "choice", choices=tuple((one, one, one) for one in R_LEVELS)),
    Fact("product_rank", "产品风险序号", "Rank of the product risk", "number"),
    Fact(
        "risk_gap",
        "风险等级超出",
        "Levels above the client's",
        "number",
        help=bilingual("产品风险序号 − 客户风险等级序号", "Rank of the product − rank of the client"),
    ),
)
VALUES = (
    Fact("nav_drawdown", "产品回撤", "Drawdown of the product", "share"),
    Fact("nav_line_hit", "净值低于预警线", "Value below its line", "flag"),
)
SPREAD = (
    Fact("top_weight", "最大持仓占比", "Largest weight", "share"),
    Fact("hhi", "持仓集中度", "Concentration (HHI)", "number"),
)


def held_on(day: date) -> pl.DataFrame:
    """Return [client, product, held_value, held_weight] of the holdings at the close of a day."""
    return cached_frame(("held_on", day), lambda: _held_on(day))


def _held_on(day: date) -> pl.DataFrame:
    with elevated("holdings for the facts of a day"):
        found = holdings.frame(day).filter(pl.col("value") > 0)
    totals = reader.frame("balances", day, ("client", "total"))
    share = (
        pl.when(pl.col("total") > 0).then(pl.min_horizontal(pl.col("value") / pl.col("total"), 1.0)).otherwise("weight")
    )
    return found.join(totals, on="client", how="left").select(
        "client", "product", pl.col("value").alias("held_value"), share.alias("held_weight")
    )


def load_positions(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return what every client holds at the close of a day."""
    frame = held_on(day)
    if "security" in names:
        frame = frame.join(securities(), on="product", how="left")
    return frame.select("client", "product", *sorted(names))


def load_moves(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the moves of what every client holds."""
    moves = cached_frame(("returns", day), lambda: returns.frame(day)).select("product", *sorted(names))
    return held_on(day).select("client", "product").join(moves, on="product", how="inner")


def product_ranks(day: date) -> pl.DataFrame:
    """Return [product, product_risk, product_rank]: by the newest feed of risk levels, else as entered with the product."""
    fed = reader.frame("product_risks", day, ("product", "risk_level"))
    entered = read_columns(
        Product.objects.exclude(risk_level="").values_list("pk", "risk_level"),
        {"product": pl.Int64, "risk_level": pl.String},
    ).with_columns(pl.col("risk_level").str.replace("C", "R", literal=True))
    levels = pl.concat([fed, entered]).unique("product", keep="first", maintain_order=True)
    rank = pl.col("risk_level").str.slice(1, 1).cast(pl.Float64, strict=False)
    return levels.select("product", pl.col("risk_level").alias("product_risk"), rank.alias("product_rank"))


def load_risks(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the risk level of what every client holds, and how far it is above the client's own."""
    clients = read_columns(
        model_of("clients.Client").objects.exclude(risk_level="").values_list("pk", "risk_level"),
        {"client": pl.Int64, "level": pl.String},
    ).select("client", pl.col("level").str.slice(1, 1).cast(pl.Float64, strict=False).alias("rank"))
    frame = held_on(day).join(product_ranks(day), on="product", how="inner").join(clients, on="client", how="left")
    gap = (pl.col("product_rank") - pl.col("rank")).alias("risk_gap")
    return frame.with_columns(gap).select("client", "product", *sorted(names))


def risks_known(day: date) -> date | None:
    """Return the day itself if a product's risk level is known, None if none is."""
    return day if reader.newest_day("product_risks", day) or Product.objects.exclude(risk_level="").exists() else None


def load_values(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return drawdown and lines of the products that every client holds."""
    series = reader.series(
        "product_navs", day - timedelta(days=NAV_DAYS), day, ("product", "nav", "warn_nav", "stop_nav")
    )
    values = nav_facts(series)
    return (
        held_on(day)
        .select("client", "product")
        .join(values, on="product", how="inner")
        .select("client", "product", *sorted(names))
    )


def nav_facts(series: pl.DataFrame) -> pl.DataFrame:
    """Return [product, nav_drawdown, nav_line_hit] of values by day: day, product, nav, warn_nav, stop_nav. Pure."""
    newest = (
        series.sort("day")
        .group_by("product", maintain_order=True)
        .agg(pl.col("nav").last(), pl.col("nav").max().alias("peak"), pl.col("warn_nav", "stop_nav").last())
    )
    line = pl.max_horizontal("warn_nav", "stop_nav")
    return newest.select(
        "product",
        (1.0 - pl.col("nav") / pl.col("peak")).alias("nav_drawdown"),
        (pl.col("nav") <= line).fill_null(False).alias("nav_line_hit"),
    )


def load_spread(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return how concentrated every client's holdings are on a day."""
    return concentration_of(held_on(day)).select("client", *sorted(names))


def concentration_of(held: pl.DataFrame) -> pl.DataFrame:
    """Return [client, top_weight, hhi] of holdings: client, held_weight. Pure."""
    weight = pl.col("held_weight")
    return held.group_by("client").agg(weight.max().alias("top_weight"), (weight * weight).sum().alias("hhi"))


def holdings_known(day: date) -> date | None:
    """Return the day itself if trades are known, None if there are none."""
    return day if Closing.objects.exists() or TradeBatch.objects.exists() else None


TRADES = bilingual("成交与行情", "Trades and prices")
declare(
    FactTable("positions", POSITIONS, load_positions, TRADES, HOLDING, as_of=holdings_known),
    FactTable("moves", PRICES, load_moves, bilingual("行情", "Prices"), HOLDING, as_of=holdings_known),
    FactTable(
        "product_risks", RISKS, load_risks, bilingual("产品风险等级", "Product risk levels"), HOLDING, as_of=risks_known
    ),
    FactTable(
        "product_values",
        VALUES,
        load_values,
        bilingual("产品净值", "Product values"),
        HOLDING,
        as_of=newest_of("product_navs"),
    ),
    FactTable("spread", SPREAD, load_spread, TRADES, as_of=holdings_known),
)
