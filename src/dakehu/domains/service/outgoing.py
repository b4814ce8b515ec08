"""Outgoing messages of the desk: mail and chat, to staff and to clients."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max

from dakehu.domains.service.deliveries.kinds import DeliveryChannel
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.models import Delivery, NoticeAddress
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

declare(
    OutgoingSource(
        "service.messages_leaving",
        bilingual("邮件与消息", "Mail and chat"),
        bilingual("提醒、汇总和给客户的邮件", "Reminders, digests and mail to clients"),
        order=35,
    )
)


@query(
    "service.messages_leaving", needs=Permission.SYSTEM_READ, zh="邮件与消息（离开的数据）", en="Messages (what leaves)"
)
def messages_leaving() -> list[dict[str, Any]]:
    """Return one row for mail and one for chat; with the number of messages accepted in 30 days."""
    settings, since = message_settings(), clock.now() - timedelta(days=30)
    with acting_as(system_actor("what leaves the desk")):
        sent = Delivery.objects.filter(sent_at__gte=since).values("channel")
        chats = NoticeAddress.objects.filter(channel=DeliveryChannel.CHAT.value, is_on=True).exclude(confirmed_at=None)
        counted = {row["channel"]: row for row in sent.annotate(uses=Count("pk"), last=Max("sent_at"))}
        has_chats = chats.exists()
    ways = ((DeliveryChannel.MAIL, settings.mail_on), (DeliveryChannel.CHAT, has_chats))
    return [
        outgoing_row(
            channel.text,
            is_on=is_on,
            last_used=counted.get(channel.value, {}).get("last"),
            count=counted.get(channel.value, {}).get("uses", 0),
            detail=bilingual("提醒中写客户姓名", "Notices name clients")
            if settings.names_clients
            else bilingual("提醒中不写客户姓名", "Notices name no client"),
            url="/messages/settings/",
        )
        for channel, is_on in ways
    ]
