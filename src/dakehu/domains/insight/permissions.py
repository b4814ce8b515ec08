"""Permissions to question and to count clients; who holds them still sees the own clients only."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

INSIGHT_READ = Permission(
    "insight.read", "提问与透视分析", "Ask questions and build pivots", granted_to=tuple(RoleName)
)
INSIGHT_REFRESH = Permission(
    "insight.refresh",
    "生成数据快照",
    "Take snapshots of clients",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST, RoleName.ADMIN),
)
INSIGHT_SHARE = Permission(
    "insight.share",
    "向全公司共享分析报表",
    "Share reports with the firm",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST, RoleName.ADMIN),
)
