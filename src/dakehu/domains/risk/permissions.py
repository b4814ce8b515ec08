"""The permissions of limits, reminder lines, margin lines, breaches and reviews."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ANALYST = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST

RISK_READ = Permission(
    "risk.read", "查看风险监控", "See limits, lines and breaches", granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST)
)
LINE_WRITE = Permission(
    "risk.lines",
    "登记客户提醒线、处理超限",
    "Record clients' lines and acknowledge breaches",
    granted_to=(MANAGER, LEAD),
)
LIMIT_WRITE = Permission("risk.limits", "设置风险限额与合同线", "Set limits and lines of contracts", granted_to=(LEAD,))
REVIEW_WRITE = Permission("risk.reviews", "编写策略回顾", "Write strategy reviews", granted_to=(MANAGER, LEAD))
REVIEW_SIGN = Permission("risk.review_sign", "签署策略回顾", "Sign off strategy reviews", granted_to=(LEAD, COMPLIANCE))
