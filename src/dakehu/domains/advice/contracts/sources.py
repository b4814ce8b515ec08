"""The rule on cancelling a contract of advice, among those that the desk applies."""

from dakehu.domains.advice.contracts.rules import CANCEL_DAYS, EFFECTIVE_FROM, RULE
from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare
from dakehu.foundation.base.i18n import bilingual

declare(
    RuleSource(
        RULE,
        f"客户可自签订投顾协议之日起 {CANCEL_DAYS} 个工作日内以书面提出解除",
        f"A client may cancel a contract of advice in writing within {CANCEL_DAYS} working days of signing",
        bilingual(
            "《证券投资顾问业务暂行规定》，据二手资料", "Interim provisions on investment advice, by a secondary source"
        ),
        "S",
        EFFECTIVE_FROM,
    )
)
