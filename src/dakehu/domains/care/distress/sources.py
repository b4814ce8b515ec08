"""The signs of distress among the rules that the desk applies."""

from datetime import date

from dakehu.domains.care.distress.signs import SIGNS
from dakehu.domains.compliance.rule_sets.registry import RuleSource, declare

FROM = date(2026, 11, 29)

declare(
    *(
        RuleSource(
            f"distress.{sign.code}",
            f"{sign.zh}：{sign.do_zh}",
            f"{sign.en}: {sign.do_en}",
            sign.source,
            sign.certainty,
            FROM,
        )
        for sign in SIGNS
    )
)
