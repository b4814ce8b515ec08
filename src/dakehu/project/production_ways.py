"""Production checks of where data are stored or sent: mail, database, backups, keys, seals, limits."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from dakehu.exchange.evidence import publication
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of

Finding = tuple[Bilingual, Any]
LOCAL = ("localhost", "127.0.0.1", "::1", "")
YEAR = 365 * 24 * 3600
LONGEST_SESSION = 24  # hours
SIGN_INS = "sign-ins.txt"  # written by a demonstration into its data directory
ENCRYPTED_DATABASE = ("require", "verify-ca", "verify-full")


def cookies() -> Iterator[Finding]:
    """Find cookies and headers that HTTPS requires and that are not set."""
    if settings.HTTPS and not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield (
            bilingual("Cookie 会经明文 HTTP 发送。", "Cookies are sent over plain HTTP."),
            bilingual(
                "不要改写 SESSION_COOKIE_SECURE、CSRF_COOKIE_SECURE。", "Leave their Secure settings as they are."
            ),
        )
    if settings.HTTPS and settings.SECURE_HSTS_SECONDS < YEAR:
        yield (
            bilingual("浏览器没有被要求只用 HTTPS（HSTS）。", "Browsers are not told to use HTTPS only (HSTS)."),
            bilingual("SECURE_HSTS_SECONDS 至少一年。", "Let SECURE_HSTS_SECONDS be a year or more."),
        )


def proxies() -> Iterator[Finding]:
    """Find trusted proxy ranges so wide that strangers may be in them."""
    wide = [str(net) for net in settings.TRUSTED_PROXIES if net.num_addresses > 2**16 and not net.is_private]
    if wide:
        yield (
            bilingual("可信代理的网段过大：{nets}", "Trusted proxies are too many: {nets}", nets=", ".join(wide)),
            bilingual(
                "在 DAKEHU_TRUSTED_PROXIES 中只写代理的地址。", "Name the proxy alone in DAKEHU_TRUSTED_PROXIES."
            ),
        )


def demonstration() -> Iterator[Finding]:
    """Find accounts of the demonstration, whose passwords are in a file."""
    path = Path(settings.DAKEHU_HOME) / SIGN_INS
    if path.exists():
        yield (
            bilingual(
                "这是演示数据，登录名与密码在 {path}。",
                "This is a demonstration: {path} holds its passwords.",
                path=path,
            ),
            bilingual(
                "用 DAKEHU_HOME 指定新目录，另建账号。",
                "Name a new directory with DAKEHU_HOME and create accounts there.",
            ),
        )


def encrypted_backups() -> Iterator[Finding]:
    """Find a latest backup that is not encrypted."""
    body = AuditEntry.objects.filter(action="desk.backup").order_by("-pk").values_list("body", flat=True).first()
    if body is not None and json.loads(body).get("note", {}).get("encrypted") is False:
        yield (
            bilingual("最近一次备份没有加密。", "The last backup is not encrypted."),
            bilingual(
                "用 --password-file 或 DAKEHU_BACKUP_PASSWORD_FILE 重新备份，销毁未加密的文件。",
                "Back up again with --password-file or DAKEHU_BACKUP_PASSWORD_FILE, and destroy the open file.",
            ),
        )


def keys_apart() -> Iterator[Finding]:
    """Find keys, the password of backups or seals in the directory that holds the data."""
    home = Path(settings.DAKEHU_HOME).resolve()
    database = settings.DATABASES["default"]
    folder = home / "keys"
    beside = "sqlite" in str(database["ENGINE"]) and Path(str(database["NAME"])).resolve().parent == home
    if beside and folder.exists() and folder.stat().st_dev == home.stat().st_dev:
        yield (
            bilingual(
                "密钥与数据库在同一个磁盘目录 {home}。", "Keys and database lie on one disk, in {home}.", home=home
            ),
            bilingual(
                "改用 PostgreSQL，或把另一个加密卷挂载到 {folder}。",
                "Use PostgreSQL, or mount another encrypted volume at {folder}.",
                folder=folder,
            ),
        )
    for name, path in (
        ("DAKEHU_BACKUP_PASSWORD_FILE", settings.BACKUP_PASSWORD_FILE),
        ("DAKEHU_SEAL_FOLDER", settings.SEAL_FOLDER),
    ):
        if path and home in (Path(path).resolve(), *Path(path).resolve().parents):
            yield (
                bilingual("{name} 在数据目录里。", "{name} lies in the data directory.", name=name),
                bilingual("放到另一台机器或另一个卷。", "Put it on another machine or volume."),
            )


def mail_encryption() -> Iterator[Finding]:
    """Find mail servers that are used without encryption."""
    stored = model_of("service.MessageSettings").objects.filter(mail_on=True, mail_security="none")
    servers = [row.mail_host for row in stored if row.mail_host not in LOCAL]
    servers += [
        row.host
        for row in model_of("mailbox.Mailbox").objects.filter(is_on=True, protection="none")
        if row.host not in LOCAL
    ]
    if servers:
        yield (
            bilingual(
                "与邮件服务器之间没有加密：{names}", "Mail goes without encryption: {names}", names=", ".join(servers)
            ),
            bilingual("在“消息”与“邮箱”设置中选 TLS 或 STARTTLS。", "Choose TLS or STARTTLS in the settings of mail."),
        )


def seals_outside() -> Iterator[Finding]:
    """Find an audit whose seals do not leave the desk."""
    if not publication.configured_ways():
        yield (
            bilingual("日志封存没有发往外部的去处。", "The seals of the audit go nowhere outside."),
            bilingual(
                "设 DAKEHU_SEAL_MAIL、DAKEHU_SEAL_FOLDER 或 DAKEHU_SEAL_TIMESTAMP。",
                "Set DAKEHU_SEAL_MAIL, DAKEHU_SEAL_FOLDER or DAKEHU_SEAL_TIMESTAMP.",
            ),
        )
    stuck = {way: number for way, number in publication.count_unpublished().items() if number > 2}
    if stuck:
        yield (
            bilingual("有日志封存没有发出：{stuck}", "Seals of the audit have not left: {stuck}", stuck=_named(stuck)),
            bilingual("查看后台日志，恢复该去处。", "See the log of the worker, and mend that way."),
        )


def _named(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def database_role() -> Iterator[Finding]:
    """Find a role of the database that may do more than read and write rows, and an unencrypted connection."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        (is_mighty,) = cursor.fetchone()
    if is_mighty:
        yield (
            bilingual(
                "应用的数据库角色是超级用户，或可建库、建角色、绕过行级安全。",
                "The application's role is a superuser, or may create databases or roles, or bypass row security.",
            ),
            "ALTER ROLE … NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
        )
    used = settings.DATABASES["default"]
    host = str(used.get("HOST", ""))
    if host not in LOCAL and not host.startswith("/") and used["OPTIONS"].get("sslmode") not in ENCRYPTED_DATABASE:
        yield (
            bilingual(
                "与数据库 {host} 的连接没有强制加密。", "The connection to {host} need not be encrypted.", host=host
            ),
            bilingual(
                "在 DAKEHU_DATABASE_URL 末尾加 ?sslmode=verify-full。",
                "Add ?sslmode=verify-full to DAKEHU_DATABASE_URL.",
            ),
        )


