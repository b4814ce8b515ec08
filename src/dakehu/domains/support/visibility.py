"""Who sees a ticket: the person who asked it, all users if it is public, and support."""

from typing import Any

from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor, Reach, current_actor
from dakehu.foundation.access.permissions import Permission


def sees_every_ticket(actor: Actor) -> bool:
    """Return whether an actor reads all tickets with their askers."""
    return actor.reach is Reach.SYSTEM or actor.may(Permission.SUPPORT_ANSWER)


class OfReaders(scope.Common):
    """Tickets that the current actor sees; `path` is the lookup from a row to its ticket.

    `is_shared`: readers of a public ticket see these rows too. Class attributes, because Django instantiates managers of related rows.
    """

    path, is_shared = "", True

    def get_queryset(self) -> Any:
        rows, actor = scope.GuardedQuerySet(self.model, using=self._db), current_actor()
        if sees_every_ticket(actor):
            return rows
        condition = Q(**{f"{self.path}asked_by_id": actor.user_id})
        return rows.filter(condition | Q(**{f"{self.path}is_public": True}) if self.is_shared else condition)


class OfTicketReaders(OfReaders):
    """Messages on tickets that the current actor sees."""

    path = "ticket__"


class OfAskers(OfTicketReaders):
    """Rows of the actor's own tickets, for support of all tickets."""

    is_shared = False
