"""The import wizard: one page from file to result. What it shows follows from the state of the batch, so it can be
left and resumed at any moment."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from dakehu.domains.ledger.feeds.access import known_feeds, may_import_any
from dakehu.domains.ledger.feeds.declarations import FEEDS
from dakehu.exchange.imports import batch_files, corrections, unknown_names, wizard
from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports import undo as undoing
from dakehu.exchange.imports.ledger_files import kind_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, perform
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs import queue as jobs
from dakehu.interfaces.web.views.imports import feed_files, mapping, price_files, statements
from dakehu.interfaces.web.views.imports.steps import SETTLED, SHOW_GRID, STEPS, as_polled, failure_of, job_of, page_of

TONES = {"opened": "", "checked": "accent", "applied": "good", "refused": "warn", "cancelled": "", "undone": "warn"}
RECENT = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "pbids": "application/json",
    "odc": "text/x-ms-odc; charset=utf-8",
}


def start(request: HttpRequest) -> HttpResponse:
    """Step one: the file. POST opens it; with Accept: JSON it answers {url} or {messages}."""
    imports.can_import()
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            return _batch_response(request, _store_upload(request))
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            faults = refused.as_plain()
            if _wants_json(request):
                return JsonResponse({"messages": faults}, status=422)
    rows = [_line(batch) for batch in batches.own_batches()[:RECENT]]
    return render(
        request,
        "imports/start.html",
        {
            "page_title": bilingual("导入", "Import"),
            "page_note": bilingual(
                "上传现有客户表，预览变化后再导入",
                "Hand over the table you use, see every change, then import",
            ),
            "steps": STEPS,
            "step": 0,
            "recent": rows,
            "faults": faults,
            "held": _count_quarantined(),
            "largest": firm_settings.current("UPLOAD_MB"),
            "feed": FEEDS.get(request.POST.get("feed") or request.GET.get("feed", "")),
            "feeds": known_feeds() if may_import_any() else [],
            "has_template": any(current_actor().may(needs) for needs in (Permission.IMPORT, Permission.EXPORT)),
        },
        status=422 if faults else 200,
    )


def _count_quarantined() -> int:
    """Return the number of statement rows in quarantine."""
    asked = QUERIES["ledger.quarantined_rows"]
    return asked.body(state="waiting").count() if current_actor().may(asked.needs) else 0


def _store_upload(request: HttpRequest) -> Any:
    file = request.FILES.get("file")
    if file is None:
        raise Refused({"file": [bilingual("请先选择一个文件。", "Choose a file first.")]})
    if (file.size or 0) > firm_settings.current("UPLOAD_MB") << 20:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "文件有 {size} MB，超过上限 {most} MB。请分成几个文件，或请管理员在系统页调高上限。",
                        "The file has {size} MB, more than {most} MB. Split it, or ask the administrator to raise the limit on the System page.",
                        size=(file.size or 0) >> 20,
                        most=firm_settings.current("UPLOAD_MB"),
                    )
                ]
            }
        )
    password, feed = request.POST.get("password") or None, request.POST.get("feed", "")
    return imports.open_upload(file.name or "table", file.read(), password, feed)


def _batch_response(request: HttpRequest, batch: Any) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"url": f"/import/{batch.pk}/"})
    return redirect("import-batch", pk=batch.pk)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _line(batch: Any) -> dict[str, Any]:
    """Return a batch for the list of recent ones."""
    state = BatchState(batch.state)
    return {
        "pk": batch.pk,
        "name": batch.filename,
        "state": state.text,
        "tone": TONES[state.value],
        "counts": _counts(batch),
        "at": batch.applied_at or batch.created_at,
    }


def _counts(batch: Any) -> dict[str, str]:
    """Return the totals of a batch's last run, formatted; {} before the first dry run."""
    return {name: f"{n:,}" for name, n in batch.report.get("counts", {}).items() if isinstance(n, int)}


