"""Read linked sheets and their runs, never keys. Users who may see all connections see all; others their own."""

from typing import Any

from dakehu.exchange.connectors.models import Preference
from dakehu.exchange.sheets_sync import runs
from dakehu.exchange.sheets_sync.actions import SHEET, SYNC
from dakehu.exchange.sheets_sync.desk_rows import chosen_parts, shared_columns
from dakehu.exchange.sheets_sync.models import LinkedSheet, Sensitivity, SheetPart, SheetRun, SheetRunState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.input import spec_behind
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs

SHOWN_RUNS = 20
UNDONE = bilingual("已撤销", "Undone")


def visible_sheets() -> Any:
    """Return the links that the actor may see."""
    actor = current_actor()
    rows = LinkedSheet.objects.select_related("owner").order_by("name")
    return rows if actor.may(Permission.CONNECTION_READ) else rows.filter(owner_id=actor.user_id)


@query("sheets.list", needs=Permission.SHEET_READ, zh="在线表格", en="Linked sheets")
def list_sheets() -> list[dict[str, Any]]:
    """Return the linked sheets: [{id, name, owner, sensitivity_text, is_on, next_run_at, …, last: its last run or None}]."""
    rows = list(visible_sheets())
    last: dict[int, SheetRun] = {}
    for run in SheetRun.objects.filter(link__in=rows).order_by("pk"):
        last[run.link_id] = run
    return [{**_sheet(row), "last": _run(last[row.pk]) if row.pk in last else None} for row in rows]


@query(
    "sheets.detail",
    needs=Permission.SHEET_READ,
    zh="在线表格的同步情况",
    en="A linked sheet and its runs",
    parameters=(SHEET,),
)
def sheet_detail(*, sheet: LinkedSheet) -> dict[str, Any]:
    """Return a linked sheet with its worksheets and last runs.

    {…, tables: [{title, rows, columns: labels, kept_back: labels of columns that are never sent}], runs: [{id, state,
    started_at, ended_at, batch, mine, tables, notes, failure, totals}], running}. Raises NotFound for another person's.
    """
    if not visible_sheets().filter(pk=sheet.pk).exists():
        raise NotFound(bilingual("在线表格", "linked sheet"), sheet.pk)
    counted = dict(SheetPart.objects.filter(link=sheet).values_list("part", "rows"))
    tables = []
    for part in chosen_parts(sheet):
        shared = {parameter.name for parameter in shared_columns(sheet, part)}
        labels = {parameter.name: spec_behind(parameter).label for parameter in part.parameters}
        kept = [label for name, label in labels.items() if name not in shared and name != "row_key"]
        columns = [labels[name] for name in labels if name in shared]
        tables.append({"title": part.title, "rows": counted.get(part.name, 0), "columns": columns, "kept_back": kept})
    last = [_run(run) for run in SheetRun.objects.filter(link=sheet).order_by("-pk")[:SHOWN_RUNS]]
    waiting = any(not job["ended"] for job in jobs.recent(SYNC, current_actor().user_id, most=3))
    return {
        **_sheet(sheet),
        "tables": tables,
        "runs": last,
        "running": waiting or runs.lock_of(sheet).holder() is not None,
    }


def get_sheet(name: str) -> LinkedSheet:
    """Return a linked sheet by name, if visible to the actor. Raises Refused."""
    found: LinkedSheet | None = visible_sheets().filter(name=name).first()
    if found is None:
        raise refusal("name", "没有在线表格“{name}”。", "There is no linked sheet “{name}”.", name=name)
    return found


def _sheet(row: LinkedSheet) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": str(row.pk),
        "name": row.name,
        "spreadsheet": row.spreadsheet,
        "address": row.address,
        "account": row.account,
        "owner": row.owner.name,
        "mine": row.owner_id == current_actor().user_id,
        "sensitivity_text": Sensitivity.text_of(str(row.sensitivity)),
        "prefer_text": Preference.text_of(str(row.prefer)),
        "deletes": row.deletes,
        "is_on": row.is_on,
        "every_hours": row.every_hours,
        "next_run_at": row.next_run_at,
        "secrets_at": row.secrets_at,
    }


def _run(run: SheetRun) -> dict[str, Any]:
    """Return a run as pages show it; one whose import was undone is marked."""
    batch = Batch.objects.filter(pk=run.batch_ref).first() if run.batch_ref else None
    is_undone = batch is not None and str(batch.state) == BatchState.UNDONE
    return {
        "id": run.pk,
        "state": "undone" if is_undone else str(run.state),
        "state_text": str(UNDONE) if is_undone else SheetRunState.text_of(str(run.state)),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "batch": run.batch_ref,
        "mine": batch is not None and batch.owner_ref == current_actor().user_id,
        "tables": [_table(table) for table in run.tables.values()],
        "notes": [Bilingual(zh, en) for zh, en in run.notes],
        "failure": Bilingual(run.failure["zh"], run.failure["en"]) if run.failure else None,
        "totals": runs.totals_of(run),
    }


def _table(table: dict[str, Any]) -> dict[str, Any]:
    reasons = [{"text": Bilingual(zh, en), "count": count} for zh, en, count in table.get("reasons", ())]
    return {**table, "label": Bilingual(table["zh"], table["en"]), "reasons": reasons}
