"""Which clients an actor sees. No view can omit it: without an actor, nothing is found.

Models of client data specify their path to the client (`client_path`) and are read through `Scoped` managers that
filter by it. The rule of which clients an actor sees is set by the domain that owns clients (`set_client_visibility`).
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, models, router
from django.db.models import Q
from django.db.models.expressions import RawSQL

from dakehu.foundation.access import client_tables
from dakehu.foundation.access.actor import (  # noqa: F401
    Actor,
    Reach,
    acting_as,
    actor_of,
    actor_or_none,
    current_actor,
    elevated,
    set_actor_source,
    system_actor,
)
from dakehu.foundation.access.query_guard import query_guard, scoped_models, set_coverage_table  # noqa: F401
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NoActor, WriteOutsideAction

ClientRule = Callable[[Actor], Q]
_client_rule: ClientRule | None = None
_hidden_rule: ClientRule | None = None
_client_label = ""


def set_client_visibility(rule: ClientRule, model_label: str, hidden: ClientRule) -> None:
    """Set the rule, once at start-up, by the domain that owns clients: `rule(actor)` is a condition on the client
    model, and `hidden(actor)` its complement for actors who see nearly all clients, so that the few hidden ones are
    listed."""
    global _client_rule, _client_label, _hidden_rule
    _client_rule, _client_label, _hidden_rule = rule, model_label, hidden


def client_model() -> Any:
    return apps.get_model(_client_label)


def condition(actor: Actor, client_path: str) -> Q | None:
    """Return the condition that restricts an actor to their clients, for rows whose path to the client is
    `client_path`.

    None means no condition is needed. `client_path` is "pk" on the client itself.
    """
    if actor.is_stranger:
        return Q(pk__in=())
    if actor.reach in (Reach.SYSTEM, Reach.ACROSS_WALLS):
        return None
    who = Actor(actor.user_id, "", role=actor.role, reach=actor.reach, covers=actor.covers)
    return _condition(who, client_path, clock.today())


@lru_cache(maxsize=512)
def _condition(actor: Actor, client_path: str, day: date) -> Q:
    """Build the condition of one day; a page uses the same one for each of its tables. Reads nothing."""
    if _client_rule is None or _hidden_rule is None:
        raise NoActor("no room has said which clients an actor may see")
    if client_path == "pk":
        return _client_rule(actor)
    every = client_model().unscoped_for_scope()
    if actor.reach is Reach.ALL:
        hidden = compiled_subquery(every.filter(_hidden_rule(actor)).values("pk"))
        return Q(**{f"{client_path}__isnull": False}) & ~Q(**{f"{client_path}__in": hidden})
    return Q(**{f"{client_path}__in": compiled_subquery(every.filter(_client_rule(actor)).values("pk"))})


def compiled_subquery(rows: Any) -> Any:
    """Return a queryset of one column as the right side of a condition `__in`: its SQL, compiled once.

    A queryset in a condition is resolved and compiled again with each statement, which takes longer than the rest of a
    short statement.
    """
    try:
        sql, params = rows.query.get_compiler(router.db_for_read(rows.model) or DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return ()
    return RawSQL(sql, params)  # noqa: S611  compiled by Django


class GuardedQuerySet(models.QuerySet[Any]):
    """A read-only queryset; the writing methods work only inside acts (see acts.record_many)."""

    def _fetch_all(self) -> None:
        if self._result_cache is None and client_tables.is_known_empty(self.query):
            self._result_cache = []
        super()._fetch_all()

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Any:
        if self.query.is_empty():
            return self._chain()  # type: ignore[attr-defined]
        return super()._filter_or_exclude(negate, args, kwargs)  # type: ignore[misc]

    def exists(self) -> bool:
        return False if client_tables.is_known_empty(self.query) else super().exists()

    def count(self) -> int:
        return 0 if client_tables.is_known_empty(self.query) else super().count()

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise WriteOutsideAction("write through an action: update, delete and bulk methods go unrecorded")

    update = delete = bulk_create = bulk_update = update_or_create = get_or_create = create = _refuse
    update.alters_data = True  # type: ignore[attr-defined]


class NoRows(GuardedQuerySet):
    """A queryset that is always empty, and so is filtered and ordered without being copied."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query.set_empty()
        self._result_cache: list[Any] = []

    def _same(self, *args: Any, **kwargs: Any) -> Any:
        return self

    filter = exclude = order_by = reverse = distinct = values = values_list = _same
    select_related = prefetch_related = only = defer = all = none = _same

    def __getitem__(self, key: Any) -> Any:
        """Return the queryset itself for a slice. Raises IndexError for a row."""
        if isinstance(key, slice):
            return self
        raise IndexError(key)

    def exists(self) -> bool:
        return False

    def count(self) -> int:
        return 0


class Scoped(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Rows of client data that the current actor may see. Fails closed without an actor.

    Rows without a client are visible to no ordinary actor, unless the model defines who may see them: a static method
    `visible_without_client(actor) -> Q`.
    """

    def filter(self, *args: Any, **kwargs: Any) -> Any:
        """Return the visible rows that match; an empty queryset where the table is known to have none of that
        client."""
        if client_tables.names_empty_table(self.model, kwargs):
            return NoRows(self.model, using=self._db)
        return self.get_queryset().filter(*args, **kwargs)

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        actor = current_actor()
        if actor.is_stranger:
            return rows.none()
        limit = condition(actor, self.model.client_path)
        own = getattr(self.model, "visible_without_client", None)
        if limit is not None and own is not None:
            limit |= Q(**{f"{self.model.client_path}__isnull": True}) & own(actor)
        rows = rows if limit is None else rows.filter(limit)
        flag = getattr(self.model, "across_only", "")
        if flag and actor.reach not in (Reach.SYSTEM, Reach.ACROSS_WALLS):
            rows = rows.filter(**{flag: False})
        return rows


class Common(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Rows that are not client data (staff, products, calendar). Still written in acts only."""
