"""Synchronise linked online sheets: one by its name, or all that are switched on."""

import argparse
from collections.abc import Iterable
from typing import Any

from dakehu.exchange.sheets_sync import runs
from dakehu.exchange.sheets_sync.queries import get_sheet, visible_sheets
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask
from dakehu.interfaces.cli.output import progress_of, write_message, write_result

COUNTS = ("pulled", "pushed", "both", "aside")


def sheets(line: argparse.Namespace) -> int:
    """Run `dakehu sheets`; 0 if every run completed and nothing was set aside or left to decide."""
    if line.what == "list":
        rows = ask("sheets.list", {})
        write_result(line, {"sheets": rows}, [f"{row['name']}  {row['owner']}  {row['spreadsheet']}" for row in rows])
        return 0
    if bool(line.name) == line.all:
        raise Refused({"name": [bilingual("请给出名称，或用 --all。", "Give a name, or --all.")]})
    if line.name:
        report = runs.synchronise(get_sheet(line.name), progress_of(line), line.api)
        write_result(line, report, list(_lines(report)))
        return _status(report)
    reports = [_report(row, line) for row in visible_sheets().filter(is_on=True) if _is_own(row)]
    totals = {name: sum(report.get(name, 0) for report in reports) for name in COUNTS}
    write_result(line, {**totals, "sheets": reports}, [text for report in reports for text in _lines(report)])
    return max(map(_status, reports), default=0)


def _is_own(row: Any) -> bool:
    return current_actor().is_system or row.owner_id == current_actor().user_id


def _report(row: Any, line: argparse.Namespace) -> dict[str, Any]:
    """Return the report of a run; a refused run does not prevent the others from running."""
    try:
        return runs.synchronise(row, progress_of(line), line.api)
    except Refused as refusal:
        write_message(str(refusal))
        return {"sheet": row.name, "state": "failed", "refused": refusal.as_plain()}


def _status(report: dict[str, Any]) -> int:
    return 0 if report["state"] == "done" and not report["aside"] else 1


def _lines(report: dict[str, Any]) -> Iterable[str]:
    """Yield a report as lines: the counts, then notes and reasons."""
    if "refused" in report:
        yield f"{report['sheet']}: {report['refused']}"
        return
    words = {
        "pulled": bilingual("读入", "pulled"),
        "pushed": bilingual("写入", "pushed"),
        "both": bilingual("两边都改过", "changed on both sides"),
        "aside": bilingual("未导入", "set aside"),
    }
    yield f"{report['sheet']}: " + " · ".join(f"{label} {report[name]}" for name, label in words.items())
    for note in report["notes"]:
        yield f"  {note[language()]}"
    for table in report["tables"].values():
        for zh, en, count in table["reasons"]:
            yield f"  {table[language()]} – {en if language() == 'en' else zh} ({count})"
    if report["batch"]:
        yield "  " + str(bilingual("批次 {n}", "batch {n}", n=report["batch"]))
