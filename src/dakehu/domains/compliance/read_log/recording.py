"""Record that somebody opened a client. Called by the page of a client and by the gates of API, assistants and command line."""

import logging

from django.db.models import F

from dakehu.domains.compliance.read_log.models import ReadEntry
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates.registry import set_read_observer

logger = logging.getLogger("dakehu.read_log")


def record_reading(client_id: int) -> None:
    """Record that the actor opened a client now. The desk itself opens nobody.

    Not an action: a reading changes nothing, and the sealed trail would be full of them. Where another writer holds SQLite for
    longer than a page can wait, the reading is written to the log of the system instead.
    """
    actor, now = current_actor(), clock.now()
    if actor.user_id is None:
        return
    key = {
        "user_ref": actor.user_id,
        "client_ref": client_id,
        "door": actor.door,
        "hour": now.replace(minute=0, second=0, microsecond=0),
    }
    try:
        with lock_timeout.no_wait():
            if not ReadEntry.objects.filter(**key).update(times=F("times") + 1, last_at=now):
                ReadEntry.objects.bulk_create(
                    [ReadEntry(**key, user_name=actor.name, last_at=now)], ignore_conflicts=True
                )
    except lock_timeout.Busy:
        logger.warning("reading of client %s by user %s at %s", client_id, actor.user_id, now.isoformat())


set_read_observer(record_reading)
