"""The anti-money laundering rules that the desk applies."""

from datetime import date

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

declare(
    RuleSource(
        "aml.secrecy",
        "客户洗钱风险等级和可疑交易报告保密，只有合规可见；查阅和复制逐次登记。",
        "The level of a client and reports of suspicion are secret: compliance alone sees them, and each reading is recorded.",
        "反洗钱法 35；证券期货业反洗钱工作实施办法 12、15",
        "V",
        date(2025, 1, 1),
    ),
    RuleSource(
        "aml.retention",
        "客户身份资料和交易记录自业务关系结束起至少保存 10 年。",
        "Identity data and records of transactions are kept at least ten years after the relation ends.",
        "反洗钱法 34",
        "V",
        date(2025, 1, 1),
    ),
    RuleSource(
        "aml.review_highest",
        "最高等级客户至少每半年复评一次。",
        "The highest level is reviewed at least every half year.",
        "pharmst.cn 转载的内部制度",
        "S",
        date(2025, 1, 1),
    ),
    RuleSource(
        "aml.review_lower",
        "较低等级的复评期限不超过上一等级的两倍。",
        "Each lower level at most twice as long as the one above.",
        "",
        "K",
        date(2025, 1, 1),
    ),
    RuleSource(
        "aml.review_days",
        "复评期限：高 180 天，中高 360 天，中 720 天，中低和低 1080 天。",
        "Days to the next review: high 180, medium to high 360, medium 720, the others 1080.",
        "",
        "D",
        date(2026, 11, 29),
    ),
)
