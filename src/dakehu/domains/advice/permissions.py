"""The permissions of suitability and advice."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ANALYST = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST

SUITABILITY_CHECK = Permission(
    "advice.check", "查询适当性规则", "Ask the suitability rules", granted_to=tuple(RoleName)
)
SUITABILITY_READ = Permission(
    "advice.read", "查看客户适当性记录", "See suitability records of clients", granted_to=(MANAGER, LEAD, COMPLIANCE)
)
SUITABILITY_WRITE = Permission(
    "advice.suitability", "留存适当性核对、发出测评", "Record checks, send questionnaires", granted_to=(MANAGER, LEAD)
)
SUITABILITY_REVIEW = Permission(
    "advice.review", "复核测评与适当性", "Review tests and checks", granted_to=(COMPLIANCE,)
)
QUESTIONNAIRE_WRITE = Permission(
    "advice.questionnaires", "编写测评问卷版本", "Write versions of the questionnaire", granted_to=(ANALYST, COMPLIANCE)
)
CLASS_DECIDE = Permission(
    "advice.classes", "审核专业投资者申请", "Decide on investor classes", granted_to=(LEAD, COMPLIANCE)
)
CALL_BACK = Permission("advice.call_backs", "独立回访客户", "Call clients back", granted_to=(LEAD, COMPLIANCE))
PRODUCT_GRADE = Permission("advice.grades", "评定产品风险等级", "Grade products", granted_to=(COMPLIANCE,))

POLICY_READ = Permission(
    "advice.policies_read", "查看投资方案与投资建议", "See policies and advice", granted_to=(MANAGER, LEAD, COMPLIANCE)
)
POLICY_WRITE = Permission(
    "advice.policies_write", "维护投资目标与方案", "Keep goals and policies", granted_to=(MANAGER, LEAD)
)
MODEL_WRITE = Permission(
    "advice.models", "维护模型组合与产品资产类别", "Keep model portfolios and asset classes", granted_to=(LEAD,)
)
ADVICE_WRITE = Permission("advice.write", "编写、送达投资建议", "Write and deliver advice", granted_to=(MANAGER, LEAD))
ADVICE_APPROVE = Permission("advice.approve", "审批投资建议", "Approve advice", granted_to=(LEAD, COMPLIANCE))
