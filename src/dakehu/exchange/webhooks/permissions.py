"""The permission of webhooks: agreeing that an endpoint is told in one's name. Keeping them is that of connections."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

WEBHOOK_OWN = Permission("webhook.own", "以自己的名义发送 Webhook", "Own webhooks", granted_to=tuple(RoleName))
