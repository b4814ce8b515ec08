"""A file of a daily feed in the import wizard: its business day, the rows read, the unreadable ones, and the result."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dakehu.domains.ledger.feeds.declarations import feed_of
from dakehu.exchange.feeds import batch as feed_batch
from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports import undo
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import batches
from dakehu.interfaces.web.views.imports.mapping import ledger_file_context
from dakehu.interfaces.web.views.imports.steps import SETTLED, failure_of, page_of

REMOVED = bilingual("不再出现", "No longer there")


def stage(request: HttpRequest, batch: Any, job: dict[str, Any] | None) -> HttpResponse:
    """Show the wizard at the current step of the file."""
    if batch.state in SETTLED:
        return result(request, batch, undo.undo_refusal(batch))
    if batch.state in (BatchState.CHECKED, BatchState.REFUSED) and request.GET.get("step") != "columns":
        report = batches.report_of(batch)
        return page_of(request, batch, "imports/feed.html", 2, failure=failure_of(job), **_render_report(report))
    kept = feed_batch.answer_of(batch)
    feed = feed_of(kept["feed"])
    columns = [
        (column, kept["units"].get(column.name, "")) for column in feed.file_columns if column.name in kept["columns"]
    ]
    return page_of(
        request,
        batch,
        "imports/feed_uploaded.html",
        1,
        failure=failure_of(job),
        feed=feed,
        seen=kept,
        rows=f"{kept['rows']:,}",
        columns=columns,
        day=kept["day"] or kept["named_day"],
    )


def result(request: HttpRequest, batch: Any, hindered: list[str] | None = None) -> HttpResponse:
    """Show the result of an import."""
    return page_of(
        request, batch, "imports/feed.html", 4, hindered=hindered, **_render_report(batches.report_of(batch))
    )


def _render_report(report: dict[str, Any]) -> dict[str, Any]:
    feed = feed_of(report["feed"])
    context = ledger_file_context(report, {column.name: column.label for column in feed.file_columns})
    if report.get("removed"):
        context["tiles"].append({"label": REMOVED, "count": f"{report['removed']:,}"})
    return {**context, "feed": feed, "rows": f"{report['rows']:,}"}


@require_POST
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the business day of a file and dry-run it."""
    imports.can_import("feed")
    batch = batches.get_own(pk)
    try:
        feed_batch.choose_day(pk, request.POST.get("day", ""))
        batch = batches.get_own(pk)
        if not feed_batch.is_dated(batch):
            raise Refused({"day": [bilingual("请选择业务日期。", "Choose the business day.")]})
        imports.start_dry_run(pk)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"/import/{pk}/?step=columns")
    return redirect("import-batch", pk=pk)
