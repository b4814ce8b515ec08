"""Parameters of the log of an interaction that are not its fields: the next contact, and the work it ends."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

OPEN_WORK = "service.open_work"  # the query that lists what a contact may end
NEXT_DAYS = "service.next_days"  # the query that suggests days for the next one
NEXT = (
    Parameter(
        "next_on",
        "service.FollowUp",
        "due_on",
        required=False,
        choices_from=NEXT_DAYS,
        spec=FieldSpec("下次跟进日期", "Next contact on", aliases=("下次联系日期", "下次跟进")),
    ),
    Parameter("next_in_days", kind="integer", required=False, spec=FieldSpec("几天后跟进", "Next contact in days")),
    Parameter(
        "next_subject",
        "service.FollowUp",
        "subject",
        required=False,
        spec=FieldSpec("下次跟进事项", "Next contact about", aliases=("下次跟进内容",)),
    ),
)
ENDS = (
    Parameter(
        "fulfils",
        kind="ids",
        required=False,
        choices_from=OPEN_WORK,
        spec=FieldSpec(
            "完成跟进",
            "Follow-ups done",
            help_zh="勾选的计划随本次记录标记为已完成；重复的计划自动安排下一次",
            help_en="Ticked plans are done with this record; a repeating one plans its next occurrence",
        ),
    ),
    Parameter(
        "keeps_promises",
        kind="ids",
        required=False,
        choices_from=OPEN_WORK,
        spec=FieldSpec("兑现承诺", "Promises kept"),
    ),
    Parameter(
        "closes_requests",
        kind="ids",
        required=False,
        choices_from=OPEN_WORK,
        spec=FieldSpec(
            "办结诉求或投诉",
            "Requests closed",
            help_zh="办结需要填写结果",
            help_en="To close one, state the result",
        ),
    ),
)
