"""The permissions of suitability and advice."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ANALYST = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST

SUITABILITY_READ = Permission(
    "advice.read",
    "查看适当性记录",
    "See records of suitability",
    granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST),
)
SUITABILITY_WRITE = Permission(
    "advice.suitability", "核对适当性、发出测评", "Check suitability, send questionnaires", granted_to=(MANAGER, LEAD)
)

POLICY_READ = Permission(
    "advice.policies_read",
    "查看投资方案与投资建议",
    "See policies and advice",
    granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST),
)
POLICY_WRITE = Permission("advice.policies_write", "维护投资目标与方案", "Keep goals and policies", granted_to=(MANAGER, LEAD))
MODEL_WRITE = Permission(
    "advice.models", "维护模型组合与产品资产类别", "Keep model portfolios and asset classes", granted_to=(LEAD,)
)
ADVICE_WRITE = Permission("advice.write", "编写、送达投资建议", "Write and deliver advice", granted_to=(MANAGER, LEAD))
ADVICE_APPROVE = Permission("advice.approve", "审批投资建议", "Approve advice", granted_to=(LEAD, COMPLIANCE))
