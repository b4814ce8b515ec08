"""Restore of a backup into an empty home: unpacked separately, verified, and put into effect atomically.

Nothing in the home changes before everything is verified: that the archive is complete and contains nothing foreign, that the
database opens and passes its own check, that the keys are its keys, that no file it names is missing, and that it migrates.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, connections

from dakehu.domains.ledger.trades import compaction
from dakehu.foundation.access import encrypted_fields, keys
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.keys import KeyTrouble
from dakehu.foundation.base import pending_restore
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.pending_restore import LOADING, PART
from dakehu.foundation.erasure import tombstones
from dakehu.foundation.files import store
from dakehu.foundation.installation import key_check, origin, restored
from dakehu.interfaces.cli import archive, server
from dakehu.interfaces.cli.backup import backup_lock, postgres_output, run_postgres
from dakehu.interfaces.cli.snapshots import SnapshotFolder

DATABASE = "dakehu.sqlite3"
_KEY_RECORD = re.compile(rf"^\d+\t{re.escape(key_check.PREFIX)}(\S+)\t(\w+)\t", re.MULTILINE)  # a line of COPY
OF_A_DESK = (DATABASE, f"{DATABASE}-wal", "files", "journal", "audit-head.json")


def restore(source: Path, password: str | None, moment: datetime | None = None) -> dict[str, Any]:
    """Restore a backup into an empty data directory; from a folder of snapshots the newest, or the newest at a moment.

    If killed, the directory is unchanged or restored, and the same command may be repeated."""
    home = Path(settings.DAKEHU_HOME)
    connections.close_all()
    lock = backup_lock()
    if not lock.take():
        raise refusal(
            "home",
            "另一个备份或恢复正在进行，请等它完成。",
            "Another backup or restore is going on; wait until it is done.",
        )
    try:
        pending_restore.finish(home)
        pending_restore.remove_leftovers(home)
        backup = _Backup(source, password, moment)
        known = backup.digest()
        if (home / LOADING).exists():
            return _load_dump(home, known)
        if _is_in_use(home):
            return _repeated_restore(home, known)
        return _restore(backup, home, known)
    finally:
        encrypted_fields.forget_cached()
        lock.release()


class _Backup:
    """The source of a restore: the file of a backup, or one of the snapshots in a folder."""

    def __init__(self, source: Path, password: str | None, moment: datetime | None) -> None:
        self.source, self.password = source, password
        self.folder = SnapshotFolder(source, password or "") if source.is_dir() else None
        self.snapshot = self.folder.at(moment) if self.folder is not None else None

    def digest(self) -> str:
        return archive.digest(self.snapshot.path if self.snapshot is not None else self.source)

    def unpack(self, part: Path) -> dict[str, Any]:
        if self.folder is not None and self.snapshot is not None:
            return self.folder.unpack(self.snapshot, part)
        return archive.unpack(self.source, self.password, part)


def _restore(backup: _Backup, home: Path, known: str) -> dict[str, Any]:
    part = home / PART
    part.mkdir(mode=0o700)
    try:
        server.tell(bilingual("正在解开备份……", "Unpacking the backup …"))
        about = backup.unpack(part)
        server.tell(bilingual("正在核对数据库、密钥和文件……", "Proving database, keys and files …"))
        _gather_keys(part, home)
        pending_restore.append_lines(home / tombstones.FILE, part / tombstones.FILE)
        if about["database"] == "sqlite":
            _check_unpacked(part, known)
        elif backup.snapshot is not None:
            _check_recovered(part)
        else:
            _prove_dump(part)
        (part / "about.json").unlink(missing_ok=True)
        if _is_in_use(home):  # a desk was started there in the meantime
            return _repeated_restore(home, known)
        pending_restore.commit(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    pending_restore.finish(home)
    with suppress(OSError):  # a mounted volume may belong to another user
        home.chmod(0o700)
    if about["database"] != "sqlite" and backup.snapshot is None:
        _load_dump(home, known)
    elif about["database"] != "sqlite":
        _take_over(known)
    return {"restored": True, **about}


def _is_in_use(home: Path) -> bool:
    return any((home / name).exists() for name in OF_A_DESK)


def _repeated_restore(home: Path, known: str) -> dict[str, Any]:
    """Accept a repeated restore that was killed after it took effect: the same backup, and no change since. Raises Refused."""
    if (home / DATABASE).exists() and connection.vendor == "sqlite":
        with suppress(Refused, DatabaseError):
            server.make_ready()
            if origin.is_unchanged_since(known):
                return {"restored": True, "again": True}
    raise Refused(
        bilingual(
            "数据目录 {home} 不是空的，请用 DAKEHU_HOME 指定一个新目录。没有改动任何内容。",
            "{home} is not empty; name a new directory with DAKEHU_HOME. Nothing was changed.",
            home=home,
        )
    )


def _gather_keys(part: Path, home: Path) -> None:
    """Put keys next to the unpacked database: those of the archive, or copies of the home's. Raises Refused where both exist and
    differ."""
    there = [name for name in keys.FILES if (home / "keys" / name).is_file()]
    packed = part / "keys"
    if packed.exists():
        if any((home / "keys" / name).read_bytes() != (packed / name).read_bytes() for name in there):
            raise refusal(
                "keys",
                "{folder} 里已有别的密钥，恢复会覆盖它们。请移走这些密钥，或用 DAKEHU_HOME 指定一个新目录。",
                "{folder} holds other keys, which a restore would replace. Move them away, or name a new directory with "
                "DAKEHU_HOME.",
                folder=home / "keys",
            )
        absent = [name for name in keys.FILES if not (packed / name).is_file()]
    else:
        packed.mkdir(mode=0o700)
        for name in (*keys.FILES, keys.SESSION_FILE):
            if (home / "keys" / name).is_file():
                shutil.copyfile(home / "keys" / name, packed / name)
                (packed / name).chmod(0o600)
        absent = [name for name in keys.FILES if not (packed / name).is_file()]
    if absent:
        raise refusal(
            "keys",
            "这份备份不含密钥（{names}）。请先把原来的密钥文件放进 {folder}，再恢复。",
            "This backup lacks keys ({names}). Put the key files of the desk into {folder} first, then restore.",
            names=", ".join(absent),
            folder=home / "keys",
        )


@contextmanager
def _using_home(folder: Path) -> Iterator[None]:
    """Make the desk in `folder` the current one inside the context."""
    home, secret, name = settings.DAKEHU_HOME, settings.SECRET_KEY, connection.settings_dict["NAME"]
    session = folder / "keys" / keys.SESSION_FILE
    connections.close_all()
    encrypted_fields.forget_cached()
    settings.DAKEHU_HOME = folder
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = str(folder / DATABASE)
    if session.is_file() and not settings.SECRET_KEY_IS_SET:
        settings.SECRET_KEY = session.read_text()
    try:
        yield
    finally:
        connections.close_all()
        encrypted_fields.forget_cached()
        settings.DAKEHU_HOME, settings.SECRET_KEY, connection.settings_dict["NAME"] = home, secret, name


def _check_unpacked(part: Path, known: str) -> None:
    """Raise Refused unless a complete desk was unpacked; migrates it."""
    if connection.vendor != "sqlite" or not (part / DATABASE).is_file():
        raise refusal(
            "file",
            "备份中的数据库与当前设置的数据库种类不同，或没有数据库。",
            "The backup holds another kind of database than the one that is set, or none.",
        )
    with _using_home(part):
        try:
            _prove_database()
            server.make_ready()
            _prove_files()
            restored.bring_in_line()
            origin.record(known)
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except KeyTrouble:
            raise _unfit_refusal() from None
        except DatabaseError:
            raise archive.damaged_backup_refusal() from None
    for path in part.glob(f"{DATABASE}-*"):
        path.unlink()


def _prove_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(1)")
        if cursor.fetchone()[0] != "ok":
            raise archive.damaged_backup_refusal()
    if key_check.is_fresh():
        raise refusal("file", "备份中的数据库不是工作台的数据库。", "The database of this backup is not one of a desk.")


def _prove_files() -> None:
    with acting_as(system_actor("see whether a backup is complete", "cli")):
        missing = [*store.find_missing(), *compaction.find_missing_files()]
    if missing:
        raise refusal(
            "file",
            "备份不完整，缺少 {n} 个文件（如 {name}），没有恢复任何内容。请用另一份备份。",
            "The backup is incomplete: {n} files are missing (such as {name}). Nothing was restored; use another copy.",
            n=len(missing),
            name=missing[0],
        )


def _unfit_refusal() -> Refused:
    return refusal(
        "keys",
        "密钥与备份中的数据库不符，没有恢复任何内容。请使用做备份时的密钥。",
        "The keys are not the ones of the database in this backup. Nothing was restored; use the keys of the time it was made.",
    )


# --- PostgreSQL --------------------------------------------------------------------------------------


def _prove_dump(part: Path) -> None:
    dump = part / pending_restore.DUMP
    if connection.vendor != "postgresql" or not dump.is_file():
        raise Refused(
            bilingual(
                "这是 PostgreSQL 备份，需要 DAKEHU_DATABASE_URL 和 pg_restore。",
                "A PostgreSQL backup needs DAKEHU_DATABASE_URL and pg_restore.",
            )
        )
    _must_be_empty()
    records = postgres_output("pg_restore", "--data-only", "-t", "foundation_installationrecord", "-f", "-", str(dump))
    known = {name: value for name, value in _KEY_RECORD.findall(records) if name != "session"}
    with _using_home(part):
        found = keys.fingerprints()
    if any(found.get(name) != value for name, value in known.items()):
        raise _unfit_refusal()


def _check_recovered(part: Path) -> None:
    """Raise Refused unless the database that PostgreSQL has recovered is the one of these keys and files."""
    if connection.vendor != "postgresql" or key_check.is_fresh(server.owner_alias()):
        raise refusal(
            "database",
            "这是 PostgreSQL 工作台的快照：请先用 PostgreSQL 恢复数据库（见 deploy/postgres），再恢复数据目录。",
            "These are snapshots of a desk on PostgreSQL: recover the database first (deploy/postgres), then the data directory.",
        )
    with _using_home(part):
        try:
            key_check.check_keys()
        except KeyTrouble:
            raise _unfit_refusal() from None
        _prove_files()


def _take_over(known: str) -> None:
    """Combine a recovered database and the restored data directory."""
    connections.close_all()
    server.make_ready()
    restored.bring_in_line()
    origin.record(known)


def _must_be_empty() -> None:
    if not key_check.is_fresh(server.owner_alias()):
        raise refusal(
            "database",
            "数据库不是空的。请为恢复新建一个空数据库。",
            "The database is not empty. Create an empty one for the restore.",
        )


def _load_dump(home: Path, known: str) -> dict[str, Any]:
    """Load the database in one transaction, unless a restore that was killed had just done so."""
    connections.close_all()
    if key_check.is_fresh(server.owner_alias()):
        server.tell(bilingual("正在载入数据库……", "Loading the database …"))
        words = ["--exit-on-error", "--single-transaction", str(home / LOADING)]
        run_postgres("pg_restore", *words, into_database=True)
    (home / LOADING).unlink()
    server.make_ready()  # raises where the keys are not those of the database
    _prove_files()
    restored.bring_in_line()
    origin.record(known)
    return {"restored": True}
