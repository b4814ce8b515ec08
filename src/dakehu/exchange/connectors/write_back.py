"""Write back to a source what was changed on the desk: ticked fields only, after a run has read the source's values.

Each write records in the audit which fields of how many records were sent; a value that the source refuses is
reported and tried again next time.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import polars as pl

from dakehu.exchange.connectors import importing, row_files, runs
from dakehu.exchange.connectors.desk_records import DeskRecords
from dakehu.exchange.connectors.kinds import KINDS
from dakehu.exchange.connectors.landings import CLIENTS, INTERACTIONS, Landing
from dakehu.exchange.connectors.models import Connection, RecordLink, Run, SourceTable
from dakehu.exchange.connectors.source import ID, CrmSource, source_refusal
from dakehu.exchange.mapping.conversion import text_of
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import worksheets
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import act, action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

KIND = "connections.write_back"  # the job


@action(
    "connections.start_writing",
    needs=Permission.CONNECTION_RUN,
    zh="写回",
    en="Write back",
    parameters=(Parameter("connection", "connections.Connection", spec=FieldSpec("外部连接", "Connection")),),
    irreversible=bilingual(
        "写到对方系统的内容不能从这里撤销。", "What is written into the other system cannot be undone from here."
    ),
)
def start_writing(*, connection: Connection) -> dict[str, Any]:
    """Read a source and write back what was changed on the desk, in the background; returns {job}."""
    check_may_write(connection)
    return {"job": jobs.start(KIND, connection=connection.pk)}


def check_may_write(connection: Connection) -> None:
    """Raise Refused while no field of a connection is ticked."""
    runs.check_may_run(connection)
    if not connection.writes_back:
        raise source_refusal(
            bilingual(
                "没有勾选可写回的字段，没有写回任何内容。",
                "No field is ticked to be written back, so nothing was written.",
            )
        )


def write_back(connection: Connection, progress: Callable[..., None] = no_progress) -> dict[str, Any]:
    """Read the source, then write ticked fields whose values differ on the desk: {written, refused, reasons}."""
    check_may_write(connection)
    runs.pull(connection, lambda share, words="": progress(0.7 * share, words))
    with closing(runs.open_source(connection)) as source:
        source.sign_in()
        source.describe()
        result = _write_all(connection, source)
    progress(1.0, bilingual("写回完成", "Written back"))
    return result


def _write_all(connection: Connection, source: CrmSource) -> dict[str, Any]:
    """Write the ticked columns of every table, then new service records."""
    kind, ticked = KINDS[str(connection.kind)], connection.writes_back.split(",")
    result: dict[str, Any] = {"written": 0, "refused": 0, "reasons": []}
    for table, landing in kind.landings.items():
        columns = [name.partition(".")[2] for name in ticked if name.startswith(f"{table}.") and name != kind.logs_to]
        if columns:
            _write_table(connection, source, landing, columns, result)
    if kind.logs_to in ticked:
        _write_logs(connection, source, result)
    return result


def _write_table(
    connection: Connection, source: CrmSource, landing: Landing, columns: list[str], result: dict[str, Any]
) -> None:
    """Write the ticked columns of one table, where the desk differs from the source."""
    stored = SourceTable.objects.filter(connection=connection, name=landing.table).first()
    if stored is None or not stored.rows_key:
        return
    before = row_files.load(stored.rows_key)
    rows = list(_differing_rows(connection, landing, columns, before))
    if not rows:
        return
    written = source.write_back(landing.table, rows)
    good = [row for row, one in zip(rows, written, strict=True) if not one.refusal]
    _count(result, written)
    with act("connections.write"):
        if good:
            newer = pl.DataFrame([{name: str(value or "") for name, value in row.items()} for row in good])
            known = before.join(newer, on=ID, how="semi").update(newer, on=ID)
            stored.rows_key = importing.replace_rows(stored.rows_key, landing.table, row_files.merge(before, known))
            stored.save()
        add_audit_note(
            connection=connection.name,
            table=landing.table,
            columns=columns,
            written=len(good),
            refused=len(rows) - len(good),
        )


def _differing_rows(
    connection: Connection, landing: Landing, columns: list[str], before: pl.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield {#id, column: the desk's text} of each record whose ticked columns differ on the desk."""
    receives = KINDS[str(connection.kind)].receives
    links = dict(RecordLink.objects.filter(connection=connection, table=landing.table).values_list("row_ref", "record"))
    said = {row[ID]: row for row in before.to_dicts()}
    current = frames.frame(worksheets()[landing.part], (), "zh", rows=sorted(links)).to_dicts() if links else []
    for row in current:
        record = links[row[frames.NUMBER]]
        texts = {name: text_of(row.get(receives[f"{landing.table}.{name}"])) for name in columns}
        changed = {
            name: text
            for name, text in texts.items()
            if record in said and text and text != (said[record].get(name) or "")
        }
        if changed:
            yield {ID: record, **changed}


def _write_logs(connection: Connection, source: CrmSource, result: dict[str, Any]) -> None:
    """Write service records that were logged on the desk since the first run, about clients of the source, one by one."""
    kind = KINDS[str(connection.kind)]
    table, _, column = kind.logs_to.partition(".")
    first_run = Run.objects.filter(connection=connection).order_by("pk").values_list("started_at", flat=True).first()
    clients = {
        row: (record, name)
        for row, record, name in RecordLink.objects.filter(connection=connection, part=CLIENTS).values_list(
            "row_ref", "record", "table"
        )
    }
    linked = set(RecordLink.objects.filter(connection=connection, part=INTERACTIONS).values_list("row_ref", flat=True))
    desk = DeskRecords(connection, kind.code_prefix)
    rows = model_of("service.Interaction").objects.filter(
        created_at__gte=first_run, client_id__among=sorted(desk.codes)
    )
    for row in rows.exclude(pk__in=linked).order_by("pk"):
        record, client_table = clients[row.client_id]
        one = source.write_back(table, [kind.log_row(row.summary, record, client_table)])[0]
        _count(result, [one])
        with act("connections.write"):
            if one.record and not one.refusal:
                link: dict[str, list[Any]] = {
                    "connection_id": [connection.pk],
                    "table": [table],
                    "part": [INTERACTIONS],
                    "record": [one.record],
                    "row_ref": [row.pk],
                }
                record_columns(RecordLink, 1, link)
            add_audit_note(connection=connection.name, table=table, columns=[column], written=int(not one.refusal))


def _count(result: dict[str, Any], written: list[Any]) -> None:
    """Add the results of written rows to `result`."""
    refusals = [one.refusal for one in written if one.refusal]
    result["written"] += len(written) - len(refusals)
    result["refused"] += len(refusals)
    result["reasons"] = sorted({*result["reasons"], *refusals})
