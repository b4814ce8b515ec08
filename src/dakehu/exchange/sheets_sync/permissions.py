"""The permissions of linked sheets: seeing and running them. Managing them needs that of connections."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ADMIN = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

SHEET_READ = Permission(
    "sheet.read", "查看在线表格", "See linked sheets", granted_to=(MANAGER, LEAD, COMPLIANCE, ADMIN)
)
SHEET_RUN = Permission("sheet.run", "同步自己的在线表格", "Synchronise one's own sheets", granted_to=(MANAGER, LEAD))
