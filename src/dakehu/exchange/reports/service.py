"""Create client reports: one synchronously, or many in the background as a ZIP. Every export is audited."""

import base64
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.ledger.trades.queries import list_trades
from dakehu.exchange.reports import content as report_content
from dakehu.exchange.reports import typst_pdf
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.foundation.base.i18n import language as reading_language
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import render_row
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

AT_MOST = 1000  # reports in one ZIP
KIND = "report.create_many"
LANGUAGE = Parameter("language", required=False, spec=FieldSpec("语言（zh 或 en）", "Language (zh or en)"))
UNREPORTABLE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True)
class Report:
    """One report as PDF."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the SHA-256 digest as hex."""
        return hashlib.sha256(self.content).hexdigest()


def render_pdf(client: Any, *, language: str | None = None, rise_is_red: bool = True) -> Report:
    """Render the report of a visible client; nothing is written.

    Raises NotAllowed without export permission.
    """
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("下载客户报告", "download a client's report"), Permission.EXPORT)
    with in_language(_language(language)):
        content = report_content.report_content(client, rise_is_red=rise_is_red)
        name = f"{content['title']}-{client.code}-{content['name']}-{content['as_of']}.pdf"
    return Report(UNREPORTABLE.sub("_", name), typst_pdf.render_pdf(content))


def record_report(client: Any, report: Report) -> None:
    """Record in the open action that the report was exported: client, size and digest."""
    current_act().client_id = client.pk
    add_audit_note(client=client.pk, bytes=len(report.content), sha256=report.sha256)


def render_and_record(client: Any, *, language: str | None = None, rise_is_red: bool = True) -> Report:
    """Render a report, then record it, so that no transaction is open while pages are rendered."""
    report = render_pdf(client, language=language, rise_is_red=rise_is_red)
    with act("report.create"):
        record_report(client, report)
    return report


@action(
    "report.create",
    needs=Permission.EXPORT,
    zh="下载客户报告",
    en="Download a client report",
    parameters=(parameters_of("ledger.Investment", "client"), LANGUAGE),
    irreversible=bilingual(
        "文件下载后无法收回，生成报告会记入操作日志。",
        "A downloaded file cannot be called back; the report is recorded in the audit trail.",
    ),
)
def create_report(*, client: Any, language: str | None = None) -> dict[str, Any]:
    """Return a client's investment report as PDF; audited as an export.

    {name, media, size, sha256, content (base64)}: figures, growth, holdings, trades and flows as of the last close,
    masked to the reader's role.
    """
    report = render_pdf(client, language=language)
    record_report(client, report)
    return {
        "name": report.name,
        "media": "application/pdf",
        "size": len(report.content),
        "sha256": report.sha256,
        "content": base64.b64encode(report.content).decode(),
    }


def _language(code: str | None) -> str:
    """Return the language of a report. Raises Refused for an unknown one."""
    if code and code not in ("zh", "en"):
        raise Refused(
            {
                "language": [
                    bilingual(
                        "没有“{text}”这种语言，可用 zh 或 en。",
                        "There is no language “{text}”: use zh or en.",
                        text=code,
                    )
                ]
            }
        )
    return code or reading_language()


# --- many ---------------------------------------------------------------------------------------------


def chosen_clients(clients: list[int] | None) -> list[int]:
    """Return the ids of the visible clients among `clients` (None: all), by code.

    Raises Refused for none or too many.
    """
    rows = model_of("clients.Client").objects.order_by("code")
    ids = list((rows if clients is None else rows.filter(pk__in=clients)).values_list("pk", flat=True))
    if not ids:
        raise Refused(bilingual("没有可制作报告的客户。", "There is no client to report on."))
    if len(ids) > AT_MOST:
        raise Refused(
            bilingual(
                "一次最多制作 {most} 份报告，这里有 {n} 位客户；请先筛选或分批勾选。",
                "At most {most} reports at once, and here are {n} clients: filter, or choose them in parts.",
                most=AT_MOST,
                n=len(ids),
            )
        )
    return ids


def start(clients: list[int] | None = None, language: str | None = None, rise_is_red: bool = True) -> int:
    """Create reports in the background; return the job id.

    The job's result names the ZIP (files.read) and the clients that failed.
    """
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("下载客户报告", "download clients' reports"), Permission.EXPORT)
    ids, is_whole = chosen_clients(clients), clients is None
    permits.check_export(ExportWay.REPORTS, ids, is_whole)
    return jobs.start(KIND, clients=ids, language=_language(language), rise_is_red=rise_is_red, is_whole=is_whole)


