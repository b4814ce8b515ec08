"""The signs of distress, escalation and the rule of two persons, for the list of rules that the desk applies."""

from datetime import date

from dakehu.domains.care.distress.case_rules import OLDER_FROM
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
    ),
    RuleSource(
        "outreach.second_person",
        f"{OLDER_FROM} 岁及以上或年龄不详的个人客户出现情绪个案，须由首位经办人以外的第二人参与并确认后才能了结。",
        f"A case of distress of a person of {OLDER_FROM} or more, or of unknown age, is closed only after somebody other than "
        "the first person has joined and confirmed.",
        "domain 8.3",
        "D",
        FROM,
    ),
    RuleSource(
        "distress.escalation",
        "情绪个案不论来自致电、问卷、意见还是投诉，都统一登记：“立即”“当日”级别的，客户主管当日有任务、合规有提醒；“关注”级别的提醒主管。"
        "保密问卷的个案只有问卷管理可见。",
        "Cases of distress of calls, surveys, feedback and complaints stand in one register: “at once” and “same day” give the lead a "
        "task for the day and compliance a notice, “take notice” a notice to the lead. One of a confidential survey is seen by the "
        "survey office only.",
        "domain 8.3",
        "D",
        FROM,
    ),
)
