"""Facts of announcements and dates of held securities, and of notices that only compliance may read."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import polars as pl

from dakehu.domains.ledger.facts.positions import held_on
from dakehu.domains.ledger.facts.subjects import ANNOUNCEMENT, LETTER, PRODUCT_EVENT, SECURITY_EVENT
from dakehu.domains.ledger.facts.windows import newest_of, securities, trading_days_until
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.ledger.feeds.declarations import feed_of
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.facts import Fact, FactTable, declare

NEWS_DAYS = 30  # for which an announcement is looked at
AHEAD_DAYS = 60  # within which an event is looked at
PRODUCT_STEPS = (0, 3, 10)  # trading days before an event of a product on which the client is reminded


def _kinds(feed: str) -> Any:
    """Return the choices of a feed's kind: (value, zh, en)."""
    return tuple(choice[:3] for choice in feed_of(feed).column("kind").choices)


NEWS = (
    Fact("announcement_kind", "公告类别", "Kind of announcement", "choice", choices=_kinds("announcements")),
    Fact("published_on", "公告日期", "Published on", "day"),
    Fact("published_days", "公告天数", "Days since the announcement", "days"),
    Fact("announcement_weight", "公告证券占比", "Weight of the security", "share"),
    Fact("announcement_title", "公告标题", "Title", "text"),
    Fact("announcement_name", "公告证券", "Announcing security", "text"),
)
EVENTS = (
    Fact("event_kind", "事件类别", "Kind of event", "choice", choices=_kinds("security_events")),
    Fact("event_on", "事件日期", "Day of the event", "day"),
    Fact("event_in", "距事件交易日", "Trading days until the event", "number"),
    Fact("event_name", "事件证券", "Security of the event", "text"),
)
PRODUCT_EVENTS = (
    Fact("product_event_kind", "产品事件类别", "Kind of product event", "choice", choices=_kinds("product_events")),
    Fact("product_event_on", "产品事件日期", "Day of the product event", "day"),
    Fact("product_event_in", "距产品事件交易日", "Trading days until the product event", "number"),
    Fact(
        "product_event_step",
        "产品事件提醒档",
        "Step of the reminder",
        "number",
        help=bilingual("之前 10、3、0 个交易日各一档", "One step each at 10, 3 and 0 trading days before"),
    ),
    Fact("product_event_name", "事件产品", "Product of the event", "text"),
)
LETTERS = (
    Fact("letter_kind", "提示类别", "Kind of notice", "text"),
    Fact("letter_due_on", "办理期限", "Due on", "day"),
    Fact("letter_days", "提示天数", "Days since the notice", "days"),
)


def _holdings_on(day: date) -> pl.DataFrame:
    """Return [client, product, held_weight, security] of the holdings at the close of a day."""
    return held_on(day).drop("held_value").join(securities(), on="product", how="left")


def load_announcements(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the announcements of the last month on what each client holds, one row for each client and announcement."""
    since = day - timedelta(days=NEWS_DAYS)
    news = reader.frame("announcements", day, ("product", "published_on", "kind", "title")).filter(
        pl.col("published_on").is_between(since, day)
    )
    named = {title: sha256(title.encode()).hexdigest()[:12] for title in news["title"].unique().to_list()}
    news = news.with_columns(pl.col("title").replace_strict(named, return_dtype=pl.String).alias("digest"))
    return (
        _holdings_on(day)
        .join(news, on="product", how="inner")
        .with_columns(
            pl.format("{}:{}:{}:{}", "product", "published_on", "kind", "digest").alias("announcement"),
            pl.col("kind").alias("announcement_kind"),
            (pl.lit(day) - pl.col("published_on")).dt.total_days().alias("published_days"),
            pl.col("held_weight").alias("announcement_weight"),
            pl.col("title").alias("announcement_title"),
            pl.col("security").alias("announcement_name"),
        )
        .unique(["client", "announcement"], maintain_order=True)
        .select("client", "announcement", *sorted(names))
    )


def load_security_events(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the events ahead of what each client holds, one row for each client and event."""
    ahead = reader.frame("security_events", day, ("product", "kind", "on")).filter(
        pl.col("on").is_between(day, day + timedelta(days=AHEAD_DAYS))
    )
    ahead = ahead.with_columns(trading_days_until(ahead["on"], day).cast(pl.Float64).alias("event_in"))
    return (
        _holdings_on(day)
        .join(ahead, on="product", how="inner")
        .with_columns(
            pl.format("{}:{}:{}", "product", "kind", "on").alias("security_event"),
            pl.col("kind").alias("event_kind"),
            pl.col("on").alias("event_on"),
            pl.col("security").alias("event_name"),
        )
        .select("client", "security_event", *sorted(names))
    )


def load_product_events(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the events ahead of the products each client holds, one row for each client and event."""
    ahead = reader.frame("product_events", day, ("product", "kind", "on")).filter(
        pl.col("on").is_between(day, day + timedelta(days=AHEAD_DAYS))
    )
    ahead = ahead.with_columns(trading_days_until(ahead["on"], day).cast(pl.Float64).alias("product_event_in"))
    step = pl.lit(None, pl.Float64)
    for days in sorted(PRODUCT_STEPS, reverse=True):
        step = pl.when(pl.col("product_event_in") <= days).then(float(days)).otherwise(step)
    return (
        _holdings_on(day)
        .join(ahead, on="product", how="inner")
        .with_columns(
            pl.format("{}:{}:{}", "product", "kind", "on").alias("product_event"),
            pl.col("kind").alias("product_event_kind"),
            pl.col("on").alias("product_event_on"),
            step.alias("product_event_step"),
            pl.col("security").alias("product_event_name"),
        )
        .select("client", "product_event", *sorted(names))
    )


def load_letters(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the notices of supervisors as known on a day. For compliance only."""
    frame = reader.frame("supervisory_notices", day)
    return frame.with_columns(
        pl.col("reference").alias("letter"),
        pl.col("kind").alias("letter_kind"),
        pl.col("due_on").alias("letter_due_on"),
        (pl.lit(day) - pl.col("received_on")).dt.total_days().alias("letter_days"),
    ).select("client", "letter", *sorted(names))


def _table(feed: str, facts: Any, load: Any, subject: Any) -> FactTable:
    return FactTable(feed, facts, load, feed_of(feed).label, subject, as_of=newest_of(feed))


declare(
    _table("announcements", NEWS, load_announcements, ANNOUNCEMENT),
    _table("security_events", EVENTS, load_security_events, SECURITY_EVENT),
    _table("product_events", PRODUCT_EVENTS, load_product_events, PRODUCT_EVENT),
    _table("supervisory_notices", LETTERS, load_letters, LETTER),
)
