"""Query once which tables have no row of a client, so that a page about the client does not query each of them.

Most clients have no row in most of the tables that refer to clients. Inside `reading_client`, a query for rows of that
client is answered without a statement where its table has none. Everything else is queried as usual.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connections, models, router
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql import Query
from django.db.models.sql.where import AND

from dakehu.foundation.access.actor import Actor, actor_or_none
from dakehu.foundation.access.query_guard import scoped_models

FUNCTION = "dakehu_tables_without"
AMONG = "among"  # the lookup of database.any_of_lookup
SEES_MARKED_ROWS = "('system', 'across')"  # reaches that see the rows marked by `across_only`


@dataclass(frozen=True)
class EmptyTables:
    """The tables without a row of a client visible to `reader`, and values computed for the client during the read."""

    client: int
    reader: Actor
    tables: frozenset[str]
    computed: dict[Hashable, Any] = field(default_factory=dict, compare=False)

    def holds_for(self, actor: Actor | None) -> bool:
        """Return whether it is valid for an actor: one with the same reach."""
        if actor is None:
            return False
        reader = self.reader
        return (actor.reach, actor.covers, actor.user_id) == (reader.reach, reader.covers, reader.user_id)


_empty: ContextVar[EmptyTables | None] = ContextVar("dakehu_empty_tables", default=None)


@contextmanager
def reading_client(client: Any) -> Iterator[None]:
    """Skip queries of tables without a row of this client inside the block. The client was read through scope."""
    actor = actor_or_none()
    token = _empty.set(EmptyTables(client.pk, actor, _empty_tables_of(client)) if actor is not None else None)
    try:
        yield
    finally:
        _empty.reset(token)


def computed_once(client: Any, key: Hashable, compute: Callable[[], Any]) -> Any:
    """Return `compute` of the rows of a client, cached for the whole page while the client is being read.

    `key` contains everything that it depends on besides client and reader. Callers must not modify the result.
    """
    known = _empty.get()
    if known is None or known.client != client.pk or not known.holds_for(actor_or_none()):
        return compute()
    if key not in known.computed:
        known.computed[key] = compute()
    return known.computed[key]


def forget_empty_tables() -> None:
    """Query every table as usual from now on: an action starts, which may write."""
    if _empty.get() is not None:
        _empty.set(None)


def _empty_tables_of(client: Any) -> frozenset[str]:
    """Return the names of the tables without a row of a client, in one statement."""
    connection = connections[router.db_for_read(type(client)) or "default"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT {FUNCTION}(%s)", [client.pk])
            return frozenset(cursor.fetchone()[0] or ())
        cursor.execute(_statement(), [client.pk] * len(client_keys()))
        found = cursor.fetchone()
    return frozenset(table for table, holds in zip(client_keys(), found, strict=True) if not holds)


@cache
def client_keys() -> dict[str, Any]:
    """Return {table: the foreign key of its rows to their client} of every model that has one."""
    keys = {model._meta.db_table: _client_key(model) for model in scoped_models()}
    return {table: key for table, key in keys.items() if key is not None}


def _client_key(model: Any) -> Any:
    path = model.client_path
    field = None if path == "pk" or "__" in path else model._meta.get_field(path)
    return field if isinstance(field, models.ForeignKey) else None


@cache
def _statement() -> str:
    """Return the SQL that checks every table for a row of a client: one index look-up each."""
    tests = (f'EXISTS(SELECT 1 FROM "{table}" WHERE "{key.column}" = %s)' for table, key in client_keys().items())  # noqa: S608
    return f"SELECT {', '.join(tests)}"


def function(visible: str) -> str:
    """Return the SQL of PostgreSQL's function: names of the tables without a row of a client visible to the session.

    NULL for any other client. It belongs to the owner and caches its plan: row security would be planned again for
    each of some 80 tables, at 10 ms a page. `visible` is the condition of row security on the client.
    """
    tests = []
    for table, key in client_keys().items():
        flag = getattr(key.model, "across_only", "")
        marked = key.model._meta.get_field(flag).column if flag else ""
        seen = f" AND (NOT {marked} OR (SELECT dakehu_reach()) IN {SEES_MARKED_ROWS})" if flag else ""
        tests.append(
            f"CASE WHEN NOT EXISTS(SELECT 1 FROM {table} WHERE {key.column} = $1{seen}) THEN '{table}' END"  # noqa: S608
        )
    client = next(iter(client_keys().values())).related_model._meta.db_table
    return (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}(bigint) RETURNS text[] LANGUAGE plpgsql STABLE "  # noqa: S608
        f"SECURITY DEFINER SET search_path = public AS $$ BEGIN "
        f"IF EXISTS(SELECT 1 FROM {client} WHERE id = $1 AND ({visible})) "
        f"THEN RETURN array_remove(ARRAY[{', '.join(tests)}], NULL); END IF; RETURN NULL; END $$"
    )


def names_empty_table(model: Any, conditions: dict[str, Any]) -> bool:
    """Return whether conditions (lookup: value) select a model's rows of the client being read and it has none."""
    known = _empty.get()
    if known is None or model._meta.db_table not in known.tables or not known.holds_for(actor_or_none()):
        return False
    key = client_keys()[model._meta.db_table]
    among = conditions.get(f"{key.attname}__{AMONG}")
    if among is not None:
        return list(among) == [known.client]
    named = conditions.get(key.name, conditions.get(key.attname))
    return named is not None and getattr(named, "pk", named) == known.client


def row_beside(client: Any, name: str) -> Any:
    """Return the row of a one-to-one relation of a client visible to the reader, None without one."""
    table = client._meta.get_field(name).related_model._meta.db_table
    known = _empty.get()
    if known is not None and table in known.tables and known.client == client.pk and known.holds_for(actor_or_none()):
        return None
    return getattr(client, name, None)


def is_known_empty(query: Any) -> bool:
    """Return whether a query (django.db.models.sql.Query) selects rows of the client being read in a table without
    any."""
    known = _empty.get()
    if known is None or query.combinator or not known.holds_for(actor_or_none()):
        return False
    if query.is_empty() and not _counts_without_rows(query):
        return True
    return _finds_nothing(query, known)


def _finds_nothing(query: Any, known: EmptyTables) -> bool:
    where, meta = query.where, query.get_meta()
    if where.connector != AND or where.negated or _counts_without_rows(query):
        return False
    key = client_keys().get(meta.db_table) if meta.db_table in known.tables else None
    return any(
        _is_of_client(one, key, query.base_table, known.client) or _is_in_nothing(one, known) for one in where.children
    )


def _counts_without_rows(query: Any) -> bool:
    """Return whether a query yields a row even if nothing matches: an aggregate without grouping."""
    is_grouped = query.group_by is True or bool(query.group_by)
    return not is_grouped and any(one.contains_aggregate for one in query.annotations.values())


def _is_of_client(condition: Any, key: Any, table: str, client: int) -> bool:
    """Return whether a condition matches only rows of this client."""
    column = getattr(condition, "lhs", None)
    if key is None or not isinstance(column, Col) or column.target != key or column.alias != table:
        return False
    if condition.lookup_name == AMONG:
        return list(condition.rhs) == [client]
    return isinstance(condition, Exact) and bool(condition.rhs == client)


def _is_in_nothing(condition: Any, known: EmptyTables) -> bool:
    """Return whether a condition is an `in` over a subquery known to be empty."""
    asked = condition.rhs if isinstance(condition, In) else None
    return isinstance(asked, Query) and not asked.combinator and _finds_nothing(asked, known)
