"""Background runs of linked sheets, manual and scheduled."""

from collections.abc import Callable
from typing import Any

from dakehu.exchange.sheets_sync import runs
from dakehu.exchange.sheets_sync.actions import SYNC, plan_next_run
from dakehu.exchange.sheets_sync.models import LinkedSheet
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.queue import job

declare_steps(
    {
        "sheets.run": bilingual("开始同步在线表格", "Start a run of a linked sheet"),
        "sheets.open_key": bilingual("使用服务账号密钥", "Use the key of a service account"),
        "sheets.write": bilingual("写入在线表格", "Write into an online sheet"),
        "sheets.conclude": bilingual("在线表格同步结束", "End of a run of a linked sheet"),
    }
)


@job(SYNC)
def synchronise_in_background(progress: Callable[..., None], *, sheet: int, due: str = "") -> dict[str, Any]:
    """Run a link. On schedule (`due`) the next run is queued first, so that a refusal does not end the schedule."""
    row = LinkedSheet.objects.filter(pk=sheet).first()
    if row is None:
        return {"skipped": "the link was removed"}
    if due:
        if row.next_run_at is None or row.next_run_at.isoformat() != due:
            return {"skipped": "another interval was chosen meanwhile"}
        with act("sheets.run"):
            plan_next_run(row)
            row.save()
    return {name: value for name, value in runs.synchronise(row, progress).items() if name not in ("tables", "notes")}
