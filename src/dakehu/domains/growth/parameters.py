"""Parameters that several actions and queries of growth share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

PROSPECT = Parameter("prospect", kind="integer", spec=FieldSpec("线索", "Prospect"))
OPPORTUNITY = Parameter("opportunity", kind="integer", spec=FieldSpec("商机", "Opportunity"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
ANYWAY = Parameter("anyway", required=False, kind="bool", spec=FieldSpec("仍要新建", "Create anyway"))
LIMIT = Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "How many"))
OFFSET = Parameter("offset", required=False, kind="integer", spec=FieldSpec("跳过条数", "How many to skip"))
CAMPAIGN = Parameter("campaign", kind="integer", spec=FieldSpec("营销活动", "Campaign"))
EVENT = Parameter("event", kind="integer", spec=FieldSpec("客户活动", "Client event"))
INVITATION = Parameter("invitation", kind="integer", spec=FieldSpec("活动邀请", "Invitation"))
SEGMENT = Parameter(
    "filters",
    required=False,
    kind="json",
    spec=FieldSpec("客户筛选", "Filter of clients", help_zh="与客户列表相同", help_en="As in the client list"),
)
SEARCH = Parameter("text", required=False, spec=FieldSpec("搜索", "Search"))
