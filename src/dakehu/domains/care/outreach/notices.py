"""What stands in the bell: calls of today, cases of distress that wait for the lead, compliance or a second person."""

from typing import Any

from django.db.models import Q

from dakehu.domains.care.distress.signs import LEVELS
from dakehu.domains.care.models import DistressCase, Outreach, OutreachCall
from dakehu.domains.care.outreach.choices import CallState, CaseState, DistressLevel
from dakehu.domains.care.permissions import DISTRESS_CLOSE, OUTREACH_CALL
from dakehu.domains.service.absences.standing_in import reminded_for
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

CALLS, CASES = "care.outreach_notices", "care.distress_notices"
MOST = 20
WIDE = (Reach.ALL, Reach.ACROSS_WALLS)


@query(CALLS, needs=OUTREACH_CALL, zh="急跌致电提醒", en="Notices of calls")
def outreach_notices() -> list[dict[str, Any]]:
    """Return one notice a day and running campaign with how many calls the reader, or whom they stand in for, has to make."""
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


@query(CASES, needs=DISTRESS_CLOSE, zh="情绪个案提醒", en="Notices of distress")
def distress_notices() -> list[dict[str, Any]]:
    """Return the open cases that were escalated to the reader: of the own team, or for compliance those above "watch"."""
    actor = current_actor()
    rows = DistressCase.objects.filter(state=CaseState.OPEN.value).select_related("client")
    if actor.reach in WIDE:
        rows = rows.exclude(level=DistressLevel.WATCH.value)
    else:
        rows = rows.filter(Q(lead_id__in=reminded_for()) | Q(caller_id__in=actor.covers))
    return [_notice(row) for row in rows.order_by("opened_at", "pk")[:MOST]]


def _notice(row: DistressCase) -> dict[str, Any]:
    """Return the notice of a case: a new one when it becomes more serious or a second person has joined."""
    level = bilingual(*LEVELS[str(row.level)])
    said = bilingual(
        "情绪个案（{level}）：{client}",
        "Distress ({level}): {client}",
        level=level,
        client=name_of(row.client, current_actor().clearance),
    )
    outside = bilingual(
        "情绪个案（{level}）：客户 {code}", "Distress ({level}): client {code}", level=level, code=row.client.code
    )
    key = f"{CASES}:{row.pk}:{row.level}:{'joined' if row.second_person_id else 'open'}"
    at = clock.local(row.opened_at).isoformat(timespec="minutes")
    tone = "warn" if row.level == DistressLevel.WATCH else "bad"
    return notice(key, said, at=at, url="/outreach/cases/", tone=tone, outside=outside)


declare(
    NoticeSource(CALLS, bilingual("急跌致电", "Calls after a shock"), "phone", order=12),
    NoticeSource(CASES, bilingual("情绪个案", "Distress"), "heart-handshake", order=5),
)
