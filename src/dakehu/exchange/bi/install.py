"""Create schema `bi` after migrations if the firm enables it, and remove it otherwise. Does nothing on SQLite.

Views block changes to the columns that they read, so they are dropped before migrations and re-created afterwards.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections

from dakehu.exchange.bi import functions
from dakehu.exchange.bi.views import INNER, SCHEMA, views
from dakehu.foundation.database.table_swap import CREATE_VIEWS, DROP_VIEWS
from dakehu.foundation.schema import custom_fields

Execute = Callable[[str], Any]


def install(execute: Execute, role: str) -> None:
    """Re-create everything, as the owner of the tables. `role` is the application's; `execute` runs one statement."""
    made = views()
    for statement in [*functions.inner_statements(role), *functions.outer_statements(made)]:
        execute(statement)
    execute(f"SELECT {functions.END_LOGINS}()")


def remove(execute: Execute) -> None:
    """Remove everything, logins first."""
    for statement in functions.removal_statements():
        execute(statement)


def before_migrations(using: str, **_: Any) -> None:
    """Drop the views. The access-control schema and its logins remain."""
    if _is_owner(using):
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            cursor.execute(f"DROP FUNCTION IF EXISTS public.{DROP_VIEWS}(text), public.{CREATE_VIEWS}(text)")


def after_migrations(using: str, **_: Any) -> None:
    """Create or remove the schema according to the setting, once all tables exist."""
    if not _is_owner(using):
        return
    tables = set(connections[using].introspection.table_names())
    with connections[using].cursor() as cursor:
        if not settings.SQL_ACCESS:
            cursor.execute(f"SELECT to_regnamespace('{INNER}') IS NOT NULL")
            if cursor.fetchone()[0]:
                remove(cursor.execute)
        elif {"team_token", "ledger_figures", "foundation_customfield"} <= tables:
            custom_fields.load()
            install(cursor.execute, str(settings.DATABASES["default"]["USER"]))


def _is_owner(using: str) -> bool:
    return connections[using].vendor == "postgresql" and not (using == "default" and "owner" in settings.DATABASES)
