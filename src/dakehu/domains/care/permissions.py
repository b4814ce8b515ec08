"""The permissions of care."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

SENTIMENT = Permission(
    "care.sentiment", "分析文本的语气与话题", "Ask for mood and topics of a text", granted_to=tuple(RoleName)
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
