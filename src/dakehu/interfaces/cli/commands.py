"""What each command does. Output: one JSON object with --json, else words for people."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.team import queries as team
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.exchange.reports import service as reports
from dakehu.foundation import key_rotation
from dakehu.foundation.access import encrypted_fields, keys, query_guard
from dakehu.foundation.access.actor import Actor, acting_as, current_actor, system_actor
from dakehu.foundation.actions.registry import ACTIONS, act
from dakehu.foundation.audit import chain as audit
from dakehu.foundation.base import parsing
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.gates.registry import answer
from dakehu.foundation.installation import key_check
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.search import index
from dakehu.interfaces.cli import backup, prices, server
from dakehu.interfaces.cli.file_choices import file_choices
from dakehu.interfaces.cli.key_values import pairs

WITHOUT_DATABASE = ("restore", "demo", "migrate", "check")


def run(line: argparse.Namespace) -> int:
    """Do one command in the name of whoever gives it."""
    if line.command not in WITHOUT_DATABASE:
        server.make_ready()
        custom_fields.load()
    with acting_as(who(line)):
        return int(COMMANDS[line.command](line) or 0)


def who(line: argparse.Namespace) -> Actor:
    """`--as USER`, or the system with the stated reason (its own for commands that state one by themselves)."""
    if line.as_user:
        with acting_as(system_actor("who is at the command line", "cli")):
            return replace(team.actor_of(team.find_user(line.as_user)), door="cli", reason=line.reason)
    reason = line.reason
    if not reason and line.command not in ("do", "export", "report"):
        about = getattr(line, "file", "") or getattr(line, "name", "")
        reason = f"dakehu {line.command} {about or ''}".strip()
    if not reason:
        raise Refused(
            bilingual(
                "请用 --as 指明人员，或用 --reason 说明系统操作的原因。",
                "Say who acts with --as, or give the system's reason with --reason.",
            )
        )
    return system_actor(reason, "cli")


# --- speaking --------------------------------------------------------------------------------------


def tell(words: Bilingual | str) -> None:
    """Words for a person, beside whatever goes to standard output."""
    print(str(words), file=sys.stderr)


def give(line: argparse.Namespace, made: Any, lines: Iterable[str] = ()) -> None:
    """The result: as one JSON object, or as lines for a person."""
    if line.json:
        sys.stdout.write(json.dumps(audit.plain_value(made), ensure_ascii=False) + "\n")
    else:
        for text in lines or [json.dumps(audit.plain_value(made), ensure_ascii=False, indent=2)]:
            print(text)


def refused(line: argparse.Namespace, refusal: Refused) -> int:
    plain = refusal.as_plain()
    if line.json:
        print(json.dumps({"refused": plain, "status": refusal.status}, ensure_ascii=False))
    for name, texts in plain.items():
        for text in texts:
            tell(f"{name}: {text}" if name else text)
    return 1


def broken(line: argparse.Namespace, fault: Exception) -> int:
    if line.json:
        print(json.dumps({"fault": type(fault).__name__, "status": 500}, ensure_ascii=False))
    tell(
        bilingual(
            "程序出错（{kind}:{text}）。设置 DAKEHU_DEBUG=1 可查看细节。",
            "A fault ({kind}: {text}). Set DAKEHU_DEBUG=1 to see the details.",
            kind=type(fault).__name__,
            text=str(fault)[:300],
        )
    )
    return 1


def secret_in(path: Path | None) -> str | None:
    """The first line of a password file."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        raise Refused(
            bilingual("密码文件“{path}”读不到内容。", "The password file “{path}” gives nothing.", path=path)
        ) from None


# --- commands --------------------------------------------------------------------------------------


def _say_renamed(kind: Kind, name: str) -> None:
    """Tell who uses a name of the version before what it is called now."""
    now = current_name(kind, name)
    if now != name:
        text = bilingual(
            "“{old}”已改名为“{new}”，旧名下一版不再接受。",
            "“{old}” is now called “{new}”; the next version accepts the new name only.",
            old=name,
            new=now,
        )
        print(text, file=sys.stderr)


def do_ask(line: argparse.Namespace) -> None:
    if not line.name:
        give(
            line,
            {name: str(q.label) for name, q in sorted(QUERIES.items())},
            [f"{n:32} {q.label}" for n, q in sorted(QUERIES.items())],
        )
        return
    _say_renamed(Kind.QUERY, line.name)
    give(line, ask(line.name, pairs(line.values)))


