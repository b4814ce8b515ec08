"""The rules and duties of the suitability check among those that the desk applies."""

from dakehu.domains.advice.suitability.duties import DUTIES
from dakehu.domains.advice.suitability.rules import EFFECTIVE_FROM, RULES
from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

declare(
    *(
        RuleSource(f"suitability.{rule.code}", rule.zh, rule.en, rule.source, rule.certainty, EFFECTIVE_FROM)
        for rule in (*RULES.values(), *DUTIES.values())
    )
)
