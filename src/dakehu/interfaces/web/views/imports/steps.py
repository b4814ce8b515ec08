"""The frame of every step of the import wizard: the row of steps, the batch, and the result of its last job."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dakehu.exchange.feeds import batch as feeds
from dakehu.exchange.imports.ledger_files import has_prices
from dakehu.exchange.statements import batch as statements
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue as jobs

STEPS = (
    bilingual("文件", "File"),
    bilingual("工作表与列", "Sheets and columns"),
    bilingual("导入预览", "Trial run"),
    bilingual("导入", "Import"),
    bilingual("结果", "Result"),
)
WHOSE = bilingual("归属客户", "Whose it is")  # the second step of a statement
PRICES = bilingual("行情文件", "Price file")
FEED = bilingual("每日数据", "Daily data")
SHOW_GRID = "show_grid"  # in the session: the import whose errors are shown in the grid as soon as they are known
SETTLED = (BatchState.APPLIED, BatchState.UNDONE)


def job_of(batch: Any) -> dict[str, Any] | None:
    if not batch.job_ref:
        return None
    return jobs.get_job(batch.job_ref, current_actor().user_id)


def failure_of(job: dict[str, Any] | None) -> str:
    """Return why the last run failed, as text."""
    if job is None or job["state"] == "done":
        return ""
    if job["state"] == "cancelled":
        return str(bilingual("已取消，没有写入任何内容。", "Cancelled; nothing was written."))
    refused = job["result"].get("refused", {}) if isinstance(job["result"], dict) else {}
    said = " ".join(text for texts in refused.values() for text in texts)
    return said or str(
        bilingual(
            "后台出错，没有写入任何内容。请再试一次；仍不行请把批次号 {pk} 告诉管理员。",
            "The background run failed and nothing was written. Try again; if it keeps failing, tell your administrator job {pk}.",
            pk=job["id"],
        )
    )


def as_polled(job: dict[str, Any] | None) -> dict[str, Any]:
    """Return a job as input of the progress bar: {state, progress 0–1, label, note}."""
    if job is None:
        raise NotFound(bilingual("任务", "job"))
    state = {"queued": "waiting"}.get(job["state"], job["state"])
    note = (
        str(bilingual("排队中，前面的任务完成后自动开始。", "Waiting for the job before it."))
        if state == "waiting"
        else ""
    )
    return {"state": state, "progress": job["share"], "label": job["words"] or job["state_text"], "note": note}


def page_of(request: HttpRequest, batch: Any, template: str, step: int, **context: Any) -> HttpResponse:
    address = f"/import/{batch.pk}/"
    open_still = batch.state not in SETTLED
    looked = batch.state in (BatchState.CHECKED, BatchState.REFUSED)
    steps: list[dict[str, Any]] = [{"label": label, "note": "", "url": ""} for label in STEPS]
    steps[0] |= {"note": batch.filename, "url": "/import/"}
    if statements.is_dry_run(batch):
        steps[1]["label"] = WHOSE
    elif has_prices(batch):
        steps[1]["label"] = PRICES
    elif feeds.answer_of(batch):
        steps[1]["label"] = FEED
    if open_still and step > 1:
        steps[1]["url"] = f"{address}?step=columns"
    if open_still and looked and step == 1:
        steps[2]["url"] = address
    return render(
        request,
        template,
        {
            "page_title": batch.filename,
            "batch": batch,
            "steps": steps,
            "step": step,
            "crumbs": [{"label": bilingual("导入", "Import"), "url": "/import/"}],
            **context,
        },
    )
