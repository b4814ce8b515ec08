"""The actor of a request. It is set in one place per interface (`acting_as`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from dakehu.foundation.access.sensitivity import PERSONAL, PUBLIC, SECRET, Sensitivity
from dakehu.foundation.base.errors import NoActor

SIGN_IN = "sign-in"  # the purpose of identifying a user, recorded in every audit entry that this causes


class Reach(StrEnum):
    """Reach: which clients an actor sees."""

    STRANGER = "stranger"  # not signed in: no row of any table of the desk
    NONE = "none"  # no client at all
    COVERED = "covered"  # clients covered by the people in `covers`
    ALL = "all"  # every client not hidden by an information wall
    ACROSS_WALLS = "across"  # every client
    SYSTEM = "system"  # the desk itself, with a stated reason


@dataclass(frozen=True)
class Actor:
    """The actor of a request. `covers`: users whose clients are visible (oneself, or one's team)."""

    user_id: int | None
    name: str
    role: str = ""
    permissions: frozenset[str] = frozenset()
    clearance: Sensitivity = PUBLIC
    reach: Reach = Reach.NONE
    covers: tuple[int, ...] = ()
    reason: str = ""
    door: str = ""
    request_id: str = ""
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_system(self) -> bool:
        return self.reach is Reach.SYSTEM

    @property
    def is_stranger(self) -> bool:
        return self.reach is Reach.STRANGER

    def may(self, permission: str) -> bool:
        """Return whether the actor holds a permission; every signed-in actor holds ""."""
        if self.is_stranger:
            return False
        return self.is_system or not permission or permission in self.permissions


_actor: ContextVar[Actor | None] = ContextVar("dakehu_actor", default=None)


def current_actor() -> Actor:
    """Return the current actor. Raises NoActor where no interface has set one."""
    actor = _actor.get()
    if actor is None:
        raise NoActor("no actor: wrap the work in acting_as(actor) or acting_as(system('reason'))")
    return actor


def actor_or_none() -> Actor | None:
    return _actor.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Run the block as `actor`."""
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)


def system_actor(reason: str, door: str = "") -> Actor:
    """Return the system actor. The reason is written into every audit entry it causes."""
    if not reason.strip():
        raise ValueError("the system acts only with a stated reason")
    return Actor(None, "system", "system", clearance=SECRET, reach=Reach.SYSTEM, reason=reason, door=door)


def stranger_actor(door: str = "") -> Actor:
    """Return the actor of a request without a sign-in: it has no permission and sees no row."""
    return Actor(None, "stranger", reach=Reach.STRANGER, door=door)


@contextmanager
def serving_strangers(purpose: str) -> Iterator[None]:
    """Run the block as the system where the actor is a stranger; also a decorator. Use only for what strangers may
    cause.

    A signed-in user and the system keep their own actor. `purpose` is written into every audit entry.
    """
    asking = _actor.get()
    if asking is None or not asking.is_stranger:
        yield
        return
    with acting_as(replace(system_actor(purpose, asking.door), request_id=asking.request_id)):
        yield


@contextmanager
def elevated(reason: str) -> Iterator[Actor]:
    """Run the block with system reach inside an act (for example to cover a client just created). The audit entry
    keeps the name of the real actor and adds the reason. Raises NoActor for a stranger."""
    asking = current_actor()
    if asking.is_stranger:
        raise NoActor("a stranger is never elevated: say what the desk does for it by serving_strangers(purpose)")
    with acting_as(replace(asking, reach=Reach.SYSTEM, clearance=PERSONAL, reason=asking.reason or reason)) as actor:
        yield actor


_actor_maker: Callable[[int], Actor] | None = None


def set_actor_source(maker: Callable[[int], Actor]) -> None:
    """Set the source of actors, once at start-up, by the domain that owns users: `maker(user_id)` is that user's
    current actor."""
    global _actor_maker
    _actor_maker = maker


def actor_of(user_id: int | None, reason: str) -> Actor:
    """Return the actor of stored work: the user with current permissions, or the system with the given reason."""
    if user_id is None:
        return system_actor(reason, "worker")
    if _actor_maker is None:
        raise NoActor("no room has said who users are")
    return replace(_actor_maker(user_id), reason=reason, door="worker")
