"""The clients that somebody opened last, for the palette."""

from typing import Any

from dakehu.domains.clients.models import Client, RecentClient
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates.registry import query

KEPT = 20  # rows kept for each user
SHOWN = 6


def record_view(client: Client) -> None:
    """Remember that the actor opened a client.

    It never waits for another writer. Not an action, since it changes nothing that anybody else reads.
    """
    user_id = current_actor().user_id
    if user_id is None:
        return
    rows = RecentClient.objects.filter(user_id=user_id)
    if rows.order_by("-seen_at").values_list("client_id", flat=True).first() == client.pk:
        return  # another tab of the same client
    try:
        with lock_timeout.no_wait():
            if not rows.filter(client=client).update(seen_at=clock.now()):
                RecentClient.objects.bulk_create(
                    [RecentClient(user_id=user_id, client=client, seen_at=clock.now())], ignore_conflicts=True
                )
                oldest = list(rows.order_by("-seen_at").values_list("pk", flat=True)[KEPT:])
                if oldest:
                    rows.filter(pk__in=oldest).delete()
    except lock_timeout.Busy:
        return


@query("clients.recent", needs=Permission.CLIENT_READ, zh="最近打开的客户", en="Recent clients")
def recent() -> Any:
    """Return the clients that the actor opened last and may still see, the last one first."""
    seen = RecentClient.objects.filter(user_id=current_actor().user_id).order_by("-seen_at")
    order = {client_id: place for place, client_id in enumerate(seen.values_list("client_id", flat=True)[:KEPT])}
    return sorted(Client.objects.filter(pk__in=list(order)), key=lambda row: order[row.pk])[:SHOWN]
