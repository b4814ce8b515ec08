"""How long work takes by the scheme of tiers in force, and the working hours of staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from dakehu.domains.service.calendar import capacity
from dakehu.domains.service.calendar.capacity import USUAL, USUAL_MINUTES, USUAL_RESERVE, Windows
from dakehu.domains.service.models import WorkingHours
from dakehu.domains.tiers import schemes, standards
from dakehu.foundation.base import clock

# Kind of contact that other work counts as.
CONTACT_OF_WORK = {"promise": "report", "request": "report", "complaint": "report", "moment": "call"}


@dataclass(frozen=True)
class Effort:
    """How long work takes. contacts: {kind of contact: minutes}. reserve: share of a day kept for unplanned work."""

    contacts: Mapping[str, int]
    reserve: float

    def minutes_of(self, what: str, channel: str = "") -> int:
        """Return the minutes that a piece of work takes; of a contact by its channel."""
        kind = CONTACT_OF_WORK.get(what) or capacity.CONTACT_OF_CHANNEL.get(channel, "call")
        return self.contacts[kind]


def current_effort() -> Effort:
    """Return how long work takes by the tier scheme in force; the defaults if none is."""
    scheme = schemes.find_scheme_in_force(clock.today())
    if scheme is None:
        return Effort(USUAL_MINUTES, USUAL_RESERVE)
    return Effort(standards.minutes_of(scheme), float(scheme.reserve))


def hours_of(users: Iterable[int]) -> dict[int, Windows]:
    """Return {user: working hours by weekday}; the defaults for a member without own hours."""
    own: dict[int, dict[int, list[tuple[time, time]]]] = {}
    rows: Any = WorkingHours.objects.filter(user_id__in=list(users)).order_by("weekday", "starts")
    for user, weekday, starts, ends in rows.values_list("user_id", "weekday", "starts", "ends"):
        own.setdefault(user, {}).setdefault(weekday, []).append((starts, ends))
    return {user: {day: tuple(spans) for day, spans in own[user].items()} if user in own else USUAL for user in users}
