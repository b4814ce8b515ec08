"""What leaves the desk by webhooks."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q

from dakehu.exchange.webhooks.models import Detail, Endpoint, MessageState
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

declare(
    OutgoingSource(
        "webhooks.leaving",
        bilingual("Webhook", "Webhooks"),
        bilingual("主动通知其他程序的事件", "Events that other programs are told of"),
        order=30,
    )
)


@query("webhooks.leaving", needs=Permission.SYSTEM_READ, zh="Webhook（离开的数据）", en="Webhooks (what leaves)")
def leaving() -> list[dict[str, Any]]:
    """Return one row for each endpoint; counts cover its delivered messages of 30 days."""
    recent = Q(messages__state=MessageState.SENT.value, messages__sent_at__gte=clock.now() - timedelta(days=30))
    rows = Endpoint.objects.select_related("owner").order_by("name")
    return [
        outgoing_row(
            row.name,
            is_on=row.is_on and row.confirmed_at is not None,
            owner=row.owner.name,
            last_used=row.last,
            count=row.uses,
            detail=Detail.text_of(str(row.detail)),
            url=f"/connections/webhooks/{row.pk}/",
        )
        for row in rows.annotate(last=Max("messages__sent_at"), uses=Count("messages", filter=recent))
    ]
