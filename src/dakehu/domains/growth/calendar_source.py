"""Calendar entries of growth: the next contact of each prospect."""

from datetime import date, datetime, time

from dakehu.domains.growth.models import Prospect
from dakehu.domains.growth.models.prospect import OPEN_STATES
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.schema.calendar_sources import CalendarEntry, CalendarSource, declare

MOST = 2000  # entries per query


def next_contacts(first: date, last: date, users: tuple[int, ...] | None) -> list[CalendarEntry]:
    """Return the planned next contacts with visible open prospects, each an all-day entry of its owner."""
    rows = Prospect.objects.filter(next_contact_on__gte=first, next_contact_on__lte=last, state__in=OPEN_STATES)
    if users is not None:
        rows = rows.filter(owner_id__in=users)
    clearance = current_actor().clearance
    return [_entry(row, name_of(row, clearance)) for row in rows.order_by("next_contact_on", "pk")[:MOST]]


def _entry(row: Prospect, name: str) -> CalendarEntry:
    """Return the entry of one prospect."""
    day = datetime.combine(row.next_contact_on or date.min, time.min)
    return CalendarEntry(
        starts=day,
        ends=day,
        all_day=True,
        title=name,
        client=None,
        kind="prospect",
        owner=row.owner_id,
        link=f"/prospects/{row.pk}/",
        key=f"prospect:{row.pk}",
        people=(row.owner_id,) if row.owner_id else (),
    )


declare(
    CalendarSource(
        "growth.prospects",
        "线索联系",
        "Prospects",
        next_contacts,
        Permission.GROWTH_READ,
        order=70,
        kinds={"prospect": bilingual("线索", "Prospect")},
    ),
)
