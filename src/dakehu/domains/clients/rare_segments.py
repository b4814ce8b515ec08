"""Decide whether a list is of a segment of few clients, which is sorted instead of searched in the order of the list."""

from typing import Any

from dakehu.domains.clients.models import Client
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.gates.filtering import equal_values

RARE = 1_000  # up to this many clients of a segment are sorted
_common = TTLCache(600)  # True for segments of more clients; it decides only how a list is read


def are_in_rare_segment(filters: dict[str, Any]) -> bool:
    """Return whether filters name a segment of few clients: a scan in the order of a list would find them late."""
    segment, actor = equal_values(Client, filters, {"segment"}).get("segment"), current_actor()
    key = (actor.user_id, actor.reach, actor.covers, segment)
    if not segment or _common.get(key):
        return False
    is_rare = Client.objects.filter(segment=segment)[: RARE + 1].count() <= RARE
    if not is_rare:
        _common.put(key, True)
    return is_rare
