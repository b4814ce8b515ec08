"""How a report leaves the desk: one at once, many in the background as a ZIP; every one goes on the audit record."""

import base64
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dakehu.domains.ledger.trades.queries import list_trades
from dakehu.domains.team.permissions import Permission
from dakehu.exchange.reports import content as report_content
from dakehu.exchange.reports import typst_pdf
from dakehu.foundation.access.actor import current_actor
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
    """One report, printed."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def render_pdf(client: Any, *, language: str | None = None, rise_is_red: bool = True) -> Report:
    """The report of a client in the actor's sight; nothing is written. NotAllowed where the actor may take nothing out."""
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("下载客户报告", "download a client's report"), Permission.EXPORT)
    with in_language(_language(language)):
        told = report_content.report_content(client, rise_is_red=rise_is_red)
        name = f"{told['title']}-{client.code}-{told['name']}-{told['as_of']}.pdf"
    return Report(UNREPORTABLE.sub("_", name), typst_pdf.render_pdf(told))


def record_report(client: Any, paper: Report) -> None:
    """Put on the record, within the present act, that the report went out: whose, how large, which bytes."""
    current_act().client_id = client.pk
    add_audit_note(client=client.pk, bytes=len(paper.content), sha256=paper.sha256)


def hand_out(client: Any, *, language: str | None = None, rise_is_red: bool = True) -> Report:
    """Print, then record: the database is not kept waiting while the pages are drawn."""
    paper = render_pdf(client, language=language, rise_is_red=rise_is_red)
    with act("report.create"):
        record_report(client, paper)
    return paper


@action(
    "report.create",
    needs=Permission.EXPORT,
    zh="下载客户报告",
    en="Download a client report",
    parameters=(parameters_of("ledger.Investment", "client"), LANGUAGE),
)
def create_report(*, client: Any, language: str | None = None) -> dict[str, Any]:
    """{name, media, size, sha256, content (base64)} of the client's investment report as PDF: figures, growth, holdings,
    trades and flows as of the last close, masked as the reader's role says. Goes on the record as an export."""
    paper = render_pdf(client, language=language)
    record_report(client, paper)
    return {
        "name": paper.name,
        "media": "application/pdf",
        "size": len(paper.content),
        "sha256": paper.sha256,
        "content": base64.b64encode(paper.content).decode(),
    }


def _language(given: str | None) -> str:
    if given and given not in ("zh", "en"):
        raise Refused(
            {
                "language": [
                    bilingual(
                        "没有“{text}”这种语言，可用 zh 或 en。",
                        "There is no language “{text}”: use zh or en.",
                        text=given,
                    )
                ]
            }
        )
    return given or reading_language()


# --- many ---------------------------------------------------------------------------------------------


def chosen_clients(clients: list[int] | None) -> list[int]:
    """The numbers of those clients in sight (None: all), in order of code. Refused where nobody is left, or too many."""
    rows = model_of("clients.Client").objects.order_by("code")
    found = list((rows if clients is None else rows.filter(pk__in=clients)).values_list("pk", flat=True))
    if not found:
        raise Refused(bilingual("没有可制作报告的客户。", "There is no client to report on."))
    if len(found) > AT_MOST:
        raise Refused(
            bilingual(
                "一次最多制作 {most} 份报告，这里有 {n} 位客户；请先筛选或分批勾选。",
                "At most {most} reports at once, and here are {n} clients: filter, or choose them in parts.",
                most=AT_MOST,
                n=len(found),
            )
        )
    return found


def start(clients: list[int] | None = None, language: str | None = None, rise_is_red: bool = True) -> int:
    """Print the reports in the background; the job's result names the ZIP (files.read) and what could not be done."""
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("下载客户报告", "download clients' reports"), Permission.EXPORT)
    return jobs.start(KIND, clients=chosen_clients(clients), language=_language(language), rise_is_red=rise_is_red)


