"""Notifications: waiting tests, refused pushes, late call-backs."""

from datetime import timedelta
from typing import Any

from dakehu.domains.advice.assessments.queries import waiting_assessments
from dakehu.domains.advice.choices import CallBackState
from dakehu.domains.advice.models import CallBack, SuitabilityCheck
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

REVIEWS, CALLS = "advice.review_notices", "advice.call_back_notices"
NEWS = timedelta(days=7)
PUSHED = ("S05", "S06", "S07")  # rules against an offer initiated by staff


@query(REVIEWS, needs=Permission.SUITABILITY_REVIEW, zh="适当性复核提醒", en="Notices of reviews")
def review_notices() -> list[dict[str, Any]]:
    """Return the waiting tests, and offers by staff that the rules refused within a week."""
    found = [
        notice(
            f"{REVIEWS}:{row['id']}",
            bilingual(
                "{client}的测评由 {before} 升至 {level}，待复核",
                "{client}’s test rose from {before} to {level}; it waits",
                client=row["client"],
                before=row["level_before"],
                level=row["level"],
            ),
            at=row["filled_at"],
            url="/suitability/",
            tone="warn",
        )
        for row in waiting_assessments()[:20]
    ]
    rows = SuitabilityCheck.objects.filter(rule__in=PUSHED, initiative="staff", checked_at__gte=clock.now() - NEWS)
    return found + [
        notice(
            f"{REVIEWS}:check:{row.pk}",
            bilingual(
                "主动推介被禁止：{product}（{rule}）",
                "Refused: brought up {product} ({rule})",
                product=row.product_name,
                rule=row.rule,
            ),
            at=row.checked_at.isoformat(),
            url=f"/suitability/checks/{row.pk}/",
            tone="bad",
        )
        for row in rows.order_by("-pk")[:20]
    ]


@query(CALLS, needs=Permission.CALL_BACK, zh="回访逾期提醒", en="Notices of late call-backs")
def call_back_notices() -> list[dict[str, Any]]:
    """Return one notice for the late call-backs."""
    late = CallBack.objects.filter(state=CallBackState.OPEN.value, due_on__lt=clock.today()).count()
    if not late:
        return []
    today = clock.today().isoformat()
    words = bilingual("{n} 个回访已逾期", "{n} call-backs are late", n=late)
    return [notice(f"{CALLS}:{today}", words, at=today, url="/call-backs/", tone="bad")]


declare(
    NoticeSource(REVIEWS, bilingual("适当性复核", "Suitability reviews"), "shield", order=42),
    NoticeSource(CALLS, bilingual("客户回访", "Call-backs"), "clock", order=44),
)
