"""Read connections and their runs; secrets are never returned."""

from typing import Any

from dakehu.exchange.connectors import runs
from dakehu.exchange.connectors.actions import CONNECTION, PULL
from dakehu.exchange.connectors.kinds import KINDS
from dakehu.exchange.connectors.models import Connection, Preference, Run, RunState, SourceKind, SourceTable
from dakehu.exchange.sheets.definitions import worksheets
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs

SHOWN_RUNS = 20
TOTALS = ("seen", "created", "updated", "unchanged", "skipped", "aside", "kept")
UNDONE = bilingual("已撤销", "Undone")
KEPT_TEXT = bilingual("暂存（加密）", "Kept (encrypted)")


@query("connections.list", needs=Permission.CONNECTION_READ, zh="外部连接", en="Connections")
def list_connections() -> list[dict[str, Any]]:
    """Return every connection: [{id, name, kind, system, address, is_on, every_hours, next_run_at, writes_back,
    secrets_at, last: its last run or None}]."""
    rows = list(Connection.objects.order_by("name"))
    last: dict[int, Run] = {}
    for run in Run.objects.filter(connection__in=rows).order_by("pk"):
        last[run.connection_id] = run
    return [{**_connection(row), "last": _run(last[row.pk]) if row.pk in last else None} for row in rows]


@query(
    "connections.detail",
    needs=Permission.CONNECTION_READ,
    zh="外部连接的运行情况",
    en="A connection and its runs",
    parameters=(CONNECTION,),
)
def connection_detail(*, connection: Connection) -> dict[str, Any]:
    """Return a connection with its tables and last runs: rows seen, imported, and set aside with reasons.

    {…, tables: [{name, label, part, cursor, rows, aside}], runs: [{id, state, started_at, ended_at, batch, mine, tables,
    notes, failure, totals}], receives: [field], running: whether a run is in progress}.
    """
    kind = KINDS[str(connection.kind)]
    parts = {name: landing.part for name, landing in kind.landings.items()}
    tables = [
        {
            "name": row.name,
            "label": row.label,
            "part": parts.get(row.name, ""),
            "place": _place(parts.get(row.name, "")),
            "cursor": row.cursor,
            "rows": row.rows,
            "aside": row.aside,
        }
        for row in SourceTable.objects.filter(connection=connection).order_by("pk")
    ]
    last = [_run(run) for run in Run.objects.filter(connection=connection).order_by("-pk")[:SHOWN_RUNS]]
    return {
        **_connection(connection),
        "tables": tables,
        "runs": last,
        "receives": sorted(kind.receives),
        "running": _is_running(connection),
    }


def connection_of(kind: str, name: str = "", address: str = "") -> Connection | None:
    """Return the connection of a kind, with that name and address if given, None if there is none.

    Raises Refused if several match, and NotAllowed where the actor may not see connections.
    """
    if not current_actor().may(Permission.CONNECTION_READ):
        raise NotAllowed(bilingual("外部连接", "Connections"), Permission.CONNECTION_READ)
    rows = Connection.objects.filter(kind=kind)
    rows = rows.filter(name=name) if name else rows
    rows = rows.filter(address=address.rstrip("/")) if address else rows
    if rows.count() > 1:
        raise refusal("name", "有多个这样的连接，请用 --name 指明。", "Several connections fit: name one with --name.")
    return rows.first()


def _connection(row: Connection) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": str(row.pk),
        "name": row.name,
        "kind": str(row.kind),
        "system": SourceKind.text_of(str(row.kind)),
        "address": row.address,
        "is_on": row.is_on,
        "every_hours": row.every_hours,
        "next_run_at": row.next_run_at,
        "writes_back": row.writes_back,
        "secrets_at": row.secrets_at,
        "prefer": str(row.prefer),
        "prefer_text": Preference.text_of(str(row.prefer)),
    }


def _run(run: Run) -> dict[str, Any]:
    """Return a run as pages show it; one whose import was undone is marked."""
    batch = Batch.objects.filter(pk=run.batch_ref).first() if run.batch_ref else None
    is_undone = batch is not None and str(batch.state) == BatchState.UNDONE
    totals = {name: sum(table.get(name, 0) for table in run.tables.values()) for name in TOTALS}
    return {
        "id": run.pk,
        "state": "undone" if is_undone else str(run.state),
        "state_text": str(UNDONE) if is_undone else RunState.text_of(str(run.state)),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "batch": run.batch_ref,
        "mine": batch is not None and batch.owner_ref == current_actor().user_id,
        "tables": [{**table, "reasons": _reasons(table)} for table in run.tables.values()],
        "notes": [Bilingual(zh, en) for zh, en in run.notes],
        "failure": Bilingual(run.failure["zh"], run.failure["en"]) if run.failure else None,
        "totals": totals,
    }


def _reasons(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return why rows of a table were set aside, each reason with its count."""
    return [{"text": Bilingual(zh, en), "count": count} for zh, en, count in table.get("reasons", ())]


def _place(part: str) -> Bilingual:
    """Return the name of the worksheet into which a table is imported."""
    return worksheets()[part].title if part else KEPT_TEXT


def _is_running(row: Connection) -> bool:
    """Return whether a connection is running, or queued by the reader."""
    waiting = any(not job["ended"] for job in jobs.recent(PULL, current_actor().user_id, most=3))
    return waiting or runs.lock_of(row).holder() is not None
