"""The rules on the self-check, among those that the desk applies."""

from dakehu.domains.advice.self_checks.rules import DAYS_AFTER, EFFECTIVE_FROM, RULE
from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare
from dakehu.foundation.base.i18n import bilingual

declare(
    RuleSource(
        RULE,
        "每半年开展一次适当性自查并形成报告；发现问题及时处理并主动报告",
        "Suitability is checked every half-year with a report; problems are dealt with and reported",
        bilingual("《证券期货投资者适当性管理办法》第三十条", "Measures on investor suitability, art. 30"),
        "V",
        EFFECTIVE_FROM,
    ),
    RuleSource(
        f"{RULE}_due",
        f"自查在半年结束后 {DAYS_AFTER} 天内完成",
        f"It is done within {DAYS_AFTER} days after the half-year",
        "",
        "D",
        EFFECTIVE_FROM,
    ),
)
