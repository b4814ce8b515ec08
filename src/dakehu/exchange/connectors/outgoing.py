"""What leaves the desk by connections: the fields that are written back."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q

from dakehu.exchange.connectors.models import Connection, SourceKind
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

declare(
    OutgoingSource(
        "connections.leaving",
        bilingual("外部连接", "Connections"),
        bilingual("写回其他系统的字段", "Fields written back to other systems"),
        order=10,
    )
)


@query("connections.leaving", needs=Permission.CONNECTION_READ, zh="离开本系统的数据", en="What leaves the desk")
def leaving() -> list[dict[str, Any]]:
    """Return one row for each connection; counts cover its runs of 30 days. One without fields only reads."""
    recent = Q(runs__started_at__gte=clock.now() - timedelta(days=30))
    rows = Connection.objects.order_by("name").annotate(last=Max("runs__started_at"), uses=Count("runs", filter=recent))
    return [
        outgoing_row(
            row.name,
            is_on=row.is_on,
            last_used=row.last,
            count=row.uses,
            detail=_detail(row),
            url=f"/connections/{row.pk}/",
        )
        for row in rows
    ]


def _detail(row: Connection) -> Any:
    system, fields = SourceKind.text_of(str(row.kind)), [name for name in row.writes_back.split(",") if name]
    if fields:
        return bilingual("{system}，写出 {fields}", "{system}, writes {fields}", system=system, fields=fields)
    return bilingual("{system}，只读", "{system}, reads only", system=system)
