"""Checks of `dakehu check`, each with a stable id and a remedy."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, Warning, register
from django.db import DatabaseError, connection

from dakehu.foundation import row_security
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit import anchor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.project import operation_checks


def calendar(**_: Any) -> list[Any]:
    """dakehu.W001: the trading calendar runs out."""
    try:
        with acting_as(system_actor("check the calendar", "cli")):
            last = trading_days.calendar_ends_on()
    except DatabaseError:
        return []
    if last is not None and last - clock.today() > timedelta(days=60):
        return []
    return [
        Warning(
            bilingual("交易日历到 {day} 为止。", "The trading calendar ends on {day}.", day=last or "—"),
            hint=bilingual("在“系统”页补充下一年的休市日。", "Add the coming year's holidays on the System page."),
            id="dakehu.W001",
        )
    ]


def rows(**_: Any) -> list[Any]:
    """dakehu.W002: on SQLite only the ORM limits readers to their clients. dakehu.E001: row security is not active."""
    if connection.vendor != "postgresql":
        return [
            Warning(
                bilingual(
                    "内置 SQLite：客户范围只由程序守护。", "SQLite: only the program keeps readers to their clients."
                ),
                hint=bilingual(
                    "多人使用请换 PostgreSQL，由数据库行级安全再守一道。",
                    "For a team use PostgreSQL, whose row security stands behind.",
                ),
                id="dakehu.W002",
            )
        ]
    try:
        active = row_security.active()
    except DatabaseError:
        return []
    if active:
        return []
    return [
        Error(
            bilingual("行级安全没有生效。", "Row security is not active."),
            hint=bilingual(
                "应用角色不能拥有表，也不能绕过行级安全；用 DAKEHU_OWNER_URL 运行 dakehu migrate。",
                "The application's role must not own the tables nor bypass row security; run dakehu migrate with DAKEHU_OWNER_URL.",
            ),
            id="dakehu.E001",
        )
    ]


def secrets(**_: Any) -> list[Any]:
    """dakehu.E002: other system users may read the keys. dakehu.W003: error details are shown."""
    found: list[Any] = []
    folder = Path(settings.DAKEHU_HOME) / "keys"
    if os.name == "posix" and folder.exists() and folder.stat().st_mode & 0o077:
        found.append(
            Error(
                bilingual("密钥目录 {path} 可被他人读取。", "Others may read the keys in {path}.", path=folder),
                hint=f"chmod 700 {folder}",
                id="dakehu.E002",
            )
        )
    if settings.DEBUG:
        found.append(
            Warning(
                bilingual("开发模式已打开。", "Development mode is on."),
                hint=bilingual("正式使用请去掉 DAKEHU_DEBUG。", "Unset DAKEHU_DEBUG for real use."),
                id="dakehu.W003",
            )
        )
    return found


def audit(**_: Any) -> list[Any]:
    """dakehu.E006: the audit chain is invalid."""
    alarm = anchor.read_alarm()
    if alarm is None:
        return []
    return [
        Error(
            bilingual("操作日志不可信：第 {entry} 条，{why}", "The audit does not hold: entry {entry}, {why}", **alarm),
            hint=bilingual(
                "请通知合规并保留数据库现状；查明后运行 dakehu verify。",
                "Tell compliance and leave the database as it is; after the inquiry run dakehu verify.",
            ),
            id="dakehu.E006",
        )
    ]


def install() -> None:
    """Register the checks (called when the foundation app starts)."""
    for check in (calendar, rows, secrets, operation_checks.fitting_keys, operation_checks.search_lines, audit):
        register(check)
