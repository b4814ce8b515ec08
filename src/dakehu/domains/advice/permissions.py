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
