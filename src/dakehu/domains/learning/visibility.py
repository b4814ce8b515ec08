"""Whose learning an actor sees: one's own; with the lead's permission the team's, with that of compliance all."""

from typing import Any

from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor, Reach, current_actor
from dakehu.foundation.access.permissions import Permission


def learners_of(actor: Actor, column: str = "user") -> Q | None:
    """Return the condition for rows of people whose learning an actor sees; None if it is all."""
    if actor.reach is Reach.SYSTEM:
        return None
    own = [] if actor.user_id is None else [actor.user_id]
    if actor.may(Permission.TRAINING_REVIEW):
        if actor.reach is not Reach.COVERED:
            return None
        own += [one for one in actor.covers if one not in own]
    return Q(**{f"{column}_id__in": own})


def sees_learner(actor: Actor, user_id: int) -> bool:
    """Return whether an actor sees the learning of a person."""
    if actor.reach is Reach.SYSTEM or user_id == actor.user_id:
        return True
    return actor.may(Permission.TRAINING_REVIEW) and (actor.reach is not Reach.COVERED or user_id in actor.covers)


class OfLearners(scope.Common):
    """Rows of people whose learning the current actor sees; `column` is the lookup from the row to its person."""

    def __init__(self, column: str = "user") -> None:
        super().__init__()
        self.column = column

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        limit = learners_of(current_actor(), self.column)
        return rows if limit is None else rows.filter(limit)
