"""Import of a feed file into the journal: evaluated as a whole, compared with existing rows, stored in one act that
can be undone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from dakehu.domains.ledger.feeds import storage
from dakehu.domains.ledger.feeds.access import check_may_import
from dakehu.exchange.feeds.evaluation import SHOWN, Evaluation, evaluate
from dakehu.exchange.feeds.layouts import FeedTable, day_in_name
from dakehu.exchange.feeds.reasons import warning_of, warnings_of
from dakehu.exchange.workbook.reading.outside import letters
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import parsing
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs.progress import no_progress

Progress = Callable[[float, Bilingual], None]
COUNTED = ("created", "updated", "unchanged", "removed")


def set_day(table: FeedTable, stated: str = "") -> FeedTable:
    """Set the day of the rows if the file has no date column: as stated, else from the file name.

    Raises Refused for an invalid date.
    """
    named = day_in_name(table.filename)
    if stated:
        table.day, table.day_from = read_day(stated), "hand"
    elif named is not None and "day" not in table.cells.columns:
        table.day, table.day_from = named, "name"
    return table


def read_day(text: str) -> date:
    """Parse a date entered by a person. Raises Refused."""
    try:
        return parsing.to_date(text)
    except parsing.Unreadable:
        raise Refused(
            {
                "day": [
                    bilingual(
                        "“{text}”不是日期，请写成 2026-11-27。", "“{text}” is no day; write 2026-11-27.", text=text
                    )
                ]
            }
        ) from None


def dry_run(table: FeedTable, progress: Progress = no_progress) -> dict[str, Any]:
    """Return what an import would do; nothing is written."""
    check_may_import(table.feed)
    progress(0.3, bilingual("正在逐列核对", "Checking every column"))
    evaluation = evaluate(table)
    progress(0.7, bilingual("正在与已有数据比较", "Comparing with what is there"))
    frames = {day: storage.stored_frame(table.feed, rows) for day, rows in evaluation.days.items()}
    compared = storage.compare(table.feed, frames) if frames else {}
    counts = {name: sum(one[name] for one in compared.values()) for name in COUNTED}
    same = sum(one["same"] for one in compared.values())
    report = _report(table, evaluation)
    return {**report, **counts, "same_days": same, "imported": False, "dry_run": True, "batch": None}


def run(table: FeedTable, number: int, skip_errors: bool = False, progress: Progress = no_progress) -> dict[str, Any]:
    """Import a feed file as the opened batch `number`: all or nothing if there are faults, unless `skip_errors`."""
    check_may_import(table.feed)
    progress(0.3, bilingual("正在逐列核对", "Checking every column"))
    evaluation = evaluate(table)
    if evaluation.bad_rows and not skip_errors:
        report = {**dry_run(table), "dry_run": False, "batch": number}
        with act("workbook.reject_import"):
            batches.save_report(batches.get_own(number), report, BatchState.REFUSED)
        return report
    if not evaluation.days:
        raise Refused({"file": [bilingual("文件里没有可以导入的行。", "The file has no row that can be imported.")]})
    progress(0.7, bilingual("正在写入", "Writing"))
    with act("workbook.import"):
        batch = batches.get_own(number, lock=True)
        if batch.state == BatchState.APPLIED:
            return {**batches.report_of(batch), "again": True}
        with undo.recording_undo() as kept:
            made = storage.import_feed(feed=table.feed.name, days=evaluation.days, source=table.filename, batch=number)
        report = {**_report(table, evaluation), **{name: made[name] for name in COUNTED}}
        report |= {"same_days": made["same"], "written_days": made["days"], "kept_assets": made.get("kept", 0)}
        report |= {"imported": True, "dry_run": False, "batch": number}
        batches.save_report(batch, report, BatchState.APPLIED, undo=kept.store())
    return report


def _report(table: FeedTable, evaluation: Evaluation) -> dict[str, Any]:
    days = sorted(evaluation.days)
    said = warnings_of(table, evaluation)
    return {
        "kind": "feed",
        "feed": table.feed.name,
        "label": [table.feed.zh, table.feed.en],
        "rows": evaluation.rows,
        "skipped": evaluation.repeated,
        "errors": evaluation.bad_rows,
        "days": len(days),
        "first_day": _iso(days[:1]),
        "last_day": _iso(days[-1:]),
        "day_from": table.day_from,
        "columns": [
            [column.name, column.zh, column.en] for column in table.feed.columns if column.name in table.places
        ],
        "units": {name: unit.words for name, unit in table.units.items()},
        "reasons": evaluation.reasons,
        "parts": {},
        "titles": {},
        "samples": {},
        "mode": "both",
        "key": "auto",
        "faults": [_locate_fault(table, *one) for one in evaluation.faults],
        "faults_in_all": evaluation.fault_count,
        "warnings": said[:SHOWN],
        "warnings_in_all": len(said),
        "left_out": table.left_out,
        "ignored": table.ignored,
    }


def _iso(days: list[date]) -> str | None:
    return days[0].isoformat() if days else None


def _locate_fault(table: FeedTable, row: int, name: str, value: str, reason: str) -> dict[str, Any]:
    """Return one fault: sheet, line, cell, value, what is wrong and the remedy."""
    wrong, remedy = warning_of(table, name, reason)
    place = table.places.get(name, table.places.get("code", 0))
    shown = {code: f"{value[:80]}: {wrong.in_(code)}" if value else wrong.in_(code) for code in ("zh", "en")}
    return {
        "sheet": table.sheet,
        "row": row,
        "cell": f"{letters(place)}{row}",
        "field": name,
        "value": value[:80],
        "zh": shown["zh"].replace(": ", "\uff1a", 1),
        "en": shown["en"],
        "remedy_zh": remedy.in_("zh"),
        "remedy_en": remedy.in_("en"),
    }
