"""The permissions of compliance."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

COMPLIANCE_READ = Permission("compliance.read", "查看用语规则", "See the wording rules", granted_to=tuple(RoleName))
WORDING_WRITE = Permission("compliance.lexicon", "维护用语词库", "Keep the lexicon", granted_to=(RoleName.COMPLIANCE,))
WORDING_REVIEW = Permission(
    "compliance.review", "复核待发文本", "Review texts before they leave", granted_to=(RoleName.COMPLIANCE,)
)
APPROVAL_READ = Permission("compliance.approvals", "查看审批", "See approvals", granted_to=tuple(RoleName))
CONFLICT_DECLARE = Permission(
    "compliance.declare_conflict",
    "申报本人利益冲突",
    "Declare own conflicts of interest",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
CONFLICT_KEEP = Permission(
    "compliance.conflicts", "维护利益冲突登记", "Keep the register of conflicts", granted_to=(RoleName.COMPLIANCE,)
)
COMPLAINT_READ = Permission(
    "compliance.complaints",
    "查看投诉",
    "See complaints",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
COMPLAINT_HANDLE = Permission(
    "compliance.handle_complaints",
    "登记、经办投诉",
    "Register and handle complaints",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
COMPLAINT_DECIDE = Permission(
    "compliance.decide_complaints",
    "受理、指派、办结投诉",
    "Accept, assign and close complaints",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
COMPLAINT_SETTINGS = Permission(
    "compliance.complaint_settings",
    "设置投诉期限",
    "Set the deadlines of complaints",
    granted_to=(RoleName.COMPLIANCE,),
)
REGISTRATION_READ = Permission(
    "compliance.registrations", "查看执业登记", "See registrations of staff", granted_to=tuple(RoleName)
)
REGISTRATION_WRITE = Permission(
    "compliance.registrations_write", "维护执业登记", "Keep registrations of staff", granted_to=(RoleName.COMPLIANCE,)
)
CONSENT_WRITE = Permission(
    "compliance.consents",
    "登记同意与撤回",
    "Record consents and withdrawals",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
CONSENT_TEXTS = Permission(
    "compliance.consent_texts", "发布告知文本", "Publish notices of consent", granted_to=(RoleName.COMPLIANCE,)
)
# Everything on money laundering: its existence is not disclosed to anyone else (no tipping-off).
AML = Permission("compliance.aml", "反洗钱", "Money laundering", granted_to=(RoleName.COMPLIANCE,))
READ_LOG = Permission(
    "compliance.read_log", "查看查阅与导出记录", "See who read and exported what", granted_to=(RoleName.COMPLIANCE,)
)
EXPORT_APPROVE = Permission(
    "compliance.approve_export",
    "批准大批导出",
    "Approve large exports",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
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
SELF_CHECK_WRITE = Permission(
    "compliance.self_checks", "填写半年自查", "Write self-checks", granted_to=(RoleName.COMPLIANCE,)
)
SELF_CHECK_SIGN = Permission(
    "compliance.sign_self_checks",
    "查看、签署半年自查",
    "See and sign self-checks",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
