"""The permissions of connections to other systems: seeing, running and managing them are separate."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

LEAD, COMPLIANCE, ADMIN = RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

CONNECTION_READ = Permission("connection.read", "查看外部连接", "See connections", granted_to=(LEAD, COMPLIANCE, ADMIN))
CONNECTION_RUN = Permission("connection.run", "运行外部连接", "Run connections", granted_to=(LEAD,))
CONNECTION_WRITE = Permission("connection.write", "维护外部连接", "Keep connections", granted_to=(ADMIN,))
