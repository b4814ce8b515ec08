"""Notifications: calls of today."""

from typing import Any

from dakehu.domains.care.models import Outreach, OutreachCall
from dakehu.domains.care.outreach.choices import CallState
from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.domains.service.absences.standing_in import reminded_for
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

CALLS = "care.outreach_notices"


@query(CALLS, needs=OUTREACH_CALL, zh="急跌致电提醒", en="Notices of calls")
def outreach_notices() -> list[dict[str, Any]]:
    """Return one notice a day and running campaign with the number of calls due, including as deputy."""
    today = clock.today()
    found = []
    for row in Outreach.objects.filter(day__lte=today, ends_on__gte=today).order_by("-day"):
        waiting = OutreachCall.objects.filter(outreach=row, state=CallState.OPEN.value, next_on__lte=today)
        count = waiting.filter(caller_id__in=reminded_for()).count()
        if count:
            text = bilingual("急跌致电：{n} 位客户待致电", "Calls after a shock: {n} clients to call", n=count)
            key = f"{CALLS}:{row.pk}:{today.isoformat()}"
            url = f"/outreach/?outreach={row.pk}"
            found.append(notice(key, text, at=today.isoformat(), url=url, count=count, tone="warn", outside=text))
    return found


declare(NoticeSource(CALLS, bilingual("急跌致电", "Calls after a shock"), "phone", order=12))
