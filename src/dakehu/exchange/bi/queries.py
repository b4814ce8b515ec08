"""Data of the SQL access page: whether this desk offers it, the reader's own login, and the views."""

from typing import Any

from django.conf import settings
from django.db import connection

from dakehu.domains.team.permissions import SQL_READ
from dakehu.domains.team.queries import valid_tokens
from dakehu.exchange.bi.views import INNER, SCHEMA
from dakehu.exchange.odata.entity_sets import entity_sets, snake
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query


def why_not_available() -> Bilingual | None:
    """Return why this desk offers no SQL login; None if it does."""
    if connection.vendor != "postgresql":
        return bilingual(
            "本工作台使用内置的 SQLite，不提供 SQL 登录；请用 OData，或请管理员改用 PostgreSQL。",
            "This desk runs on the built-in SQLite, which has no SQL logins: use OData, or ask your administrator for PostgreSQL.",
        )
    if not settings.SQL_ACCESS:
        return bilingual(
            "管理员尚未启用 SQL 访问（DAKEHU_SQL_ACCESS=1，然后运行 dakehu migrate）。",
            "Your administrator has not switched SQL access on (DAKEHU_SQL_ACCESS=1, then dakehu migrate).",
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_regnamespace('{INNER}') IS NOT NULL")
        (is_there,) = cursor.fetchone()
    if not is_there:
        return bilingual(
            "SQL 访问已启用，但视图尚未建立，请管理员运行 dakehu migrate。",
            "SQL access is on, but its views are not there yet: ask your administrator to run dakehu migrate.",
        )
    return None


def address() -> dict[str, Any]:
    """Return {host, port, database} of the desk's own connection to PostgreSQL."""
    used: dict[str, Any] = settings.DATABASES["default"]
    return {
        "host": used.get("HOST") or "localhost",
        "port": int(used.get("PORT") or 5432),
        "database": str(used["NAME"]),
    }


def own_tokens() -> list[Any]:
    """Return the actor's valid tokens that are passwords of an SQL login, newest first."""
    return [row for row in valid_tokens() if row.scopes == [str(SQL_READ)]]


def _names_of_views() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [SCHEMA])
        return {name for (name,) in cursor.fetchall()}


@query("bi.access", needs=SQL_READ, zh="SQL 访问", en="SQL access")
def access() -> dict[str, Any]:
    """Return {why_not ("" where this desk offers SQL), login, token, expires_on (None without a login), host, port,
    database, left_out (labels of the tables that have no view)}."""
    why = why_not_available()
    if why is not None:
        return {
            "why_not": str(why),
            "login": None,
            "token": None,
            "expires_on": None,
            **dict.fromkeys(("host", "port", "database")),
            "left_out": [],
        }
    held, names = _held_login(), _names_of_views()
    return {
        "why_not": "",
        **held,
        **address(),
        "left_out": [str(one.label) for one in entity_sets().values() if snake(one.name) not in names],
    }


def _held_login() -> dict[str, Any]:
    """Return {login, token, expires_on} of the actor's login, each None without one."""
    token = next(iter(own_tokens()), None)
    login = f"{connection.settings_dict['NAME'][:40]}_bi_{current_actor().user_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [login])
        (found,) = cursor.fetchone()
    if token is None or not found:
        return dict.fromkeys(("login", "token", "expires_on"))
    return {"login": login, "token": token.pk, "expires_on": token.expires_on}
