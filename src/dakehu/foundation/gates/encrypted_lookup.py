"""Look-ups by an encrypted value: each is recorded in the audit, and their number per hour and user is limited.

An exact look-up reveals whether a person has a number that the reader sees masked. It is allowed for cleared readers
and recorded.
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
_recorded = TTLCache(seconds=600)  # the pages of one list repeat the look-up


def record_lookup(column: BlindIndex, index: str) -> None:
    """Record in the audit a look-up in `column` for the value behind `index`; the value is not recorded.

    Raises TooManyRequests past DAKEHU_LOOKUPS_PER_HOUR (0: no limit). Look-ups by the system are not recorded.
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
    """Raise TooManyRequests where the reader has used up the look-ups of the hour."""
    limit = settings.LOOKUPS_PER_HOUR
    if limit and count_recent(ACTION, 60) >= limit:
        raise TooManyRequests(3600)


@action(ACTION, needs="", zh="按加密信息查找", en="Look up by an encrypted value", is_public=False)
def note_lookup(*, column: str, digest: str) -> None:
    """Record in the audit the column of a look-up; `digest` distinguishes values without disclosing them."""
    add_audit_note(column=column, digest=digest)


def clear_recorded_lookups() -> None:
    """Clear the cache of recorded look-ups (for tests, which share a process)."""
    _recorded.clear()
