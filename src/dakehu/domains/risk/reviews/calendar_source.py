"""Calendar entries of risk: strategy reviews that are due."""

from datetime import date, datetime, time

from dakehu.domains.risk.models import StrategyReview
from dakehu.domains.risk.reviews.actions import OPEN
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.calendar_sources import CalendarEntry, CalendarSource, declare
from dakehu.foundation.schema.fields import model_of

MOST = 2000  # entries returned per call


def reviews_due(first: date, last: date, users: tuple[int, ...] | None) -> list[CalendarEntry]:
    """Return the reviews of visible clients that are due, each a whole day of the client's main manager."""
    rows = StrategyReview.objects.filter(due_on__gte=first, due_on__lte=last, state__in=OPEN)
    coverage = model_of("clients.Coverage").objects.filter(until=None, role="main")
    if users is not None:
        rows = rows.filter(client__in=coverage.filter(user_id__in=users).values("client"))
    found = list(rows.order_by("due_on", "pk")[:MOST])
    owners = dict(coverage.filter(client__in=[row.client_id for row in found]).values_list("client_id", "user_id"))
    return [_entry(row, owners.get(row.client_id)) for row in found]


def _entry(row: StrategyReview, owner: int | None) -> CalendarEntry:
    """Return the entry of one review."""
    day = datetime.combine(row.due_on, time.min)
    return CalendarEntry(
        starts=day,
        ends=day,
        all_day=True,
        title=str(bilingual("策略回顾", "Strategy review")),
        client=row.client_id,
        kind="review",
        owner=owner,
        link=f"/clients/{row.client_id}/?tab=risk",
        key=f"strategy_review:{row.pk}",
        people=(owner,) if owner else (),
    )


declare(
    CalendarSource(
        "risk.reviews",
        "策略回顾",
        "Strategy reviews",
        reviews_due,
        Permission.RISK_READ,
        order=72,
        kinds={"review": bilingual("回顾", "Review")},
    )
)
