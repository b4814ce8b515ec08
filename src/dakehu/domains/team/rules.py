"""Rules of actors and API tokens. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dakehu.domains.team.roles import ROLES, RoleName
from dakehu.foundation.access.actor import Actor

TOKEN_DAYS_MAX = 366


def actor(
    user_id: int,
    name: str,
    role: str,
    team_ids: tuple[int, ...],
    teammates: tuple[int, ...],
    has_admin_duty: bool = False,
    absent: tuple[int, ...] = (),
) -> Actor:
    """Return the actor of a member of staff; a lead covers the clients of the whole team.

    `absent` are colleagues away today whose deputy the user is: their clients are covered as well.

    The duty of an administrator adds those permissions; reach and clearance remain those of the role.
    """
    definition = ROLES[role]
    duty = ROLES[RoleName.ADMIN.value].permissions if has_admin_duty else frozenset()
    covers = tuple(sorted({user_id, *absent, *(teammates if definition.leads else ())}))
    return Actor(
        user_id=user_id,
        name=name,
        role=role,
        permissions=frozenset(definition.permissions | duty),
        clearance=definition.clearance,
        reach=definition.reach,
        covers=covers,
        extra={"teams": team_ids, "stands_in_for": absent},
    )


def absent_colleagues(stands_in_for: Iterable[Mapping[str, Any]], today: date) -> tuple[int, ...]:
    """Return the users whose deputy a user is today, of [{user, first_on, last_on}] with days as ISO dates."""
    day = today.isoformat()
    return tuple(sorted({int(one["user"]) for one in stands_in_for if one["first_on"] <= day <= one["last_on"]}))


def with_scopes(full: Actor, scopes: list[str], expires_on: date) -> Actor:
    """Return the actor limited to the scopes of a token that expires on a day."""
    extra = {**full.extra, "token": expires_on}
    return replace(full, permissions=full.permissions & frozenset(scopes), extra=extra)


def token_digest(token: str) -> str:
    """Return the stored digest of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token_valid(*, expires_on: date, revoked: bool, today: date) -> bool:
    """Return whether a token is valid today."""
    return not revoked and today <= expires_on


def latest_token_expiry(today: date) -> date:
    """Return the last possible expiry day of a new token."""
    return today + timedelta(days=TOKEN_DAYS_MAX)
