"""Facts of allotments to be paid."""

from datetime import date, timedelta

import polars as pl

from dakehu.domains.ledger.facts.subjects import ALLOTMENT
from dakehu.domains.ledger.facts.windows import newest_of
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.facts import Fact, FactTable, declare

KEPT_DAYS = 30  # after which an unpaid allotment is no longer looked at

WON = (
    Fact("amount_due", "应缴金额", "Amount due", "money"),
    Fact("pay_by", "缴款截止日", "Pay by", "day"),
    Fact("pay_in", "距缴款截止天数", "Days until the payment is due", "days"),
    Fact("paid", "已缴款", "Paid", "flag"),
    Fact("allotment_name", "中签证券", "Allotted security", "text"),
)


def load_allotments(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the allotments of the last month as known on a day, one row each."""
    frame = reader.frame("allotments", day).filter(pl.col("won_on") >= day - timedelta(days=KEPT_DAYS))
    return frame.with_columns(
        pl.format("{}:{}", "code", "won_on").alias("allotment"),
        (pl.col("pay_by") - pl.lit(day)).dt.total_days().alias("pay_in"),
        pl.col("paid").fill_null(False),
        pl.format("{} {}", pl.col("name").fill_null(""), "code").str.strip_chars().alias("allotment_name"),
    ).select("client", "allotment", *sorted(names))


declare(
    FactTable(
        "allotments",
        WON,
        load_allotments,
        bilingual("新股新债中签", "Allotments"),
        ALLOTMENT,
        as_of=newest_of("allotments"),
    ),
)
