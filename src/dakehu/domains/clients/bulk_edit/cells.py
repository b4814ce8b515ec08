"""Cells of many clients, each with its own value, in one act: what somebody pastes from a spreadsheet.

Weighing only reads, so the preview and the act share it. The act may be undone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from dakehu.domains.clients.actions import client_fields as fields_of_client
from dakehu.domains.clients.actions import set_details
from dakehu.domains.clients.bulk_edit.actions import batch_title
from dakehu.domains.clients.models import Client
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.three_way_merge import compare
from dakehu.foundation.gates.input import CellError, Unfit, parameter_index, reader_of
from dakehu.foundation.imports import batches
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, normalize_name, spec_of
from dakehu.foundation.schema.parameters import Parameter

ROWS = Parameter("rows", kind="json", spec=FieldSpec("逐行内容", "Rows"))


# What may be set for many at once. Codes and ID numbers belong to one client each and are changed one by one.
def editable_fields() -> tuple[str, ...]:
    return tuple(name for name in fields_of_client() if name != "id_number")


FOLLOWS = {"name": ("pinyin", "initials"), "risk_tested_on": ("risk_valid_to",)}
MOST = 20_000


@dataclass
class CellEvaluation:
    """What rows of cells would do: `changes` holds {field: value} by client, `before` what stands there now."""

    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    before: dict[int, Client] = field(default_factory=dict)
    faults: list[CellError] = field(default_factory=list)
    unchanged: int = 0

    @property
    def cells(self) -> int:
        return sum(map(len, self.changes.values()))

    def fault(self, row: int, name: str, value: Any, message: Bilingual) -> None:
        self.faults.append(CellError(row, name, "" if value is None else str(value), message))


class Reading:
    """Raw cells as values, each distinct one read once."""

    def __init__(self) -> None:
        self.parameters = {
            parameter.name: parameter
            for parameter in ACTIONS["clients.change"].parameters
            if parameter.name in editable_fields()
        }
        self.index = parameter_index(self.parameters.values())
        self.readers = {name: reader_of(parameter) for name, parameter in self.parameters.items()}
        self.known: dict[tuple[str, str], Any] = {}

    def name(self, said: str) -> str | None:
        return self.index.get(normalize_name(said))

    def read(self, name: str, raw: Any) -> Any:
        """The value, or an Unfit that says what is wrong."""
        key = (name, repr(raw))
        if key not in self.known:
            try:
                self.known[key] = self.readers[name](raw)
            except Unfit as unfit:
                self.known[key] = unfit
        return self.known[key]


def evaluate_rows(rows: Any, *, hold: bool = False) -> CellEvaluation:
    """Weigh [{"client": number, "values": {field: raw}, "base": {field: raw as it was shown}}, …]. With a `base`, what
    somebody else changed meanwhile is never written over: it is a fault that names the present value. `hold` keeps
    the rows from others until the act ends."""
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
    made, reading = CellEvaluation(), Reading()
    made.before = _stored((row["client"] for row in rows), hold)
    for place, row in enumerate(rows):
        client = made.before.get(row["client"])
        if client is None:
            made.fault(place, "", row["client"], bilingual("找不到这位客户。", "There is no such client."))
            continue
        _evaluate_row(made, reading, place, row, client)
    return made


def _evaluate_row(made: CellEvaluation, reading: Reading, place: int, row: dict[str, Any], client: Client) -> None:
    mine: dict[str, Any] = {}
    for said, raw in row["values"].items():
        name = reading.name(said)
        if name is None:
            made.fault(place, said, raw, bilingual("这一列不能这样修改。", "This column cannot be changed this way."))
            continue
        value = reading.read(name, raw)
        if isinstance(value, Unfit):
            made.fault(place, name, raw, value.message)
        elif name == "name" and not value:
            made.fault(place, name, raw, bilingual("不能为空。", "Cannot be empty."))
        else:
            column = Client._meta.get_field(name)
            mine[name] = column.get_default() if value is None and not column.null else value  # type: ignore[union-attr]
    now = {name: getattr(client, name) for name in mine}
    base = {}
    if "base" in row:
        known = ((reading.name(said), raw) for said, raw in row["base"].items())
        base = {name: reading.read(name, raw) for name, raw in known if name in mine}
        base = {name: value for name, value in base.items() if not isinstance(value, Unfit)}
    found = compare(base if "base" in row else now, mine, now)
    for name, clash in found.clashes.items():
        label = spec_of(Client._meta.get_field(name)).label
        shown = _shown(client, name)
        made.fault(
            place,
            name,
            row["values"].get(name, clash.mine),
            bilingual(
                "“{label}”刚被他人改为“{now}”，没有覆盖。",
                "“{label}” was just changed to “{now}” by somebody else and is left.",
                label=label,
                now=shown,
            ),
        )
    if found.mine:
        made.changes.setdefault(client.pk, {}).update(found.mine)
    made.unchanged += len(mine) - len(found.mine) - len(found.clashes)


def _shown(client: Client, name: str) -> str:
    from dakehu.foundation.gates.output import render_row

    return str(render_row(client, (name,), shown=True)[name] or "–")


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("client"), int)
        and isinstance(row.get("values"), dict)
        and isinstance(row.get("base", {}), dict)
    )


def _stored(numbers: Iterable[int], hold: bool) -> dict[int, Client]:
    found: dict[int, Client] = {}
    for part in chunks(sorted(set(numbers))):
        rows = Client.objects.filter(pk__in=part).order_by("pk")
        if hold and connection.features.has_select_for_update:
            rows = rows.select_for_update()
        found.update({row.pk: row for row in rows})
    return found


@action(
    "clients.change_cells",
    needs=Permission.CLIENT_WRITE,
    zh="批量写入单元格",
    en="Write many cells",
    parameters=(ROWS,),
)
def change_cells(*, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Write cells of many clients, all or nothing, one audit entry: `rows` as {client, values, base} each. Returns
    {changed: number of clients, cells, batch: by which `dakehu undo` takes it back (None where nothing changed)}. Raises
    Refused with every cell at fault."""
    made = evaluate_rows(rows, hold=True)
    if made.faults:
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
                    for fault in made.faults[:50]
                ]
            }
        )
    touched = {name for values in made.changes.values() for name in values}
    columns = touched | {also for name in touched for also in FOLLOWS.get(name, ())}
    changed = [made.before[number] for number in sorted(made.changes)]
    if not changed:
        return {"changed": 0, "cells": 0, "batch": None}
    with undo.recording_undo() as kept:
        for client in changed:
            set_details(client, made.changes[client.pk])
        record_rows(Client, [], changed, sorted(columns), client_ids=[client.pk for client in changed])
    add_audit_note(cells=made.cells)
    return {"changed": len(changed), "cells": made.cells, "batch": batches.save_act(batch_title(changed), kept.store())}