def do_do(line: argparse.Namespace) -> None:
    if not line.name:
        known = {n: a for n, a in sorted(ACTIONS.items()) if a.is_public}
        give(line, {n: str(a.label) for n, a in known.items()}, [f"{n:32} {a.label}" for n, a in known.items()])
        return
    _say_renamed(Kind.ACTION, line.name)
    made = answer(perform(line.name, pairs(line.values)))
    give(line, made if isinstance(made, dict) else {"result": made})


def do_import(line: argparse.Namespace) -> int:
    told = imports.run_import(
        existing(line.file),
        mode=line.mode,
        key=line.key,
        profile=line.profile,
        password=secret_in(line.password_file),
        dry_run=line.dry_run,
        skip_errors=line.skip_errors,
        prefer=line.prefer,
        delete_missing=line.delete_missing,
        progress=_progress(line),
        client=line.client,
        strict=line.strict,
        choices=file_choices(line),
    )
    give(line, told, list(_told(told)))
    for fault in told.get("faults", [])[:20]:
        tell(_place(fault))
    return 0 if told.get("imported") or (line.dry_run and not told["errors"]) else 1


def _told(told: dict[str, Any]) -> Iterable[str]:
    words = {
        "created": bilingual("新增", "created"),
        "updated": bilingual("更新", "updated"),
        "unchanged": bilingual("不变", "unchanged"),
        "skipped": bilingual("跳过", "skipped"),
        "errors": bilingual("错误", "errors"),
    }
    yield " · ".join(f"{label} {told[name]}" for name, label in words.items())
    for warning in told.get("warnings", [])[:20]:
        yield f"{warning['sheet']} {warning['cell']} {warning[language()]}"
    for column in told.get("ignored", []):
        yield f"{column['sheet']} {column['column']} {column[language()]} ({_cells(column['filled'])})"
    for rest in told.get("left_out", [])[:20]:
        yield str(
            bilingual(
                "{sheet} {range}（{cells} 格）{why}",
                "{sheet} {range} ({cells} cells): {why}",
                why=rest[language()],
                **{name: rest[name] for name in ("sheet", "range", "cells")},
            )
        )
    yield from _met(told)
    if not told.get("imported") and not told.get("dry_run"):
        yield str(bilingual("没有导入任何内容。", "Nothing was imported."))
    elif told.get("batch"):
        yield str(bilingual("批次 {n}", "batch {n}", n=told["batch"]))


def _cells(count: int) -> str:
    return str(bilingual("{n} 格有内容", "{n} cells filled", n=count))


def _met(told: dict[str, Any]) -> Iterable[str]:
    """What came of a workbook that was exported before: clashes, and rows that it lacks."""
    mine = 1 if language() == "en" else 0
    for cell in [c for c in told.get("cells", []) if c["fate"] == "clash" and not c["decided"]][:20]:
        yield str(
            bilingual(
                "{sheet} {cell} {label}：导出时“{base}”，表格中“{mine}”，系统中“{current}”",
                "{sheet} {cell} {label}: exported “{base}”, in the file “{mine}”, on the desk “{current}”",
                **{**cell, "label": cell["label"][mine]},
            )
        )
    if told.get("undecided"):
        yield str(
            bilingual(
                "{n} 处两边都改过，请加 --prefer file 或 --prefer desk。",
                "{n} cells were changed on both sides: add --prefer file or --prefer desk.",
                n=told["undecided"],
            )
        )
    kept = told.get("missing_in_all", 0) - told.get("deleted", 0)
    if kept:
        yield str(
            bilingual(
                "表中去掉的 {n} 行在系统中保留；要删除请加 --delete-missing。",
                "{n} rows that the file lacks stay on the desk; add --delete-missing to delete them.",
                n=kept,
            )
        )


def _place(found: dict[str, Any]) -> str:
    """A fault of an import: where, what, and how to mend it, in the reader's language."""
    return f"{found['sheet']} {found['cell']} {found[language()]} {found['remedy_' + language()]}".rstrip()


