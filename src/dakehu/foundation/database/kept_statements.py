"""Statements that pages issue repeatedly in the same form, compiled once per process.

Django compiles a queryset each time it is evaluated, which costs more than fetching a few rows. For client data the
statement includes the condition of scope and is cached for one reader and one day.
"""

import inspect
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router
from django.db.models.expressions import Expression

from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.access.scope import Common, Scoped
from dakehu.foundation.base import clock

KEPT = 64  # maximum compiled statements of each kind


def kept_statement(model: Any, build: Callable[..., Any]) -> Callable[..., list[tuple[Any, ...]]]:
    """Return a function that returns the rows of `build(*arguments)` as tuples.

    `build` returns a `values_list` of the model depending only on its arguments, which are hashable. Raises
    ValueError for a model of client data.
    """
    if getattr(model, "client_path", ""):
        raise ValueError(f"rows of {model.__name__} depend on who asks")

    @lru_cache(maxsize=KEPT)
    def compile_for(alias: str, *args: Hashable) -> Statement:
        return _compile(build(*args), alias)

    def answer(*args: Hashable) -> list[tuple[Any, ...]]:
        alias = router.db_for_read(model) or "default"
        return compile_for(alias, *args).read(alias, ())

    return answer


class Argument(Expression):
    """A placeholder in a cached statement for a value passed on execution."""

    def __init__(self, place: int) -> None:
        super().__init__(output_field=models.BigIntegerField())
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


def kept_rows(model: Any, build: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Return a function that returns the rows of `build(*ids)` as instances of the model.

    `build` returns a queryset of complete rows with conditions only on ids and constants; it is called with an
    `Argument` for each id. Raises ValueError for a model whose visibility depends on more than the reader's reach.
    """
    if not depends_on_reach_alone(model):
        raise ValueError(f"rows of {model.__name__} depend on more of the reader than reach")
    count, is_scoped = len(inspect.signature(build).parameters), bool(getattr(model, "client_path", ""))

    @lru_cache(maxsize=KEPT * 8)
    def compile_for(alias: str, reader: Actor | None, day: Any) -> tuple[Statement, list[str]] | None:
        rows = build(*map(Argument, range(count)))
        try:
            return _compile(rows, alias), [field.attname for field in model._meta.concrete_fields]
        except EmptyResultSet:
            return None

    def answer(*ids: int) -> list[Any]:
        alias = router.db_for_read(model) or "default"
        known = compile_for(alias, *((_reach_of(current_actor()), clock.today()) if is_scoped else (None, None)))
        if known is None:
            return []
        statement, names = known
        return [model.from_db(alias, names, row) for row in statement.read(alias, ids)]

    return answer


def depends_on_reach_alone(model: Any) -> bool:
    """Return whether the visibility of a model depends only on reach: its managers are those of scope."""
    managers = {type(model._default_manager), type(model._base_manager)}
    return managers <= {models.Manager, Common, Scoped} and not hasattr(model, "visible_without_client")


def _reach_of(actor: Actor) -> Actor:
    """Return the part of an actor on which scope depends, the cache key of `scope.condition`."""
    return Actor(actor.user_id, "", role=actor.role, reach=actor.reach, covers=actor.covers)


@dataclass(frozen=True)
class Statement:
    """A compiled statement. params: with an `Argument` for each open value; converters: [(place, steps,
    expression)]."""

    sql: str
    params: tuple[Any, ...]
    converters: list[tuple[int, Any, Any]]

    def read(self, alias: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Return the rows with values converted by the fields of the model."""
        connection = connections[alias]
        params = [given[one.place] if isinstance(one, Argument) else one for one in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchall()
        return [_convert_row(row, self.converters, connection) for row in found] if self.converters else found


def _compile(rows: Any, alias: str) -> Statement:
    compiler = rows.query.get_compiler(alias)
    sql, params = compiler.as_sql()
    columns = [expression for expression, *_ in islice(compiler.select, compiler.col_count)]
    return Statement(sql, tuple(params), [(place, *one) for place, one in compiler.get_converters(columns).items()])


def _convert_row(row: tuple[Any, ...], converters: list[tuple[int, Any, Any]], connection: Any) -> tuple[Any, ...]:
    """Return a row with values converted by the fields of the model."""
    values = list(row)
    for place, steps, expression in converters:
        for step in steps:
            values[place] = step(values[place], expression, connection)
    return tuple(values)
