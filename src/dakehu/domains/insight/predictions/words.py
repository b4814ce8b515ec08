"""Predictions as text: failed criteria of a model, the plain rule, reasons for a client's band. Pure."""

from typing import Any

from dakehu.domains.insight.predictions.features import FEATURES
from dakehu.domains.insight.predictions.rules import FAR, LEAST_CALIBRATION, LEAST_EVENTS, LEAST_PERIODS, LEAST_TRAINING
from dakehu.foundation.base.i18n import Bilingual, bilingual

LABELS = {
    "churn": bilingual("流失", "Leaving"),
    "reactivation": bilingual("重新交易", "Trading again"),
    "answer": bilingual("接听", "Answering"),
}
OUTCOMES = {
    "churn": bilingual(
        "第 8 至 97 天净转出达此前 60 日日均资产的一半，或最后一周日均资产不足 1,000 元。不含市值涨跌；此前 90 天已转出一半的客户不计。",
        "Net outflow on days 8–97 reaches half of the mean assets of the 60 days before, or mean assets of the last week are below "
        "CNY 1,000. Without moves of prices; clients who moved half out in the 90 days before are left out.",
    ),
    "reactivation": bilingual(
        "180 天没有交易的客户，在第 8 至 97 天有交易。",
        "A client without a trade for 180 days trades on days 8–97.",
    ),
    "answer": bilingual(
        "致电或关键时刻的处理结果为“已联系上”；无人接听、已留言为否。",
        "A call or moment was recorded as reached; no answer and message left count as not.",
    ),
}
RULES = {
    "churn": bilingual(
        "近 90 天净转出超过资产的 20%，且 90 天没有联系。",
        "Net outflow of 90 days above 20 % of assets, and no contact for 90 days.",
    ),
    "reactivation": bilingual(
        "近 30 天登录过；其次，一年内有过交易。", "Signed in within 30 days; next, a trade within a year."
    ),
    "answer": bilingual(
        "两年内接听过；其次，两年内致电过。", "Answered within two years; next, was called within two years."
    ),
}
FAILURES = {
    "history": bilingual(
        "历史不足：需要至少 {periods} 个季度的检验期，每期结果不少于 {events} 个（训练 {training} 个、校准 {calibration} 个）。",
        "Too little history: at least {periods} quarters to test on, each with {events} outcomes or more ({training} to train, "
        "{calibration} to calibrate on).",
        periods=LEAST_PERIODS,
        events=LEAST_EVENTS,
        training=LEAST_TRAINING,
        calibration=LEAST_CALIBRATION,
    ),
    "brier": bilingual(
        "至少一个检验期的误差（Brier）不优于固定比例。",
        "In a period the error (Brier) is no better than the usual rate's.",
    ),
    "brier_rule": bilingual(
        "误差（Brier）不优于规则，或差异的区间含 0。",
        "The error (Brier) is no better than the rule's, or the interval of the difference holds 0.",
    ),
    "hits_rule": bilingual(
        "前十分之一的命中不多于规则，或差异的区间含 0。",
        "The top tenth has no more hits than the rule's, or the interval of the difference holds 0.",
    ),
    "slope": bilingual("校准斜率不在 0.8 至 1.25 之间。", "The slope of calibration is not between 0.8 and 1.25."),
    "level": bilingual(
        "平均概率与实际比例相差超过 {far:.0%}。",
        "The mean probability is off by more than {far:.0%} of the rate.",
        far=FAR,
    ),
}
NOTICE = bilingual(
    "只用于安排联系次序；不用于定价、分级、权益、考核或奖金，也不是买卖建议。不使用年龄、性别、健康、地区、情绪或交易倾向。",
    "Orders contacts only: never prices, tiers, entitlements, appraisals or bonuses, and no advice to buy or sell. Age, sex, health, "
    "region, mood and tendencies in trading are not used.",
)
RANDOM = bilingual(
    "随机拆分把同一时期的案例同时放进训练与检验，结果偏好看；仅作警示，不作依据。",
    "A split by chance has cases of the same time in training and test and flatters: a warning, never a reason.",
)
FEEDBACK = bilingual(
    "联系过的客户已看不出不联系会怎样；再训练时模型会部分学到本团队自己的做法。",
    "Clients who were called no longer show what would have happened without; later training learns in part the desk's own habits.",
)


def failure_words(name: str) -> str:
    """Return the failed criteria of a model, in the reader's language."""
    return str(FAILURES[name])


def reasons(basis: dict[str, Any]) -> list[str]:
    """Return the features with the largest effect on a client's probability, each with its value and the usual one."""
    found = []
    for name, part in basis.get("parts", {}).items():
        if abs(part) < 0.05:
            continue
        feature, value = FEATURES[name], basis["values"].get(name)
        moves = bilingual("提高可能", "raises it") if part > 0 else bilingual("降低可能", "lowers it")
        usual = bilingual("通常 {value}", "usually {value}", value=value_words(basis["usual"].get(name), feature.unit))
        found.append(f"{feature.label} {value_words(value, feature.unit)}（{usual}）· {moves}")
    return found


def value_words(value: float | None, unit: str) -> str:
    """Return a value of a feature formatted by its unit."""
    if value is None:
        return str(bilingual("无记录", "none recorded"))
    if unit == "share":
        return f"{round(value, 3) + 0.0:.1%}"  # no minus before a zero
    if unit == "days":
        return str(bilingual("{n:.0f} 天", "{n:.0f} days", n=value))
    if unit == "years":
        return str(bilingual("{n:.1f} 年", "{n:.1f} years", n=value))
    if unit == "change":
        return _change(value)
    return f"{value:.0f}"


def _change(value: float) -> str:
    """Return a change of counts as text: a log ratio near 0 is "as before"."""
    if abs(value) < 0.2:
        return str(bilingual("与此前相当", "as before"))
    return str(bilingual("增多", "more")) if value > 0 else str(bilingual("减少", "fewer"))


def reliability(band: str, report: dict[str, Any]) -> Bilingual:
    """Return the frequency of the outcome in the same band of the back-test, with its interval."""
    found = report["pooled"]["bands"][band]
    if not found["cases"] or found["observed"] is None:
        return bilingual("回测中没有这一档的客户。", "Nobody was in this band in the back-test.")
    return bilingual(
        "回测中同档 {n} 例，实际发生 {share:.1%}（95% 区间 {low:.1%}–{high:.1%}）。",
        "Of {n} cases so called in the back-test it came for {share:.1%} (95 % interval {low:.1%}–{high:.1%}).",
        n=found["cases"],
        share=found["observed"],
        low=found["low"],
        high=found["high"],
    )
