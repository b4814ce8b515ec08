"""Compare every position, account, line and contract of a day with its limit, by column. Pure but for `read_inputs`."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.domains.ledger.facts.positions import held_on, load_values, product_ranks
from dakehu.domains.ledger.facts.returns import load_account
from dakehu.domains.ledger.facts.windows import securities
from dakehu.domains.risk.clients import clients_on
from dakehu.domains.risk.limits import table
from dakehu.domains.risk.limits.rules import CAPS, TOLERANCE, Limit
from dakehu.domains.risk.lines.table import standing_lines
from dakehu.domains.risk.margin.table import contracts_on, with_levels
from dakehu.domains.risk.models import SecurityProfile
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

NEAR = 0.8  # usage from which a limit is near [D] house default
PARTICIPATION = 0.2  # share of the daily turnover that a sale may use [D] house default
MOST_USE = 99.0  # usage of an exceeded limit of zero
EQUITY_KINDS = ("stock",)
EQUITY_BY_RISK = ("fund", "private", "asset_plan")  # equity if their risk level is one of HIGH [D] house default
HIGH = ("R4", "R5")
OF_ACCOUNT = ("equity_share", "drawdown_60", "day_loss", "largest_holding", "hhi")
FIGURES = ("equity_share", "drawdown_60", "day_loss", "largest_holding", "industry_share", "hhi", "sell_days")
STANDINGS = {
    "client": pl.Int64,
    "kind": pl.String,
    "object": pl.String,
    "about": pl.String,
    "value": pl.Float64,
    "limit": pl.Float64,
    "usage": pl.Float64,
    "severity": pl.String,
    "limit_scope": pl.String,
    "rule": pl.String,
}
MARGIN_KINDS = {"close": "margin_close", "warn": "margin_warn", "near": "margin_near"}


@dataclass(frozen=True)
class Inputs:
    """Inputs of the nightly step.

    clients: client, risk_level, tier. held: client, product, held_value, held_weight. products: product, product_kind,
    product_risk, industry, daily_turnover (CNY), security. account: client, account_return, account_drawdown_60. navs:
    client, product, nav_drawdown. lines: as lines.table. contracts: as margin.table, with levels. house, own: limits.
    """

    clients: pl.DataFrame
    held: pl.DataFrame
    products: pl.DataFrame
    account: pl.DataFrame
    navs: pl.DataFrame
    lines: pl.DataFrame
    contracts: pl.DataFrame
    house: list[Limit]
    own: pl.DataFrame


def read_inputs(day: date) -> Inputs:
    """Read the data known at the close of a day. The caller acts as the system."""
    return Inputs(
        clients_on(day),
        held_on(day),
        products_on(day),
        load_account(day, frozenset({"account_return", "account_drawdown_60"})),
        load_values(day, frozenset({"nav_drawdown"})),
        standing_lines(day),
        with_levels(contracts_on(day)),
        table.house_limits_on(day),
        table.client_limits_on(day),
    )


def products_on(day: date) -> pl.DataFrame:
    """Return [product, product_kind, product_risk, industry, daily_turnover, security] of every product."""
    products = read_columns(
        model_of("ledger.Product").objects.order_by("pk").values_list("pk", "kind"),
        {"product": pl.Int64, "product_kind": pl.String},
    )
    profiles = read_columns(
        SecurityProfile.objects.order_by("pk").values_list("security__product_id", "industry", "daily_turnover"),
        {"product": pl.Int64, "industry": pl.String, "daily_turnover": pl.Float64},
    ).unique("product", keep="last", maintain_order=True)
    industry = pl.when(pl.col("industry") != "").then(pl.col("industry"))
    return (
        products.join(product_ranks(day).select("product", "product_risk"), on="product", how="left")
        .join(profiles.with_columns(industry), on="product", how="left")
        .join(securities(), on="product", how="left")
    )


def figures_of(given: Inputs) -> pl.DataFrame:
    """Return [client, FIGURES] of every client; null where inputs of a measure are unknown."""
    held = given.held.join(given.products, on="product", how="left")
    weight = pl.col("held_weight")
    is_high = pl.col("product_kind").is_in(EQUITY_BY_RISK) & pl.col("product_risk").is_in(HIGH)
    is_equity = (pl.col("product_kind").is_in(EQUITY_KINDS) | is_high).fill_null(False)
    spread = held.group_by("client").agg(
        weight.filter(is_equity).sum().alias("equity_share"),
        weight.max().alias("largest_holding"),
        (weight * weight).sum().alias("hhi"),
        sell_days().max().alias("sell_days"),
    )
    industries = industries_of(held).group_by("client").agg(pl.col("industry_share").max())
    account = given.account.select(
        "client",
        pl.col("account_drawdown_60").alias("drawdown_60"),
        pl.max_horizontal(-pl.col("account_return"), pl.lit(0.0)).alias("day_loss"),
    )
    found = given.clients.select("client")
    for part in (spread, industries, account):
        found = found.join(part, on="client", how="left")
    return found.select("client", *FIGURES)


def sell_days() -> pl.Expr:
    """Return the days to sell a holding at PARTICIPATION of the mean daily turnover, null where that is unknown."""
    turnover = pl.col("daily_turnover")
    return pl.when(turnover > 0).then(pl.col("held_value") / (turnover * PARTICIPATION))


def industries_of(held: pl.DataFrame) -> pl.DataFrame:
    """Return [client, industry, industry_share] of holdings whose industry is known."""
    known = held.filter(pl.col("industry").is_not_null())
    return known.group_by("client", "industry").agg(pl.col("held_weight").sum().alias("industry_share"))


def standings(given: Inputs, figures: pl.DataFrame) -> pl.DataFrame:
    """Return every measure at NEAR of its limit or beyond (STANDINGS). `severity`, not usage, marks a breach."""
    accounts = figures.join(given.clients, on="client", how="left")
    held = given.held.join(given.products, on="product", how="left").join(given.clients, on="client", how="left")
    industries = industries_of(held).join(given.clients, on="client", how="left")
    values = given.navs.join(given.products, on="product", how="inner").join(given.clients, on="client", how="left")
    product, security = pl.col("product").cast(pl.String), pl.col("security").fill_null("")
    nothing, industry = pl.lit(""), pl.col("industry")
    measured = [
        *((one, accounts, pl.col(one), nothing, nothing) for one in OF_ACCOUNT),
        ("single_security", held, pl.col("held_weight"), product, security),
        ("sell_days", held.with_columns(sell_days().alias("sell_days")), pl.col("sell_days"), product, security),
        ("industry_share", industries, pl.col("industry_share"), industry, industry),
        ("product_drawdown", values, pl.col("nav_drawdown"), product, security),
    ]
    found = [
        evaluate_measure(table.with_limits(frame, measure, given.house, given.own), measure, value, named, about)
        for measure, frame, value, named, about in measured
    ]
    return pl.concat([*found, _evaluate_lines(given.lines), _evaluate_contracts(given.contracts)])


def evaluate_measure(frame: pl.DataFrame, measure: str, value: pl.Expr, named: pl.Expr, about: pl.Expr) -> pl.DataFrame:
    """Return the rows of one measure that are near their limit or beyond it. frame: as table.with_limits returns it."""
    limit, strong = pl.col("limit"), pl.col("strong")
    rows = frame.select(
        "client",
        value.alias("value"),
        named.alias("object"),
        about.alias("about"),
        "limit",
        "strong",
        "limit_scope",
        "rule",
    ).filter(pl.col("value").is_not_null() & limit.is_not_null())
    used = (
        pl.when(limit > 0).then(pl.col("value") / limit).when(pl.col("value") > TOLERANCE).then(MOST_USE).otherwise(0.0)
    )
    is_over = pl.col("value") > limit + TOLERANCE if measure in CAPS else pl.col("value") >= limit - TOLERANCE
    severity = (
        pl.when(is_over & (pl.col("value") >= strong).fill_null(False))
        .then(pl.lit("strong"))
        .when(is_over)
        .then(pl.lit("over"))
        .otherwise(pl.lit("near"))
    )
    return (
        rows.with_columns(
            pl.min_horizontal(used, pl.lit(MOST_USE)).alias("usage"),
            severity.alias("severity"),
            pl.lit(measure).alias("kind"),
        )
        .filter((pl.col("usage") >= NEAR) | (pl.col("severity") != "near"))
        .select(list(STANDINGS))
    )


def _evaluate_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of clients that the close reached."""
    return lines.filter(pl.col("is_reached")).select(
        "client",
        pl.lit("client_line").alias("kind"),
        pl.col("line").alias("object"),
        "about",
        pl.col("close").alias("value"),
        pl.col("level").alias("limit"),
        pl.lit(1.0).alias("usage"),
        pl.lit("over").alias("severity"),
        pl.lit("client").alias("limit_scope"),
        pl.col("line").alias("rule"),
    )


def _evaluate_contracts(contracts: pl.DataFrame) -> pl.DataFrame:
    """Return the margin contracts below a line, or close to the warning line."""
    level, is_below = pl.col("level"), pl.col("level") == "close"
    line = pl.when(is_below).then("close_line").otherwise("warn_line")
    severity = (
        pl.when(is_below).then(pl.lit("strong")).when(level == "warn").then(pl.lit("over")).otherwise(pl.lit("near"))
    )
    return contracts.filter(level != "").select(
        "client",
        level.replace_strict(MARGIN_KINDS, default="").alias("kind"),
        pl.col("contract").alias("object"),
        pl.col("contract").alias("about"),
        pl.col("ratio").alias("value"),
        line.alias("limit"),
        pl.min_horizontal(line / pl.col("ratio"), pl.lit(MOST_USE)).alias("usage"),
        severity.alias("severity"),
        pl.lit("client").alias("limit_scope"),
        pl.format("{}/{}", pl.col("lines_from"), pl.col("contract")).alias("rule"),
    )
