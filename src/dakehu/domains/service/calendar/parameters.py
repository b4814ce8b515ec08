"""Parameters that several actions and queries of the calendar share."""

from dakehu.foundation.schema.fields import Choices, FieldSpec
from dakehu.foundation.schema.parameters import Parameter


class SeriesScope(Choices):
    """Which meetings of a series a change applies to."""

    ONE = "one", "仅这一次", "This one"
    FOLLOWING = "following", "这一次及以后", "From here on"
    ALL = "all", "整个系列", "All of them"


MEETING = Parameter("meeting", kind="integer", spec=FieldSpec("会议编号", "Meeting id"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
AT = Parameter(
    "at",
    kind="datetime",
    required=False,
    spec=FieldSpec("系列中的哪一次", "Which of the series", help_zh="该次的开始时间", help_en="When that one starts"),
)
WHICH = Parameter(
    "which",
    required=False,
    choice_set=SeriesScope,
    spec=FieldSpec("适用于", "For", help_zh="仅对重复会议有意义", help_en="Matters for a series only"),
)
STAFF = Parameter(
    "staff",
    kind="ids",
    required=False,
    choices_from="service.meeting_choices",
    spec=FieldSpec("参会同事", "Colleagues"),
)
GUESTS = Parameter(
    "guests",
    required=False,
    spec=FieldSpec("客户方参会人", "Guests", help_zh="姓名用顿号或逗号分开", help_en="Names, separated by commas"),
)
ATTENDING = Parameter(
    "attending",
    required=False,
    spec=FieldSpec("其他参会客户", "Other clients", help_zh="客户号，用逗号分开", help_en="Client codes, with commas"),
)
FIRST = Parameter("first", kind="date", required=False, spec=FieldSpec("从", "From"))
LAST = Parameter("last", kind="date", required=False, spec=FieldSpec("到", "To"))
OWNER = Parameter("owner", required=False, kind="integer", spec=FieldSpec("负责人编号", "Owner id"))
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看我的", "Only mine"))
REASON = Parameter("reason", required=False, spec=FieldSpec("原因", "Reason"))
