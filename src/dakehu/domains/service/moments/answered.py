"""End the moments resolved by other work: a promise kept, a complaint closed, a call after a fall of the market."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.service.models import Moment, MomentState
from dakehu.domains.service.moments import rules
from dakehu.domains.team import queries as team
from dakehu.foundation.base import clock


def close_answered(
    *, client: Any, kind: str, objects: Iterable[str], outcome: str, interaction: Any = None
) -> list[Moment]:
    """End the open moments of a client of a kind about some objects, with their outcome. Returns those that it ended.

    Must run inside an action.
    """
    found = Moment.objects.filter(
        client=client, kind=kind, object__in=list(objects), state__in=rules.OPEN_STATES
    ).select_related("client", "owner")
    ended = list(found)
    for row in ended:
        row.state, row.outcome, row.interaction = MomentState.DONE.value, outcome, interaction
        row.worked_at, row.worked_on, row.worked_by = clock.now(), clock.today(), team.current_user()
        row.snoozed_until = None
        row.save()
    return ended
