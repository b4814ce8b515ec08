"""Who sees whose appraisal: the person, the lead of the person's team, and holders of `appraisal.all`.

A deputy sees the clients of the absent person, never the appraisal: so coverage is not considered here.
"""

from typing import Any

from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor, Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.fields import model_of


def person_condition(actor: Actor, path: str) -> Q | None:
    """Return the condition for rows about people whose appraisal the actor sees; None if that is every person."""
    if actor.reach is Reach.SYSTEM or actor.may(Permission.APPRAISAL_ALL):
        return None
    seen = Q(**{path: actor.user_id}) if actor.user_id else Q(pk__in=())
    if actor.user_id and actor.may(Permission.APPRAISAL_TEAM):
        own_team = model_of("team.User").objects.filter(pk=actor.user_id, team__isnull=False).values("team_id")
        seen |= Q(**{f"{path}__in": model_of("team.User").objects.filter(team_id__in=own_team).values("pk")})
    return seen


class OfPerson(scope.Common):
    """Rows about a person, reached by the model's `person_path`, whose appraisal the current actor sees."""

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        limit = person_condition(current_actor(), self.model.person_path)
        return rows if limit is None else rows.filter(limit)


class OfBonus(scope.Common):
    """Rows of bonuses: one's own ones once their pool is approved, all for those who keep or decide on bonuses.

    Others see only their own, even a lead. The model's `person_path` leads to the person, "" where rows are
    of no person, and `pool_path` to the state of the pool.
    """

    def get_queryset(self) -> Any:
        rows, actor = scope.GuardedQuerySet(self.model, using=self._db), current_actor()
        if actor.reach is Reach.SYSTEM or actor.may(Permission.BONUS_KEEP) or actor.may(Permission.BONUS_DECIDE):
            return rows
        if not self.model.person_path or not actor.user_id:
            return rows.none()
        return rows.filter(**{self.model.person_path: actor.user_id, self.model.pool_path: "approved"})


class OfPraise(scope.Common):
    """Praise, visible to its author, its recipient and the recipient's team."""

    def get_queryset(self) -> Any:
        rows, actor = scope.GuardedQuerySet(self.model, using=self._db), current_actor()
        if actor.reach is Reach.SYSTEM:
            return rows
        teams = model_of("team.User").objects.filter(pk=actor.user_id, team__isnull=False).values("team_id")
        return rows.filter(Q(to_id=actor.user_id) | Q(by_id=actor.user_id) | Q(to__team_id__in=teams))
