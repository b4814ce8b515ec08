"""The permissions of compliance."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

COMPLIANCE_READ = Permission("compliance.read", "查看用语规则", "See the wording rules", granted_to=tuple(RoleName))
WORDING_WRITE = Permission("compliance.lexicon", "维护用语词库", "Keep the lexicon", granted_to=(RoleName.COMPLIANCE,))
WORDING_REVIEW = Permission(
    "compliance.review", "复核待发文本", "Review texts before they leave", granted_to=(RoleName.COMPLIANCE,)
)
APPROVAL_READ = Permission("compliance.approvals", "查看审批", "See approvals", granted_to=tuple(RoleName))
REGISTRATION_READ = Permission(
    "compliance.registrations", "查看执业登记", "See registrations of staff", granted_to=tuple(RoleName)
)
REGISTRATION_WRITE = Permission(
    "compliance.registrations_write", "维护执业登记", "Keep registrations of staff", granted_to=(RoleName.COMPLIANCE,)
)
CONFLICT_DECLARE = Permission(
    "compliance.declare_conflict",
    "申报本人利益冲突",
    "Declare own conflicts of interest",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
CONFLICT_KEEP = Permission(
    "compliance.conflicts", "维护利益冲突登记", "Keep the register of conflicts", granted_to=(RoleName.COMPLIANCE,)
)
PRIVACY_OPEN = Permission(
    "privacy.open",
    "登记个人信息请求",
    "Open privacy requests",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
PRIVACY_WRITE = Permission(
    "privacy.write",
    "办理个人信息请求与到期删除",
    "Answer privacy requests and erase",
    granted_to=(RoleName.COMPLIANCE,),
)
