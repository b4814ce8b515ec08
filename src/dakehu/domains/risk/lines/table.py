"""Every line set by a client at the close of a day, as columns: lines of the desk and of the feed."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Q

from dakehu.domains.ledger.close import holdings
from dakehu.domains.ledger.facts.windows import newest_of, securities
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.prices import returns
from dakehu.domains.risk.models import Line
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import cached_frame

FED = 0  # the row of a line of the feed, which has none on the desk
LINES = {
    "row": pl.Int64,
    "client": pl.Int64,
    "product": pl.Int64,
    "kind": pl.String,
    "basis": pl.String,
    "threshold": pl.Float64,
    "reference": pl.Float64,
    "set_on": pl.Date,
}
STOP = pl.col("kind") == "stop_loss"
KIND_NAMES = {"stop_loss": "止损线", "take_profit": "止盈线"}


def standing_lines(day: date, client: int | None = None) -> pl.DataFrame:
    """Return the lines in force on a day, of all clients or one: client, line, row, kind, basis, about, security,
    close, level, is_reached, distance.

    A line on a security that the client does not hold is left out. close: the price, or for a whole account the
    measured value. distance: close ÷ level − 1. Null where the price, cost or balance is unknown.
    """
    return cached_frame(("standing_lines", day, client), lambda: _standing_lines(day, client))


def _standing_lines(day: date, client: int | None) -> pl.DataFrame:
    rows = _rows(day)
    if client is not None:
        rows = rows.filter(pl.col("client") == client)
    on_security = _security_lines(rows.filter(pl.col("product").is_not_null()), day)
    on_account = _account_lines(rows.filter(pl.col("product").is_null()), day)
    return evaluate_lines(pl.concat([on_security, on_account])).select(
        "client", "line", "row", "kind", "basis", "about", "security", "close", "level", "is_reached", "distance"
    )


def lines_known(day: date) -> date | None:
    """Return the day itself if any line is recorded, else the newest day of the feed; None without one."""
    return day if Line.objects.exists() else newest_of("client_lines")(day)


def evaluate_lines(frame: pl.DataFrame) -> pl.DataFrame:
    """Add level, is_reached and distance to lines: kind, basis, threshold, unit_cost, reference, high, close. Pure.

    The same rule as lines.rules, on columns.
    """
    base: pl.Expr = (
        pl.when(pl.col("basis") == "cost")
        .then(pl.col("unit_cost"))
        .when(pl.col("basis") == "percent")
        .then(pl.col("reference"))
        .when(pl.col("basis") == "trailing")
        .then(pl.col("high"))
    )
    base = pl.when(base > 0).then(base)
    factor = pl.when(STOP).then(1.0 - pl.col("threshold")).otherwise(1.0 + pl.col("threshold"))
    level = pl.when(pl.col("basis") == "price").then(pl.col("threshold")).otherwise(base * factor)
    reached = pl.when(STOP).then(pl.col("close") <= pl.col("level")).otherwise(pl.col("close") >= pl.col("level"))
    return frame.with_columns(level.alias("level")).with_columns(
        reached.fill_null(False).alias("is_reached"),
        pl.when(pl.col("level") > 0).then(pl.col("close") / pl.col("level") - 1.0).alias("distance"),
    )


def _rows(day: date) -> pl.DataFrame:
    """Return the lines in force on a day: those of the desk, and those of the feed that the desk does not have."""
    running = Q(withdrawn_on=None) | Q(withdrawn_on__gt=day)
    stored: Any = Line.objects.filter(running, set_on__lte=day).order_by("pk")
    columns = ("pk", "client_id", "security__product_id", "kind", "basis", "threshold", "reference", "set_on")
    own = read_columns(stored.values_list(*columns), LINES).with_columns(
        pl.format("line:{}", "row").alias("line"),
    )
    fed = reader.frame("client_lines", day, ("client", "product", "kind", "price")).select(
        pl.lit(FED, pl.Int64).alias("row"),
        "client",
        "product",
        "kind",
        pl.lit("price").alias("basis"),
        pl.col("price").cast(pl.Float64).alias("threshold"),
        pl.lit(None, pl.Float64).alias("reference"),
        pl.lit(day).alias("set_on"),
        pl.format("feed:{}:{}", "product", "kind").alias("line"),
    )
    return pl.concat([own, fed.join(own, on=["client", "product", "kind"], how="anti")])


def _security_lines(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """Add close, unit_cost, high and about to lines on held securities; the reference is adjusted for splits."""
    with elevated("holdings for the lines of a day"):
        held = holdings.frame(day).filter(pl.col("quantity") > 0)
    owned = held.select("client", "product", (pl.col("cost") / pl.col("quantity")).alias("unit_cost"))
    closes = returns.frame(day, ()).select("product", "close")
    moving = rows.filter(pl.col("basis").is_in(["trailing", "percent"])).select(
        "product", pl.col("set_on").alias("since")
    )
    highs = returns.highs(day, moving).rename({"since": "set_on"})
    found = (
        rows.join(owned, on=["client", "product"], how="inner")
        .join(closes, on="product", how="left")
        .join(highs, on=["product", "set_on"], how="left")
        .join(securities(), on="product", how="left")
    )
    return found.with_columns(
        pl.coalesce("first", "reference").alias("reference"),
        _line_text(pl.col("security").fill_null("")).alias("about"),
    ).select(*LINES, "line", "unit_cost", "close", "high", "about", "security")


def _account_lines(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """Add close, reference, high and about to lines on whole accounts.

    An amount is compared with total assets; other thresholds with the growth of the account since the line was set (1
    on that day), adjusted for money moved in and out.
    """
    growth = _growth(rows, day)
    totals = reader.frame("balances", day, ("client", "total"))
    is_amount = pl.col("basis") == "price"
    return (
        rows.drop("reference")
        .join(growth, on=["client", "set_on"], how="left")
        .join(totals, on="client", how="left")
        .with_columns(
            pl.when(is_amount).then("total").otherwise("growth").alias("close"),
            pl.lit(1.0).alias("reference"),
            pl.lit(None, pl.Float64).alias("unit_cost"),
            pl.lit(None, pl.String).alias("security"),
            _line_text(pl.lit("整个账户")).alias("about"),
        )
        .select(*LINES, "line", "unit_cost", "close", "high", "about", "security")
    )


def _growth(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return [client, set_on, growth, high] since the day each line was set, where a balance of `day` is known."""
    wanted = rows.filter(pl.col("basis") != "price").select("client", "set_on").unique()
    shape = {"client": pl.Int64, "set_on": pl.Date, "growth": pl.Float64, "high": pl.Float64}
    if not wanted.height:
        return pl.DataFrame(schema=shape)
    since: date = wanted["set_on"].min()  # type: ignore[assignment]
    client, start = wanted["client"].to_numpy(), wanted["set_on"].to_list()
    growth, high = np.ones(len(client)), np.ones(len(client))
    before = np.full(len(client), np.nan)
    for on in reader.days_of("balances", since, day):
        frame = wanted.select("client").join(
            reader.frame("balances", on, ("client", "total", "deposits", "withdrawals")),
            on="client",
            how="left",
            maintain_order="left",
        )
        total = frame["total"].to_numpy().astype(float)
        flow = frame["deposits"].fill_null(0.0).to_numpy() - frame["withdrawals"].fill_null(0.0).to_numpy()
        step = np.where(before > 0, (total - flow) / np.where(before > 0, before, 1.0), 1.0)
        is_running = np.array([on > first for first in start])
        growth = np.where(is_running & np.isfinite(step), growth * step, growth)
        high = np.maximum(high, growth)
        before = np.where(np.isfinite(total), total, before)
    columns = {"client": client, "set_on": start, "growth": growth, "high": high}
    return pl.DataFrame(columns, schema=shape).filter(pl.Series(np.isfinite(before)))


def _line_text(what: pl.Expr) -> pl.Expr:
    """Return the subject and direction of a line as text, such as "贵州茅台 600519.SH 止损线"."""
    return pl.concat_str([what, pl.col("kind").replace_strict(KIND_NAMES, default="")], separator=" ").str.strip_chars()
