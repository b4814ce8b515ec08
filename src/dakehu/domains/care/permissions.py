"""The permissions of care."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

SENTIMENT = Permission(
    "care.sentiment", "分析文本的语气与话题", "Ask for mood and topics of a text", granted_to=tuple(RoleName)
)
FEEDBACK_READ = Permission(
    "care.feedback",
    "查看客户意见",
    "See feedback of clients",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
FEEDBACK_WRITE = Permission(
    "care.handle_feedback",
    "登记、答复客户意见",
    "Register and answer feedback",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
IMPROVEMENT_READ = Permission(
    "care.improvements",
    "查看改进事项",
    "See issues of improvement",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
IMPROVEMENT_WRITE = Permission(
    "care.handle_improvements",
    "推进改进事项",
    "Work on issues of improvement",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
IMPROVEMENT_CLOSE = Permission(
    "care.close_improvements",
    "批准关闭改进事项",
    "Approve the end of an issue",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
SURVEY_READ = Permission(
    "care.surveys_read",
    "查看问卷与结果",
    "See surveys and results",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST),
)
SURVEY_WRITE = Permission(
    "care.surveys_write", "编制与发送问卷", "Make and send surveys", granted_to=(RoleName.LEAD, RoleName.COMPLIANCE)
)
SURVEY_PHONE = Permission(
    "care.surveys_phone",
    "电话代填问卷",
    "Fill surveys in by phone",
    granted_to=(RoleName.MANAGER, RoleName.LEAD),
)
SURVEY_OFFICE = Permission(
    "care.survey_office",
    "问卷管理：读取保密答卷",
    "Survey office: read confidential answers",
    granted_to=(RoleName.COMPLIANCE,),
)
OUTREACH_READ = Permission(
    "care.outreach",
    "查看急跌致电与情绪个案",
    "See calls after a shock and cases of distress",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
OUTREACH_CALL = Permission(
    "care.outreach_call",
    "急跌后致电客户",
    "Call clients after a shock",
    granted_to=(RoleName.MANAGER, RoleName.LEAD),
)
OUTREACH_SCRIPTS = Permission(
    "care.outreach_scripts",
    "维护致电话术",
    "Keep the scripts of calls",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
DISTRESS_CLOSE = Permission(
    "care.close_distress",
    "了结情绪个案",
    "Close cases of distress",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
RECORD_CHECK = Permission(
    "care.record_checks",
    "抽检服务记录",
    "Check service records",
    granted_to=(RoleName.LEAD, RoleName.COMPLIANCE),
)
TENDENCIES = Permission(
    "care.tendencies",
    "查看客户交易倾向",
    "Read the tendencies of a client's trading",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
