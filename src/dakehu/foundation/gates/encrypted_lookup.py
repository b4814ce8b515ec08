"""Look-ups by an encrypted value: each is written into the audit, and nobody makes more than a stated number an hour.

An exact look-up tells whether somebody has a number that the reader sees masked. Who is cleared may ask, on the record.
"""

from django.conf import settings

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex
from dakehu.foundation.actions.registry import action
from dakehu.foundation.audit.recent import count_recent
from dakehu.foundation.base.errors import TooManyRequests
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.records.recorded import add_audit_note, open_act

ACTION = "sealed.look_up"
_recorded = TTLCache(seconds=600)  # the pages of one list ask the same again


def record_lookup(column: BlindIndex, index: str) -> None:
    """Write into the audit that somebody looked in `column` for the value behind `index`; the value is not recorded.

    Raises TooManyRequests past DAKEHU_LOOKUPS_PER_HOUR (0: no limit). What the desk itself looks up is not recorded.
    """
    actor = current_actor()
    if actor.user_id is None or actor.is_system:
        return
    key = (actor.user_id, index)
    if _recorded.get(key):
        return
    check_lookup_limit()
    note_lookup(column=column.place, digest=index[:12])
    if open_act() is None:
        _recorded.put(key, True)


def check_lookup_limit() -> None:
    """Raise TooManyRequests where the reader has made as many look-ups within the hour as one may."""
    limit = settings.LOOKUPS_PER_HOUR
    if limit and count_recent(ACTION, 60) >= limit:
        raise TooManyRequests(3600)


@action(ACTION, needs="", zh="按加密信息查找", en="Look up by an encrypted value", is_public=False)
def note_lookup(*, column: str, digest: str) -> None:
    """Say in the audit by which column somebody looked; `digest` tells one value from another and not what it is."""
    add_audit_note(column=column, digest=digest)


def clear_recorded_lookups() -> None:
    """Take nothing as recorded already (for tests, which share a process)."""
    _recorded.clear()
