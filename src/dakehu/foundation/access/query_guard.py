"""Refuse statements on client tables that do not mention the coverage table, and nearly all statements of a
stranger."""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import re
from functools import cache
from typing import Any

from django.apps import apps

from dakehu.foundation.access.actor import Reach, actor_or_none
from dakehu.foundation.base.errors import Unscoped

OPEN_APPS = frozenset({"sessions", "axes"})  # tables of signing in: sessions, and failed attempts
WORD = re.compile(r"\w+")

_coverage_table = ""


def set_coverage_table(name: str) -> None:
    """Set, at start-up, the table that every statement of an ordinary actor on client tables must mention."""
    global _coverage_table
    _coverage_table = name


def scoped_models() -> list[Any]:
    """Return every concrete model of client data."""
    return [m for m in apps.get_models() if getattr(m, "client_path", None)]


@cache
def closed_tables() -> frozenset[str]:
    """Return the tables that no statement of a stranger may mention: all except those of `OPEN_APPS`."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(m._meta.db_table for m in models if m._meta.app_label not in OPEN_APPS)


_tables: "re.Pattern[str] | None" = None


def query_guard(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Refuse a read of client tables by an actor with limited reach that does not mention the coverage table.

    It checks presence, not correctness: a safety net for raw SQL and indirect joins, not a proof. On PostgreSQL row
    security enforces the rule as well. A stranger reads and writes no table of the desk at all.
    """
    global _tables
    actor = actor_or_none()
    if actor is not None and actor.is_stranger and not closed_tables().isdisjoint(WORD.findall(sql)):
        raise Unscoped(f"a stranger reads or writes no table of the desk (see serving_strangers): {sql[:200]}")
    if actor is not None and actor.reach in (Reach.COVERED, Reach.NONE) and sql[:6].upper() == "SELECT":
        if _tables is None:
            names = sorted(re.escape(m._meta.db_table) for m in scoped_models())
            _tables = re.compile(r"\b(?:" + "|".join(names) + r")\b")
        if _coverage_table not in sql and _tables.search(sql):
            raise Unscoped(f"client rows read without scope: {sql[:200]}")
    return execute(sql, params, many, context)
