"""Parameters that several actions and queries of support share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

TICKET = Parameter("ticket", kind="integer", spec=FieldSpec("求助编号", "Number of the ticket"))
TICKET_FILE = Parameter("ticket_file", kind="integer", spec=FieldSpec("求助附件", "File of a ticket"))
KNOWN_PROBLEM = Parameter("known_problem", kind="integer", spec=FieldSpec("已知问题编号", "Number of the problem"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SEARCH = Parameter("text", required=False, spec=FieldSpec("搜索", "Search"))
FILE = Parameter(
    "file",
    required=False,
    kind="file",
    spec=FieldSpec("附件（截图请先遮住客户信息）", "File (cover client data first)"),
)
ANYWAY = Parameter(
    "anyway",
    required=False,
    kind="bool",
    spec=FieldSpec("已确认，其中没有客户信息", "I looked: there is no client data in it"),
)
