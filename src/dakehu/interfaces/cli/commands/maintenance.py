"""Check, close, migrate, back up and restore an installation."""

import argparse
from importlib import import_module

from django.conf import settings

from dakehu.domains.ledger.close import run as close_run
from dakehu.foundation import key_rotation
from dakehu.foundation.access import encrypted_fields, keys, query_guard
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import chain
from dakehu.foundation.base import parsing
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.installation import key_check
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.search import index
from dakehu.interfaces.cli import backup, restore, server
from dakehu.interfaces.cli.inputs import check_file, read_password
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
    """Verify the audit chain and the clients' files; 1 if either is damaged."""
    verdict = chain.verify()
    if verdict.broken is None:
        chain.remember_head()
    words = (
        bilingual(
            "{n} 条操作记录完好，首尾相接。",
            "{n} audit entries hold, each sealed to the one before.",
            n=verdict.entries,
        )
        if verdict.broken is None
        else bilingual(
            "第 {id} 条操作记录不可信：{why}",
            "Audit entry {id} does not hold: {why}",
            id=verdict.broken,
            why=verdict.why,
        )
    )
    files = ask("service.verify_attachments", {})
    file_errors = [
        str(bilingual("客户文件 {attachment}：{why}", "Client's file {attachment}: {why}", **fault))
        for fault in files["faults"]
    ]
    lines = [
        str(words),
        str(bilingual("{checked} 份客户文件已核对。", "{checked} files of clients were checked.", **files)),
        *file_errors,
    ]
    report = {"entries": verdict.entries, "broken": verdict.broken, "why": verdict.why, "files": files}
    write_result(line, report, lines)
    return 0 if verdict.broken is None and not files["faults"] else 1


def close_day(line: argparse.Namespace) -> None:
    """Run the nightly close for a day, by default the last trading day."""
    try:
        day = parsing.to_date(line.date) if line.date else None
    except parsing.Unreadable as fault:
        raise Refused(
            {
                "date": [
                    bilingual(
                        "“{text}”不是{zh}。",
                        "“{text}” is not {en}.",
                        text=line.date,
                        zh=fault.expected_zh,
                        en=fault.expected_en,
                    )
                ]
            }
        ) from None
    result = close_run.close(day=day, allow_stale=line.allow_stale, engine=line.engine, progress=progress_of(line))
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
    """Back up database, files and, with a password, the keys."""
    write_result(line, backup.backup(line.file, read_password(line.password_file), write_message))


def restore_backup(line: argparse.Namespace) -> None:
    """Restore a backup into an empty data directory."""
    write_result(line, restore.restore(check_file(line.file), read_password(line.password_file)))


def migrate_database(line: argparse.Namespace) -> None:
    """Create or upgrade the database."""
    server.migrate()
    write_result(line, {"migrated": True}, [str(bilingual("数据库已是最新。", "The database is up to date."))])
