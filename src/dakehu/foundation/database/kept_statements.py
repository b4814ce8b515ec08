"""Statements that pages make again and again in the same shape, compiled once in each process.

Django compiles a queryset again each time it is read, which costs more than the answer where few rows come back. Where
rows are client data, the statement holds the condition of scope and is kept for one reader and one day.
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

KEPT = 64  # compiled statements of each kind


def kept_statement(model: Any, build: Callable[..., Any]) -> Callable[..., list[tuple[Any, ...]]]:
    """Return a function of some arguments that answers `build(*arguments)` with its rows as tuples.

    `build` makes a `values_list` of the model from its arguments, which are hashable, and from nothing else. Raises
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
    """A place in a kept statement for the value that is handed in when the statement is read."""

    def __init__(self, place: int) -> None:
        super().__init__(output_field=models.BigIntegerField())
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


def kept_rows(model: Any, build: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Return a function of some ids that answers `build(*ids)` with its rows as instances of the model.

    `build` makes a queryset of whole rows by conditions on ids and on nothing that changes; it is called with an
    `Argument` for each id. Raises ValueError for a model whose rows depend on more of the reader than reach.
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
    """Return whether what a reader sees of a model depends on nothing but reach: its managers are those of scope alone."""
    managers = {type(model._default_manager), type(model._base_manager)}
    return managers <= {models.Manager, Common, Scoped} and not hasattr(model, "visible_without_client")


def _reach_of(actor: Actor) -> Actor:
    """Return what scope depends on of an actor, as `scope.condition` keeps its conditions by it."""
    return Actor(actor.user_id, "", role=actor.role, reach=actor.reach, covers=actor.covers)


@dataclass(frozen=True)
class Statement:
    """A compiled statement. params: with an `Argument` where a value is missing; converters: [(place, steps, expression)]."""

    sql: str
    params: tuple[Any, ...]
    converters: list[tuple[int, Any, Any]]

    def read(self, alias: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Return the rows as the fields of the model give their values."""
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
    """Return a row with its values as the fields of the model give them."""
    values = list(row)
    for place, steps, expression in converters:
        for step in steps:
            values[place] = step(values[place], expression, connection)
    return tuple(values)