@require_GET
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the wizard at the current step of the batch."""
    imports.can_import()
    batch = batches.get_own(pk)
    job = job_of(batch)
    if job and not job["ended"]:
        return _running(request, batch, job)
    kind = kind_of(batch)
    if kind == "statement":
        return statements.stage(request, batch, job)
    if kind == "prices":
        return price_files.stage(request, batch, job)
    if kind == "feed":
        return feed_files.stage(request, batch, job)
    if batch.state in SETTLED:
        hindered = undoing.undo_refusal(batch)
        return page_of(
            request, batch, "imports/result.html", 4, hindered=hindered, **mapping.report(batches.report_of(batch))
        )
    looked = batch.state in (BatchState.CHECKED, BatchState.REFUSED)
    if looked and request.session.pop(SHOW_GRID, None) == pk and batch.report.get("counts", {}).get("errors"):
        return redirect("import-corrections", pk=pk)
    if looked and request.GET.get("step") != "columns":
        report_data = mapping.report(batches.report_of(batch))
        return page_of(
            request,
            batch,
            "imports/dry_run.html",
            2,
            failure=failure_of(job),
            untried=corrections.has_unchecked_corrections(batch),
            unknown=unknown_names.unknown_names(batches.report_of(batch)),
            **report_data,
        )
    return page_of(
        request,
        batch,
        "imports/columns.html",
        1,
        failure=failure_of(job),
        **mapping.describe_mapping(batch_files.plan_of(batch).as_plain()),
    )


def _running(request: HttpRequest, batch: Any, job: dict[str, Any]) -> HttpResponse:
    doing = job["kind"].rpartition(".")[2]
    applying = doing == "apply"
    plan = mapping.describe_mapping(batch_files.plan_of(batch).as_plain())
    return page_of(
        request,
        batch,
        "imports/running.html",
        2 if doing == "dry_run" else 3,
        doing=doing,
        applying=applying,
        percent=round(job["share"] * 100),
        words=job["words"] or job["state_text"],
        tables=plan["tables"],
        counts=_counts(batch),
    )


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply the corrections made on the columns page; with `then=trial` continue with the dry run."""
    batch = batches.get_own(pk)
    changes = mapping.changes(batch.plan, request.POST)
    try:
        is_other = changes["mode"] != batch.plan["mode"] or changes["key"] != batch.plan["key"] or "rates" in changes
        if is_other or changes["tables"]:
            imports.correct_plan(pk, changes)
        if request.POST.get("then") == "trial" and not imports.read_by_hand(pk):
            imports.start_dry_run(pk)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"/import/{pk}/?step=columns")
    return (
        redirect("import-batch", pk=pk)
        if request.POST.get("then") == "trial"
        else redirect(f"/import/{pk}/?step=columns")
    )


@require_POST
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    batches.get_own(pk)
    imports.start_dry_run(pk)
    return redirect("import-batch", pk=pk)


@require_POST
def enter_names(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the branches and colleagues that the file names and the desk lacks, and dry-run it again."""
    batches.get_own(pk)
    names = unknown_names.enter_unknown_names(pk)
    done = bilingual(
        "已登记 {a} 个营业部、{b} 位同事。",
        "{a} branches and {b} colleagues entered.",
        a=len(names.branches),
        b=len(names.people),
    )
    messages.success(request, str(done))
    return redirect("import-batch", pk=pk)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Import the dry run's result; later corrections are dry-run first. `skip_errors` skips the faulty rows.

    `cell.MARK`: whose value applies where both sides changed a cell, `gone`: which rows missing in the file are deleted."""
    batch = batches.get_own(pk)
    job = job_of(batch)
    if batch.state != BatchState.APPLIED and corrections.has_unchecked_corrections(batch):
        imports.start_dry_run(pk)
    elif batch.state != BatchState.APPLIED and not (job and not job["ended"]):
        decided = {name[5:]: str(value) for name, value in request.POST.items() if name.startswith("cell.")}
        gone = [str(mark) for mark in request.POST.getlist("gone")]
        if decided or gone:
            imports.decide_conflict(pk, decided, gone)
        imports.start_apply(pk, skip_errors=request.POST.get("skip_errors") == "true")
    return redirect("import-batch", pk=pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the import, a large one in the background; a refusal is shown on the result page, record by record."""
    try:
        if undoing.begin(pk):
            return redirect("import-batch", pk=pk)
        report_data = perform("workbook.undo", {"batch": pk})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        batch = batches.get_own(pk)
        if batch.state not in SETTLED:
            messages.error(request, str(refused))
            return redirect("import-batch", pk=pk)
        texts = [text for said in refused.as_plain().values() for text in said]
        kind = kind_of(batch)
        if kind == "statement":
            made = statements.result(request, batch, texts)
        elif kind == "prices":
            made = price_files.result(request, batch, texts)
        elif kind == "feed":
            made = feed_files.result(request, batch, texts)
        else:
            made = page_of(
                request, batch, "imports/result.html", 4, hindered=texts, **mapping.report(batches.report_of(batch))
            )
        made.status_code = 422
        return made
    done = bilingual(
        "已撤销：删除 {a} 条记录，恢复 {b} 条记录。",
        "Undone: {a} records removed, {b} restored.",
        a=report_data["removed"],
        b=report_data["restored"],
    )
    messages.success(request, str(done))
    return redirect("import-batch", pk=pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    batch = batches.get_own(pk)
    if batch.job_ref:
        jobs.request_stop(batch.job_ref)
        messages.info(
            request,
            str(
                bilingual("正在停止；已写入的内容会全部撤回。", "Stopping; whatever was being written is rolled back.")
            ),
        )
    return redirect("import-batch", pk=pk)


@require_GET
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """The running job for poll.js."""
    return JsonResponse(as_polled(job_of(batches.get_own(pk))))


@require_GET
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The faulty rows as a workbook to correct and upload again."""
    name, content = wizard.error_workbook(pk)
    return download_response(name, content)


def download_response(name: str, content: bytes) -> HttpResponse:
    """Send a workbook, report or bundle under its name, in any language; never stored in the browser's cache."""
    answer = HttpResponse(content, content_type=MEDIA.get(name.rpartition(".")[2], XLSX))
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
