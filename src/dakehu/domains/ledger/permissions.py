"""The permissions of investments, accounts, trades and daily feeds."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE

LEDGER_READ = Permission(
    "ledger.read", "查看投资记录", "See investments", granted_to=(MANAGER, LEAD, COMPLIANCE, RoleName.ANALYST)
)
LEDGER_WRITE = Permission("ledger.write", "维护投资记录", "Keep investments", granted_to=(MANAGER, LEAD))
# A file of a feed contains every client of the firm, of all managers.
FEED_IMPORT = Permission("ledger.import_feeds", "导入每日数据", "Import daily data", granted_to=(RoleName.ADMIN,))
SUPERVISION = Permission("ledger.supervision", "查看监管提示", "See supervisory notices", granted_to=(COMPLIANCE,))
