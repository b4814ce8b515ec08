"""Imports, exports, reports and undos that ended in the background, for the notifications."""

from datetime import timedelta
from typing import Any

from dakehu.exchange.imports import undo
from dakehu.exchange.reports import service as reports
from dakehu.exchange.tableau import service as extracts
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

ENDED = "workbook.ended_jobs"
DAYS = 3  # how long an ended job stays in the notifications
KINDS = {
    "workbook.export": bilingual("导出", "The export"),
    "workbook.dry_run": bilingual("导入预览", "The preview of the import"),
    "workbook.apply": bilingual("导入", "The import"),
    undo.KIND: bilingual("撤销", "The undo"),
    reports.KIND: bilingual("客户报告", "The reports"),
    extracts.KIND: bilingual("Tableau 数据", "The data for Tableau"),
}


@query(ENDED, needs="", zh="后台任务提醒", en="Notices of background work")
def ended_jobs() -> list[dict[str, Any]]:
    """Return the actor's imports, exports, reports and undos that ended within three days, newest first."""
    rows = jobs.ended_jobs(list(KINDS), current_actor().user_id, clock.now() - timedelta(days=DAYS))
    return [
        notice(
            f"{ENDED}:{row['id']}",
            _text(KINDS[row["kind"]], row["failed"]),
            at=row["ended_at"].isoformat(),
            url=_address(row),
            tone="bad" if row["failed"] else "",
        )
        for row in rows
    ]


def _text(what: Bilingual, failed: bool) -> Bilingual:
    if failed:
        return bilingual("{what}没有完成，查看原因", "{what} failed; see why", what=what)
    return bilingual("{what}已完成", "{what} is done", what=what)


def _address(row: dict[str, Any]) -> str:
    """Return the address of the page with the result."""
    batch = row["args"].get("batch")
    if row["kind"] == undo.KIND:
        return "/undo/"
    return f"/import/{batch}/" if batch else f"/export/{row['id']}/"


declare(NoticeSource(ENDED, bilingual("后台任务", "Background work"), "refresh-cw", order=30, leaves=False))
