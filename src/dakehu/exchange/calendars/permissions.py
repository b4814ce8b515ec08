"""The permissions of external calendars: users manage their own, an administrator switches connections on."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ADMIN = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

CALENDARS_READ = Permission(
    "calendars.read", "查看日历连接", "See calendar connections", granted_to=(MANAGER, LEAD, COMPLIANCE, ADMIN)
)
CALENDARS_OWN = Permission(
    "calendars.own", "维护自己的日历连接、订阅与预约", "Keep one's own calendars", granted_to=(MANAGER, LEAD)
)
CALENDARS_WRITE = Permission("calendars.write", "启用日历连接", "Switch calendar connections on", granted_to=(ADMIN,))
# As a token scope it gives access only to the owner's feed (interfaces.calendar_feed).
CALENDAR_FEED = Permission("calendar", "订阅自己的日历", "Subscribe to one's own calendar", granted_to=(MANAGER, LEAD))
