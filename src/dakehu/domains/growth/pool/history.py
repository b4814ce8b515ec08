"""The event history of prospects and pools."""

from typing import Any

from dakehu.domains.growth.choices import PoolEventKind
from dakehu.domains.growth.models import PoolEvent, Prospect
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock


def event_of(prospect: Prospect, kind: PoolEventKind, *, previous_id: Any = None, reason: str = "") -> PoolEvent:
    """Return an event of a prospect and its pool, by the actor, not saved."""
    return PoolEvent(
        prospect=prospect,
        pool_id=prospect.pool_id,
        kind=kind.value,
        at=clock.now(),
        user_id=current_actor().user_id,
        previous_id=previous_id,
        reason=reason,
    )


def add_event(prospect: Prospect, kind: PoolEventKind, *, previous_id: Any = None, reason: str = "") -> None:
    """Save an event of a prospect and its pool."""
    event_of(prospect, kind, previous_id=previous_id, reason=reason).save()
