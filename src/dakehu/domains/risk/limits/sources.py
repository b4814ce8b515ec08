"""The shipped limits as a rule source; limits set on the desk are listed on the page of limits."""

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare
from dakehu.domains.risk.limits.defaults import EFFECTIVE

declare(
    RuleSource(
        "limits.defaults",
        "集中度、回撤、单日亏损、变现天数和复核周期的限额是内部默认，监管没有规定数值；机构可以改。",
        "Limits of concentration, drawdown, daily loss, days to sell and reviews are house defaults that the firm may change.",
        "",
        "D",
        EFFECTIVE,
    )
)
