"""Numbers of support for leads and administrators: tickets received, their origin, and response times."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.support.choices import Area, TicketKind, TicketState
from dakehu.domains.support.models import Ticket
from dakehu.domains.support.tickets import rules
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query

WINDOW = timedelta(days=90)
TOP = 5


@query("support.counts", needs=Permission.SUPPORT_COUNTS, zh="求助统计", en="Counts of support")
def support_counts() -> dict[str, Any]:
    """Return the numbers of the last 90 days, without the askers.

    {days, asked, waiting, oldest_waiting (working minutes), first_answer, solution (median working minutes or None), answered,
    solved, reopened, kinds, areas, pages: [{label, count}]}. Waiting counts all waiting tickets, regardless of age.
    """
    since = clock.now() - WINDOW
    with acting_as(system_actor(str(bilingual("求助统计", "counts of support")), current_actor().door)):
        rows = list(Ticket.objects.filter(asked_at__gte=since).order_by("pk"))
        waiting = list(Ticket.objects.filter(state=TicketState.OPEN.value).values_list("asked_at", flat=True))
    minutes = _clock_of([row.asked_at for row in rows] + waiting)
    now = clock.now()
    return {
        "days": WINDOW.days,
        "asked": len(rows),
        "waiting": len(waiting),
        "oldest_waiting": minutes(min(waiting), now) if waiting else None,
        "answered": sum(row.first_answered_at is not None for row in rows),
        "first_answer": rules.median(
            [minutes(row.asked_at, row.first_answered_at) for row in rows if row.first_answered_at]
        ),
        "solved": sum(row.solved_at is not None for row in rows),
        "solution": rules.median([minutes(row.asked_at, row.solved_at) for row in rows if row.solved_at]),
        "reopened": sum(row.reopened > 0 for row in rows),
        "kinds": _top_counts([TicketKind(str(row.kind)).text for row in rows]),
        "areas": _top_counts([Area(str(row.area)).text for row in rows]),
        "pages": _top_counts([row.page for row in rows if row.page]),
    }


def _clock_of(starts: list[datetime]) -> Any:
    """Return a function that counts working minutes between two moments from the earliest of given starts."""
    today = clock.today()
    first = min((clock.local(one).date() for one in starts), default=today)
    days: set[date] = set(trading_days.trading_days_between(first, today))
    return lambda begin, end: rules.working_minutes(clock.local(begin), clock.local(end), days.__contains__)


def _top_counts(values: list[str]) -> list[dict[str, Any]]:
    return [{"label": label, "count": count} for label, count in Counter(values).most_common(TOP)]
