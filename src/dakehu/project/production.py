"""Requirements for production: `dakehu check --production` fails on each that is not met."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error

from dakehu.domains.team.role_changes import administrators
from dakehu.domains.team.roles import RoleName
from dakehu.domains.team.setup_checklist import BACKUP_DAYS
from dakehu.domains.team.sign_in.second_factors import kinds_of
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.project import production_ways

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1", "testserver", "")
WEAK = ("", "x", "postgres", "password", "dakehu", "secret", "changeme", "change-me", "admin", "123456", "12345678")
SHORTEST_KEY, SHORTEST_PASSWORD = 32, 12


def find_faults() -> list[Error]:
    """Return everything that prevents production use, each with its remedy."""
    with acting_as(system_actor("check the installation for production", "cli")):
        return [
            Error(words, hint=remedy, id=f"dakehu.P{number:03}")
            for number, found in enumerate(
                (_debug, _hosts, _secrets, _modes, _plain_http, _backup, _second_factors, *production_ways.FINDERS),
                start=1,
            )
            for words, remedy in found()
        ]


Finding = tuple[Bilingual, Any]


def _debug() -> Iterator[Finding]:
    if settings.DEBUG:
        yield (
            bilingual("开发模式已打开，错误细节会显示给用户。", "Development mode is on and shows fault details."),
            bilingual("去掉 DAKEHU_DEBUG。", "Unset DAKEHU_DEBUG."),
        )


def _hosts() -> Iterator[Finding]:
    wild = [host for host in settings.ALLOWED_HOSTS if "*" in host or host.startswith(".")]
    if wild:
        yield (
            bilingual("允许任意主机名：{hosts}", "Any host name is allowed: {hosts}", hosts=", ".join(wild)),
            bilingual("在 DAKEHU_HOSTS 中写明主机名。", "Name the hosts in DAKEHU_HOSTS."),
        )


def _secrets() -> Iterator[Finding]:
    key = str(settings.SECRET_KEY)
    if len(key) < SHORTEST_KEY or len(set(key)) < 12:
        yield (
            bilingual("会话签名密钥太短或太简单。", "The session signing key is too short or too plain."),
            bilingual(
                "去掉 DAKEHU_SECRET_KEY（自动生成），或给出至少 {n} 位随机字符。",
                "Unset DAKEHU_SECRET_KEY (one is made), or give {n} random characters or more.",
                n=SHORTEST_KEY,
            ),
        )
    for name, base in settings.DATABASES.items():
        if "sqlite" in str(base["ENGINE"]) or str(base.get("HOST", "")).startswith("/"):
            continue
        password = str(base.get("PASSWORD", ""))
        if password.lower() in WEAK or len(password) < SHORTEST_PASSWORD or password == base.get("USER"):
            yield (
                bilingual("数据库口令太弱（{name}）。", "The database's password is weak ({name}).", name=name),
                bilingual("至少 {n} 位随机字符。", "Use {n} random characters or more.", n=SHORTEST_PASSWORD),
            )


def _modes() -> Iterator[Finding]:
    if os.name != "posix":
        return
    home = Path(settings.DAKEHU_HOME)
    looked_at = [
        home,
        home / "keys",
        *(home / "keys").glob("*"),
        *home.glob("dakehu.sqlite3*"),
        home / "files",
        home / "journal",
    ]
    open_ones = [path for path in looked_at if path.exists() and path.stat().st_mode & 0o077]
    if open_ones:
        yield (
            bilingual("他人可以读取：{paths}", "Others may read: {paths}", paths=", ".join(map(str, open_ones))),
            f"chmod -R go= {home}",
        )


def _plain_http() -> Iterator[Finding]:
    beyond = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK]
    if beyond and not settings.HTTPS:
        yield (
            bilingual("{hosts} 不经 HTTPS 访问。", "{hosts} is reached over plain HTTP.", hosts=", ".join(beyond)),
            bilingual(
                "在前面放 HTTPS 代理，并设 DAKEHU_HTTPS=1、DAKEHU_TRUSTED_PROXIES。",
                "Put an HTTPS proxy in front and set DAKEHU_HTTPS=1 and DAKEHU_TRUSTED_PROXIES.",
            ),
        )


def _backup() -> Iterator[Finding]:
    since = clock.now() - timedelta(days=BACKUP_DAYS)
    if not AuditEntry.objects.filter(action="desk.backup", at__gte=since).exists():
        yield (
            bilingual("最近 {n} 天没有备份。", "No backup within {n} days.", n=BACKUP_DAYS),
            bilingual(
                "每天运行 dakehu backup，文件存到另一台机器。",
                "Run dakehu backup every day and keep the file on another machine.",
            ),
        )


def _second_factors() -> Iterator[Finding]:
    if RoleName.ADMIN.value in firm_settings.current("SECOND_FACTOR_ROLES"):
        return
    without = [u.username for u in administrators() if not kinds_of(u)]
    if without:
        yield (
            bilingual(
                "管理员没有两步登录：{who}", "Administrators without a second factor: {who}", who=", ".join(without)
            ),
            bilingual(
                "设 DAKEHU_SECOND_FACTOR_ROLES=admin，或在“登录安全”页启用。",
                "Set DAKEHU_SECOND_FACTOR_ROLES=admin, or turn it on under Sign-in security.",
            ),
        )
