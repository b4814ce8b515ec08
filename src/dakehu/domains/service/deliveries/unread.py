"""A user's unread notices, and whether a message of them must still be sent."""

from collections.abc import Collection
from typing import Any

from dakehu.domains.team.notices import notices
from dakehu.domains.team.queries import actor_for, get_user
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import NotFound


def is_working_here(user: int) -> bool:
    """Return whether a person is still an active member of staff."""
    return get_user(user) is not None


def unread_notices(user: int) -> list[dict[str, Any]]:
    """Return a user's unread notices; none of one who has left. As `team.notices`."""
    try:
        with acting_as(actor_for(user)):
            return [one for one in notices() if not one["read"]]
    except NotFound:
        return []


def is_still_unread(user: int, keys: Collection[str]) -> bool:
    """Return whether any of some notices is still unread; a message without any counts as unread."""
    return not keys or any(one["key"] in keys for one in unread_notices(user))
