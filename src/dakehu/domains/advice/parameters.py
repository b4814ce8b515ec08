"""Parameters that several actions and queries of suitability share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

CLIENT = Parameter("client", "clients.Client", spec=FieldSpec("客户", "Client"))
CHECK = Parameter("suitability", kind="integer", spec=FieldSpec("适当性核对", "Suitability check"))
DUTY = Parameter("duty", kind="integer", spec=FieldSpec("适当性义务", "Suitability duty"))
QUESTIONNAIRE_LINK = Parameter("questionnaire_link", kind="integer", spec=FieldSpec("测评链接", "Questionnaire link"))
ASSESSMENT = Parameter("assessment", kind="integer", spec=FieldSpec("风险测评", "Risk assessment"))
APPLICATION = Parameter("application", kind="integer", spec=FieldSpec("投资者分类申请", "Class application"))
CALL_BACK = Parameter("call_back", kind="integer", spec=FieldSpec("客户回访", "Call-back"))
REASON = Parameter("reason", spec=FieldSpec("理由", "Reason"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
