"""Export: clients, password, language; created in the background, downloaded when ready."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dakehu.domains.clients import queries as clients
from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.exchange.evidence import service as evidence
from dakehu.exchange.exports import service as exports
from dakehu.exchange.reports import service as reports
from dakehu.exchange.sheets.definitions import exported_worksheets
from dakehu.exchange.tableau import service as extracts
from dakehu.exchange.tableau.hyper import is_installed
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import columns_of, perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.web.views.clients import grid
from dakehu.interfaces.web.views.exports.odata import service_address
from dakehu.interfaces.web.views.imports.steps import as_polled
from dakehu.interfaces.web.views.imports.wizard import download_response

KINDS = ("workbook.export", reports.KIND, extracts.KIND, evidence.KIND)
SHORTEST = 8
STATES = {"done": "good", "failed": "bad", "running": "accent", "queued": "accent", "cancelled": ""}


def start(request: HttpRequest) -> HttpResponse:
    """Show the export form; POST starts it. `?ids=1,2` is a selection, any other query is the client grid's own."""
    actor = current_actor()
    if not actor.may(Permission.EXPORT):
        raise NotAllowed(bilingual("导出表格", "export a workbook"), Permission.EXPORT)
    given = request.POST if request.method == "POST" else request.GET
    chosen, rows = chosen_of(given)
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        numbers = None if chosen == "all" else list(rows.values_list("pk", flat=True))
        try:
            if request.POST.get("ask"):
                return ask_approval(request, numbers)
            faults = _password_faults(request)
            if not faults:
                live = service_address(request) if request.POST.get("live") == "true" else ""
                password, spoken = request.POST.get("password") or None, request.POST.get("language")
                job = exports.start_export(numbers, password, spoken, live)
                return redirect("export-job", pk=job)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            faults = refused.as_plain()
    recent = [{**job, "tone": STATES.get(job["state"], "")} for job in _recent(actor.user_id)]
    return render(
        request,
        "exports/page.html",
        {
            "page_title": bilingual("导出", "Export"),
            "page_note": bilingual(
                "工作表、筛选、公式、图表与透视表", "Worksheets with filters, formulas, charts and pivots"
            ),
            "count": rows.count(),
            **_supervision_of(rows.values_list("pk", flat=True), chosen == "all"),
            "chosen": chosen,
            "handed": _selection_fields(given),
            "faults": faults,
            "recent": recent,
            "sheets": [part.title for part in exported_worksheets().values()],
            "masked": _masked_fields(),
            "sealed": _encrypted_fields(),
            "languages": [("zh", "简体中文"), ("en", "English")],
            "language": request.POST.get("language") or language(),
            "open": request.POST.get("open") == "true",
            "can_be_live": actor.may(Permission.ODATA),
            "live": request.POST.get("live") == "true",
            "has_tableau": is_installed(),
        },
        status=422 if faults else 200,
    )


def _supervision_of(ids: Any, is_whole: bool) -> dict[str, Any]:
    """Return whether the workbook requires a second person's approval, and the formats that do."""
    closed = permits.closed_ways(ids, is_whole)
    ways = [(way.value, str(bilingual(way.zh, way.en))) for way in closed]
    return {"needs_approval": ExportWay.WORKBOOK in closed, "ways": ways}


def ask_approval(request: HttpRequest, numbers: list[int] | None) -> HttpResponse:
    """Request approval of the export by a second person, in the chosen format."""
    asked = {"clients": numbers, "reason": request.POST.get("reason", ""), "way": request.POST.get("way") or None}
    perform("compliance.request_export", asked)
    messages.success(
        request, str(bilingual("已提交导出申请，批准后可以导出。", "Asked for; export it once it is approved."))
    )
    return redirect("/approvals/?view=mine")


@require_POST
def tableau(request: HttpRequest) -> HttpResponse:
    """Start an extract for Tableau of the selected clients."""
    chosen, rows = chosen_of(request.POST)
    numbers = None if chosen == "all" else list(rows.values_list("pk", flat=True))
    try:
        return redirect("export-job", pk=extracts.start_export(numbers, request.POST.get("language")))
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("export")


def _recent(owner: int | None) -> list[dict[str, Any]]:
    """Return the latest workbooks and reports, newest first."""
    return sorted((job for kind in KINDS for job in jobs.recent(kind, owner)), key=lambda job: -job["id"])[:10]


def _selection_fields(given: Any) -> list[tuple[str, str]]:
    """Return the parameters that select the clients, to be passed through the form."""
    own = (
        "csrfmiddlewaretoken",
        "password",
        "again",
        "language",
        "open",
        "live",
        "page",
        "size",
        "ask",
        "reason",
        "way",
    )
    return [(name, value) for name, value in given.items() if name not in own and value]


