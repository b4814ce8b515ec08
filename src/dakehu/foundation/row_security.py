"""Row security on PostgreSQL, generated from every model's `client_path`: the backstop for what no rule in the ORM can
see (raw SQL, indirect joins). On SQLite only the ORM scope and the query guard apply.

The desk connects under a role that does not own the tables; migrations run under the owner. The actor is set in the
session (`dakehu.reach`, `dakehu.covers`, `dakehu.user`) by the database backend before each statement.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, connections

from dakehu.foundation.access import client_tables, query_guard, reach_proof, scope
from dakehu.foundation.access.actor import Reach
from dakehu.foundation.audit import chain, redaction
from dakehu.foundation.database import table_swap
from dakehu.foundation.records import replacement
from dakehu.foundation.search import index, lookup

SECRET_TABLE = "dakehu_reach_secret"  # noqa: S105  the name of a table
_pieces: dict[str, Any] = {}


def set_conditions(*, covered: Callable[[str, str], str], walled: str) -> None:
    """Set, at start-up, by the domain that owns clients: SQL for the ids of clients covered by users as seen by one of
    them (see `covered_sql`), and of clients hidden by an information wall."""
    _pieces.update(covered=covered, walled=walled)


def covered_sql(covers: str, user: str) -> str:
    """Return SQL for the ids of clients covered by `covers` (SQL of a bigint[]), as `user` (SQL of a bigint) sees them."""
    return str(_pieces["covered"](covers, user))


def walled_sql() -> str:
    """Return SQL for the ids of clients behind an information wall."""
    return str(_pieces["walled"])


def active(using: str = "default") -> bool:
    """Return whether row security is effective for the desk's connection role."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.rolname = current_user "
            "WHERE c.relname = ANY(%s) AND c.relrowsecurity AND c.relowner <> r.oid "
            "AND NOT r.rolsuper AND NOT r.rolbypassrls",
            [[m._meta.db_table for m in query_guard.scoped_models()]],
        )
        (protected,) = cursor.fetchone()
    return protected == len(query_guard.scoped_models())


def policy_condition(expression: str, reach: str = "(SELECT dakehu_reach())", functions: str = "dakehu_") -> str:
    """Return SQL for whether a reader of this reach sees the client with id `expression`. `functions` is the name
    prefix of the functions that list walled and covered clients: in FROM, where PostgreSQL runs them once. In a SELECT
    list they would be called for each id, 50 ms a statement for a reader of 5,000 clients."""
    listed = {name: f"SELECT client FROM {functions}{name}() AS client" for name in ("walled", "covered")}  # noqa: S608
    return (
        f"{reach} IN ('system', 'across')"
        f" OR ({reach} = 'all' AND {expression} NOT IN ({listed['walled']}))"
        f" OR ({reach} = 'covered' AND {expression} IN ({listed['covered']}))"
    )


def row_condition(
    model: Any, reach: str = "(SELECT dakehu_reach())", functions: str = "dakehu_", passes_without_client: bool = True
) -> str:
    """Return SQL for whether a reader of this reach sees a row of a model of client data. Columns are qualified by the
    model's table.

    The owner of a row without a client is known only to the program: policies let it pass, except for strangers; SQL
    logins without the program do not see it (`passes_without_client`), except readers across information walls.
    """
    table, path = model._meta.db_table, model.client_path
    own = model._meta.pk if path == "pk" else model._meta.get_field(path)  # one hop: client tables have a client key
    column = f'"{table}"."{own.column}"'
    test = policy_condition(column, reach, functions)
    if own.null:
        without = f"{column} IS NOT NULL AND ({test}) OR {reach} IN ('system', 'across')"
        passing = f"{column} IS NULL AND {reach} <> '{Reach.STRANGER}' OR {test}"
        test = passing if passes_without_client else without
    if getattr(model, "across_only", ""):
        flag = model._meta.get_field(model.across_only).column
        test = f"({test}) AND (NOT \"{table}\".\"{flag}\" OR {reach} IN ('system', 'across'))"
    return test


def policies(model: Any) -> list[str]:
    """Return the statements that protect one model's table."""
    table = model._meta.db_table
    test = row_condition(model)
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS dakehu_scope ON "{table}"',
        f'CREATE POLICY dakehu_scope ON "{table}" USING ({test}) WITH CHECK ({test})',
    ]


def _setting(name: str) -> str:
    return f"coalesce(current_setting('dakehu.{name}', true), '')"


