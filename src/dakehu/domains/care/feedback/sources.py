"""The rule of feedback, for the list of rules that the desk applies."""

from datetime import date

from dakehu.domains.care.feedback.rules import REPLY_DAYS
from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

declare(
    RuleSource(
        "feedback.reply",
        f"建议、表扬和咨询在 {REPLY_DAYS} 个工作日内答复；有痛苦信号的当日由人联系。",
        f"Suggestions, praise and questions are answered within {REPLY_DAYS} working days; a sign of distress is followed by a "
        "person the same day.",
        "",
        "D",
        date(2026, 11, 29),
    )
)