def _progress(line: argparse.Namespace) -> Any:
    if line.json or not sys.stderr.isatty():
        return no_progress

    def show(share: float, words: Bilingual | str = "") -> None:
        sys.stderr.write(f"\r{share * 100:5.1f}% {words!s:60.60}")
        sys.stderr.flush()

    return show


def do_undo(line: argparse.Namespace) -> None:
    if line.batch is None:
        rows = ask("workbook.undoable", {})
        give(line, {"undoable": rows}, [f"{r['batch']:>8}  {r['at'][:16]}  {r['what']}  {r['about']}" for r in rows])
        return
    told = answer(perform("workbook.undo", {"batch": line.batch}))
    words = bilingual(
        "已撤销批次 {batch}：删除 {removed} 条记录，恢复 {restored} 条记录。",
        "Batch {batch} is undone: {removed} records removed, {restored} restored.",
        **told,
    )
    give(line, told, [str(words)])


def existing(path: Path) -> Path:
    if not path.is_file():
        raise Refused({"file": [bilingual("找不到文件“{path}”。", "There is no file “{path}”.", path=path)]})
    return path


def _chosen(line: argparse.Namespace) -> list[int] | None:
    """The clients that --clients and --filter name, those in sight; None where neither is given."""
    if not line.clients and not line.filter:
        return None
    rows = clients.clients(filters=pairs(line.filter))
    codes = [code.strip() for code in line.clients.split(",") if code.strip()]
    rows = rows.filter(code__in=codes) if codes else rows
    missing = sorted(set(codes) - set(rows.values_list("code", flat=True)))
    if missing:
        raise Refused(
            {"clients": [bilingual("找不到客户：{names}。", "No such clients: {names}.", names="、".join(missing))]}
        )
    return list(rows.values_list("pk", flat=True))


def do_report(line: argparse.Namespace) -> None:
    told = reports.write_reports(line.file, _chosen(line), line.lang or None, _progress(line))
    words = bilingual("{file}：{clients} 份报告。", "{file}: {clients} reports.", file=line.file, **told["counts"])
    give(line, told, [str(words), *(f"{one['client']}: {one['why']}" for one in told["failed"])])


def do_export(line: argparse.Namespace) -> None:
    chosen = _chosen(line)
    language = line.lang or None
    counts = exports.write_filled(
        path=line.file, clients=chosen, password=secret_in(line.password_file), language=language
    )
    give(
        line,
        {"file": str(line.file), "counts": counts},
        [f"{line.file}: " + ", ".join(f"{k} {v}" for k, v in counts.items())],
    )


def do_template(line: argparse.Namespace) -> None:
    exports.write_template(line.file, language=line.lang or None)
    give(line, {"file": str(line.file)}, [str(line.file)])


def do_reindex(line: argparse.Namespace) -> None:
    """Lines of the search table and blind indexes, from the rows they follow; nothing else is touched."""
    if not current_actor().is_system:
        raise NotAllowed(bilingual("重建搜索索引", "write the search index anew"))
    counts: dict[str, int] = {}
    with act("search.rebuild", line.reason):
        index.rebuild(counts.__setitem__)
        for model in query_guard.scoped_models():
            key_rotation.rebuild_blind_indexes(model)
        add_audit_note(rows=dict(counts))
    total = sum(counts.values())
    give(
        line,
        {"rows": counts},
        [str(bilingual("已为 {n} 条记录重建搜索索引。", "The search index of {n} records was written anew.", n=total))],
    )


def do_close(line: argparse.Namespace) -> None:
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
    told = close_run.close(day=day, allow_stale=line.allow_stale, engine=line.engine, progress=_progress(line))
    words = (
        bilingual("{day} 已结算过，输入没有变化。", "{day} was closed before and nothing has changed since.", **told)
        if told["unchanged"]
        else bilingual("{day} 结算完成：{clients} 位客户。", "{day} is closed: {clients} clients.", **told)
    )
    give(line, told, [str(words)])


def do_verify(line: argparse.Namespace) -> int:
    verdict = audit.verify()
    if verdict.broken is None:
        audit.remember_head()
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
    kept = ask("service.verify_attachments", {})
    spoiled = [
        str(bilingual("客户文件 {attachment}：{why}", "Client's file {attachment}: {why}", **fault))
        for fault in kept["faults"]
    ]
    lines = [
        str(words),
        str(bilingual("{checked} 份客户文件已核对。", "{checked} files of clients were checked.", **kept)),
        *spoiled,
    ]
    told = {"entries": verdict.entries, "broken": verdict.broken, "why": verdict.why, "files": kept}
    give(line, told, lines)
    return 0 if verdict.broken is None and not kept["faults"] else 1


