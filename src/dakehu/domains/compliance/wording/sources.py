"""The groups of the lexicon as rules that the desk applies."""

from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare
from dakehu.domains.compliance.wording import lexicon
from dakehu.domains.compliance.wording.groups import GROUPS

FROM = min(entry.effective_from for entry in lexicon.entries())

declare(
    *(
        RuleSource(
            f"wording.{group.code}",
            f"{group.zh}：{group.why_zh}",
            f"{group.en}: {group.why_en}",
            group.source,
            group.certainty,
            FROM,
        )
        for group in GROUPS
    )
)
