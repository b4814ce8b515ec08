"""Facts of assets and flows, from the end-of-day balances of the counter."""

from datetime import date

import polars as pl

from dakehu.domains.ledger.facts.windows import last_trading_days, newest_of
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.facts import Fact, FactTable, declare

IDLE_SHARE, IDLE_CASH, IDLE_DAYS = (
    0.3,
    300_000.0,
    20,
)  # cash that is called idle, and over how many days it is looked for
CHURN_SHARE = 0.5  # net outflow of sixty days, as a share of the assets before, at which a client is as good as lost
CHURN_SCORE = 0.7  # the score given to that share
RENAMED = {
    "total": "total_assets",
    "cash": "cash",
    "securities": "securities_value",
    "products": "products_value",
    "margin_assets": "margin_assets",
    "margin_debt": "margin_debt",
    "deposits": "deposits",
    "withdrawals": "withdrawals",
}
BALANCES = (
    Fact("total_assets", "总资产", "Total assets", "money"),
    Fact("cash", "现金", "Cash", "money"),
    Fact("securities_value", "证券市值", "Securities", "money"),
    Fact("products_value", "产品市值", "Products", "money"),
    Fact("margin_assets", "信用资产", "Margin assets", "money"),
    Fact("margin_debt", "两融负债", "Margin debt", "money"),
    Fact("deposits", "当日转入", "Moved in on the day", "money"),
    Fact("withdrawals", "当日转出", "Moved out on the day", "money"),
    Fact("cash_share", "现金占比", "Share of cash", "share", help=bilingual("现金 ÷ 总资产", "Cash ÷ total assets")),
)
AVERAGES = (
    Fact("assets_20", "近20日日均资产", "Mean assets of 20 days", "money", help=bilingual("交易日", "Trading days")),
    Fact("assets_60", "近60日日均资产", "Mean assets of 60 days", "money", help=bilingual("交易日", "Trading days")),
    Fact(
        "assets_20_before",
        "此前20日日均资产",
        "Mean assets of the 20 days before",
        "money",
        help=bilingual("前 21 至 40 个交易日", "The 21st to the 40th trading day back"),
    ),
    Fact(
        "net_inflow_20",
        "近20日净流入",
        "Net inflow of 20 days",
        "money",
        help=bilingual("转入 − 转出，不含市值变动", "Moved in − moved out, without moves of prices"),
    ),
    Fact(
        "churn_score",
        "流失评分",
        "Score of loss",
        "number",
        help=bilingual(
            "近 60 日净流出占此前 60 日日均资产的比例 × 1.4，最高 1；流出一半为 0.7",
            "Net outflow of 60 days as a share of the mean assets of the 60 days before × 1.4, at most 1; half of them is 0.7",
        ),
    ),
)
IDLE = (
    Fact(
        "idle_cash_days",
        "现金闲置交易日数",
        "Trading days of idle cash",
        "number",
        help=bilingual(
            "最近 20 个交易日中现金不低于总资产 30% 且不低于 30 万的天数",
            "Of the last 20 trading days, those with cash of at least 30 % of assets and CNY 300,000",
        ),
    ),
)


def load_balances(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the balances of a day, none if they have not been imported."""
    columns = [name for name, fact in RENAMED.items() if fact in names or "cash_share" in names]
    frame = reader.frame("balances", day, ("client", *columns)).rename(RENAMED, strict=False)
    if "cash_share" in names:
        share = pl.when(pl.col("total_assets") > 0).then(pl.col("cash") / pl.col("total_assets"))
        frame = frame.with_columns(share.alias("cash_share"))
    return frame.select("client", *sorted(names))


def load_averages(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return averages and flows over the trading days up to a day; missing if no day of a window was imported."""
    churn = "churn_score" in names
    days = last_trading_days(day, 120 if churn else 60)
    blocks = {"a": days[-20:]}
    if names - {"assets_20", "net_inflow_20"}:
        blocks["b"] = days[-40:-20]
    if names & {"assets_60", "churn_score"}:
        blocks["c"] = days[-60:-40]
    if churn:
        blocks["d"] = days[-120:-60]
    frame = pl.DataFrame(schema={"client": pl.Int64})
    for block, window in blocks.items():
        held = reader.sums("balances", window, ("total", "deposits", "withdrawals")).select(
            "client",
            pl.col("total").alias(f"total_{block}"),
            pl.col("days").alias(f"days_{block}"),
            (pl.col("deposits").fill_null(0.0) - pl.col("withdrawals").fill_null(0.0)).alias(f"inflow_{block}"),
        )
        frame = frame.join(held, on="client", how="full", coalesce=True)
    return averages(frame, tuple(blocks)).select("client", *sorted(names))


def averages(frame: pl.DataFrame, blocks: tuple[str, ...]) -> pl.DataFrame:
    """Return the facts of AVERAGES that follow from the sums of blocks of days. Pure.

    Block a is the last 20 trading days, b the 20 before, c the 20 before those, d the 60 before: total_x and inflow_x in
    CNY, days_x the days that have a balance.
    """
    made = [_mean("a").alias("assets_20"), pl.col("inflow_a").alias("net_inflow_20")]
    if "b" in blocks:
        made.append(_mean("b").alias("assets_20_before"))
    if "c" in blocks:
        made.append(_mean("a", "b", "c").alias("assets_60"))
    if "d" in blocks:
        outflow = -pl.sum_horizontal(f"inflow_{block}" for block in "abc")
        before = _mean("d")
        share = pl.when(before > 0).then(outflow / before * (CHURN_SCORE / CHURN_SHARE))
        made.append(share.clip(0.0, 1.0).alias("churn_score"))
    return frame.with_columns(made)


def _mean(*blocks: str) -> pl.Expr:
    """Return the mean total over the days of blocks, missing without any day."""
    total = pl.sum_horizontal(f"total_{block}" for block in blocks)
    days = pl.sum_horizontal(f"days_{block}" for block in blocks)
    return pl.when(days > 0).then(total / days)


def load_idle_cash(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return on how many of the last trading days a client's cash was idle; clients without one are left out."""
    days = last_trading_days(day, IDLE_DAYS)
    pieces = [pl.DataFrame(schema={"client": pl.Int64})]
    for on in reader.days_of("balances", days[0], day) if days else ():
        held = reader.frame("balances", on, ("client", "cash", "total"))
        is_idle = (pl.col("cash") >= IDLE_CASH) & (pl.col("cash") >= IDLE_SHARE * pl.col("total"))
        pieces.append(held.filter(is_idle).select("client"))
    return pl.concat(pieces).group_by("client").agg(pl.len().cast(pl.Float64).alias("idle_cash_days"))


SOURCE = bilingual("柜台日终资产", "End-of-day balances")
declare(
    FactTable("balances", BALANCES, load_balances, SOURCE, as_of=newest_of("balances"), is_daily=True),
    FactTable("balance_averages", AVERAGES, load_averages, SOURCE, as_of=newest_of("balances"), is_daily=True),
    FactTable("idle_cash", IDLE, load_idle_cash, SOURCE, as_of=newest_of("balances"), is_daily=True),
)
