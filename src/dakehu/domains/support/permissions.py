"""The permissions of support."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

LEAD, ADMIN = RoleName.LEAD, RoleName.ADMIN

SUPPORT_ASK = Permission(
    "support.ask", "求助、查看公开的问题与已知问题", "Ask for help, read public questions", granted_to=tuple(RoleName)
)
SUPPORT_ANSWER = Permission(
    "support.answer", "答复求助、维护已知问题", "Answer questions, keep known problems", granted_to=(ADMIN,)
)
SUPPORT_COUNTS = Permission("support.counts", "查看求助统计", "See the counts of support", granted_to=(LEAD, ADMIN))
