"""The permissions of client data."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ADMIN = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

CLIENT_READ = Permission("client.read", "查看客户", "See clients", granted_to=tuple(RoleName))
CLIENT_WRITE = Permission("client.write", "新增、修改客户", "Add and change clients", granted_to=(MANAGER, LEAD))
CLIENT_ASSIGN = Permission("client.assign", "分派客户", "Assign clients", granted_to=(LEAD, ADMIN))
CLIENT_WALL = Permission("client.wall", "设置隔离墙", "Set information walls", granted_to=(COMPLIANCE,))
SEALED_OPEN = Permission(
    "sealed.open", "查看加密信息（留痕）", "Open sealed values (on the record)", granted_to=(MANAGER, LEAD, COMPLIANCE)
)
