"""What leaves the desk as evidence: packs that were created, and the channels by which audit seals are sent."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max

from dakehu.exchange.evidence import publication
from dakehu.exchange.evidence.service import KIND
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

DAYS = 30
WAYS = {
    "mail": bilingual("日志封存：邮件", "Audit seals by mail"),
    "folder": bilingual("日志封存：文件夹", "Audit seals into a folder"),
    "timestamp": bilingual("日志封存：时间戳服务", "Audit seals to a time-stamping authority"),
}
declare(
    OutgoingSource(
        "evidence.ways_out",
        bilingual("证据包与日志封存", "Evidence and audit seals"),
        bilingual("证据包含客户信息；封存只有摘要", "Packs hold client data; seals hold digests only"),
        order=70,
    )
)


@query(
    "evidence.ways_out",
    needs=Permission.SYSTEM_READ,
    zh="证据包与日志封存（离开的数据）",
    en="Evidence and audit seals (what leaves)",
)
def ways_out() -> list[dict[str, Any]]:
    """Return one row for each channel that sends seals, and one for each person who created packs within 30 days."""
    ways, waiting = publication.configured_ways(), publication.count_unpublished()
    rows = [
        outgoing_row(
            label,
            is_on=name in ways,
            detail=bilingual("{n} 条待发", "{n} waiting", n=waiting[name]) if waiting.get(name) else "",
        )
        for name, label in WAYS.items()
    ]
    since = clock.now() - timedelta(days=DAYS)
    with acting_as(system_actor("what leaves the desk")):
        entries = AuditEntry.objects.filter(action=KIND, at__gte=since, client_ref__isnull=False).values("actor_name")
        packs = list(entries.annotate(uses=Count("pk"), last=Max("at")).order_by("-uses"))
    return rows + [
        outgoing_row(
            bilingual("证据包", "Evidence packs"),
            is_on=True,
            owner=pack["actor_name"],
            last_used=pack["last"],
            count=pack["uses"],
        )
        for pack in packs
    ]
