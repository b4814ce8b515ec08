"""Refuse statements on client tables that do not mention who covers whom."""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import re
from typing import Any

from django.apps import apps

from dakehu.foundation.access.actor import Reach, actor_or_none
from dakehu.foundation.base.errors import Unscoped

_coverage_table = ""


def set_coverage_table(name: str) -> None:
    """Named at start-up: every statement of an ordinary actor on client tables must mention this table."""
    global _coverage_table
    _coverage_table = name


def scoped_models() -> list[Any]:
    """Every concrete model of client data."""
    return [m for m in apps.get_models() if getattr(m, "client_path", None)]


_tables: "re.Pattern[str] | None" = None


def query_guard(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Refuse a read of client tables by an actor with limited sight that does not mention who covers whom.

    It checks presence, not correctness: a net for raw SQL and sideways joins, not a proof. On PostgreSQL
    row security stands behind it.
    """
    global _tables
    actor = actor_or_none()
    if actor is not None and actor.reach in (Reach.COVERED, Reach.NONE) and sql[:6].upper() == "SELECT":
        if _tables is None:
            names = sorted(re.escape(m._meta.db_table) for m in scoped_models())
            _tables = re.compile(r"\b(?:" + "|".join(names) + r")\b")
        if _coverage_table not in sql and _tables.search(sql) and not actor.extra.get("in_act"):
            raise Unscoped(f"client rows read without scope: {sql[:200]}")
    return execute(sql, params, many, context)
