"""Parameters of the editor of the questionnaire."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

QUESTIONNAIRE = Parameter("questionnaire", kind="integer", spec=FieldSpec("问卷版本", "Version of the questionnaire"))
VALID_DAYS = Parameter(
    "valid_days", required=False, kind="integer", spec=FieldSpec("测评有效天数", "Days a test is valid", unit="天")
)
BANDS = tuple(
    Parameter(
        f"{level.lower()}_from",
        required=False,
        kind="integer",
        spec=FieldSpec(f"{level} 起始分", f"{level} begins at", help_zh="未填不变", help_en="Left out: unchanged"),
    )
    for level in ("C2", "C3", "C4", "C5")
)
ITEM = Parameter("item", kind="json", spec=FieldSpec("题目", "Question"))
ITEM_CODE = Parameter("code", spec=FieldSpec("题目编号", "Code of the question"))
CHECK_CODE = Parameter("code", spec=FieldSpec("检查编号", "Code of the check"))
CONDITION = Parameter(
    "condition",
    spec=FieldSpec(
        "矛盾的答案",
        "Contradicting answers",
        example="loss=no_loss; kinds=equity,complex",
        help_zh="题目=选项，选项；题目=选项",
        help_en="question=option,option; question=option",
    ),
)
IS_HARD = Parameter("is_hard", kind="bool", spec=FieldSpec("禁止提交", "Stops the answers"))
TEXT_ZH = Parameter("zh", spec=FieldSpec("中文提示", "Words in Chinese"))
TEXT_EN = Parameter("en", spec=FieldSpec("英文提示", "Words in English"))