def services() -> Iterator[Finding]:
    """Find services that are called over plain HTTP, and webhooks that may reach any private address."""
    for name, url in (("DAKEHU_OIDC_URL", settings.OIDC_URL), ("DAKEHU_QUOTES_URL", settings.QUOTES_URL)):
        if url and urlsplit(url).scheme != "https" and urlsplit(url).hostname not in LOCAL:
            yield (
                bilingual("{name} 不是 https 地址。", "{name} is no https address.", name=name),
                bilingual("改用 https。", "Use https."),
            )
    everywhere = [str(net) for net in settings.WEBHOOK_NETWORKS if _is_wide(net)]
    if everywhere:
        yield (
            bilingual(
                "Webhook 可发往的内网过大：{nets}", "Webhooks may reach too much: {nets}", nets=", ".join(everywhere)
            ),
            bilingual(
                "在 DAKEHU_WEBHOOK_NETWORKS 中只写接收方的地址。",
                "Name the receivers alone in DAKEHU_WEBHOOK_NETWORKS.",
            ),
        )


def _is_wide(net: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return net.num_addresses > 2**16 or any(
        address in net for address in map(ipaddress.ip_address, ("169.254.169.254",)) if address.version == net.version
    )


def limits() -> Iterator[Finding]:
    """Find limits that are switched off, and sign-ins that last longer than a day."""
    names = {"REQUESTS_PER_MINUTE": "DAKEHU_REQUESTS_PER_MINUTE", "LOOKUPS_PER_HOUR": "DAKEHU_LOOKUPS_PER_HOUR"}
    off = [shown for name, shown in names.items() if not getattr(settings, name)]
    if off:
        yield (
            bilingual("没有次数上限：{names}", "No limit is set: {names}", names=", ".join(off)),
            bilingual("去掉这些设置（恢复缺省），或写一个上限。", "Unset them for the default, or give a limit."),
        )
    if settings.SESSION_COOKIE_AGE > LONGEST_SESSION * 3600:
        yield (
            bilingual("登录保持超过 {n} 小时。", "A sign-in lasts longer than {n} hours.", n=LONGEST_SESSION),
            bilingual("减小 DAKEHU_SESSION_HOURS。", "Lower DAKEHU_SESSION_HOURS."),
        )


FINDERS = (
    cookies,
    proxies,
    demonstration,
    encrypted_backups,
    keys_apart,
    mail_encryption,
    seals_outside,
    database_role,
    services,
    limits,
)
