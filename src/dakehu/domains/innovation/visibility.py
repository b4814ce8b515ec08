"""Who sees which trial: its owner, the owner's lead, all who see all clients, and the people who serve a client in it.

The last see the design and their own clients' groups, never the counts of a whole group (`is_seen_whole`): from these and
their own clients they could infer the others.
"""

from typing import Any

from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor, Reach, current_actor
from dakehu.foundation.schema.fields import model_of

FAR = (Reach.SYSTEM, Reach.ACROSS_WALLS, Reach.ALL)


def owner_condition(actor: Actor, path: str = "owner_id") -> Q | None:
    """Return the condition for trials of the actor and of those whom the actor leads or deputises for; None if all are."""
    if actor.reach in FAR:
        return None
    if actor.reach is not Reach.COVERED:
        return Q(pk__in=())
    return Q(**{f"{path}__in": [*actor.covers, *([actor.user_id] if actor.user_id else [])]})


def is_seen_whole(trial: Any) -> bool:
    """Return whether the actor may read counts over all clients of a trial."""
    actor = current_actor()
    if actor.reach in FAR:
        return True
    return actor.reach is Reach.COVERED and trial.owner_id in (*actor.covers, actor.user_id)


class OfTrials(scope.Common):
    """Trials that the current actor may see."""

    def get_queryset(self) -> Any:
        rows, actor = scope.GuardedQuerySet(self.model, using=self._db), current_actor()
        limit = owner_condition(actor)
        if limit is None:
            return rows
        served = model_of("innovation.TrialMember").objects.order_by().values("trial_id")
        return rows.filter(limit | Q(pk__in=served))


class OfTrial(scope.Common):
    """Rows of a trial with its measurements: for those who see the whole trial."""

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        limit = owner_condition(current_actor(), "trial__owner_id")
        return rows if limit is None else rows.filter(limit)
