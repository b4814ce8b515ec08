"""Messages to staff within the desk: shown as notifications for two weeks."""

from datetime import timedelta
from typing import Any

from dakehu.domains.service.deliveries.kinds import DeliveryChannel
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

MESSAGES = "service.desk_messages"
LISTED = timedelta(days=14)
MOST = 20


@query(MESSAGES, needs="", zh="系统内消息", en="Messages in the desk")
def desk_messages() -> list[dict[str, Any]]:
    """Return the actor's messages in the desk of the last two weeks, latest first."""
    me = current_actor().user_id
    if me is None:
        return []
    with elevated("read messages to oneself"):
        rows = Delivery.objects.filter(
            recipient_id=me, channel=DeliveryChannel.DESK.value, created_at__gte=clock.now() - LISTED
        )
        found = list(rows.order_by("-pk")[:MOST])
    return [
        notice(
            f"{MESSAGES}:{row.pk}",
            row.title,
            at=row.created_at.isoformat(),
            url=row.link or "/notices/",
            tone="warn",
            outside=row.title,
        )
        for row in found
    ]


declare(NoticeSource(MESSAGES, bilingual("消息", "Messages"), "mail", order=15, leaves=False))
