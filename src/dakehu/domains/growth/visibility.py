"""Which prospects and opportunities an actor sees.

A prospect that became a client is seen by those who see the client. Another one is seen by its owner and the owner's
lead, and by all users who see all clients; one in a pool has no owner, so that users with a limited scope see it only
through the pool's queries, which mask it. The same applies to opportunities of clients and of prospects.
"""

from typing import Any

from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor, Reach, current_actor

FAR = (Reach.SYSTEM, Reach.ACROSS_WALLS)


def condition(actor: Actor) -> Q | None:
    """Return the condition for visible rows with a `client` and an `owner`; None if all are."""
    if actor.reach in FAR:
        return None
    of_client = scope.condition(actor, "client") or Q(client__isnull=False)
    if actor.reach is Reach.ALL:
        return Q(client=None) | of_client
    if actor.reach is Reach.COVERED:
        return Q(client=None, owner_id__in=[*actor.covers, *([actor.user_id] if actor.user_id else [])]) | of_client
    return of_client


class Owned(scope.Scoped):
    """Rows with an owner, and optionally a client, that the current actor may see."""

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        limit = condition(current_actor())
        return rows if limit is None else rows.filter(limit)


class OfStaff(scope.Common):
    """Rows with an owner and no client: seen by the owner, the owner's lead, and all users who see all clients."""

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        actor = current_actor()
        if actor.reach in (*FAR, Reach.ALL):
            return rows
        if actor.reach is Reach.COVERED:
            return rows.filter(owner_id__in=[*actor.covers, *([actor.user_id] if actor.user_id else [])])
        return rows.none()


class Behind(scope.Scoped):
    """Rows that belong to another row of this domain, named by `key`, which the current actor may see."""

    def __init__(self, key: str = "prospect") -> None:
        super().__init__()
        self.key = key

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        if current_actor().reach in FAR:
            return rows
        seen = self.model._meta.get_field(self.key).related_model.objects
        return rows.filter(**{f"{self.key}__in": seen.values("pk")})
