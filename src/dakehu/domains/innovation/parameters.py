"""Parameters that several actions and queries of innovation share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

IDEA = Parameter("idea", kind="integer", spec=FieldSpec("创意", "Idea"))
TRIAL = Parameter("trial", kind="integer", spec=FieldSpec("试点", "Trial"))
SERVICE = Parameter("catalogue_service", kind="integer", spec=FieldSpec("服务项目", "Service"))
SERVICE_VERSION = Parameter("service_version", kind="integer", spec=FieldSpec("服务版本", "Version of a service"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("理由", "Reason"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SEGMENT = Parameter(
    "filters",
    required=False,
    kind="json",
    spec=FieldSpec("客户筛选", "Filter of clients", help_zh="与客户列表相同", help_en="As in the client list"),
)
SEARCH = Parameter("text", required=False, spec=FieldSpec("搜索", "Search"))
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))
OFFSET = Parameter("offset", required=False, kind="integer", spec=FieldSpec("跳过条数", "How many to skip"))
