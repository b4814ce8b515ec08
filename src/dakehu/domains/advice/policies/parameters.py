"""Parameters that several actions and queries of policies, models and advice share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

GOAL = Parameter("goal", kind="integer", spec=FieldSpec("投资目标", "Investment goal"))
POLICY = Parameter("policy", kind="integer", spec=FieldSpec("投资方案", "Investment policy"))
ADVICE = Parameter("advice", kind="integer", spec=FieldSpec("投资建议", "Advice"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))
