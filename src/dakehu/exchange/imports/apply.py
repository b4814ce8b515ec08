"""Apply a dry run: one act, one transaction, for the whole file."""

from collections.abc import Callable
from typing import Any

from dakehu.domains.clients.bulk_import import clients as client_import
from dakehu.domains.clients.bulk_import.evaluation import ClientEvaluation
from dakehu.exchange.imports import chunking
from dakehu.exchange.imports.dry_run import DryRun, Progress
from dakehu.exchange.mapping.mapping import ImportMapping
from dakehu.exchange.roundtrip import deleted_rows
from dakehu.exchange.workbook.reading import Book
from dakehu.foundation import row_security
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.write_pipeline import pipelined_writes
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import with_worksheet

CLIENT_ACTIONS = ("clients.create", "clients.change")
MANY = 10_000  # rows written from which PostgreSQL statistics are refreshed
FILE = Parameter("file", spec=FieldSpec("文件", "File"))


class HasFaults(Refused):
    """The file has faults, so nothing was written. `report` lists them."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.report = report
        super().__init__(
            bilingual(
                "文件中有 {n} 处错误，没有导入任何内容。请改正后重新上传，或选择只导入没有错误的行。",
                "The file has {n} faults, so nothing was imported. Mend them and upload again, or import the good rows only.",
                n=report["faults_in_all"],
            )
        )


class Undecided(HasFaults):
    """Cells were changed both in the file and on the desk, so nothing was written. `report` lists them."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.report = report
        Refused.__init__(
            self,
            bilingual(
                "有 {n} 处在表格和系统中都被修改且内容不同，没有导入任何内容。请逐处决定，或用 --prefer file（以表格为准）或 --prefer desk（以系统为准）。",
                "{n} cells were changed both in the workbook and on the desk, so nothing was imported. Decide each, or use "
                "--prefer file (the workbook counts) or --prefer desk (the desk counts).",
                n=report["undecided"],
            ),
        )


@action(
    "workbook.import",
    needs=Permission.IMPORT,
    zh="导入表格",
    en="Import a workbook",
    parameters=(FILE,),
    is_public=False,
)
def import_workbook(
    *,
    book: Book,
    plan: ImportMapping,
    sha256: str,
    batch: int | None,
    skip_errors: bool,
    progress: Progress,
    mended: int = 0,
    ignored: list[dict[str, Any]] | None = None,
    written: Callable[[DryRun], None] = lambda made: None,
) -> dict[str, Any]:
    """Evaluate the file again and write it, all or nothing; return the report. `mended` counts the cells of `book` that
    were corrected (see corrections), `ignored` are the columns mapped to no field, if known. `written` is called
    with each part once it is written. Raises HasFaults, Undecided."""

    def write(made: DryRun) -> None:
        _write(made)
        written(made)

    with pipelined_writes():
        report = chunking.run(book, plan, progress, write=write, skip_errors=skip_errors, ignored=ignored)
    if sum(part.get("created", 0) + part.get("updated", 0) for part in report["parts"].values()) >= MANY:
        row_security.measure()
    report["mended"] = mended
    if report["faults_in_all"] and not skip_errors:
        raise HasFaults(report)
    if report["undecided"]:
        raise Undecided(report)
    progress(0.97, bilingual("正在完成", "Finishing"))
    add_audit_note(file=book.filename, sha256=sha256, batch=batch, counts=report["parts"], mended=mended)
    return report


def _write(made: DryRun) -> None:
    born: dict[int, int] = {}
    if made.clients is not None and _has_work(made.clients):
        _check_qualified(made.clients.row_evaluation, *CLIENT_ACTIONS)
        born = client_import.import_clients(columns=made.stacks["clients"].columns, evaluation=made.clients)
    for resource, sheet in with_worksheet():
        rows = made.stacks.get(sheet.name)
        if sheet.import_rows is not None and rows is not None and rows.row_evaluation.rows("created", "updated"):
            _check_qualified(rows.row_evaluation, resource.create, resource.update)
            owners = [born.get(owner, owner) for owner in made.owners[sheet.name]]
            sheet.import_rows(columns=rows.columns, row_evaluation=rows.row_evaluation, clients=owners)
    deleted_rows.remove(made.missing)


def _check_qualified(evaluation: Any, create: str, update: str) -> None:
    """Raise NotQualified if rows need a certificate or registration that the actor lacks for the single action."""
    for name, state in ((create, "created"), (update, "updated")):
        if name in ACTIONS and evaluation.rows(state):
            ACTIONS[name].check_qualified()


def _has_work(clients: ClientEvaluation) -> bool:
    return bool(
        clients.row_evaluation.rows("created", "updated")
        or clients.contacts.row_evaluation.rows("created")
        or clients.histories.rows("created")
        or clients.duties
    )
