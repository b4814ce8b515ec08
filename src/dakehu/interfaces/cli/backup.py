"""Backup and restore of a whole desk: database, files, and (only encrypted) its keys."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.db import connection, connections

from dakehu import __version__
from dakehu.foundation.access import encrypted_fields, keys
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

MAGIC = b"DAKEHU1\n"
SALT, NONCE = 16, 12


def _key(password: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(password.encode())


def backup(target: Path, password: str | None, tell: Callable[[Bilingual], None]) -> dict[str, Any]:
    """Write a consistent snapshot to `target`. With a password it is encrypted and holds the keys; without one
    the keys stay behind, and without them sealed values cannot be opened after a restore."""
    if target.exists():
        raise Refused(
            {"file": [bilingual("“{path}”已存在，不会覆盖。", "“{path}” exists and is not overwritten.", path=target)]}
        )
    home = Path(settings.DAKEHU_HOME)
    made = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=made, mode="w:gz") as archive:
        head = Path(folder) / "audit-head.json"
        if (home / head.name).exists():  # before the snapshot, whose chain must contain it
            shutil.copyfile(home / head.name, head)
        snapshot = _database(Path(folder))
        archive.add(snapshot, snapshot.name)
        if head.exists():
            archive.add(head, head.name)
        about = {
            "version": __version__,
            "made_at": now().isoformat(),
            "database": connection.vendor,
            "keys": bool(password),
        }
        note = Path(folder) / "about.json"
        note.write_text(json.dumps(about))
        archive.add(note, "about.json")
        for name in ("files", "journal", *(["keys"] if password else [])):
            if (home / name).exists():
                archive.add(home / name, name)
    body = made.getvalue()
    if password:
        salt, nonce = os.urandom(SALT), os.urandom(NONCE)
        body = MAGIC + salt + nonce + AESGCM(_key(password, salt)).encrypt(nonce, body, MAGIC)
    else:
        tell(
            bilingual(
                "备份不含密钥：请另行妥善保存 {path}，否则加密信息无法恢复。",
                "The keys are not in this backup: keep {path} safe, or sealed values are lost.",
                path=home / "keys",
            )
        )
    keys.write_private(target, body)
    return {"file": str(target), "bytes": len(body), **about}


def _database(folder: Path) -> Path:
    """A consistent copy of the database while it is in use."""
    if connection.vendor == "sqlite":
        target = folder / "dakehu.sqlite3"
        with sqlite3.connect(str(settings.DATABASES["default"]["NAME"])) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        return target
    program = shutil.which("pg_dump")
    if program is None:
        raise Refused(
            bilingual(
                "备份 PostgreSQL 需要 pg_dump，请先安装。", "Backing up PostgreSQL needs pg_dump; install it first."
            )
        )
    target = folder / "dakehu.dump"
    told = settings.DATABASES.get("owner") or settings.DATABASES["default"]
    subprocess.run(
        [
            program,
            "-Fc",
            "-h",
            told["HOST"],
            "-p",
            told["PORT"] or "5432",
            "-U",
            told["USER"],
            "-f",
            str(target),
            told["NAME"],
        ],
        check=True,
        env={**os.environ, "PGPASSWORD": str(told["PASSWORD"])},
    )
    return target


def restore(source: Path, password: str | None) -> dict[str, Any]:
    """Put a backup into an empty data directory; refuses one that is in use."""
    home = Path(settings.DAKEHU_HOME)
    connections.close_all()
    for name in ("dakehu.sqlite3", "files", "journal"):
        if (home / name).exists():
            raise Refused(
                bilingual(
                    "数据目录 {home} 不是空的，请用 DAKEHU_HOME 指定一个新目录。",
                    "{home} is not empty; name a new directory with DAKEHU_HOME.",
                    home=home,
                )
            )
    body = _opened(source.read_bytes(), password)
    with (
        tempfile.TemporaryDirectory(dir=home) as folder,
        tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive,
    ):
        archive.extractall(folder, filter="data")
        about: dict[str, Any] = json.loads((Path(folder) / "about.json").read_text())
        dump = Path(folder) / "dakehu.dump"
        if dump.exists():
            _into_postgres(dump)
            dump.unlink()
        if (Path(folder) / "keys").exists():
            shutil.rmtree(home / "keys", ignore_errors=True)
        for part in Path(folder).iterdir():
            if part.name != "about.json":
                part.rename(home / part.name)
    encrypted_fields.forget_cached()
    return {"restored": True, **about}


def _opened(body: bytes, password: str | None) -> bytes:
    if not body.startswith(MAGIC):
        return body
    if not password:
        raise Refused(
            bilingual(
                "备份已加密，请用 --password-file 给出密码。",
                "The backup is encrypted; give its password with --password-file.",
            )
        )
    salt, rest = body[len(MAGIC) : len(MAGIC) + SALT], body[len(MAGIC) + SALT :]
    try:
        return AESGCM(_key(password, salt)).decrypt(rest[:NONCE], rest[NONCE:], MAGIC)
    except InvalidTag:
        raise Refused(
            bilingual("备份密码不正确，或文件已损坏。", "The password is wrong, or the backup is damaged.")
        ) from None


def _into_postgres(dump: Path) -> None:
    program = shutil.which("pg_restore")
    if connection.vendor != "postgresql" or program is None:
        raise Refused(
            bilingual(
                "这是 PostgreSQL 备份，需要 DAKEHU_DATABASE_URL 和 pg_restore。",
                "A PostgreSQL backup needs DAKEHU_DATABASE_URL and pg_restore.",
            )
        )
    told = settings.DATABASES.get("owner") or settings.DATABASES["default"]
    subprocess.run(
        [
            program,
            "--exit-on-error",
            "-h",
            told["HOST"],
            "-p",
            told["PORT"] or "5432",
            "-U",
            told["USER"],
            "-d",
            told["NAME"],
            str(dump),
        ],
        check=True,
        env={**os.environ, "PGPASSWORD": str(told["PASSWORD"])},
    )
