"""Files of a client: the tab, uploading several files, and downloading one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from dakehu.domains.clients import queries as clients
from dakehu.domains.service import attachments
from dakehu.domains.service.file_types import TYPES
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import perform, render_row, render_rows

PICTURES = {"audio": "phone", "video": "monitor", "text": "sticky-note", "image": "file"}


def tab_files(request: HttpRequest, client: Any) -> dict[str, Any]:
    return {
        "papers": _render_attachments(attachments.client_attachments(client=client)),
        "taken": _render_attachments(attachments.client_attachments(client=client, removed=True)[:20]),
        "about": {name: request.GET.get(name, "") for name in ("interaction", "request", "complaint")},
        "largest": firm_settings.current("ATTACHMENT_MB"),
        "endings": ",".join(f".{ending}" for ending in TYPES),
    }


def _render_attachments(rows: Any) -> list[dict[str, Any]]:
    plain = list(rows)
    made = render_rows(plain, shown=True)
    for line, row in zip(made, plain, strict=True):
        line |= {"size": size(row.size), "icon": PICTURES.get(row.media.partition("/")[0], "file-text")}
    return made


def size(count: int) -> str:
    """Return a number of bytes in readable units."""
    return f"{max(1, round(count / 1024))} KB" if count < 1048576 else f"{count / 1048576:.1f} MB"


@require_POST
def add(request: HttpRequest, client_id: int) -> HttpResponse:
    """Store every uploaded file; refused ones are named with the reason, the others are kept."""
    client = clients.get_client(client_id)
    report = {
        name: request.POST[name]
        for name in ("description", "interaction", "request", "complaint")
        if request.POST.get(name)
    }
    kept, refused = [], []
    for file in request.FILES.getlist("file"):
        try:
            row = perform(
                "service.add_attachment", {"client": client.pk, "file": Upload(file.name or "", file.file), **report}
            )
            kept.append(render_row(row)["name"])
        except Refused as refusal:
            refused += [str(text) for texts in refusal.as_plain().values() for text in texts]
    if not kept:
        raise Refused({"file": refused or [bilingual("请选择文件。", "Choose a file.")]})
    messages.success(request, str(bilingual("已添加：{names}。", "Kept: {names}.", names=kept)))
    for text in refused:
        messages.error(request, text)
    return JsonResponse({"url": f"/clients/{client.pk}/?tab=files"})


@require_GET
def hand_out(request: HttpRequest, attachment_id: int) -> StreamingHttpResponse:
    """Send the file slice by slice, as a download, never displayed inside the desk's pages. If it breaks off, the browser
    detects from the length that it is incomplete."""
    report = perform("service.open_attachment", {"attachment": attachment_id})
    answer = StreamingHttpResponse(iter(report["content"]), content_type=report["media"])
    answer["Content-Length"] = str(report["size"])
    answer["Content-Disposition"] = content_disposition_header(True, report["name"]) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
