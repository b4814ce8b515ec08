"""Who is asking, and which clients they may see. No view can forget it: without an actor, nothing is found.

An actor is set in one place per door (`acting_as`). Models of client data name their way to the client
(`client_path`) and are read through `Scoped` managers that filter along it. The rule which clients an
actor sees is handed in by the room that owns clients (`see_clients_by`), so that no arrow rises.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from dakehu.foundation.base.errors import NoActor, Unscoped, WriteOutsideAction
from dakehu.foundation.schema.fields import PERSONAL, PUBLIC, SECRET, Sensitivity


class Reach(StrEnum):
    """How far an actor's sight goes."""

    NONE = "none"  # no client at all
    COVERED = "covered"  # clients covered by the people in `covers`
    ALL = "all"  # every client that no information wall hides
    ACROSS_WALLS = "across"  # every client
    SYSTEM = "system"  # the desk itself, with a stated reason


@dataclass(frozen=True)
class Actor:
    """Who is asking. `covers` are the users whose clients are visible (oneself, or one's team)."""

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

    def may(self, permission: str) -> bool:
        return self.is_system or not permission or permission in self.permissions


_actor: ContextVar[Actor | None] = ContextVar("dakehu_actor", default=None)


def current_actor() -> Actor:
    """Whoever is asking. Raises NoActor where no door has said so."""
    actor = _actor.get()
    if actor is None:
        raise NoActor("no actor: wrap the work in acting_as(actor) or acting_as(system('reason'))")
    return actor


def actor_or_none() -> Actor | None:
    return _actor.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Everything inside is seen and done as `actor`."""
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)


def system(reason: str, door: str = "") -> Actor:
    """The desk itself. The reason is written into every audit entry it causes."""
    if not reason.strip():
        raise ValueError("the system acts only with a stated reason")
    return Actor(None, "system", "system", clearance=SECRET, reach=Reach.SYSTEM, reason=reason, door=door)


@contextmanager
def elevated(reason: str) -> Iterator[Actor]:
    """See past one's own scope inside an act (say, to cover a client just created). The audit entry keeps
    the name of whoever really acts, and adds the reason."""
    asking = current_actor()
    with acting_as(replace(asking, reach=Reach.SYSTEM, clearance=PERSONAL, reason=asking.reason or reason)) as actor:
        yield actor


# --- which clients -------------------------------------------------------------------------------

ClientRule = Callable[[Actor], Q]
_client_rule: ClientRule | None = None
_hidden_rule: ClientRule | None = None
_client_label = ""


def set_client_visibility(rule: ClientRule, model_label: str, hidden: ClientRule) -> None:
    """Called once at start-up by the room that owns clients: `rule(actor)` is a condition on the client model, and
    `hidden(actor)` its opposite for those who see nearly everybody, so that few clients need to be named, not most."""
    global _client_rule, _client_label, _hidden_rule
    _client_rule, _client_label, _hidden_rule = rule, model_label, hidden


def client_model() -> Any:
    return apps.get_model(_client_label)


def condition(actor: Actor, client_path: str) -> Q | None:
    """The condition that keeps an actor to their clients, for rows whose way to the client is `client_path`.

    None means no condition is needed. `client_path` is "pk" on the client itself.
    """
    if actor.reach in (Reach.SYSTEM, Reach.ACROSS_WALLS):
        return None
    if _client_rule is None or _hidden_rule is None:
        raise NoActor("no room has said which clients an actor may see")
    if client_path == "pk":
        return _client_rule(actor)
    every = client_model().unscoped_for_scope()
    if actor.reach is Reach.ALL:
        hidden = every.filter(_hidden_rule(actor)).values("pk")
        return Q(**{f"{client_path}__isnull": False}) & ~Q(**{f"{client_path}__in": hidden})
    return Q(**{f"{client_path}__in": every.filter(_client_rule(actor)).values("pk")})


class GuardedQuerySet(models.QuerySet[Any]):
    """A queryset that reads; the writing methods exist only inside acts (see acts.record_many)."""

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise WriteOutsideAction("write through an action: update, delete and bulk methods go unrecorded")

    update = delete = bulk_create = bulk_update = update_or_create = get_or_create = create = _refuse
    update.alters_data = True  # type: ignore[attr-defined]


class Scoped(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Rows of client data that the current actor may see. Fails closed without an actor."""

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        limit = condition(current_actor(), self.model.client_path)
        return rows if limit is None else rows.filter(limit)


class Common(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Rows that are not client data (staff, products, calendar). Still written in acts only."""


# --- the tripwire ----------------------------------------------------------------------------------

_coverage_table = ""


def set_coverage_table(name: str) -> None:
    """Named at start-up: every statement of an ordinary actor on client tables must mention this table."""
    global _coverage_table
    _coverage_table = name


def scoped_models() -> list[Any]:
    """Every concrete model of client data."""
    return [m for m in apps.get_models() if getattr(m, "client_path", None)]


_tables: "re.Pattern[str] | None" = None


def query_guard(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Refuse a read of client tables by an actor with limited sight that does not mention who covers whom.

    It checks presence, not correctness: a net for raw SQL and sideways joins, not a proof. On PostgreSQL
    row security stands behind it.
    """
    global _tables
    actor = _actor.get()
    if actor is not None and actor.reach in (Reach.COVERED, Reach.NONE) and sql[:6].upper() == "SELECT":
        if _tables is None:
            names = sorted(re.escape(m._meta.db_table) for m in scoped_models())
            _tables = re.compile(r"\b(?:" + "|".join(names) + r")\b")
        if _coverage_table not in sql and _tables.search(sql) and not actor.extra.get("in_act"):
            raise Unscoped(f"client rows read without scope: {sql[:200]}")
    return execute(sql, params, many, context)


# --- actors of stored work --------------------------------------------------------------------------

_actor_maker: Callable[[int], Actor] | None = None


def set_actor_source(maker: Callable[[int], Actor]) -> None:
    """Called once at start-up by the room that owns users: `maker(user_id)` is that user's actor as of now."""
    global _actor_maker
    _actor_maker = maker


def actor_of(user_id: int | None, reason: str) -> Actor:
    """The actor behind stored work: the user with today's rights, or the system with the given reason."""
    if user_id is None:
        return system(reason, "worker")
    if _actor_maker is None:
        raise NoActor("no room has said who users are")
    return replace(_actor_maker(user_id), reason=reason, door="worker")
