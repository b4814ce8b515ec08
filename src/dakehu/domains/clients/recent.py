"""The clients that a user opened last, for the palette."""

from typing import Any

from django.db import connections, router

from dakehu.domains.clients.models import Client, RecentClient
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates.registry import query

KEPT = 20  # rows kept for each user
SHOWN = 6
# Written as SQL, since every client page runs them.
SEEN = (
    f"INSERT INTO {RecentClient._meta.db_table} (user_id, client_id, seen_at) VALUES (%s, %s, %s) "  # noqa: S608  name from the model
    "ON CONFLICT (user_id, client_id) DO UPDATE SET seen_at = excluded.seen_at"
)
FORGOTTEN = (
    f"DELETE FROM {RecentClient._meta.db_table} WHERE user_id = %s AND id NOT IN "  # noqa: S608  name from the model
    f"(SELECT id FROM {RecentClient._meta.db_table} WHERE user_id = %s ORDER BY seen_at DESC LIMIT %s)"
)


def record_view(client: Client) -> None:
    """Remember that the actor opened a client.

    It never waits for another writer. Not an action, since it changes nothing that other users read.
    """
    user_id = current_actor().user_id
    if user_id is None:
        return
    connection = connections[router.db_for_write(RecentClient)]
    moment = connection.ops.adapt_datetimefield_value(clock.now())
    try:
        with lock_timeout.no_wait(), connection.cursor() as cursor:
            cursor.execute(SEEN, [user_id, client.pk, moment])
            cursor.execute(FORGOTTEN, [user_id, user_id, KEPT])
    except lock_timeout.Busy:
        return


@query("clients.recent", needs=Permission.CLIENT_READ, zh="最近打开的客户", en="Recent clients")
def recent() -> Any:
    """Return the clients that the actor opened last and may still see, the latest first."""
    seen = RecentClient.objects.filter(user_id=current_actor().user_id).order_by("-seen_at")
    order = {client_id: place for place, client_id in enumerate(seen.values_list("client_id", flat=True)[:KEPT])}
    return sorted(Client.objects.filter(pk__in=list(order)), key=lambda row: order[row.pk])[:SHOWN]
