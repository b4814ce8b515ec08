"""Recent action counts of an actor from the audit: shared by all processes of the desk."""

from dataclasses import replace
from datetime import timedelta

from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock


def count_recent(action: str, minutes: int) -> int:
    """Return how many entries of `action` the current actor has made within the last `minutes`."""
    actor, since = current_actor(), clock.now() - timedelta(minutes=minutes)
    with acting_as(replace(actor, reach=Reach.SYSTEM)):
        names = AuditEntry.objects.filter(actor_ref=actor.user_id, at__gte=since).values_list("action", flat=True)
        return sum(1 for name in names if name == action)
