"""A broker's statement in the import wizard: its client, the rows read and quarantined, and the result."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dakehu.domains.clients import queries as clients
from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports import undo
from dakehu.exchange.imports.ledger_files import kind_of
from dakehu.exchange.statements import batch as statement_batch
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import QUERIES
from dakehu.foundation.imports import batches
from dakehu.interfaces.web.views.imports.mapping import ignored_parts
from dakehu.interfaces.web.views.imports.steps import SETTLED, failure_of, page_of

COUNTS = (
    (
        "created",
        bilingual("可导入", "To take in"),
        bilingual("已导入", "Taken in"),
        bilingual("逐行核对无误的新成交", "New rows that add up"),
    ),
    (
        "unchanged",
        bilingual("已有", "Known"),
        bilingual("已有", "Known"),
        bilingual("以前导入过的行", "Rows imported before"),
    ),
    (
        "skipped",
        bilingual("无影响", "Without effect"),
        bilingual("无影响", "Without effect"),
        bilingual("看得懂，但不改变资金和持仓", "Understood; they change neither cash nor holdings"),
    ),
    (
        "quarantined",
        bilingual("将转待处理", "To be held back"),
        bilingual("转待处理", "Held back"),
        bilingual("有疑问的行不会入账，更正后再放行", "Rows in doubt are not booked; they are corrected and released"),
    ),
)


def words_of(query: str, key: str) -> dict[str, str]:
    """Return {name: text in the reader's language} of a list of words from the ledger."""
    return {row[key]: row[language()] for row in QUERIES[query].body()}


def stage(request: HttpRequest, batch: Any, job: dict[str, Any] | None) -> HttpResponse:
    """Show the wizard at the current step of the statement."""
    if batch.state in SETTLED:
        return result(request, batch, undo.undo_refusal(batch))
    if batch.state == BatchState.CHECKED and request.GET.get("step") != "columns":
        report = batches.report_of(batch)
        return page_of(
            request, batch, "imports/statement_dry_run.html", 2, failure=failure_of(job), **_render_report(report)
        )
    seen, fields = statement_batch.is_dry_run(batch), words_of("ledger.quarantine_fields", "field")
    columns = [(heading, fields.get(name, name)) for name, heading in seen["columns"] if name in fields]
    return page_of(
        request,
        batch,
        "imports/statement_uploaded.html",
        1,
        failure=failure_of(job),
        seen=seen,
        columns=columns,
        whose=_client(seen["client"]),
    )


def result(request: HttpRequest, batch: Any, hindered: list[str] | None = None) -> HttpResponse:
    report = batches.report_of(batch)
    return page_of(request, batch, "imports/statement_result.html", 4, hindered=hindered, **_render_report(report))


def _render_report(report: dict[str, Any]) -> dict[str, Any]:
    reasons, mine = words_of("ledger.quarantine_reasons", "reason"), language()
    at = 2 if report["imported"] else 1
    return {
        "report": report,
        "left_out": ignored_parts(report),
        "whose": _client(report.get("client", "")),
        "tiles": [{"label": row[at], "count": f"{report[row[0]]:,}", "explains": row[3]} for row in COUNTS],
        "reasons": [
            (reasons.get(name, name), count) for name, count in sorted(report["reasons"].items(), key=lambda r: -r[1])
        ],
        "trades": [
            {
                **row,
                **{name: _number(row[name], 4) for name in ("quantity", "price")},
                **{name: f"{row[name]:,.2f}" for name in ("amount", "fee", "net")},
            }
            for row in report.get("trades", [])
        ],
        "held": [{**row, "why": row[mine], "said": said_of(row["cells"])} for row in report["warnings"]],
    }


def _number(value: float, places: int) -> str:
    return f"{value:,.{places}f}".rstrip("0").rstrip(".")


def said_of(cells: dict[str, str]) -> str:
    """Return the content of a row, in one line."""
    return " · ".join(str(value) for value in cells.values() if value)


def _client(code: str) -> Any | None:
    return clients.clients(filters={"code": code}).first() if code else None


@require_POST
def whose(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the client of the statement and dry-run it; with `then=tables` read the file as tables of clients instead, with
    `then=columns` let the user map the columns."""
    batch = batches.get_own(pk)
    try:
        if request.POST.get("then") in ("tables", "columns"):
            kind = kind_of(batch)
            imports.read_as_tables(pk, kind if request.POST["then"] == "columns" else "")
            return redirect("import-batch", pk=pk)
        imports.can_import()
        statement_batch.set_client(pk, request.POST.get("client", "").strip())
        imports.start_dry_run(pk)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"/import/{pk}/?step=columns")
    return redirect("import-batch", pk=pk)
