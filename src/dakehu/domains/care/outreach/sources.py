"""The house rules of calls after a shock, for the list of rules that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

FROM = date(2026, 11, 29)

declare(
    RuleSource(
        "outreach.random_order",
        "同一优先档的客户按留存种子随机排序；比较按“排在首日”计算，每组不足 200 位时不下结论。",
        "Clients of equal priority are called in random order by a recorded seed; the comparison counts who was drawn for the first "
        "day and concludes nothing below 200 in each group.",
        "people B.3.7",
        "D",
        FROM,
    ),
)
