"""The permissions of care."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

SENTIMENT = Permission(
    "care.sentiment", "分析文本的语气与话题", "Ask for mood and topics of a text", granted_to=tuple(RoleName)
)
TENDENCIES = Permission(
    "care.tendencies",
    "查看客户交易倾向",
    "Read the tendencies of a client's trading",
    granted_to=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
)
