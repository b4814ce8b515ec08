"""Facts of risk for moments and other rules: limits, concentration, lines of clients, reviews, margin contracts.

Moments M01 to M03, M18 to M20, M26 and M43 and the breaches use these same facts, so that their results agree.
"""

from datetime import date

import polars as pl
from django.db.models import Q

from dakehu.domains.ledger.facts.positions import concentration_of, held_on, holdings_known, product_ranks
from dakehu.domains.ledger.facts.subjects import HOLDING, MARGIN_CONTRACT, REMINDER_LINE
from dakehu.domains.ledger.facts.windows import last_trading_days, newest_of, trading_days_until
from dakehu.domains.risk.choices import ReviewState
from dakehu.domains.risk.clients import clients_on
from dakehu.domains.risk.limits.table import client_limits_on, house_limits_on, with_limits
from dakehu.domains.risk.lines.table import lines_known, standing_lines
from dakehu.domains.risk.margin.table import contracts_on, with_levels
from dakehu.domains.risk.models import StrategyReview
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, declare

FOR_DAYS = 5  # trading days for which a concentration must last
LIMITS = {
    "loss_limit": "drawdown_60",
    "day_loss_limit": "day_loss",
    "top_weight_limit": "largest_holding",
    "hhi_limit": "hhi",
}
HOUSE = bilingual("生效的限额：客户 > 级别 > 风险等级 > 全体", "The limit in force: client, else tier, risk level, all")
OF_CLIENTS = (
    Fact("loss_limit", "回撤上限", "Drawdown limit", "share", help=HOUSE),
    Fact("day_loss_limit", "单日亏损上限", "Limit of a day's loss", "share", help=HOUSE),
    Fact("top_weight_limit", "最大持仓上限", "Limit of the largest weight", "share", help=HOUSE),
    Fact("hhi_limit", "集中度上限", "Limit of concentration", "number", help=HOUSE),
)
LASTING = (
    Fact(
        "concentrated",
        "集中超限持续5日",
        "Concentrated for 5 days",
        "flag",
        help=bilingual(
            "当日与前第 4 个交易日，最大持仓占比或集中度都达到上限", "Both on the day and four trading days before"
        ),
    ),
)
OF_PRODUCTS = (
    Fact(
        "product_loss_limit",
        "产品回撤上限",
        "Drawdown limit of a product",
        "share",
        help=bilingual("按产品或产品风险等级生效的限额", "The limit in force of the product or its risk level"),
    ),
)
LINES = (
    Fact(
        "line_hit",
        "触及提醒线",
        "Client's line reached",
        "flag",
        help=bilingual(
            "收盘价达到客户自己设定的止损或止盈线",
            "The close reached a stop-loss or take-profit line that the client set",
        ),
    ),
    Fact("line_close", "提醒线现值", "Value held against the line", "number"),
    Fact("line_level", "提醒线位置", "Where the line stands", "number"),
    Fact("line_about", "提醒线内容", "What the line is on", "text"),
)
REVIEWS = (
    Fact("review_due_on", "应回顾日期", "Strategy review due on", "day"),
    Fact("review_due_in", "回顾剩余天数", "Days until the strategy review", "days"),
)
MARGIN = (
    Fact("ratio", "维持担保比例", "Maintenance ratio", "share"),
    Fact("warn_line", "警戒线", "Warning line", "share"),
    Fact("close_line", "平仓线", "Closing line", "share"),
    Fact("contract_debt", "合约负债", "Debt of the contract", "money"),
    Fact("contract_ends_on", "合约到期日", "Contract ends on", "day"),
    Fact("contract_ends_in", "合约剩余交易日", "Trading days until the contract ends", "number"),
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


def load_limits(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the limits in force of every client."""
    house, own, clients = house_limits_on(day), client_limits_on(day), clients_on(day)
    for name in sorted(names):
        found = with_limits(clients.select("client", "risk_level", "tier"), LIMITS[name], house, own)
        clients = clients.join(found.select("client", pl.col("limit").alias(name)), on="client", how="left")
    return clients.select("client", *sorted(names))


def load_lasting(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return whether each client's holdings are concentrated both on a day and four trading days before."""
    days = last_trading_days(day, FOR_DAYS)
    limits = load_limits(day, frozenset({"top_weight_limit", "hhi_limit"}))
    now = concentration_of(held_on(day))
    then = concentration_of(held_on(days[0])) if days else now.clear()
    earlier = _concentrated_clients(then, limits)
    return now.select("client").with_columns(
        (
            pl.col("client").is_in(_concentrated_clients(now, limits).implode())
            & pl.col("client").is_in(earlier.implode())
        ).alias("concentrated")
    )


def _concentrated_clients(frame: pl.DataFrame, limits: pl.DataFrame) -> pl.Series:
    """Return the clients whose largest weight or concentration reaches its limit."""
    judged = frame.join(limits, on="client", how="left")
    is_beyond = (pl.col("top_weight") >= pl.col("top_weight_limit")) | (pl.col("hhi") >= pl.col("hhi_limit"))
    return judged.filter(is_beyond)["client"]


def load_product_limits(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the drawdown limit of each client's holdings; holdings without one are left out."""
    risks = product_ranks(day).select("product", pl.col("product_risk"))
    held = held_on(day).select("client", "product").join(risks, on="product", how="left")
    found = with_limits(
        held.join(clients_on(day), on="client", how="left"),
        "product_drawdown",
        house_limits_on(day),
        client_limits_on(day),
    )
    return found.drop_nulls("limit").select("client", "product", pl.col("limit").alias("product_loss_limit"))


def load_lines(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return every line that a client set, and whether the close reached it."""
    return (
        standing_lines(day)
        .with_columns(
            pl.col("is_reached").alias("line_hit"),
            pl.col("close").alias("line_close"),
            pl.col("level").alias("line_level"),
            pl.col("about").alias("line_about"),
        )
        .select("client", "line", *sorted(names))
    )


def load_margin(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the margin contracts open at the close of a day, one row each."""
    frame = with_levels(contracts_on(day))
    return frame.with_columns(
        pl.col("debt").alias("contract_debt"),
        pl.col("ends_on").alias("contract_ends_on"),
        trading_days_until(frame["ends_on"], day).cast(pl.Float64).alias("contract_ends_in"),
        pl.col("contract").alias("contract_name"),
    ).select("client", "contract", *sorted(names))


def load_reviews(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return each client's earliest due strategy review that was not held by a day."""
    is_open = Q(state__in=(ReviewState.DUE.value, ReviewState.RETURNED.value)) | Q(held_on__gt=day)
    found = read_columns(
        StrategyReview.objects.filter(is_open).order_by("due_on", "pk").values_list("client_id", "due_on"),
        {"client": pl.Int64, "review_due_on": pl.Date},
    ).unique("client", keep="first", maintain_order=True)
    left = (pl.col("review_due_on") - pl.lit(day)).dt.total_days()
    return found.with_columns(left.alias("review_due_in")).select("client", *sorted(names))


LIMITS_IN_FORCE = bilingual("风险限额", "Limits")
declare(
    FactTable("risk.limits", OF_CLIENTS, load_limits, LIMITS_IN_FORCE),
    FactTable(
        "risk.lasting", LASTING, load_lasting, bilingual("成交与行情", "Trades and prices"), as_of=holdings_known
    ),
    FactTable("risk.reviews", REVIEWS, load_reviews, bilingual("策略回顾", "Strategy reviews")),
    FactTable("risk.product_limits", OF_PRODUCTS, load_product_limits, LIMITS_IN_FORCE, HOLDING),
    FactTable(
        "client_lines",
        LINES,
        load_lines,
        bilingual("客户提醒线", "Lines set by clients"),
        REMINDER_LINE,
        as_of=lines_known,
    ),
    FactTable(
        "margin_contracts",
        MARGIN,
        load_margin,
        bilingual("融资融券合约", "Margin contracts"),
        MARGIN_CONTRACT,
        as_of=newest_of("margin_contracts"),
    ),
)
