"""What a person may see, and what a good sign-in needs. Pure."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

from dakehu.domains.team.roles import ROLES
from dakehu.foundation.access.actor import Actor

TOKEN_DAYS_MAX = 366


def actor(user_id: int, name: str, role: str, team_ids: tuple[int, ...], teammates: tuple[int, ...]) -> Actor:
    """The actor of a member of staff: a lead covers what their team covers, everybody else what they cover."""
    described = ROLES[role]
    covers = tuple(sorted({user_id, *teammates})) if described.leads else (user_id,)
    return Actor(
        user_id=user_id,
        name=name,
        role=role,
        permissions=frozenset(described.permissions),
        clearance=described.clearance,
        reach=described.reach,
        covers=covers,
        extra={"teams": team_ids},
    )


def with_scopes(whole: Actor, scopes: list[str], expires_on: date) -> Actor:
    """The same person through a token that expires on a day: rights narrowed to its scopes, never widened."""
    extra = {**whole.extra, "token": expires_on}
    return replace(whole, permissions=whole.permissions & frozenset(scopes), extra=extra)


def token_digest(token: str) -> str:
    """What is stored of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_is_good(*, expires_on: date, revoked: bool, today: date) -> bool:
    return not revoked and today <= expires_on


def longest_token_life(today: date) -> date:
    return today + timedelta(days=TOKEN_DAYS_MAX)
