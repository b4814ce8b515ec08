"""The permissions of mailboxes: users manage their own, an administrator manages the firm's and switches all on."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ADMIN = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

MAILBOX_READ = Permission("mailbox.read", "查看邮箱", "See mailboxes", granted_to=(MANAGER, LEAD, COMPLIANCE, ADMIN))
MAILBOX_OWN = Permission("mailbox.own", "维护自己的邮箱", "Keep one's own mailbox", granted_to=(MANAGER, LEAD, ADMIN))
MAILBOX_WRITE = Permission(
    "mailbox.write", "维护公司邮箱并启用邮箱", "Keep the firm's mailbox, switch mailboxes on", granted_to=(ADMIN,)
)
MAILBOX_RUN = Permission("mailbox.run", "读取邮箱", "Run mailboxes", granted_to=(MANAGER, LEAD, ADMIN))
