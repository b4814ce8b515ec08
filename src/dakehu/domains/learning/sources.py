"""The rules of learning that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare
from dakehu.foundation.base.i18n import bilingual

FROM = date(2026, 11, 29)

declare(
    RuleSource(
        "learning.hours_a_year",
        "从业第二年起，每个自然年后续培训不少于 15 学时。",
        "From the second year in the trade, at least 15 hours of training each calendar year.",
        bilingual(
            "后续职业培训要求（培训机构转述，未见原文）",
            "Rules of further training, as trainers retell them; text not read",
        ),
        "S",
        FROM,
    ),
    RuleSource(
        "learning.article_review",
        "文章过复审日期即标注，再过 30 天自动隐藏。",
        "An article is marked once its review date has passed, and hidden 30 days later.",
        "",
        "D",
        FROM,
    ),
    RuleSource(
        "learning.certificate_reminders",
        "证书到期前 60、30、7 天和当天提醒本人；到期次日起，须持证的操作在各入口均不能办理。",
        "The holder is reminded 60, 30 and 7 days before the last day and on it; from the next day gated actions are refused at every door.",
        "",
        "D",
        FROM,
    ),
    RuleSource(
        "learning.item_statistics",
        "试题的难度与区分度自 30 份答卷起显示。",
        "Facility and discrimination of a question are shown from 30 answers on.",
        "",
        "D",
        FROM,
    ),
)
