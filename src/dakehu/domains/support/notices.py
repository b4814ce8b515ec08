"""Notifications: answers to one's tickets, fixed known problems, and waiting tickets for support."""

from datetime import timedelta
from typing import Any

from django.db.models import Max

from dakehu.domains.support.choices import ProblemState, TicketState
from dakehu.domains.support.models import ProblemSubscription, Ticket
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

ANSWERS, FIXES, WAITING = "support.answer_notices", "support.fix_notices", "support.waiting_notices"
SHOWN_FOR = timedelta(days=30)


@query(ANSWERS, needs=Permission.SUPPORT_ASK, zh="求助答复提醒", en="Reminders of answers")
def answer_notices() -> list[dict[str, Any]]:
    """Return one notice for each of the reader's own tickets that was answered and awaits a reply, or was closed."""
    states = (TicketState.ANSWERED.value, TicketState.CLOSED.value)
    rows = Ticket.objects.filter(asked_by_id=current_actor().user_id, state__in=states)
    return [
        notice(
            f"{ANSWERS}:{row.pk}:{row.last_message}",
            bilingual("您的求助“{subject}”有了答复", "Your ticket “{subject}” was answered", subject=row.subject),
            at=row.changed_at.isoformat(),
            url=f"/support/{row.pk}/",
            outside=bilingual("您的求助有了答复", "Your ticket was answered"),
        )
        for row in rows.filter(changed_at__gte=clock.now() - SHOWN_FOR)
        .annotate(last_message=Max("messages"))
        .order_by("-changed_at")
    ]


@query(FIXES, needs=Permission.SUPPORT_ASK, zh="已知问题修复提醒", en="Reminders of fixed problems")
def fix_notices() -> list[dict[str, Any]]:
    """Return one notice for each known problem that the reader subscribed to and that was fixed within 30 days."""
    rows = ProblemSubscription.objects.filter(
        user_id=current_actor().user_id,
        problem__state=ProblemState.FIXED.value,
        problem__fixed_at__gte=clock.now() - SHOWN_FOR,
    )
    return [
        notice(
            f"{FIXES}:{row.problem_id}:{row.problem.fixed_in}",
            bilingual(
                "已知问题“{title}”已在 {version} 修复",
                "The known problem “{title}” is fixed in {version}",
                title=row.problem.title,
                version=row.problem.fixed_in,
            ),
            at=row.problem.fixed_at.isoformat(),
            url=f"/support/problems/{row.problem_id}/",
            outside=bilingual("您关注的一个已知问题已修复", "A known problem you follow is fixed"),
        )
        for row in rows.select_related("problem").order_by("-problem__fixed_at")
    ]


@query(WAITING, needs=Permission.SUPPORT_ANSWER, zh="待答复求助提醒", en="Reminders of waiting tickets")
def waiting_notices() -> list[dict[str, Any]]:
    """Return one notice for each ticket that waits for an answer, the oldest first."""
    return [
        notice(
            f"{WAITING}:{row.pk}:{row.last_message}",
            bilingual("求助“{subject}”待答复", "The ticket “{subject}” waits for an answer", subject=row.subject),
            at=row.asked_at.isoformat(),
            url=f"/support/{row.pk}/",
            tone="warn",
            outside=bilingual("有一条求助待答复", "A ticket waits for an answer"),
        )
        for row in Ticket.objects.filter(state=TicketState.OPEN.value)
        .annotate(last_message=Max("messages"))
        .order_by("asked_at")[:50]
    ]


declare(
    NoticeSource(ANSWERS, bilingual("求助答复", "Answers to tickets"), "circle-help", order=70),
    NoticeSource(FIXES, bilingual("已知问题修复", "Fixed problems"), "circle-check", order=71),
    NoticeSource(WAITING, bilingual("待答复的求助", "Tickets that wait"), "inbox", order=72),
)
