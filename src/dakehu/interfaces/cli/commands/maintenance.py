"""Check, close, migrate, back up and restore an installation."""

import argparse
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections

from dakehu.domains.ledger.close import run as close_run
from dakehu.foundation import key_rotation
from dakehu.foundation.access import encrypted_fields, keys, query_guard
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import anchor
from dakehu.foundation.base.errors import NotAllowed, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.installation import key_check
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.search import index
from dakehu.interfaces.cli import audit_report, backup, restore, server
from dakehu.interfaces.cli.inputs import check_file, read_day, read_moment, read_password
from dakehu.interfaces.cli.output import progress_of, write_message, write_result


def check_installation(line: argparse.Namespace) -> int:
    """Run the system checks; 1 if any is an error."""
    from django.core.checks import Error, run_checks

    try:
        server.make_ready()
        custom_fields.load()
    except Refused as refusal:
        unready = [Error(str(refusal), id="dakehu.E005")]
    else:
        unready = []
    import_module(settings.ROOT_URLCONF)  # the project registers its own checks there
    messages = run_checks(databases=list(settings.DATABASES))
    if not any(m.id == "dakehu.E003" for m in messages):
        messages = [*unready, *messages]
    if line.production and not unready:
        messages += import_module("dakehu.project.production").find_faults()
    errors = [m for m in messages if m.level >= 40]
    write_result(
        line,
        {
            "errors": len(errors),
            "messages": [
                {"id": m.id, "level": m.level, "message": str(m.msg), "hint": str(m.hint or "")} for m in messages
            ],
        },
        [f"{m.id or '-'}  {m.msg}" + (f"\n      {m.hint}" if m.hint else "") for m in messages]
        or [str(bilingual("一切正常。", "All is well."))],
    )
    return 1 if errors else 0


def verify_records(line: argparse.Namespace) -> int:
    """Verify the audit chain, current rows and the clients' files; 1 if any is invalid."""
    report, lines, holds = audit_report.verify(line)
    write_result(line, report, lines)
    return 0 if holds else 1


def print_seal(line: argparse.Namespace) -> int:
    """Print the newest seal as one JSON line, to be stored elsewhere; 1 for an empty chain."""
    seal = anchor.newest_seal()
    if seal is not None:
        print(seal.as_json())
    return 0 if seal is not None else 1


def close_day(line: argparse.Namespace) -> None:
    """Run the nightly close for a day, by default the last trading day."""
    result = close_run.close(
        day=read_day(line.date, "date"), allow_stale=line.allow_stale, engine=line.engine, progress=progress_of(line)
    )
    words = (
        bilingual("{day} 已结算过，输入没有变化。", "{day} was closed before and nothing has changed since.", **result)
        if result["unchanged"]
        else bilingual("{day} 结算完成：{clients} 位客户。", "{day} is closed: {clients} clients.", **result)
    )
    write_result(line, result, [str(words)])


def rebuild_search_index(line: argparse.Namespace) -> None:
    """Rebuild the search table and the blind indexes from their rows."""
    if not current_actor().is_system:
        raise NotAllowed(bilingual("重建搜索索引", "rebuild the search index"))
    counts: dict[str, int] = {}
    with act("search.rebuild", line.reason):
        index.rebuild(counts.__setitem__)
        for model in query_guard.scoped_models():
            key_rotation.rebuild_blind_indexes(model)
        add_audit_note(rows=dict(counts))
    total = sum(counts.values())
    write_result(
        line,
        {"rows": counts},
        [str(bilingual("已为 {n} 条记录重建搜索索引。", "The search index of {n} records was rebuilt.", n=total))],
    )


def manage_keys(line: argparse.Namespace) -> None:
    """List the encryption keys, or add one and encrypt all values with it."""
    moved = 0
    if line.what == "rotate":
        keys.add_encryption_key()
        key_check.check_keys()  # records the fingerprint of the new key
        with act("keys.rotate", reason=line.reason or "dakehu keys rotate"):
            for model in query_guard.scoped_models():
                for field in encrypted_fields.encrypted_fields_of(model):
                    moved += key_rotation.reencrypt_fields(model, field)
            moved += key_rotation.reencrypt_custom_fields()
    current, known = keys.encryption_keys()
    write_result(line, {"current": current, "versions": sorted(known), "moved": moved})


def write_backup(line: argparse.Namespace) -> None:
    """Back up database, files and keys, encrypted; unencrypted and without keys only if requested."""
    password_file = line.password_file or (
        Path(settings.BACKUP_PASSWORD_FILE) if settings.BACKUP_PASSWORD_FILE else None
    )
    if password_file is None and not line.unencrypted:
        raise refusal(
            "password_file",
            "备份默认加密：请用 --password-file 或 DAKEHU_BACKUP_PASSWORD_FILE 给出密码文件；确需不加密（不含密钥）请加 --unencrypted。",
            "Backups are encrypted: name a file with the password by --password-file or DAKEHU_BACKUP_PASSWORD_FILE, or give "
            "--unencrypted for one that is not, and holds no keys.",
        )
    if line.snapshots:
        _write_snapshots(line, read_password(password_file))
        return
    if line.unencrypted:
        password_file = None
    result = backup.backup(line.file, read_password(password_file), write_message)
    with act("desk.backup", line.reason or "dakehu backup"):
        add_audit_note(file=line.file.name, encrypted=password_file is not None)
    write_result(line, result)


def _write_snapshots(line: argparse.Namespace, password: str | None) -> None:
    """Add a snapshot to a folder, or keep adding them until stopped. The first is recorded as an act; those that
    follow every minute would fill the audit record."""
    if not password:
        raise refusal(
            "password_file",
            "快照总是加密的：请用 --password-file 给出密码文件。",
            "Snapshots are always encrypted: name the file of their password with --password-file.",
        )
    ending = threading.Event()
    if line.every > 0:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
    with act("desk.backup", line.reason or "dakehu backup --snapshots"):
        add_audit_note(file=line.file.name, encrypted=True)
    while True:
        begun = time.monotonic()
        try:
            write_result(line, backup.write_snapshot(line.file, password))
            sys.stdout.flush()
        except (Refused, DatabaseError, OSError) as fault:
            if line.every <= 0:
                raise
            write_message(
                bilingual("快照没有写成，稍后再试：{why}", "No snapshot was written; again soon: {why}", why=fault)
            )
        connections.close_all()
        if line.every <= 0 or ending.wait(max(0.0, line.every - (time.monotonic() - begun))):
            return


def restore_backup(line: argparse.Namespace) -> None:
    """Restore a backup into an empty data directory."""
    source = line.file if line.file.is_dir() else check_file(line.file)
    if line.at and not line.file.is_dir():
        raise refusal("at", "--at 只用于快照文件夹。", "--at is for a folder of snapshots.")
    moment = read_moment(line.at, "at")
    write_result(line, restore.restore(source, read_password(line.password_file), moment))


def migrate_database(line: argparse.Namespace) -> None:
    """Create or upgrade the database."""
    server.migrate()
    write_result(line, {"migrated": True}, [str(bilingual("数据库已是最新。", "The database is up to date."))])
