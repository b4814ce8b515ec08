"""Parameters that several actions and queries of risk share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
CLIENT = parameters_of("risk.Line", "client")
HOUSE_LIMIT = Parameter("house_limit", kind="integer", spec=FieldSpec("内部限额", "House limit"))
CLIENT_LIMIT = Parameter("client_limit", kind="integer", spec=FieldSpec("客户限额", "Limit of a client"))
LINE = Parameter("line", kind="integer", spec=FieldSpec("客户提醒线", "Reminder line"))
TERMS = Parameter("margin_terms", kind="integer", spec=FieldSpec("两融合同约定", "Terms of a margin contract"))
BREACH = Parameter("breach", kind="integer", spec=FieldSpec("超限记录", "Breach"))
REVIEW = Parameter("review", kind="integer", spec=FieldSpec("策略回顾", "Strategy review"))
PROFILE = Parameter("security_profile", kind="integer", spec=FieldSpec("证券风险资料", "Security profile"))
STRESS_SCENARIO = Parameter("stress_scenario", kind="integer", spec=FieldSpec("自设情景", "Own scenario"))
SCENARIO = Parameter("scenario", required=False, spec=FieldSpec("情景", "Scenario"))
