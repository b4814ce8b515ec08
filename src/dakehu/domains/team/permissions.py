"""The permissions of staff, audit, system and files. `Permission` has those of every domain (see foundation)."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD = RoleName.MANAGER, RoleName.LEAD
COMPLIANCE, ANALYST, ADMIN = RoleName.COMPLIANCE, RoleName.ANALYST, RoleName.ADMIN

IMPORT = Permission("data.import", "导入", "Import", granted_to=(MANAGER, LEAD))
EXPORT = Permission("data.export", "导出", "Export", granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST))
AUDIT_READ = Permission("audit.read", "查看操作日志", "Read the audit trail", granted_to=(LEAD, COMPLIANCE, ADMIN))
TEAM_READ = Permission("team.read", "查看人员", "See staff", granted_to=tuple(RoleName))
TEAM_WRITE = Permission("team.write", "维护人员", "Keep staff", granted_to=(ADMIN,))
ROLE_CONFIRM = Permission("team.confirm", "确认角色变更", "Confirm changes of role", granted_to=(COMPLIANCE, ADMIN))
SYSTEM_READ = Permission("system.read", "查看系统状态", "See the system page", granted_to=(COMPLIANCE, ADMIN))
SYSTEM_WRITE = Permission("system.write", "维护系统设置", "Keep the system", granted_to=(ADMIN,))
# As the scope of a token it allows OData and nothing else (interfaces.odata).
ODATA = Permission(
    "odata",
    "用 OData 读取（Excel、Power BI 等）",
    "Read by OData (Excel, Power BI)",
    granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST),
)
# As the scope of a token it belongs to an SQL login (exchange.bi): the token is that login's password.
SQL_READ = Permission(
    "sql",
    "用 SQL 读取（Power BI、Tableau、Metabase 等）",
    "Read by SQL (Power BI, Tableau, Metabase)",
    granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST),
)
