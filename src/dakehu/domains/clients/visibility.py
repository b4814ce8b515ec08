"""Which clients an actor sees: the rule handed to the foundation, once for the ORM and once for row security.

Covered: clients whom one of `actor.covers` serves now; a client behind an information wall only if the actor
serves them in person. All: every client that no wall hides. Across walls and the system: every client.
"""

from django.db.models import Q

from dakehu.domains.clients.models import Coverage
from dakehu.foundation.access.actor import Actor, Reach
from dakehu.foundation.access.scope import GuardedQuerySet


def hidden_condition(actor: Actor) -> Q:
    """The opposite of `condition`, for actors with reach ALL."""
    return Q(walled=True) & ~Q(
        pk__in=GuardedQuerySet(Coverage).filter(until=None, user_id=actor.user_id).values("client_id")
    )


def condition(actor: Actor) -> Q:
    serving = GuardedQuerySet(Coverage).filter(until=None)
    mine = Q(pk__in=serving.filter(user_id=actor.user_id).values("client_id"))
    if actor.reach is Reach.ALL:
        return Q(walled=False) | mine
    if actor.reach is not Reach.COVERED:
        return Q(pk__in=[])
    mates = [user for user in actor.covers if user != actor.user_id]
    if not mates:
        return mine
    return mine | Q(walled=False, pk__in=serving.filter(user_id__in=mates).values("client_id"))


# Every statement on PostgreSQL asks this once for each table of client data that it reads: nothing is looked up for whom one
# serves in person, and walls are few.
COVERED_SQL = """
SELECT c.client_id FROM clients_coverage c
WHERE c.until IS NULL AND c.user_id = ANY((SELECT dakehu_covers())::bigint[])
  AND (c.user_id = (SELECT nullif(current_setting('dakehu.user', true), '')::bigint)
       OR c.client_id NOT IN (SELECT id FROM clients_client WHERE walled))
"""
WALLED_SQL = "SELECT id FROM clients_client WHERE walled"