def do_check(line: argparse.Namespace) -> int:
    from django.core.checks import Error, run_checks

    try:
        server.make_ready()
        custom_fields.load()
    except Refused as refusal:
        unready = [Error(str(refusal), id="dakehu.E005")]
    else:
        unready = []
    import_module(settings.ROOT_URLCONF)  # the project registers its own checks there
    found = run_checks(databases=list(settings.DATABASES))
    if not any(m.id == "dakehu.E003" for m in found):
        found = [*unready, *found]
    errors = [m for m in found if m.level >= 40]
    give(
        line,
        {
            "errors": len(errors),
            "messages": [
                {"id": m.id, "level": m.level, "message": str(m.msg), "hint": str(m.hint or "")} for m in found
            ],
        },
        [f"{m.id or '-'}  {m.msg}" + (f"\n      {m.hint}" if m.hint else "") for m in found]
        or [str(bilingual("一切正常。", "All is well."))],
    )
    return 1 if errors else 0


def do_user(line: argparse.Namespace) -> None:
    raw = pairs(line.values)
    given = secret_in(line.password_file)
    if given:
        raw["password"] = given
    name = {"add": "team.add_user", "password": "team.reset_password"}.get(line.what)
    give(line, ask("team.users", {}) if name is None else answer(perform(name, raw)))


def do_keys(line: argparse.Namespace) -> None:
    moved = 0
    if line.what == "rotate":
        keys.add_encryption_key()
        with act("keys.rotate", reason=line.reason or "dakehu keys rotate"):
            for model in query_guard.scoped_models():
                for field in encrypted_fields.encrypted_fields_of(model):
                    moved += key_rotation.reencrypt_fields(model, field)
            moved += key_rotation.reencrypt_custom_fields()
        key_check.check_keys()  # records the fingerprint of the new key
    current, known = keys.encryption_keys()
    give(line, {"current": current, "versions": sorted(known), "moved": moved})


def do_backup(line: argparse.Namespace) -> None:
    give(line, backup.backup(line.file, secret_in(line.password_file), tell))


def do_restore(line: argparse.Namespace) -> None:
    give(line, backup.restore(existing(line.file), secret_in(line.password_file)))


def do_migrate(line: argparse.Namespace) -> None:
    server.migrate()
    give(line, {"migrated": True}, [str(bilingual("数据库已是最新。", "The database is up to date."))])


def do_serve(line: argparse.Namespace) -> int:
    return server.serve(line.host, line.port, browser=not line.no_browser)


def do_open(line: argparse.Namespace) -> int:
    told = imports.run_import(
        existing(line.file),
        mode=line.mode,
        key=line.key,
        profile=line.profile,
        password=secret_in(line.password_file),
        progress=_progress(line),
    )
    give(line, told, list(_told(told)))
    if not told.get("imported"):
        return 1
    return server.serve(line.host, line.port, browser=not line.no_browser)


def do_work(line: argparse.Namespace) -> int:
    return server.work()


def do_demo(line: argparse.Namespace) -> int:
    from dakehu.interfaces.cli import demo

    return int(demo.main(line.host, line.port, serve=not line.no_serve, browser=not line.no_browser) or 0)


def do_quotes(line: argparse.Namespace) -> int:
    told = prices.fetch(line)
    give(line, told, list(_told(told)))
    return 0 if told.get("imported") or line.dry_run else 1


COMMANDS = {
    "quotes": do_quotes,
    "ask": do_ask,
    "do": do_do,
    "import": do_import,
    "undo": do_undo,
    "export": do_export,
    "report": do_report,
    "template": do_template,
    "verify": do_verify,
    "reindex": do_reindex,
    "close": do_close,
    "check": do_check,
    "user": do_user,
    "keys": do_keys,
    "backup": do_backup,
    "restore": do_restore,
    "migrate": do_migrate,
    "serve": do_serve,
    "open": do_open,
    "work": do_work,
    "demo": do_demo,
}
