"""What leaves the desk by linked sheets."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q

from dakehu.exchange.sheets_sync.models import LinkedSheet, Sensitivity
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

declare(
    OutgoingSource(
        "sheets.leaving",
        bilingual("在线表格", "Linked sheets"),
        bilingual("Google 表格中与系统同步的内容", "What stands in Google sheets"),
        order=20,
    )
)


@query("sheets.leaving", needs=Permission.SYSTEM_READ, zh="在线表格（离开的数据）", en="Linked sheets (what leaves)")
def leaving() -> list[dict[str, Any]]:
    """Return one row for each linked sheet; counts cover its runs of 30 days."""
    recent = Q(runs__started_at__gte=clock.now() - timedelta(days=30))
    rows = LinkedSheet.objects.select_related("owner").order_by("name")
    return [
        outgoing_row(
            row.name,
            is_on=row.is_on,
            owner=row.owner.name,
            last_used=row.last,
            count=row.uses,
            detail=Sensitivity.text_of(str(row.sensitivity)),
            url=f"/connections/sheets/{row.pk}/",
        )
        for row in rows.annotate(last=Max("runs__started_at"), uses=Count("runs", filter=recent))
    ]
