"""Calendar entries of improvement: the due day of each open issue."""

from datetime import date, datetime, time

from dakehu.domains.care.models import Issue
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.calendar_sources import CalendarEntry, CalendarSource, declare

MOST = 500  # entries of one read


def due_days(first: date, last: date, users: tuple[int, ...] | None) -> list[CalendarEntry]:
    """Return the due days of open issues, each an all-day entry of its owner."""
    rows = Issue.objects.filter(due_on__gte=first, due_on__lte=last, closed_on=None)
    if users is not None:
        rows = rows.filter(owner_id__in=users)
    return [_entry(row) for row in rows.order_by("due_on", "pk")[:MOST]]


def _entry(row: Issue) -> CalendarEntry:
    """Return the entry of one issue."""
    day = datetime.combine(row.due_on or date.min, time.min)
    return CalendarEntry(
        starts=day,
        ends=day,
        all_day=True,
        title=row.title,
        client=None,
        kind="issue",
        owner=row.owner_id,
        link=f"/improvements/{row.pk}/",
        key=f"issue:{row.pk}",
        people=(row.owner_id,) if row.owner_id else (),
    )


declare(
    CalendarSource(
        "care.issues",
        "改进事项",
        "Issues",
        due_days,
        Permission.IMPROVEMENT_READ,
        order=75,
        kinds={"issue": bilingual("改进事项", "Issue")},
    ),
)
