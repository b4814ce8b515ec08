"""Notifications of compliance: texts that wait for a decision, complaints near their deadline."""

from typing import Any

from dakehu.domains.compliance.choices import ReviewState
from dakehu.domains.compliance.models import Complaint, TextReview
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

WAITING = "compliance.review_notices"
FULL = 100  # per cent


@query(WAITING, needs=Permission.WORDING_REVIEW, zh="待复核文本提醒", en="Notices of texts to review")
def review_notices() -> list[dict[str, Any]]:
    """Return one notice for each text that waits, at most twenty, the oldest first."""
    rows = TextReview.objects.filter(state=ReviewState.WAITING.value).order_by("asked_at", "pk")[:20]
    return [
        notice(
            f"{WAITING}:{row.pk}",
            bilingual("一段待发给客户的文本等待复核", "A text towards a client waits for review"),
            at=clock.local(row.asked_at).date().isoformat(),
            url="/compliance/wording/#reviews",
            tone="warn",
        )
        for row in rows
    ]


declare(NoticeSource(WAITING, bilingual("待复核文本", "Texts to review"), "flag", order=30))

ESCALATED = "compliance.complaint_notices"


@query(ESCALATED, needs=Permission.COMPLAINT_DECIDE, zh="投诉升级提醒", en="Notices of escalated complaints")
def complaint_notices() -> list[dict[str, Any]]:
    """Return one notice for each visible case at each level of escalation; persons who decide on complaints also get it."""
    waiting = Complaint.objects.filter(state__in=("open", "working"), escalation__gt=0)
    return [
        notice(
            f"{ESCALATED}:{row.pk}:{row.escalation}",
            bilingual("投诉已用去答复期限的 {n}%", "{n} % of the time for a complaint has passed", n=row.escalation),
            at=row.due_on.isoformat(),
            url=f"/complaints/{row.pk}/",
            tone="bad" if row.escalation >= FULL else "warn",
        )
        for row in waiting.order_by("due_on", "pk")[:20]
    ]


declare(NoticeSource(ESCALATED, bilingual("投诉升级", "Escalated complaints"), "flag", order=31))