def reach_statements(role: str) -> list[str]:
    """Return SQL of the function that returns the reach of a session, "" without its proof, and of the secret that
    only it reads."""
    report = " || E'\\n' || ".join(["pg_backend_pid()::text", *map(_setting, ("reach", "covers", "user"))])
    digest = f"encode(sha256(s.secret || sha256(s.secret || convert_to({report}, 'UTF8'))), 'hex')"
    body = f"SELECT CASE WHEN {_setting('proof')} = {digest} THEN {_setting('reach')} ELSE '' END FROM public.{SECRET_TABLE} s"  # noqa: S608
    shared = reach_proof.secret().hex()
    return [
        f"CREATE TABLE IF NOT EXISTS {SECRET_TABLE} (one boolean PRIMARY KEY DEFAULT true CHECK (one), secret bytea NOT NULL)",
        f'REVOKE ALL ON {SECRET_TABLE} FROM PUBLIC, "{role}"',
        f"INSERT INTO {SECRET_TABLE} (secret) VALUES (decode('{shared}', 'hex')) "  # noqa: S608  made here
        "ON CONFLICT (one) DO UPDATE SET secret = excluded.secret",
        "CREATE OR REPLACE FUNCTION dakehu_reach() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $$ {body} $$",
    ]


def statements(role: str) -> list[str]:
    """Return all statements to run after migrations, as the owner, so that `role` sees only what its session may."""
    covered = covered_sql("SELECT dakehu_covers()", f"SELECT nullif({_setting('user')}, '')::bigint")
    made = [
        "CREATE OR REPLACE FUNCTION dakehu_covers() RETURNS bigint[] LANGUAGE sql STABLE AS "
        "$$ SELECT coalesce(string_to_array(nullif(current_setting('dakehu.covers', true), ''), ',')::bigint[], "
        "'{}') $$",
        f"CREATE OR REPLACE FUNCTION dakehu_covered() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public AS $$ {covered} $$",
        f"CREATE OR REPLACE FUNCTION dakehu_walled() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = public AS $$ {walled_sql()} $$",
        f"CREATE OR REPLACE FUNCTION dakehu_measure() RETURNS void LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = public AS $$ BEGIN ANALYZE {scope.client_model()._meta.db_table}; END $$",
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
    ]
    made += reach_statements(role)
    for model in query_guard.scoped_models():
        made += policies(model)
    lines = index.line_model()._meta
    made += lookup.functions(lines.db_table, policy_condition(f'"{lines.db_table}"."client_id"'))
    client = scope.client_model()._meta
    made.append(client_tables.function(policy_condition(f'"{client.db_table}"."{client.pk.column}"')))
    replaceable = [_replaceable(model) for model in replacement.replaceable_models()]
    made += table_swap.functions(role, replaceable, turn=chain.LOCK)
    for name in ("foundation.AuditEntry", "foundation.AuditSeal"):
        audit = apps.get_model(name)._meta.db_table
        made.append(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{audit}" FROM "{role}"')
    return [*made, *redaction.statements(role)]


def _replaceable(model: Any) -> table_swap.Replaceable:
    """Return the SQL that protects a table replaced by swapping, and the SQL that deletes rows whose client is gone."""
    table, client = model._meta.db_table, model._meta.get_field(model.client_path)
    parent = client.related_model._meta
    fresh = table + table_swap.SUFFIX
    orphans = (
        f'DELETE FROM "{fresh}" WHERE NOT EXISTS (SELECT FROM "{parent.db_table}" AS parent '  # noqa: S608  names of models
        f'WHERE parent."{parent.pk.column}" = "{fresh}"."{client.column}")'
    )
    return table_swap.Replaceable(table, orphans, tuple(policies(model)))


def measure() -> None:
    """Update PostgreSQL's statistics of clients, inside the act that wrote many rows, before it ends. At the end it
    looks up the client of every row with a foreign key to one; where the table was vacuumed while its rows were not
    yet committed (for example after a cancelled import), the planner assumes an empty table, picks any index with the
    id, and scans all of it for every row: 430 s for 200,000 clients instead of 45. No effect on SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT dakehu_measure()")


def install(using: str) -> None:
    """Install the policies after migrations. No effect on SQLite, while tables are still missing, or under
    the application's role where the owner has a connection of its own."""
    connection = connections[using]
    if connection.vendor != "postgresql" or (using == "default" and "owner" in settings.DATABASES):
        return
    present = set(connection.introspection.table_names())
    if not all(m._meta.db_table in present for m in query_guard.scoped_models()):
        return
    role = str(settings.DATABASES["default"]["USER"])
    with connection.cursor() as cursor:
        for statement in statements(role):
            cursor.execute(statement)