@jobs.job(KIND)
def create_reports(
    progress: Any, *, clients: list[int], language: str, rise_is_red: bool = True, is_whole: bool = False
) -> dict[str, Any]:
    """Create many reports as a job: {file, name, counts: {clients, failed}, failed: [{client, why}]}.

    A client without trades, or no longer visible, does not stop the others. A job that is stopped stores and exports
    nothing.
    """
    with in_language(language):
        bundle, failed = zip_reports(progress, clients, language, rise_is_red)
        name = f"{bilingual('投资报告', 'Investment reports')}-{clock.today():%Y%m%d}.zip"
        if not bundle.papers:
            raise Refused(
                {
                    "clients": [
                        bilingual(
                            "一份报告也没有做成：{why}", "Not one report could be made: {why}", why=failed[0]["why"]
                        )
                    ]
                }
            )
    with act(KIND):
        permits.use_permit(ExportWay.REPORTS, clients, is_whole)
        stored = files.save(name, bundle.content(), days=7)
        add_audit_note(clients=bundle.papers, failed=len(failed), file=name)
    return {
        "file": stored.key,
        "name": name,
        "counts": {"clients": len(bundle.papers), "failed": len(failed)},
        "failed": failed,
    }


def write_reports(
    path: Path, clients: list[int] | None, language: str | None = None, progress: Any = no_progress
) -> dict[str, Any]:
    """Write one report (.pdf) or many (.zip) to a file: {file, counts, failed} as create_reports."""
    ids, suffix = chosen_clients(clients), path.suffix.lower()
    if suffix not in (".pdf", ".zip") or (suffix == ".pdf" and len(ids) > 1):
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”应以 .pdf（一位客户）或 .zip（{n} 位客户）结尾。",
                        "“{name}” should end in .pdf for one client, or .zip for {n}.",
                        name=path.name,
                        n=len(ids),
                    )
                ]
            }
        )
    failed: list[dict[str, str]] = []
    if suffix == ".pdf":
        client = model_of("clients.Client").objects.get(pk=ids[0])
        path.write_bytes(render_and_record(client, language=language).content)
        return {"file": str(path), "counts": {"clients": 1, "failed": 0}, "failed": failed}
    permits.check_export(ExportWay.REPORTS, ids, clients is None)
    bundle, failed = zip_reports(progress, ids, _language(language))
    with act(KIND):
        permits.use_permit(ExportWay.REPORTS, ids, clients is None)
        add_audit_note(clients=bundle.papers, failed=len(failed), file=path.name)
    path.write_bytes(bundle.content())
    return {"file": str(path), "counts": {"clients": len(bundle.papers), "failed": len(failed)}, "failed": failed}


class Bundle:
    """Reports in one ZIP, not compressed again. papers: {client id: sha256}."""

    def __init__(self) -> None:
        self._stream = io.BytesIO()
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_STORED)
        self.papers: dict[str, str] = {}

    def add(self, client: Any, report: Report) -> None:
        """Add a report."""
        self._zip.writestr(report.name, report.content)
        self.papers[str(client.pk)] = report.sha256

    def content(self) -> bytes:
        """Close the ZIP and return it."""
        self._zip.close()
        return self._stream.getvalue()


def zip_reports(
    progress: Any, ids: list[int], language: str, rise_is_red: bool = True
) -> tuple[Bundle, list[dict[str, str]]]:
    """Return the reports of visible clients, and {client, why} of those that failed."""
    bundle, failed = Bundle(), []
    rows = model_of("clients.Client").objects
    for index, client_id in enumerate(ids):
        progress(
            index / len(ids),
            bilingual("正在制作第 {n}/{all} 份报告", "Report {n} of {all}", n=index + 1, all=len(ids)),
        )
        client = rows.filter(pk=client_id).first()
        if client is None:
            failed.append(
                {
                    "client": str(client_id),
                    "why": str(bilingual("已不在您的客户范围内。", "No longer among your clients.")),
                }
            )
            continue
        try:
            bundle.add(client, _render_with_trades(client, language, rise_is_red))
        except Refused as refusal:
            reason = " ".join(str(text) for texts in refusal.as_plain().values() for text in texts)
            failed.append(
                {"client": f"{client.code} {render_row(client, ('name',), shown=True)['name']}", "why": reason}
            )
    return bundle, failed


def _render_with_trades(client: Any, language: str, rise_is_red: bool) -> Report:
    """Render a report among many. Raises Refused without trades: an empty report is listed as failed."""
    if not list_trades(client=client, limit=1)["count"]:
        raise Refused(bilingual("还没有成交记录。", "There are no trades yet."))
    return render_pdf(client, language=language, rise_is_red=rise_is_red)
