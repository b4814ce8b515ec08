"""Permissions to query and to count clients; holders still see only their own clients."""

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
MODEL_READ = Permission(
    "insight.model_read",
    "查看预测模型与回测",
    "See prediction models and their back-tests",
    granted_to=tuple(RoleName),
)
MODEL_TRAIN = Permission(
    "insight.model_train",
    "训练预测模型",
    "Train prediction models",
    granted_to=(RoleName.ANALYST, RoleName.ADMIN),
)
MODEL_SWITCH = Permission(
    "insight.model_switch",
    "启用或停用预测模型",
    "Switch prediction models on and off",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
