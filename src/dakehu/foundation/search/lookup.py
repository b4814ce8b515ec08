"""Query the search table: `words__finds=SearchText(...)` on a field of type SearchWords.

SQLite has an additional FTS5 table, maintained by triggers. On PostgreSQL, row security is evaluated before any text
comparison, which would rule out the index; so a function of the owner evaluates the index and the row security
condition together.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connections, models, router
from django.db.models.lookups import Lookup

from dakehu.foundation.search.text import Wanted

FUNCTION = "dakehu_finds"
CLIENTS_FUNCTION = "dakehu_found_clients"
FORMER_FUNCTION = "dakehu_found_lines(text, text[], int)"


@dataclass(frozen=True)
class SearchText:
    """A search condition.

    `most`: how many lines to read, 0 for all; only for readers who see nearly every client, because the limit applies
    before the scope. `each`: read the tokens of each line that passes the other conditions, without the index; for few
    lines, and for lists read in their own order because nearly every row matches. `loose`: do not check that tokens
    are adjacent where that costs more than finding them (PostgreSQL), for candidates that are tested afterwards.
    """

    wanted: Wanted
    most: int = 0
    each: bool = False
    loose: bool = False


class SearchWords(models.TextField):  # type: ignore[type-arg]
    """The tokens of a line (see `text`)."""


@SearchWords.register_lookup
class Finds(Lookup):
    """The `finds` lookup of SearchWords."""

    lookup_name = "finds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the SQL of the condition for SQLite or PostgreSQL."""
        condition: SearchText = self.rhs
        table = self.lhs.target.model._meta.db_table
        if condition.each:
            words, _ = self.process_lhs(compiler, connection)
            patterns = condition.wanted.patterns()
            return " AND ".join([f"' ' || {words} || ' ' LIKE %s"] * len(patterns)), patterns
        quote = connection.ops.quote_name
        column = f"{compiler.quote_name_unless_alias(self.lhs.alias)}.{quote('id')}"
        if connection.vendor == "postgresql":
            # An array is evaluated once; a planner without statistics would evaluate a set again for each row.
            sql = f"{column} = ANY (ARRAY(SELECT line FROM {FUNCTION}(%s, %s::text[], %s) AS line))"  # noqa: S608  names made here
            return sql, [
                *condition.wanted.for_postgres(),
                condition.most or None,
            ]
        limit = f" LIMIT {int(condition.most)}" if condition.most else ""
        fts_table = quote(fts_table_of(table))
        sql = f"{column} IN (SELECT rowid FROM {fts_table} WHERE {fts_table} MATCH %s{limit})"  # noqa: S608  names come from models
        return sql, [condition.wanted.for_sqlite()]


def matches_lines(model: Any, condition: SearchText) -> int | None:
    """Return the number of matching lines in the index, at most `condition.most`, visible or not.

    For choosing a read strategy, never shown. None on PostgreSQL, where counting costs as much as reading.
    """
    connection = connections[router.db_for_read(model)]
    if connection.vendor == "postgresql":
        return None
    fts_table = connection.ops.quote_name(fts_table_of(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT rowid FROM {fts_table} WHERE {fts_table} MATCH %s LIMIT %s)",  # noqa: S608  names come from models
            [condition.wanted.for_sqlite(), condition.most or -1],
        )
        return int(cursor.fetchone()[0])


def fts_table_of(table: str) -> str:
    """Return the name of the FTS5 table of a table."""
    return f"{table}_found"


def prepare(alias: str, table: str) -> None:
    """Create the index of the search table. For a migration."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE INDEX {table}_words ON {table} USING gin (to_tsvector('simple', words))")
            return
        fts_table = fts_table_of(table)
        cursor.execute(
            f"CREATE VIRTUAL TABLE {fts_table} USING fts5(words, content='{table}', content_rowid='id', columnsize=0, "
            "prefix='3 4 5')"
        )
        delete_sql = f"INSERT INTO {fts_table}({fts_table}, rowid, words) VALUES ('delete', old.id, old.words);"  # noqa: S608
        insert_sql = f"INSERT INTO {fts_table}(rowid, words) VALUES (new.id, new.words);"  # noqa: S608
        for event, body in (
            ("INSERT", insert_sql),
            ("DELETE", delete_sql),
            ("UPDATE OF words", delete_sql + insert_sql),
        ):
            name = f"{fts_table}_{event.split()[0].lower()}"
            cursor.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END")


def found_clients(model: Any, condition: SearchText, kinds: tuple[str, ...]) -> list[int]:
    """Return the clients of matching lines that are about `kinds`, one for each line: on PostgreSQL those that the
    session may see, on SQLite of every client, for rows in scope.

    At most `condition.most`: on SQLite of lines of any kind. The database returns them as one text: transferring rows
    would cost more than finding them.
    """
    connection = connections[router.db_for_read(model)]
    if connection.vendor == "postgresql":
        tokens, patterns = condition.wanted.for_postgres()
        sql = f"SELECT {CLIENTS_FUNCTION}(%s, %s::text[], %s::text[], %s)"
        values = [tokens, [] if condition.loose else patterns, list(kinds), condition.most or None]
    else:
        table = model._meta.db_table
        lines, fts_table = connection.ops.quote_name(table), connection.ops.quote_name(fts_table_of(table))
        sql = (
            f"SELECT group_concat(client_id) FROM {lines} WHERE id IN (SELECT rowid FROM {fts_table} "  # noqa: S608  names come from models
            f"WHERE {fts_table} MATCH %s LIMIT %s) AND what IN ({', '.join(['%s'] * len(kinds))})"
        )
        values = [condition.wanted.for_sqlite(), condition.most or -1, *kinds]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (text,) = cursor.fetchone()
    return list(map(int, text.split(","))) if text else []


def finds_exactly(model: Any, wanted: Wanted) -> bool:
    """Return whether a `loose` condition finds the same lines as one that checks adjacency of tokens."""
    return connections[router.db_for_read(model)].vendor != "postgresql" or not wanted.for_postgres()[1]


def functions(table: str, visible: str) -> list[str]:
    """Return the SQL of PostgreSQL's search functions: ids of matching lines that the session may see, and their clients."""
    found = f"FROM {table} WHERE words::tsvector @@ $1::tsquery AND ' ' || words || ' ' LIKE ALL ($2) AND ({visible})"
    clients = f"SELECT client_id {found} AND what = ANY ($3) LIMIT $4"
    made = (
        (f"{FUNCTION}(asked text, shaped text[], most int)", "SETOF bigint", f"SELECT id {found} LIMIT $3"),
        (
            f"{CLIENTS_FUNCTION}(asked text, shaped text[], kinds text[], most int)",
            "text",
            f"SELECT string_agg(client_id::text, ',') FROM ({clients}) AS line",  # noqa: S608  names of our own
        ),
    )
    return [
        f"DROP FUNCTION IF EXISTS {FORMER_FUNCTION}",
        *(
            f"CREATE OR REPLACE FUNCTION {head} RETURNS {kind} LANGUAGE sql STABLE "
            f"SECURITY DEFINER SET search_path = public AS $$ {body} $$"
            for head, kind, body in made
        ),
    ]
