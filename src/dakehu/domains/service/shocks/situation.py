"""Inputs of a shock's score for clients with holdings or margin: holdings, margin, balances, logins, tier, contacts."""

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from dakehu.domains.compliance.complaints.store import open_cases_for_staff
from dakehu.domains.ledger.close import holdings
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.prices import returns
from dakehu.domains.service.shocks import rules, signs
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import table_of
from dakehu.foundation.schema.fields import model_of

FACTS = (
    "age",
    "opened_days",
    "risk_level",
    "day_loss_limit",
    "contact_days",
    "contact_every_days",
    "value_percentile",
)
USUAL_DAYS = 20  # trading days of the average number of logins
HIGH_RISK = ("R4", "R5")
LOW_LEVELS = ("C1", "C2")


def returns_of_indices(day: date) -> dict[str, dict[int, float | None]]:
    """Return {index: {1 and 5: its return over the trading days that end with a day}}, None if unknown."""
    return {name: {span: returns.index_return(name, day, span) for span in (1, 5)} for name, _ in rules.FALLS}


def frame(day: date) -> pl.DataFrame:
    """Return rules.COLUMNS, and `change` (CNY of the day), of every client with holdings or a margin contract at a close.

    Data without a feed are missing. The return of the day is the change of the holdings at closing prices, over what
    the client had before it: the assets if balances are known, else the holdings. Must be called by the system.
    """
    held, margin = _holdings_by_client(day), _margin(day)
    found = pl.concat([held.select("client"), margin.select("client")]).unique()
    found = found.join(held, on="client", how="left").join(margin, on="client", how="left")
    for part in (_balances(day), _activity(day), _facts(day)):
        found = found.join(part, on="client", how="left")
    before = pl.max_horizontal("total", "held") - pl.col("change")
    complaining = read_columns(
        open_cases_for_staff().values_list("client_id"),
        {"client": pl.Int64},
    )["client"]
    restricted = read_columns(
        model_of("clients.Client").objects.filter(restricted=True).values_list("pk"), {"client": pl.Int64}
    )
    return (
        found.join(restricted, on="client", how="anti")
        .with_columns(
            (pl.col("change") / before).alias("day_return"),
            pl.when(pl.lit(reader.newest_day("margin_contracts", day) is not None))
            .then(pl.col("margin_ratio").is_not_null())
            .alias("has_margin"),
            (pl.col("is_high") & pl.col("risk_level").is_in(LOW_LEVELS)).alias("holds_high_risk"),
            pl.col("client").is_in(complaining.implode()).alias("complains"),
            _signs(day),
        )
        .select(
            *(name for name in rules.COLUMNS if name in {*found.columns, "day_return", "has_margin", *_ADDED}), "change"
        )
    )


_ADDED = ("holds_high_risk", "complains", "signs")


def _signs(day: date) -> pl.Expr:
    """Return the names of the declared signs that a client showed up to a day."""
    showed = [
        pl.when(pl.col("client").is_in(list(sign.clients(day)))).then(pl.lit(sign.name)) for sign in signs.signs()
    ]
    none = pl.lit([], pl.List(pl.String))
    return (pl.concat_list(showed).list.drop_nulls() if showed else none).alias("signs")


def _holdings_by_client(day: date) -> pl.DataFrame:
    """Return [client, held (CNY), change (CNY of the day), largest_weight, is_high] of every client with holdings."""
    owned = holdings.frame(day).join(returns.frame(day, (1,)).select("product", "return_1"), on="product", how="left")
    risks = reader.frame("product_risks", day, ("product", "risk_level"))
    high = risks.filter(pl.col("risk_level").is_in(HIGH_RISK))["product"]
    change = pl.col("value") * pl.col("return_1") / (1 + pl.col("return_1"))
    is_high = pl.col("product").is_in(high.implode()).any() if len(risks) else pl.lit(None, pl.Boolean)
    return owned.group_by("client").agg(
        pl.col("value").sum().alias("held"),
        pl.when(pl.col("return_1").count() > 0).then(change.sum()).alias("change"),
        pl.col("weight").max().alias("largest_weight"),
        is_high.alias("is_high"),
    )


def _margin(day: date) -> pl.DataFrame:
    """Return [client, margin_ratio, warn_line, close_line] of the contract that is nearest to its close line."""
    found = reader.frame("margin_contracts", day, ("client", "ratio", "warn_line", "close_line"))
    nearest = found.sort(pl.col("ratio") - pl.col("close_line").fill_null(0)).unique("client", keep="first")
    return nearest.rename({"ratio": "margin_ratio"})


def _balances(day: date) -> pl.DataFrame:
    """Return [client, total, withdrew] of the clients whose balances of the day are known."""
    found = reader.frame("balances", day, ("client", "total", "withdrawals"))
    return found.select("client", "total", (pl.col("withdrawals") > 0).alias("withdrew"))


def _activity(day: date) -> pl.DataFrame:
    """Return [client, logins_ratio, cancelled_orders] of the clients whose activity of the day is known."""
    found = reader.frame("activity", day, ("client", "logins", "cancelled_orders"))
    before = trading_days.trading_days_between(day - timedelta(days=2 * USUAL_DAYS), day - timedelta(days=1))
    usual = reader.sums("activity", before[-USUAL_DAYS:], ("logins",)).select(
        "client", (pl.col("logins") / pl.col("days")).alias("usual")
    )
    ratio = pl.when(pl.col("usual") > 0).then(pl.col("logins") / pl.col("usual"))
    return found.join(usual, on="client", how="left").select(
        "client", ratio.alias("logins_ratio"), pl.col("cancelled_orders").cast(pl.Float64)
    )


def _facts(day: date) -> pl.DataFrame:
    """Return [client, …] of the declared facts that the score reads; those that are not declared are left out."""
    frames = [load.select("client", *names) for load, names in _load_facts(day, FACTS)]
    found = frames[0] if frames else pl.DataFrame(schema={"client": pl.Int64})
    for other in frames[1:]:
        found = found.join(other, on="client", how="full", coalesce=True)
    return found


def _load_facts(day: date, names: Iterable[str]) -> list[tuple[pl.DataFrame, list[str]]]:
    """Return [(frame, names of its facts)], each table of facts read once."""
    by_table: dict[str, list[str]] = {}
    for name in names:
        by_table.setdefault(table_of(name).name, []).append(name)
    return [(table_of(own[0]).load(day, frozenset(own)), own) for own in by_table.values()]
