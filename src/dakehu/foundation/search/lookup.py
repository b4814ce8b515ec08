"""Asking the database for lines: `words__finds=Asked(...)` on a field of type SearchWords.

SQLite has an FTS5 table beside the lines, kept by triggers. On PostgreSQL no text may be compared before row security has
spoken, which would forbid the index; so a function of the owner's asks the index and row security's own question at once.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connections, models, router
from django.db.models.lookups import Lookup

from dakehu.foundation.search.text import Wanted

FUNCTION = "dakehu_finds"


@dataclass(frozen=True)
class SearchText:
    """`most`: how many lines to look at, 0 for all. Only a reader who sees nearly every client may be capped, because the
    cap falls before the scope does. `each` reads the words of each line that the other conditions leave, without the index:
    for few lines, and for lists that are walked in their order because nearly everybody would be found."""

    wanted: Wanted
    most: int = 0
    each: bool = False


class SearchWords(models.TextField):  # type: ignore[type-arg]
    """The tokens of a line (see `text`)."""


@SearchWords.register_lookup
class Finds(Lookup):
    lookup_name = "finds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        asked: SearchText = self.rhs
        table = self.lhs.target.model._meta.db_table
        if asked.each:
            words, _ = self.process_lhs(compiler, connection)
            patterns = asked.wanted.patterns()
            return " AND ".join([f"' ' || {words} || ' ' LIKE %s"] * len(patterns)), patterns
        quote = connection.ops.quote_name
        column = f"{compiler.quote_name_unless_alias(self.lhs.alias)}.{quote('id')}"
        if connection.vendor == "postgresql":
            return f"{column} IN (SELECT {FUNCTION}(%s, %s::text[], %s))", [
                *asked.wanted.for_postgres(),
                asked.most or None,
            ]
        limit = f" LIMIT {int(asked.most)}" if asked.most else ""
        found = quote(found_table(table))
        return f"{column} IN (SELECT rowid FROM {found} WHERE {found} MATCH %s{limit})", [asked.wanted.for_sqlite()]  # noqa: S608  names come from models


def matches_lines(model: Any, asked: SearchText) -> int | None:
    """How many lines the index of a model holds for what is asked, `asked.most` at most and in sight or not: to choose a way
    of reading, never to be told. None on PostgreSQL, where counting them costs as much as reading them."""
    connection = connections[router.db_for_read(model)]
    if connection.vendor == "postgresql":
        return None
    found = connection.ops.quote_name(found_table(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT rowid FROM {found} WHERE {found} MATCH %s LIMIT %s)",  # noqa: S608  names come from models
            [asked.wanted.for_sqlite(), asked.most or -1],
        )
        return int(cursor.fetchone()[0])


def found_table(table: str) -> str:
    return f"{table}_found"


def prepare(alias: str, table: str) -> None:
    """Give the table of lines its index. For a migration."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE INDEX {table}_words ON {table} USING gin (to_tsvector('simple', words))")
            return
        found = found_table(table)
        cursor.execute(
            f"CREATE VIRTUAL TABLE {found} USING fts5(words, content='{table}', content_rowid='id', columnsize=0, "
            "prefix='3 4 5')"
        )
        gone = f"INSERT INTO {found}({found}, rowid, words) VALUES ('delete', old.id, old.words);"  # noqa: S608
        come = f"INSERT INTO {found}(rowid, words) VALUES (new.id, new.words);"  # noqa: S608
        for event, body in (("INSERT", come), ("DELETE", gone), ("UPDATE OF words", gone + come)):
            name = f"{found}_{event.split()[0].lower()}"
            cursor.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END")


def function(table: str, sees: str) -> str:
    """The statement that makes PostgreSQL's function: lines that match and that the session may see."""
    return (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}(asked text, shaped text[], most int) RETURNS SETOF bigint LANGUAGE sql STABLE "  # noqa: S608  names come from models
        f"SECURITY DEFINER SET search_path = public AS $$ SELECT id FROM {table} "
        f"WHERE to_tsvector('simple', words) @@ to_tsquery('simple', asked) AND ' ' || words || ' ' LIKE ALL (shaped) "
        f"AND ({sees}) LIMIT most $$"
    )
