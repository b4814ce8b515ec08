"""What leaves the desk by calendars: connections, feeds and booking links."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q

from dakehu.exchange.calendars.models import CalendarFeed, CalendarLink
from dakehu.exchange.calendars.queries import visible_calendars
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

LEAVING, FEEDS = "calendars.leaving", "calendars.feeds_leaving"

declare(
    OutgoingSource(
        LEAVING,
        bilingual("外部日历", "Other calendars"),
        bilingual("会议写到同事的日历", "Meetings written into calendars of colleagues"),
        order=34,
    ),
    OutgoingSource(
        FEEDS,
        bilingual("日历订阅", "Calendar feeds"),
        bilingual("日历程序凭令牌读取本人的日程", "Calendar programs read one's own calendar by a token"),
        order=36,
    ),
)


def _passes(names_clients: bool) -> Bilingual:
    """Return which data these channels send."""
    named = bilingual("姓名、主题与地点", "Names, subjects, places")
    return named if names_clients else bilingual("客户号与事由", "Code and purpose")


@query(LEAVING, needs=Permission.SYSTEM_READ, zh="外部日历（离开的数据）", en="Other calendars (what leaves)")
def leaving() -> list[dict[str, Any]]:
    """Return one row for each connection, with an address for users who may open it; counts cover 30 days."""
    opened = set(visible_calendars().values_list("pk", flat=True))
    recent = Q(runs__started_at__gte=clock.now() - timedelta(days=30))
    rows = CalendarLink.objects.select_related("owner").order_by("name")
    return [
        outgoing_row(
            row.name,
            is_on=row.is_on,
            owner=row.owner.name,
            last_used=row.last,
            count=row.uses,
            detail=_passes(row.names_clients),
            url=f"/connections/calendars/{row.pk}/" if row.pk in opened else "",
        )
        for row in rows.annotate(last=Max("runs__started_at"), uses=Count("runs", filter=recent))
    ]


@query(FEEDS, needs=Permission.SYSTEM_READ, zh="日历订阅（离开的数据）", en="Calendar feeds (what leaves)")
def feeds_leaving() -> list[dict[str, Any]]:
    """Return one row for each feed that is valid today."""
    rows = CalendarFeed.objects.filter(token__revoked=False, token__expires_on__gte=clock.today())
    return [
        outgoing_row(
            row.token.name,
            is_on=row.token.user.is_active,
            owner=row.token.user.name,
            last_used=row.token.last_used_on,
            count=1 if row.token.last_used_on else 0,
            detail=_passes(row.names_clients),
            url="/staff/",
        )
        for row in rows.select_related("token", "token__user").order_by("-pk")
    ]