def chosen_of(given: Any) -> tuple[str, Any]:
    """Return ("selection" | "filter" | "all", the selected clients, always within scope)."""
    if given.get("ids"):
        wanted = [int(part) for part in given["ids"].split(",") if part.strip().isdigit()]
        return "selection", clients.clients(order="code").filter(pk__in=wanted)
    text, filters, _ = grid.asked_of(dict(_selection_fields(given)))
    if text or filters:
        return "filter", clients.clients(text=text, filters=filters, order="code")
    return "all", clients.clients(order="code")


def _password_faults(request: HttpRequest) -> dict[str, list[str]]:
    """Return the errors of the password, by question; {} without any."""
    password, again = request.POST.get("password", ""), request.POST.get("again", "")
    if not password:
        if request.POST.get("open") == "true":
            return {}
        return {
            "password": [str(bilingual("请设密码，或勾选“不加密”。", "Set a password, or tick “without a password”."))]
        }
    if len(password) < SHORTEST:
        return {"password": [str(bilingual("密码至少 {n} 位。", "Use at least {n} characters.", n=SHORTEST))]}
    if password != again:
        return {"again": [str(bilingual("两次输入的密码不一样。", "The two passwords differ."))]}
    return {}


def _masked_fields() -> list[str]:
    """Return the fields that are masked for this reader because of their role."""
    clearance = current_actor().clearance
    return [c.label for c in columns_of(model_of("clients.Client")) if clearance < c.spec.sensitivity < SECRET]


def _encrypted_fields() -> list[str]:
    """Return the fields that are masked in every export."""
    return [
        c.label
        for name in ("clients.Client", "clients.Contact")
        for c in columns_of(model_of(name))
        if c.spec.sensitivity == SECRET
    ]


def _own_job(pk: int) -> dict[str, Any]:
    job = jobs.get_job(pk, current_actor().user_id)
    if job["kind"] not in KINDS:
        raise NotFound(bilingual("导出", "export"), pk)
    return job


@require_GET
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    job = _own_job(pk)
    counts = job["result"].get("counts", {}) if job["state"] == "done" else {}
    refused = job["result"].get("refused", {}) if isinstance(job["result"], dict) else {}
    why = " ".join(text for texts in refused.values() for text in texts)
    return render(
        request,
        "exports/job.html",
        {
            "page_title": job["result"].get("name") or bilingual("导出中", "Exporting"),
            "crumbs": [{"label": bilingual("导出", "Export"), "url": "/export/"}],
            "job": job,
            "why": why,
            "percent": round(job["share"] * 100),
            "words": job["words"] or job["state_text"],
            "counts": _table_counts(job["result"], counts),
            "reports": job["kind"] == reports.KIND,
            "extract": job["kind"] == extracts.KIND,
            "evidence": job["kind"] == evidence.KIND,
            "failed": job["result"].get("failed", []),
        },
    )


def _table_counts(result: Any, counts: dict[str, int]) -> list[tuple[Any, int]]:
    """Return [(name of a worksheet or table, its rows)] of a finished export."""
    if isinstance(result, dict) and result.get("rows"):
        return [(label, number) for label, number in result["rows"]]
    if isinstance(result, dict) and "manifest" in result:
        rows = sum(number for name, number in counts.items() if name not in ("audit", "files"))
        return [
            (bilingual("记录", "Rows"), rows),
            (bilingual("操作日志", "Audit entries"), counts.get("audit", 0)),
            (bilingual("文件", "Files"), counts.get("files", 0)),
        ]
    return [(part.title, counts[name]) for name, part in exported_worksheets().items() if name in counts]


@require_GET
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    return JsonResponse(as_polled(_own_job(pk)))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    jobs.request_stop(_own_job(pk)["id"])
    messages.info(request, str(bilingual("正在停止导出。", "Stopping the export.")))
    return redirect("export")


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished workbook, as long as it is stored."""
    job = _own_job(pk)
    if job["state"] != "done":
        raise NotFound(bilingual("文件", "file"))
    return download_response(*files.read(job["result"]["file"]))


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook, in the reader's language; for every user who may import or export one."""
    actor = current_actor()
    if not (actor.may(Permission.IMPORT) or actor.may(Permission.EXPORT)):
        raise NotAllowed(bilingual("下载模板", "download the template"), Permission.IMPORT)
    with TemporaryDirectory(prefix="dakehu-") as folder:
        content = exports.write_template(Path(folder) / "template.xlsx").read_bytes()
    return download_response(f"{exports.TITLE}-{bilingual('模板', 'template')}.xlsx", content)
