"""Export an extract for Tableau: on the command line, or in the background for the exports page."""

import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.exchange.exports.service import visible_ids
from dakehu.exchange.imports.dry_run import Progress
from dakehu.exchange.tableau import hyper
from dakehu.exchange.tableau.datasource import tds
from dakehu.exchange.tableau.tables import ExtractTable, extract_tables, numbers_of, slices
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.i18n import language as reading_language
from dakehu.foundation.files import store as files
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

TITLE = bilingual("大客户数据", "Key client data")
KIND = "tableau.export"
INSIDE = "Data/Extracts/desk.hyper"  # in a packaged data source
PARAMETERS = (Parameter("clients", required=False, kind="json", spec=FieldSpec("客户", "Clients")),)


@action(
    KIND,
    needs=Permission.EXPORT,
    zh="导出 Tableau 数据",
    en="Export data for Tableau",
    parameters=PARAMETERS,
    is_public=False,
    irreversible=bilingual(
        "文件下载后无法收回，导出会记入操作日志。",
        "A downloaded file cannot be called back; the export is recorded in the audit trail.",
    ),
)
def write_extract(
    *,
    path: Path,
    clients: Iterable[int] | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
) -> dict[str, int]:
    """Write what the actor may list of `clients` (ids; None: all visible) to `path`; return {table: rows}.

    `.tdsx` is a data source with its extract inside; `.hyper` is the extract, with a `.tds` of the same name next to
    it. The files are written atomically. Raises Refused for another extension and without the extra `tableau`.
    """
    hyper.require_installed()
    ending = path.suffix.lower()
    if ending not in (".hyper", ".tdsx"):
        raise Refused(bilingual("文件名应以 .hyper 或 .tdsx 结尾。", "The file's name must end in .hyper or .tdsx."))
    file_language = language or reading_language()
    tables = extract_tables(file_language)
    chosen = None if clients is None else list(clients)
    permits.use_permit(ExportWay.TABLEAU, visible_ids(chosen), chosen is None)
    with TemporaryDirectory(prefix=".dakehu-", dir=path.parent) as folder:
        draft = Path(folder) / "desk.hyper"
        counts = hyper.write_hyper(draft, tables, _Reader(tables, chosen, file_language, progress).rows_of)
        progress(0.95, bilingual("正在打包", "Packing"))
        title = TITLE.in_(file_language)
        if ending == ".tdsx":
            packed = Path(folder) / "desk.tdsx"
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"{title}.tds", tds(title, INSIDE, tables))
                archive.write(draft, INSIDE)
            packed.replace(path)
        else:
            beside = Path(folder) / "desk.tds"
            beside.write_text(tds(title, path.name, tables), encoding="utf-8")
            draft.replace(path)
            beside.replace(path.with_suffix(".tds"))
    add_audit_note(file=path.name, counts=counts)
    return counts


class _Reader:
    """Reads the tables in turn, and reports progress."""

    def __init__(
        self, tables: list[ExtractTable], clients: list[int] | None, language: str, progress: Progress
    ) -> None:
        self.tables, self.clients, self.language, self.progress = tables, clients, language, progress

    def rows_of(self, table: ExtractTable) -> Any:
        """Yield the rows of a table in slices; each slice is a progress step, at which an export can be stopped."""
        done, all_tables = self.tables.index(table), len(self.tables)
        numbers = numbers_of(table, self.clients)
        said = bilingual("正在写入{title}", "Writing {title}", title=table.label)
        self.progress(0.05 + 0.9 * done / all_tables, said)
        read = 0
        for part in slices(table, numbers, self.language):
            rows = list(part)
            read += len(rows)
            yield rows
            self.progress(0.05 + 0.9 * (done + read / max(1, len(numbers))) / all_tables, said)


def start_export(clients: list[int] | None = None, language: str | None = None) -> int:
    """Export a packaged data source in the background; return the job id. Raises Refused without the extra."""
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("导出 Tableau 数据", "export data for Tableau"), Permission.EXPORT)
    hyper.require_installed()
    permits.check_export(ExportWay.TABLEAU, visible_ids(clients), clients is None)
    return jobs.start(KIND, clients=clients, language=language or reading_language())


@jobs.job(KIND)
def export(progress: Progress, *, clients: list[int] | None, language: str) -> dict[str, Any]:
    """Export a packaged data source as a job; its result contains the file to download and the rows of each table."""
    name = f"{TITLE.in_(language)}-{clock.today():%Y%m%d}.tdsx"
    with TemporaryDirectory(prefix="dakehu-") as folder, act(KIND):
        path = Path(folder) / name
        counts = write_extract(path=path, clients=clients, language=language, progress=progress)
        stored = files.save(name, path.read_bytes(), days=7)
    tables = {table.name: table.label for table in extract_tables(language)}
    rows = [[tables.get(table, table), number] for table, number in counts.items()]
    return {"file": stored.key, "name": name, "counts": counts, "rows": rows}
