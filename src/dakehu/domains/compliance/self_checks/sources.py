"""The rules of self-checks that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

declare(
    RuleSource(
        "self_checks.half_yearly",
        "每半年自查一次适当性管理并形成自查报告，报告留存 20 年。",
        "Suitability is checked by the firm itself every half-year; the report is kept for 20 years.",
        "《证券期货投资者适当性管理办法》第三十、三十二条",
        "V",
        date(2017, 7, 1),
    ),
    RuleSource(
        "self_checks.due",
        "自查报告在半年结束后一个月内完成，由编写人以外的人签署。",
        "The report is written within a month after the half-year and signed by somebody else than its author.",
        "",
        "D",
        date(2026, 11, 29),
    ),
)
