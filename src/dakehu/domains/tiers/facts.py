"""Facts of tiers used by rules: the tier with its contact rhythm, and the value score."""

from datetime import date

import polars as pl

from dakehu.domains.tiers import assets, rules, schemes
from dakehu.domains.tiers.choices import TierCode
from dakehu.domains.tiers.models import AssignmentRun, ClientTier, TierChange
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, declare

HELD = {"client": pl.Int64, "tier": pl.String}


def tiers_now() -> pl.DataFrame:
    """Return [client, tier] of the clients in scope that have one."""
    return read_columns(ClientTier.objects.values_list("client_id", "code"), HELD)


def tiers_on(day: date, now: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return [client, tier] as of the close of a day: today's (`now`, read unless given) with later changes undone."""
    now = tiers_now() if now is None else now
    later = TierChange.objects.filter(on__gt=day).order_by("on", "pk").values_list("client_id", "code_before")
    back = read_columns(later, HELD).unique("client", keep="first", maintain_order=True)
    frame = now.join(back.rename({"tier": "was"}), on="client", how="full", coalesce=True)
    tier = pl.when(pl.col("was").is_null()).then(pl.col("tier")).otherwise(pl.col("was"))
    return frame.select("client", pl.when(tier != "").then(tier).otherwise(None).alias("tier")).drop_nulls("tier")


def load_tier(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return each client's tier on a day, its rank, and the days between contacts by that day's or the last scheme."""
    scheme = schemes.find_scheme_in_force(day) or schemes.find_scheme_in_force(date.max)
    tiers = schemes.tiers_of(scheme) if scheme is not None else []
    ranks = {str(tier.code): tier.rank for tier in tiers}
    tier = pl.col("tier")
    return tiers_on(day).with_columns(
        tier.replace_strict(ranks, default=None, return_dtype=pl.Float64).alias("tier_rank"),
        tier.replace_strict(schemes.contact_gaps(tiers), default=None, return_dtype=pl.Int64).alias(
            "contact_every_days"
        ),
    )


def load_value(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the value score and percentile of each client, over the window of the scheme then in force (20 days without)."""
    scheme = schemes.find_scheme_in_force(day)
    return rules.value_scores(assets.averages(day, 20 if scheme is None else schemes.window_of(scheme)))


def newest_run(day: date) -> date | None:
    """Return the newest day at or before `day` for which tiers were assigned."""
    return AssignmentRun.objects.filter(day__lte=day).order_by("-day").values_list("day", flat=True).first()


declare(
    FactTable(
        "tiers.tier",
        (
            Fact(
                "tier",
                "客户级别",
                "Tier",
                "choice",
                aliases=("级别", "分级"),
                choices=tuple((code.value, code.zh, code.en) for code in TierCode),
                help=bilingual(
                    "每晚按分级方案评定，人工定级优先", "Assigned every night by the scheme; a tier set by hand wins"
                ),
            ),
            Fact(
                "tier_rank",
                "级别次序",
                "Tier rank",
                "number",
                help=bilingual(
                    "T0 为 0，越高越大；机构级别按方案设定",
                    "T0 is 0, higher tiers more; institutions as the scheme says",
                ),
            ),
            Fact(
                "contact_every_days",
                "最长联系间隔",
                "Longest gap between contacts",
                "days",
                aliases=("联系间隔",),
                help=bilingual(
                    "本级别服务标准；不要求主动联系的级别没有",
                    "By the service standard of the tier; none where no contact is owed",
                ),
            ),
        ),
        load_tier,
        bilingual("客户分级", "Tiers"),
        as_of=newest_run,
    ),
    FactTable(
        "tiers.value",
        (
            Fact(
                "value_score",
                "价值得分",
                "Value score",
                "number",
                help=bilingual(
                    "日均资产 45%、佣金 20%、产品 15%、两融 10%、开户年限 10% 的分位加权，缺项按比例分摊",
                    "Percentiles of assets 45 %, commission 20 %, products 15 %, margin debt 10 %, years as a client 10 %; "
                    "a missing part is shared out over the others",
                ),
            ),
            Fact(
                "value_percentile",
                "价值分位",
                "Value percentile",
                "share",
                help=bilingual("价值得分领先于多少客户", "Share of clients with a lower value score"),
            ),
        ),
        load_value,
        bilingual("柜台日终资产与客户资料", "End-of-day balances and client data"),
    ),
)
