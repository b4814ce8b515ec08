"""Notifications of feedback: replies that are due. Words of distress appear as cases (distress.notices)."""

from typing import Any

from dakehu.domains.care.feedback.choices import FeedbackState
from dakehu.domains.care.models import Feedback
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

WAITING = "care.feedback_notices"


@query(WAITING, needs=Permission.FEEDBACK_WRITE, zh="客户意见提醒", en="Notices of feedback")
def feedback_notices() -> list[dict[str, Any]]:
    """Return one notice with the number of the reader's own replies that are due."""
    actor, today = current_actor(), clock.today()
    rows = Feedback.objects.exclude(state=FeedbackState.CLOSED.value)
    made: list[dict[str, Any]] = []
    due = rows.filter(state=FeedbackState.OPEN.value, owner_id=actor.user_id, due_on__lte=today)
    days = list(due.values_list("due_on", flat=True))
    if days:
        late = sum(day < today for day in days)
        said = bilingual(
            "客户意见：{due} 件今天到期，{late} 件已逾期",
            "Feedback: {due} due today, {late} overdue",
            due=len(days) - late,
            late=late,
        )
        key = f"{WAITING}:due:{today.isoformat()}"
        made.append(notice(key, said, at=today.isoformat(), url="/feedback/?mine=1", tone="warn" if late else ""))
    return made


declare(NoticeSource(WAITING, bilingual("客户意见", "Feedback"), "inbox", order=27))
