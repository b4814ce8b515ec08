"""The permission to confirm webhook endpoints that use one's access. Managing them needs that of connections."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

WEBHOOK_OWN = Permission("webhook.own", "以自己的名义发送 Webhook", "Own webhooks", granted_to=tuple(RoleName))
