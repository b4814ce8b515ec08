"""Parameters that actions and queries of surveys share."""

from dakehu.domains.care.surveys.choices import QuestionKind, Stratum
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

SURVEY = Parameter("survey", kind="integer", spec=FieldSpec("满意度问卷", "Survey"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
CLIENT = Parameter("client", "service.Request", "client")
QUESTION = Parameter("question", spec=FieldSpec("题目编号", "Question", example="q1"))
KIND = Parameter("kind", choice_set=QuestionKind, spec=FieldSpec("题型", "Kind of question"))
TEXT_ZH = Parameter("text_zh", spec=FieldSpec("题目", "Question in Chinese"))
TEXT_EN = Parameter("text_en", required=False, spec=FieldSpec("英文题目", "Question in English"))
OPTIONS = Parameter(
    "options",
    required=False,
    spec=FieldSpec(
        "选项或矩阵各行",
        "Options, or lines of a matrix",
        help_zh="中文 | 英文，用分号隔开",
        help_en="Chinese | English, with semicolons",
        example="电话 | Phone; 邮件 | Mail",
    ),
)
IS_REQUIRED = Parameter("is_required", required=False, kind="bool", spec=FieldSpec("必答", "Required"))
SHOW_IF = Parameter(
    "show_if",
    required=False,
    spec=FieldSpec(
        "显示条件",
        "Shown if",
        help_zh="题目编号：取值，用逗号分隔；留空为总是显示",
        help_en="Question: values, with commas; empty for always",
        example="q2: 0,1,2,3,4,5,6",
    ),
)
SPLIT_BY = Parameter("split_by", required=False, choice_set=Stratum, spec=FieldSpec("分组方式", "Split by"))
SIZE = Parameter(
    "size",
    required=False,
    kind="integer",
    spec=FieldSpec(
        "随机抽取人数",
        "Random sample of",
        help_zh="留空为名单全部客户；只有随机抽样可用于考核",
        help_en="Empty for everybody; only random samples count in appraisals",
    ),
)
SEGMENT = Parameter(
    "filters",
    required=False,
    kind="json",
    spec=FieldSpec("客户筛选", "Filter of clients", help_zh="与客户列表相同", help_en="As in the client list"),
)
SEARCH = Parameter("text", required=False, spec=FieldSpec("搜索", "Search"))
EXPIRES_ON = Parameter("expires_on", required=False, kind="date", spec=FieldSpec("问卷截止日", "Links expire on"))
COUNT = Parameter("count", kind="integer", spec=FieldSpec("链接数", "How many links"))
ANSWERS = Parameter("answers", kind="json", spec=FieldSpec("答案", "Answers", example='{"q1": "5"}'))
EVENT = Parameter("event", required=False, kind="integer", spec=FieldSpec("客户活动", "Client event"))
BATCH = Parameter("batch", kind="integer", spec=FieldSpec("问卷批次", "Batch"))
ANSWER = Parameter("answer", kind="integer", spec=FieldSpec("问卷答卷", "Survey answer"))
