"""A price file in the import wizard: the rows read, the unreadable ones, and the result."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from dakehu.exchange.imports import undo
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.imports import batches
from dakehu.interfaces.web.views.imports.mapping import ledger_file_context
from dakehu.interfaces.web.views.imports.steps import SETTLED, failure_of, page_of

COLUMNS = {
    "code": bilingual("证券代码", "Security code"),
    "price": bilingual("价格", "Price"),
    "day": bilingual("日期", "Day"),
    "kind": bilingual("产品类别", "Class"),
}


def stage(request: HttpRequest, batch: Any, job: dict[str, Any] | None) -> HttpResponse:
    """Show the wizard at the current step of the file."""
    if batch.state in SETTLED:
        return result(request, batch, undo.undo_refusal(batch))
    if batch.state in (BatchState.CHECKED, BatchState.REFUSED) and request.GET.get("step") != "columns":
        report = batches.report_of(batch)
        return page_of(request, batch, "imports/prices.html", 2, failure=failure_of(job), **_render_report(report))
    return page_of(
        request,
        batch,
        "imports/prices_uploaded.html",
        1,
        failure=failure_of(job),
        rows=f"{batch.report['prices']['rows']:,}",
    )


def result(request: HttpRequest, batch: Any, hindered: list[str] | None = None) -> HttpResponse:
    return page_of(
        request, batch, "imports/prices.html", 4, hindered=hindered, **_render_report(batches.report_of(batch))
    )


def _render_report(report: dict[str, Any]) -> dict[str, Any]:
    entered = ("、" if language() == "zh" else ", ").join(report["entered"][:20])
    return {**ledger_file_context(report, COLUMNS), "entered": entered}
