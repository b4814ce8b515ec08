"""Change cells of many clients in one action, each with its own value, as pasted from a spreadsheet.

Evaluation only reads, so preview and action share it. The action can be undone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from dakehu.domains.clients.bulk_edit.actions import batch_title
from dakehu.domains.clients.details import client_fields as fields_of_client
from dakehu.domains.clients.details import set_details
from dakehu.domains.clients.models import Client
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.three_way_merge import compare
from dakehu.foundation.gates.input import CellError, parameter_index, reader_of
from dakehu.foundation.gates.row_lookup import Unfit
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, normalize_name, spec_of
from dakehu.foundation.schema.parameters import Parameter

ROWS = Parameter("rows", kind="json", spec=FieldSpec("逐行内容", "Rows"))


def editable_fields() -> tuple[str, ...]:
    """Return the fields that can be changed in bulk; ID numbers are changed one by one."""
    return tuple(name for name in fields_of_client() if name != "id_number")


FOLLOWS = {
    "name": ("pinyin", "initials"),
    "risk_tested_on": ("risk_valid_to",),
    "assets": ("assets_on", "assets_source"),
}
MOST = 20_000


@dataclass
class CellEvaluation:
    """The effect of rows of cells: `changes` is {client id: {field: value}}, `before` the stored clients."""

    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    before: dict[int, Client] = field(default_factory=dict)
    faults: list[CellError] = field(default_factory=list)
    unchanged: int = 0

    @property
    def cells(self) -> int:
        """Return the number of changed cells."""
        return sum(map(len, self.changes.values()))

    def fault(self, row: int, name: str, value: Any, message: Bilingual) -> None:
        """Add an error of a cell."""
        self.faults.append(CellError(row, name, "" if value is None else str(value), message))


class Reading:
    """Parses raw cells, each distinct one once."""

    def __init__(self) -> None:
        self.parameters = {
            parameter.name: parameter
            for parameter in ACTIONS["clients.change"].parameters
            if parameter.name in editable_fields()
        }
        self.index = parameter_index(self.parameters.values())
        self.readers = {name: reader_of(parameter) for name, parameter in self.parameters.items()}
        self.known: dict[tuple[str, str], Any] = {}

    def name(self, heading: str) -> str | None:
        """Return the field named by a heading, None if it is not editable here."""
        return self.index.get(normalize_name(heading))

    def read(self, name: str, raw: Any) -> Any:
        """Return the parsed value, or an Unfit with the error."""
        key = (name, repr(raw))
        if key not in self.known:
            try:
                self.known[key] = self.readers[name](raw)
            except Unfit as unfit:
                self.known[key] = unfit
        return self.known[key]


def evaluate_rows(rows: Any, *, lock: bool = False) -> CellEvaluation:
    """Evaluate [{"client": id, "values": {field: raw}, "base": {field: raw as shown}}, …].

    With a `base`, a value that another user has changed since is not overwritten: it is an error that names the
    current value. `lock` locks the rows until the action ends.
    """
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise Refused({"rows": [bilingual("应为 [{client, values}, …]。", "Must be [{client, values}, …].")]})
    if len(rows) > MOST:
        raise Refused(
            bilingual(
                "一次最多 {most} 位客户，现有 {given} 位，请先缩小范围。",
                "At most {most} clients at once, there are {given}; narrow the list first.",
                most=MOST,
                given=len(rows),
            )
        )
    evaluation, reading = CellEvaluation(), Reading()
    evaluation.before = _stored_clients((row["client"] for row in rows), lock)
    for index, row in enumerate(rows):
        client = evaluation.before.get(row["client"])
        if client is None:
            evaluation.fault(index, "", row["client"], bilingual("找不到这位客户。", "There is no such client."))
            continue
        _evaluate_row(evaluation, reading, index, row, client)
    return evaluation


def _evaluate_row(
    evaluation: CellEvaluation, reading: Reading, index: int, row: dict[str, Any], client: Client
) -> None:
    """Evaluate the cells of one client."""
    values: dict[str, Any] = {}
    for heading, raw in row["values"].items():
        name = reading.name(heading)
        if name is None:
            evaluation.fault(
                index, heading, raw, bilingual("这一列不能这样修改。", "This column cannot be changed this way.")
            )
            continue
        value = reading.read(name, raw)
        if isinstance(value, Unfit):
            evaluation.fault(index, name, raw, value.message)
        elif name == "name" and not value:
            evaluation.fault(index, name, raw, bilingual("不能为空。", "Cannot be empty."))
        else:
            column = Client._meta.get_field(name)
            values[name] = column.get_default() if value is None and not column.null else value  # type: ignore[union-attr]
    now = {name: getattr(client, name) for name in values}
    base = {}
    if "base" in row:
        known = ((reading.name(heading), raw) for heading, raw in row["base"].items())
        base = {name: reading.read(name, raw) for name, raw in known if name in values}
        base = {name: value for name, value in base.items() if not isinstance(value, Unfit)}
    merged = compare(base if "base" in row else now, values, now)
    for name, conflict in merged.clashes.items():
        label = spec_of(Client._meta.get_field(name)).label
        current = _shown_value(client, name)
        evaluation.fault(
            index,
            name,
            row["values"].get(name, conflict.mine),
            bilingual(
                "“{label}”刚被他人改为“{now}”，没有覆盖。",
                "“{label}” was just changed to “{now}” by somebody else and is left.",
                label=label,
                now=current,
            ),
        )
    if merged.mine:
        evaluation.changes.setdefault(client.pk, {}).update(merged.mine)
    evaluation.unchanged += len(values) - len(merged.mine) - len(merged.clashes)


def _shown_value(client: Client, name: str) -> str:
    """Return a field as shown, "–" if empty."""
    from dakehu.foundation.gates.output import render_row

    return str(render_row(client, (name,), shown=True)[name] or "–")


def _is_row(row: Any) -> bool:
    """Return whether a row has the expected structure."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("client"), int)
        and isinstance(row.get("values"), dict)
        and isinstance(row.get("base", {}), dict)
    )


