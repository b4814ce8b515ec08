"""Statements that pages make again and again in the same shape, compiled once in each process.

Django compiles a queryset anew each time it is read, which costs more than the answer where few rows come back. Only for
tables that are not client data: what depends on who asks is compiled for each.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connections, router

KEPT = 64  # compiled statements of each kind


def kept_statement(model: Any, build: Callable[..., Any]) -> Callable[..., list[tuple[Any, ...]]]:
    """Return a function of some arguments that answers `build(*arguments)` with its rows as tuples.

    `build` makes a `values_list` of the model from its arguments, which are hashable, and from nothing else. Raises
    ValueError for a model of client data.
    """
    if getattr(model, "client_path", ""):
        raise ValueError(f"rows of {model.__name__} depend on who asks")

    @lru_cache(maxsize=KEPT)
    def compiled(alias: str, *args: Hashable) -> tuple[str, Any, list[tuple[int, Any, Any]]]:
        compiler = build(*args).query.get_compiler(alias)
        sql, params = compiler.as_sql()
        columns = [expression for expression, *_ in islice(compiler.select, compiler.col_count)]
        return sql, params, [(place, *one) for place, one in compiler.get_converters(columns).items()]

    def answer(*args: Hashable) -> list[tuple[Any, ...]]:
        alias = router.db_for_read(model) or "default"
        connection = connections[alias]
        sql, params, converters = compiled(alias, *args)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchall()
        return [_converted(row, converters, connection) for row in found] if converters else found

    return answer


def _converted(row: tuple[Any, ...], converters: list[tuple[int, Any, Any]], connection: Any) -> tuple[Any, ...]:
    """Return a row with its values as the fields of the model give them."""
    values = list(row)
    for place, steps, expression in converters:
        for step in steps:
            values[place] = step(values[place], expression, connection)
    return tuple(values)
