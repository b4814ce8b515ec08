"""Backup of a desk: database, files, and (only encrypted) its keys. To restore see restore.py."""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from dakehu import __version__
from dakehu.foundation.access import keys
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.foundation.erasure import tombstones
from dakehu.foundation.installation.last_snapshot import last_snapshot
from dakehu.interfaces.cli import archive
from dakehu.interfaces.cli.snapshots import SnapshotFolder


def backup_lock() -> ProcessLock:
    """Return the lock held while a backup or a restore runs in this home."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / "backup.lock")


def backup(target: Path, password: str | None, tell: Callable[[Bilingual], None]) -> dict[str, Any]:
    """Write a consistent snapshot to `target`, atomically. With a password it is encrypted and contains the keys;
    without one the keys are not included, and encrypted values cannot be decrypted after a restore."""
    if target.exists():
        raise refusal("file", "“{path}”已存在，不会覆盖。", "“{path}” exists and is not overwritten.", path=target)
    home = Path(settings.DAKEHU_HOME)
    about = {
        "version": __version__,
        "made_at": now().isoformat(),
        "database": connection.vendor,
        "keys": bool(password),
    }
    with _work_folder(home) as folder:
        (folder / "about.json").write_text(json.dumps(about))
        members = _members(home, folder, with_keys=bool(password))
        with _written_whole(target) as stream, archive.writing(stream, password) as made:
            _add(made, folder / "about.json", "about.json")
            for name, path in members.items():
                _add(made, path, name)
    if not password:
        tell(
            bilingual(
                "备份不含密钥：请另行妥善保存 {path}，否则加密信息无法恢复。",
                "The keys are not in this backup: keep {path} safe, or encrypted values are lost.",
                path=home / "keys",
            )
        )
    return {"file": str(target), "bytes": target.stat().st_size, **about}


def write_snapshot(target: Path, password: str) -> dict[str, Any]:
    """Add a snapshot of the desk to a folder of snapshots: database (SQLite), files and keys. It uses space only for
    changes. Returns {at, pieces, written, bytes, removed} of what was added and how many old ones were removed."""
    home = Path(settings.DAKEHU_HOME)
    folder = SnapshotFolder(target, password, create=True)
    with _work_folder(home) as work:
        at = now()  # everything acknowledged before is in it
        about = {"version": __version__, "made_at": at.isoformat(), "database": connection.vendor, "keys": True}
        members = _members(home, work, with_keys=True, with_database=connection.vendor == "sqlite")
        counts = folder.write(at, about, members)
        removed = folder.thin(at)
    last_snapshot().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    last_snapshot().touch()
    return {"at": at.isoformat(), **counts, "removed": removed}


def _members(home: Path, work: Path, *, with_keys: bool, with_database: bool = True) -> dict[str, Path]:
    """Return the files of a backup by their names in it, copied or linked in the folder `work` where they may change."""
    # In this order: files that the database snapshot names are collected before or after it.
    if (home / "audit-head.json").exists():
        shutil.copyfile(home / "audit-head.json", work / "audit-head.json")
    _hold_files(home / "files", work / "files")
    database = _database(work) if with_database else None
    _hold_files(home / "files", work / "files")
    single = [path for path in (database, work / "audit-head.json", tombstones.path()) if path is not None]
    members = {path.name: path for path in single if path.exists()}
    members |= _tree(work / "files", "files") | _tree(home / "journal", "journal")
    if with_keys:
        for name in (*keys.FILES, keys.SESSION_FILE):
            if (home / "keys" / name).exists():
                members[f"keys/{name}"] = home / "keys" / name
    return members


def _tree(folder: Path, name: str) -> dict[str, Path]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".part", ".new")]
    return {f"{name}/{path.relative_to(folder).as_posix()}": path for path in paths}


@contextmanager
def _work_folder(home: Path) -> Iterator[Path]:
    """Yield a temporary folder in the home, removed afterwards, or at the next start if that fails."""
    lock = backup_lock()
    if not lock.take():
        raise refusal(
            "home",
            "另一个备份或恢复正在进行，请等它完成。",
            "Another backup or restore is going on; wait until it is done.",
        )
    try:
        with tempfile.TemporaryDirectory(dir=home / "run", prefix="backup-") as folder:
            yield Path(folder)
    finally:
        lock.release()


@contextmanager
def _written_whole(target: Path) -> Iterator[Any]:
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _hold_files(source: Path, target: Path) -> None:
    """Link the existing files, so that files deleted during the backup are still included."""
    for path in source.glob("*/*"):
        held = target / path.parent.name / path.name
        if held.exists() or path.suffix == ".part":
            continue
        held.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):  # just removed
            try:
                os.link(path, held)
            except FileNotFoundError:
                raise
            except OSError:  # a file system without links
                shutil.copyfile(path, held)


def _add(made: tarfile.TarFile, path: Path, name: str) -> None:
    """Add a file readable by its owner only. One removed in the meantime is skipped (journal files, which are kept if a
    snapshot names them, for longer than a backup takes)."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = os.fstat(stream.fileno()).st_size, int(path.stat().st_mtime), 0o600
        made.addfile(member, stream)


def _database(folder: Path) -> Path:
    """Write a consistent copy of the database while it is in use."""
    if connection.vendor == "sqlite":
        target = folder / "dakehu.sqlite3"
        name = str(settings.DATABASES["default"]["NAME"])
        with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target
    target = folder / "dakehu.dump"
    run_postgres("pg_dump", "-Fc", "-f", str(target))
    return target


def run_postgres(name: str, *words: str, into_database: bool = False) -> None:
    """Run a program of PostgreSQL on the desk's database, as the owner of its tables where one is named."""
    used = settings.DATABASES.get("owner") or settings.DATABASES["default"]
    address = ["-h", used.get("HOST"), "-p", used.get("PORT") or "5432", "-U", used.get("USER")]
    postgres_output(
        name,
        *address,
        *(["-d"] if into_database else []),
        str(used["NAME"]),
        *words,
        password=str(used.get("PASSWORD")),
    )


def postgres_output(name: str, *words: Any, password: str = "") -> str:
    """Return the output of a program of PostgreSQL. Raises Refused where it is missing or fails."""
    program = shutil.which(name)
    if connection.vendor != "postgresql" or program is None:
        raise Refused(
            bilingual(
                "这一步需要 PostgreSQL：请设置 DAKEHU_DATABASE_URL，并安装 {name}。",
                "This needs PostgreSQL: set DAKEHU_DATABASE_URL and install {name}.",
                name=name,
            )
        )
    ran = subprocess.run(
        [program, *words],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "PGPASSWORD": password},
    )
    if ran.returncode:
        raise Refused(
            bilingual(
                "{name} 没有完成，数据库保持原样：{why}",
                "{name} did not complete; the database is as it was: {why}",
                name=name,
                why=ran.stderr.strip()[-400:],
            )
        )
    return ran.stdout
