"""Notifications of distress: cases that wait for a contact, the lead, compliance or the survey office."""

from typing import Any

from django.db.models import Q

from dakehu.domains.care.distress.choices import CaseSource, CaseState, DistressLevel
from dakehu.domains.care.distress.signs import LEVELS
from dakehu.domains.care.models import DistressCase
from dakehu.domains.care.permissions import DISTRESS_CLOSE, OUTREACH_READ
from dakehu.domains.service.absences.standing_in import reminded_for
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

CASES = "care.distress_notices"
MOST = 20
WIDE = (Reach.ALL, Reach.ACROSS_WALLS)


@query(CASES, needs=OUTREACH_READ, zh="情绪个案提醒", en="Notices of distress")
def distress_notices() -> list[dict[str, Any]]:
    """Return the open cases that wait for the reader.

    For a lead those of the own team; for compliance those above "take notice" and of the survey office; for the first
    person those whose client was not contacted.
    """
    actor = current_actor()
    rows = DistressCase.objects.filter(state=CaseState.OPEN.value).select_related("client")
    own = Q(caller_id__in=reminded_for(), contacted_at=None) & ~Q(source=CaseSource.CALL.value)
    if not actor.may(DISTRESS_CLOSE):
        rows = rows.filter(own)
    elif actor.reach in WIDE:
        rows = rows.filter(own | ~Q(level=DistressLevel.WATCH.value) | Q(is_office_only=True))
    else:
        rows = rows.filter(own | Q(lead_id__in=reminded_for()) | Q(caller_id__in=actor.covers))
    return [_notice(row) for row in rows.order_by("opened_at", "pk")[:MOST]]


def _notice(row: DistressCase) -> dict[str, Any]:
    """Return the notice of a case: a new one when its level rises or a second person has joined."""
    level = bilingual(*LEVELS[str(row.level)])
    source = CaseSource.text_of(row.source)
    name = source if row.client is None else name_of(row.client, current_actor().clearance)
    said = bilingual("情绪个案（{level}）：{client}", "Distress ({level}): {client}", level=level, client=name)
    code = "" if row.client is None else row.client.code
    outside = bilingual(
        "情绪个案（{level}）：客户 {code}", "Distress ({level}): client {code}", level=level, code=code or source
    )
    key = f"{CASES}:{row.pk}:{row.level}:{'joined' if row.second_person_id else 'open'}"
    at = clock.local(row.opened_at).isoformat(timespec="minutes")
    tone = "warn" if row.level == DistressLevel.WATCH else "bad"
    return notice(key, said, at=at, url="/distress/", tone=tone, outside=outside)


declare(NoticeSource(CASES, bilingual("情绪个案", "Distress"), "heart-handshake", order=5))