@jobs.job(KIND)
def create_reports(progress: Any, *, clients: list[int], language: str, rise_is_red: bool = True) -> dict[str, Any]:
    """{file, name, counts: {clients, failed}, failed: [{client, why}]}. A client without trades, or out of sight by now,
    does not hold up the others. Stopped half-way, nothing is kept and nothing was handed out."""
    with in_language(language):
        made, failed = zip_reports(progress, clients, language, rise_is_red)
        name = f"{bilingual('投资报告', 'Investment reports')}-{clock.today():%Y%m%d}.zip"
        if not made.papers:
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
        kept = files.save(name, made.content(), days=7)
        add_audit_note(clients=made.papers, failed=len(failed), file=name)
    return {
        "file": kept.key,
        "name": name,
        "counts": {"clients": len(made.papers), "failed": len(failed)},
        "failed": failed,
    }


def write_reports(
    path: Path, clients: list[int] | None, language: str | None = None, progress: Any = no_progress
) -> dict[str, Any]:
    """Write one report (a path that ends in .pdf) or many (.zip) at once; {file, counts, failed} as `many` tells it."""
    numbers, ending = chosen_clients(clients), path.suffix.lower()
    if ending not in (".pdf", ".zip") or (ending == ".pdf" and len(numbers) > 1):
        raise Refused(
            {
                "file": [
                    bilingual(
                        "“{name}”应以 .pdf（一位客户）或 .zip（{n} 位客户）结尾。",
                        "“{name}” should end in .pdf for one client, or .zip for {n}.",
                        name=path.name,
                        n=len(numbers),
                    )
                ]
            }
        )
    failed: list[dict[str, str]] = []
    if ending == ".pdf":
        client = model_of("clients.Client").objects.get(pk=numbers[0])
        path.write_bytes(hand_out(client, language=language).content)
        return {"file": str(path), "counts": {"clients": 1, "failed": 0}, "failed": failed}
    made, failed = zip_reports(progress, numbers, _language(language))
    with act(KIND):
        add_audit_note(clients=made.papers, failed=len(failed), file=path.name)
    path.write_bytes(made.content())
    return {"file": str(path), "counts": {"clients": len(made.papers), "failed": len(failed)}, "failed": failed}


class Bundle:
    """Papers in one ZIP. PDF is compressed already, so they are only stored. papers: {client number: sha256}."""

    def __init__(self) -> None:
        self._stream = io.BytesIO()
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_STORED)
        self.papers: dict[str, str] = {}

    def add(self, client: Any, paper: Report) -> None:
        self._zip.writestr(paper.name, paper.content)
        self.papers[str(client.pk)] = paper.sha256

    def content(self) -> bytes:
        self._zip.close()
        return self._stream.getvalue()


def zip_reports(
    progress: Any, numbers: list[int], language: str, rise_is_red: bool = True
) -> tuple[Bundle, list[dict[str, str]]]:
    """The reports of clients in sight, and {client, why} of those that could not be made."""
    made, failed = Bundle(), []
    rows = model_of("clients.Client").objects
    for done, number in enumerate(numbers):
        progress(
            done / len(numbers),
            bilingual("正在制作第 {n}/{all} 份报告", "Report {n} of {all}", n=done + 1, all=len(numbers)),
        )
        client = rows.filter(pk=number).first()
        if client is None:
            failed.append(
                {
                    "client": str(number),
                    "why": str(bilingual("已不在您的客户范围内。", "No longer among your clients.")),
                }
            )
            continue
        try:
            made.add(client, _with_trades(client, language, rise_is_red))
        except Refused as refusal:
            why = " ".join(str(text) for texts in refusal.as_plain().values() for text in texts)
            failed.append({"client": f"{client.code} {render_row(client, ('name',), shown=True)['name']}", "why": why})
    return made, failed


def _with_trades(client: Any, language: str, rise_is_red: bool) -> Report:
    """Among many, a report that tells nothing is a fault to list rather than a page to hand out."""
    if not list_trades(client=client, limit=1)["count"]:
        raise Refused(bilingual("还没有成交记录。", "There are no trades yet."))
    return render_pdf(client, language=language, rise_is_red=rise_is_red)
