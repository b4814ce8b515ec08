"""Run calendars from the command line, and report how calendar files are parsed."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dakehu.exchange.calendars import runs
from dakehu.exchange.calendars.ics_reading import read_calendar
from dakehu.exchange.calendars.queries import find_calendars, reason_text
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.cli.output import progress_of, write_message, write_result


def calendars(line: argparse.Namespace) -> int:
    """Run `dakehu calendars sync [NAME…]` or `dakehu calendars read FILE…`."""
    return _read(line) if line.what == "read" else _sync(line)


def _sync(line: argparse.Namespace) -> int:
    """Run calendars; 0 if every run was completed.

    With --json: {calendars: [{calendar, seen, stored, sent, aside, conflicts, reasons, batches, failure}], and the sums of
    their counts}. A failure does not prevent the others from running.
    """
    rows = [row for name in line.names or [""] for row in find_calendars(name)]
    reports = [_run(row, progress_of(line)) for row in rows]
    totals = {name: sum(report.get(name, 0) for report in reports) for name in runs.COUNTS}
    write_result(line, {**totals, "calendars": reports}, _lines(reports))
    if not reports:
        write_message(bilingual("没有启用的日历。", "No calendar is switched on."))
    return 1 if any(report["failure"] for report in reports) else 0


def _run(row: Any, progress: Any) -> dict[str, Any]:
    """Run one calendar; its report includes the reason if it could not be run."""
    try:
        return runs.sync(row, progress)
    except Refused as refusal:
        return {"calendar": row.name, "failure": runs.texts_of(refusal)}


def _lines(reports: list[dict[str, Any]]) -> Iterable[str]:
    """Yield the reports as lines."""
    words = {
        "seen": bilingual("看到", "seen"),
        "stored": bilingual("改入", "stored"),
        "sent": bilingual("写出", "sent"),
        "aside": bilingual("未同步", "set aside"),
        "conflicts": bilingual("冲突", "in conflict"),
    }
    for report in reports:
        if report["failure"]:
            yield f"{report['calendar']}: {bilingual(report['failure']['zh'], report['failure']['en'])}"
            continue
        yield f"{report['calendar']}: " + " · ".join(f"{label} {report[name]}" for name, label in words.items())
        for reason, count in report["reasons"].items():
            yield f"  {reason_text(reason)} ({count})"
        if report["batches"]:
            numbers = ", ".join(map(str, report["batches"]))
            yield "  " + str(bilingual("可用 dakehu undo {n} 撤销", "dakehu undo {n} takes it back", n=numbers))


def _read(line: argparse.Namespace) -> int:
    """Report which parts of calendar files are supported; writes nothing. 0 if every file could be opened.

    With --json: {files: [{file, events, repeated, kinds, notes: [{kind, zh, en}]}]}.
    """
    if not line.names:
        write_message(bilingual("请写明文件。", "Name the files."))
        return 2
    found = [{"file": Path(name).name, **_report(Path(name))} for name in line.names]
    write_result(line, {"files": found}, _file_lines(found))
    return 1 if any(note["kind"] == "unopened" for one in found for note in one["notes"]) else 0


def _report(path: Path) -> dict[str, Any]:
    """Return the report of one file, with the failure if it cannot be opened."""
    try:
        return read_calendar(path.read_bytes(), clock.zone()).report()
    except OSError:
        text = bilingual("文件无法打开。", "The file cannot be opened.")
        note = {"kind": "unopened", "zh": text.in_("zh"), "en": text.in_("en")}
        return {"events": 0, "repeated": 0, "kinds": {}, "notes": [note]}


def _file_lines(found: list[dict[str, Any]]) -> Iterable[str]:
    """Yield the reports of files as lines."""
    for one in found:
        words = bilingual(
            "日程 {events} 项，重复 {repeated} 项", "{events} events, {repeated} repeated", **_counts(one)
        )
        yield f"{one['file']}: {words}"
        for note in one["notes"]:
            yield f"  {bilingual(note['zh'], note['en'])}"


def _counts(one: dict[str, Any]) -> dict[str, int]:
    return {name: one[name] for name in ("events", "repeated")}
