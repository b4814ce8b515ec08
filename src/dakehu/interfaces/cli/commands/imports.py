"""Import files, fetch prices, and undo."""

import argparse
from collections.abc import Iterable
from typing import Any

from dakehu.exchange.imports import service as import_service
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.gates.registry import answer
from dakehu.interfaces.cli import prices
from dakehu.interfaces.cli.file_choices import file_choices
from dakehu.interfaces.cli.inputs import check_file, read_password
from dakehu.interfaces.cli.output import progress_of, write_message, write_result


def import_file(line: argparse.Namespace) -> int:
    """Import a workbook, statement or price file; 0 if it was imported or its dry run has no errors."""
    report = import_service.run_import(
        check_file(line.file),
        mode=line.mode,
        key=line.key,
        profile=line.profile,
        password=read_password(line.password_file),
        dry_run=line.dry_run,
        skip_errors=line.skip_errors,
        prefer=line.prefer,
        delete_missing=line.delete_missing,
        progress=progress_of(line),
        client=line.client,
        strict=line.strict,
        choices=file_choices(line),
    )
    write_result(line, report, list(report_lines(report)))
    for error in report.get("faults", [])[:20]:
        write_message(error_line(error))
    return 0 if report.get("imported") or (line.dry_run and not report["errors"]) else 1


def fetch_prices(line: argparse.Namespace) -> int:
    """Fetch prices from the data service and import them."""
    report = prices.fetch(line)
    write_result(line, report, list(report_lines(report)))
    return 0 if report.get("imported") or line.dry_run else 1


def undo_batch(line: argparse.Namespace) -> None:
    """Undo a batch; without a number, list the batches that can be undone."""
    if line.batch is None:
        rows = ask("workbook.undoable", {})
        write_result(
            line, {"undoable": rows}, [f"{r['batch']:>8}  {r['at'][:16]}  {r['what']}  {r['about']}" for r in rows]
        )
        return
    report = answer(perform("workbook.undo", {"batch": line.batch}))
    words = bilingual(
        "已撤销批次 {batch}：删除 {removed} 条记录，恢复 {restored} 条记录。",
        "Batch {batch} is undone: {removed} records removed, {restored} restored.",
        **report,
    )
    write_result(line, report, [str(words)])


def report_lines(report: dict[str, Any]) -> Iterable[str]:
    """Yield an import report as lines: counts, warnings, what was not read, conflicts, batch number."""
    words = {
        "created": bilingual("新增", "created"),
        "updated": bilingual("更新", "updated"),
        "unchanged": bilingual("不变", "unchanged"),
        "skipped": bilingual("跳过", "skipped"),
        "errors": bilingual("错误", "errors"),
    }
    yield " · ".join(f"{label} {report[name]}" for name, label in words.items())
    for warning in report.get("warnings", [])[:20]:
        yield f"{warning['sheet']} {warning['cell']} {warning[language()]}"
    yield from _unread_lines(report)
    yield from _merge_lines(report)
    if not report.get("imported") and not report.get("dry_run"):
        yield str(bilingual("没有导入任何内容。", "Nothing was imported."))
    elif report.get("batch"):
        yield str(bilingual("批次 {n}", "batch {n}", n=report["batch"]))


def _unread_lines(report: dict[str, Any]) -> Iterable[str]:
    """Yield the columns that match no field and the cells outside the tables, each with its place and reason."""
    for column in report.get("ignored", []):
        count = bilingual("{n} 格有内容", "{n} cells filled", n=column["filled"])
        yield f"{column['sheet']} {column['column']} {column[language()]} ({count})"
    for rest in report.get("left_out", [])[:20]:
        yield str(
            bilingual(
                "{sheet} {range}（{cells} 格）{why}",
                "{sheet} {range} ({cells} cells): {why}",
                why=rest[language()],
                **{name: rest[name] for name in ("sheet", "range", "cells")},
            )
        )


def _merge_lines(report: dict[str, Any]) -> Iterable[str]:
    """Yield the open items of the merge with the exported workbook: conflicts and missing rows."""
    mine = 1 if language() == "en" else 0
    for cell in [c for c in report.get("cells", []) if c["fate"] == "clash" and not c["decided"]][:20]:
        yield str(
            bilingual(
                "{sheet} {cell} {label}：导出时“{base}”，表格中“{mine}”，系统中“{current}”",
                "{sheet} {cell} {label}: exported “{base}”, in the file “{mine}”, on the desk “{current}”",
                **{**cell, "label": cell["label"][mine]},
            )
        )
    if report.get("undecided"):
        yield str(
            bilingual(
                "{n} 处两边都改过，请加 --prefer file 或 --prefer desk。",
                "{n} cells were changed on both sides: add --prefer file or --prefer desk.",
                n=report["undecided"],
            )
        )
    kept = report.get("missing_in_all", 0) - report.get("deleted", 0)
    if kept:
        yield str(
            bilingual(
                "表中去掉的 {n} 行在系统中保留；要删除请加 --delete-missing。",
                "{n} rows that the file lacks stay on the desk; add --delete-missing to delete them.",
                n=kept,
            )
        )


def error_line(error: dict[str, Any]) -> str:
    """Return place, value, message and remedy of an import error, in the language of the reader."""
    message, value = error[language()], str(error.get("value") or "")
    shown = f"“{value}” " if value and value not in message else ""
    return f"{error['sheet']} {error['cell']} {shown}{message} {error['remedy_' + language()]}".rstrip()
