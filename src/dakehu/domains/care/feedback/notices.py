"""What of feedback stands in the bell: words of distress that wait for a person, and replies that are due."""

from typing import Any

from dakehu.domains.care.feedback.choices import FeedbackState
from dakehu.domains.care.feedback.rules import AT_ONCE
from dakehu.domains.care.models import Feedback
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

WAITING = "care.feedback_notices"
MOST = 20


@query(WAITING, needs=Permission.FEEDBACK_WRITE, zh="客户意见提醒", en="Notices of feedback")
def feedback_notices() -> list[dict[str, Any]]:
    """Return one urgent notice for each sign of distress that waits, to its owner and to whoever decides on complaints, and
    one with the number of the reader's own replies that are due."""
    actor, today = current_actor(), clock.today()
    rows = Feedback.objects.exclude(state=FeedbackState.CLOSED.value)
    waiting = rows.filter(distress__in=AT_ONCE, contacted_at=None).order_by("received_at", "pk")
    if not actor.may(Permission.COMPLAINT_DECIDE):
        waiting = waiting.filter(owner_id=actor.user_id)
    text = bilingual("客户的话里有痛苦信号，请立即由人联系", "Words of distress: contact the client at once")
    made = [
        notice(
            f"{WAITING}:{row.pk}",
            text,
            at=clock.local(row.received_at).date().isoformat(),
            url=f"/feedback/{row.pk}/",
            tone="bad",
            outside=text,
        )
        for row in waiting[:MOST]
    ]
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
