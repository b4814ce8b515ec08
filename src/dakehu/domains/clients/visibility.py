"""Define which clients an actor sees, for the ORM and for row security.

Covered: clients served today by one of `actor.covers` (oneself, one's team, a colleague whose deputy one is); a client behind
an information wall only if the actor serves them personally. All: every client without a wall. Across walls and the system: every client.

A client whose processing is restricted is behind a wall, and no user serves them even with duties in force: only users who see
across walls, and the system, find them.
"""

from typing import Any

from django.db.models import Q

from dakehu.domains.clients.models import Client, Coverage
from dakehu.foundation.access.actor import Actor, Reach
from dakehu.foundation.access.scope import GuardedQuerySet, compiled_subquery
from dakehu.foundation.base import clock


def serving() -> Any:
    """Return the duties in force today: not ended, not agreed to end before today, and at no restricted client."""
    restricted = Client.unscoped_for_scope().filter(restricted=True).values("pk")
    rows = GuardedQuerySet(Coverage).filter(until=None).exclude(client_id__in=restricted)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))


def _clients_of(duties: Any) -> Any:
    """Return the clients of some duties as the right side of an `__in` condition."""
    return compiled_subquery(duties.values("client_id"))


def hidden_condition(actor: Actor) -> Q:
    """Return the condition for hidden clients, the complement of `condition`, for actors with reach ALL."""
    return Q(walled=True) & ~Q(pk__in=_clients_of(serving().filter(user_id=actor.user_id)))


def condition(actor: Actor) -> Q:
    """Return the condition for visible clients."""
    duties = serving()
    own = Q(pk__in=_clients_of(duties.filter(user_id=actor.user_id)))
    if actor.reach is Reach.ALL:
        return Q(walled=False) | own
    if actor.reach is not Reach.COVERED:
        return Q(pk__in=[])
    teammates = [user for user in actor.covers if user != actor.user_id]
    if not teammates:
        return own
    return own | Q(walled=False, pk__in=_clients_of(duties.filter(user_id__in=teammates)))


def covered_sql(covers: str, user: str) -> str:
    """Return SQL for the ids of clients covered by the users `covers` (SQL of a bigint[]), as `user` (SQL of a bigint) sees them.

    Every statement on PostgreSQL evaluates this once for each table of client data that it reads: clients served
    personally need no look-up of walls, and walls are few. A duty that was agreed to end is left out a day late at most: the
    database does not have the desk's time zone, and the ORM uses the exact day.
    """
    return f"""
SELECT c.client_id FROM clients_coverage c
WHERE c.until IS NULL AND (c.ends_on IS NULL OR c.ends_on >= current_date - 1)
  AND c.user_id = ANY(({covers})::bigint[])
  AND c.client_id NOT IN (SELECT id FROM clients_client WHERE restricted)
  AND (c.user_id = ({user}) OR c.client_id NOT IN (SELECT id FROM clients_client WHERE walled))
"""  # noqa: S608  SQL of our own


WALLED_SQL = "SELECT id FROM clients_client WHERE walled"