def _stored_clients(wanted: Iterable[int], lock: bool) -> dict[int, Client]:
    """Return {id: client} of visible clients, locked if requested."""
    clients: dict[int, Client] = {}
    for client_ids in chunks(sorted(set(wanted))):
        rows = Client.objects.filter(pk__in=client_ids).order_by("pk")
        if lock and connection.features.has_select_for_update:
            rows = rows.select_for_update()
        clients.update({row.pk: row for row in rows})
    return clients


@action(
    "clients.change_cells",
    needs=Permission.CLIENT_WRITE,
    zh="批量写入单元格",
    en="Change cells",
    parameters=(ROWS,),
)
def change_cells(*, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Change cells of many clients, all or nothing, one audit entry. `rows` as in evaluate_rows.

    Returns {changed: number of clients, cells, batch: the id with which `dakehu undo` reverts it, None if nothing
    changed}. Raises Refused with every invalid cell.
    """
    evaluation = evaluate_rows(rows, lock=True)
    if evaluation.faults:
        raise Refused(
            {
                "rows": [
                    bilingual(
                        "第 {n} 行，{field}“{value}”：{message}",
                        "Row {n}, {field} “{value}”: {message}",
                        n=fault.row + 1,
                        field=fault.field,
                        value=fault.value[:80],
                        message=fault.message,
                    )
                    for fault in evaluation.faults[:50]
                ]
            }
        )
    changed_fields = {name for values in evaluation.changes.values() for name in values}
    columns = changed_fields | {follower for name in changed_fields for follower in FOLLOWS.get(name, ())}
    changed = [evaluation.before[number] for number in sorted(evaluation.changes)]
    if not changed:
        return {"changed": 0, "cells": 0, "batch": None}
    for client in changed:
        set_details(client, evaluation.changes[client.pk])
    record_rows(Client, [], changed, sorted(columns), client_ids=[client.pk for client in changed])
    add_audit_note(cells=evaluation.cells)
    return {
        "changed": len(changed),
        "cells": evaluation.cells,
        "batch": undo_entries.entry_number(batch_title(changed)),
    }
