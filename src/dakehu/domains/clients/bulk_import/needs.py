"""What follows clients in bulk: their needs and preferences, and the dates of last and next contact."""

from datetime import date
from typing import Any

from dakehu.domains.clients.models import Client, Needs
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation
from dakehu.foundation.records.bulk import load_rows, record_rows
from dakehu.foundation.schema.fields import editable_fields
from dakehu.foundation.schema.parameters import CustomFields


def needs_fields() -> tuple[str, ...]:
    return tuple(name for name in editable_fields("clients.Needs") if name != "client")


def evaluate_needs(
    columns: Columns, clients: list[int], weighed: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Needs are one row a client; a second row about the same client in one file counts as a further change."""
    fields = tuple(n for n in needs_fields() if n in columns)
    stored = row_matching.stored_by_client(Needs, (), fields, clients)
    row_matching.evaluate(Needs, columns, [(c,) for c in clients], stored, fields, weighed, mode=mode)
    row_matching.hide_foreign_values(Needs, columns, weighed)
    return row_matching.require_columns(CustomFields("clients.Needs", new=True).parameters(), columns, weighed)


@action(
    "clients.import_needs",
    needs=Permission.CLIENT_WRITE,
    zh="批量导入需求与偏好",
    en="Import needs and preferences",
    is_public=False,
)
def import_needs(*, columns: Columns, weighed: ImportEvaluation, clients: list[int]) -> None:
    today = clock.today()
    noted = columns.get("noted_on") or [None] * len(clients)

    def finish(row: Needs, place: int, new: bool) -> None:
        row.noted_on = noted[place] or today

    with elevated("needs of clients just taken in"):
        row_matching.write_dependents(Needs, columns, weighed, needs_fields(), clients, finish, also=("noted_on",))


@action(
    "clients.update_contact_dates_of",
    needs="",
    zh="批量更新联系日期",
    en="Update contact dates of clients",
    is_public=False,
)
def update_contact_dates_of(*, last_on: dict[int, date], next_on: dict[int, date | None]) -> None:
    """Keep last and next contact of many clients in step; `last_on` only ever moves forward."""
    changed: list[Any] = []
    held = load_rows(Client, {*last_on, *next_on})
    for number, client in held.items():
        last = last_on.get(number)
        later = last is not None and (client.last_contact_on is None or last > client.last_contact_on)
        other = number in next_on and client.next_contact_on != next_on[number]
        if later:
            client.last_contact_on = last
        if other:
            client.next_contact_on = next_on[number]
        if later or other:
            changed.append(client)
    if changed:
        record_rows(Client, [], changed, ["last_contact_on", "next_contact_on"], client_ids=[c.pk for c in changed])
