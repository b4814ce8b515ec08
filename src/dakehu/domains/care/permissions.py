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
