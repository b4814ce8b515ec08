"""The permissions of investments, accounts and trades."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD = RoleName.MANAGER, RoleName.LEAD

LEDGER_READ = Permission(
    "ledger.read", "查看投资记录", "See investments", granted_to=(MANAGER, LEAD, RoleName.COMPLIANCE, RoleName.ANALYST)
)
LEDGER_WRITE = Permission("ledger.write", "维护投资记录", "Keep investments", granted_to=(MANAGER, LEAD))
