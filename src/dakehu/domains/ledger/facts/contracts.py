"""Facts of margin contracts and of allotments to be paid."""

from datetime import date, timedelta

import polars as pl

from dakehu.domains.ledger.facts.subjects import ALLOTMENT, MARGIN_CONTRACT
from dakehu.domains.ledger.facts.windows import newest_of, trading_days_until
from dakehu.domains.ledger.feeds import reader
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.facts import Fact, FactTable, declare

KEPT_DAYS = 30  # after which an unpaid allotment is no longer looked at

MARGIN = (
    Fact("ratio", "维持担保比例", "Maintenance ratio", "share"),
    Fact("warn_line", "警戒线", "Warning line", "share"),
    Fact("close_line", "平仓线", "Closing line", "share"),
    Fact("contract_debt", "合约负债", "Debt of the contract", "money"),
    Fact("contract_ends_on", "合约到期日", "Contract ends on", "day"),
    Fact(
        "contract_ends_in",
        "合约剩余交易日",
        "Trading days until the contract ends",
        "number",
    ),
    Fact(
        "warn_distance",
        "距警戒线跌幅",
        "Fall to the warning line",
        "share",
        help=bilingual(
            "担保证券还跌多少会触及警戒线：1 − 警戒线 ÷ 维持担保比例（不计现金）",
            "By how much the collateral may fall to the line: 1 − line ÷ ratio, without cash",
        ),
    ),
    Fact("contract_name", "合约", "Contract", "text"),
)
WON = (
    Fact("amount_due", "应缴金额", "Amount due", "money"),
    Fact("pay_by", "缴款截止日", "Pay by", "day"),
    Fact("pay_in", "距缴款截止天数", "Days until the payment is due", "days"),
    Fact("paid", "已缴款", "Paid", "flag"),
    Fact("allotment_name", "中签证券", "Allotted security", "text"),
)


def load_margin(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the margin contracts open at the close of a day, one row each."""
    frame = reader.frame(
        "margin_contracts", day, ("client", "contract", "ends_on", "debt", "ratio", "warn_line", "close_line")
    )
    return frame.with_columns(
        pl.col("debt").alias("contract_debt"),
        pl.col("ends_on").alias("contract_ends_on"),
        trading_days_until(frame["ends_on"], day).cast(pl.Float64).alias("contract_ends_in"),
        (1.0 - pl.col("warn_line") / pl.col("ratio")).alias("warn_distance"),
        pl.col("contract").alias("contract_name"),
    ).select("client", "contract", *sorted(names))


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
        "margin_contracts",
        MARGIN,
        load_margin,
        bilingual("融资融券合约", "Margin contracts"),
        MARGIN_CONTRACT,
        as_of=newest_of("margin_contracts"),
    ),
    FactTable(
        "allotments",
        WON,
        load_allotments,
        bilingual("新股新债中签", "Allotments"),
        ALLOTMENT,
        as_of=newest_of("allotments"),
    ),
)
