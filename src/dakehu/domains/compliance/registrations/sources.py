"""The rules of registrations that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

FROM = date(2026, 11, 29)

declare(
    RuleSource(
        "registrations.adviser_for_advice",
        "出具投资建议须登记为投资顾问；没有有效登记，任何入口都不能办理。",
        "Advice is given by a registered investment adviser; without one no interface does it.",
        "证券投资顾问业务暂行规定（条文未核对）",
        "K",
        FROM,
    ),
    RuleSource(
        "registrations.adviser_or_analyst",
        "同一人不能同时登记为投资顾问和证券分析师。",
        "Nobody is registered as investment adviser and analyst at once.",
        "证券投资顾问业务暂行规定（条文未核对）",
        "K",
        FROM,
    ),
    RuleSource(
        "registrations.reminder",
        "登记到期前 30 天提醒本人和合规。",
        "The person and compliance are reminded 30 days before a registration ends.",
        "",
        "D",
        FROM,
    ),
)
