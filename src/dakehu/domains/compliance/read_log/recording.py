"""Record readings of clients. Called by the client page and by the gates of API, assistants and command line."""

import logging

from django.db import connections, router

from dakehu.domains.compliance.read_log.models import ReadEntry
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates.registry import set_read_observer

# Raw SQL, since every client page runs it.
COUNTED = (
    f"INSERT INTO {ReadEntry._meta.db_table} AS entry (user_ref, user_name, client_ref, door, hour, last_at, times) "  # noqa: S608  name from the model
    "VALUES (%s, %s, %s, %s, %s, %s, 1) ON CONFLICT (user_ref, client_ref, door, hour) "
    "DO UPDATE SET times = entry.times + %s, last_at = excluded.last_at"
)

logger = logging.getLogger("dakehu.read_log")


def record_reading(client_id: int, *, is_continued: bool = False) -> None:
    """Record that the actor opened a client now. Readings by the system are not recorded.

    A continued reading (a further part of a page) is counted only if none is recorded for the hour.

    Not an action: a reading changes nothing, and they would fill the sealed trail. If another writer locks SQLite,
    the reading is written to the system log instead.
    """
    actor, now = current_actor(), clock.now()
    if actor.user_id is None:
        return
    connection = connections[router.db_for_write(ReadEntry)]
    hour, moment = map(connection.ops.adapt_datetimefield_value, (now.replace(minute=0, second=0, microsecond=0), now))
    try:
        with lock_timeout.no_wait(), connection.cursor() as cursor:
            cursor.execute(
                COUNTED, [actor.user_id, actor.name, client_id, actor.door, hour, moment, int(not is_continued)]
            )
    except lock_timeout.Busy:
        logger.warning("reading of client %s by user %s at %s", client_id, actor.user_id, now.isoformat())


set_read_observer(record_reading)
