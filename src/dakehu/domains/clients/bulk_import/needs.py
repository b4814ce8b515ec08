"""Import needs of many clients, and update their dates of last and next contact."""

from datetime import date
from typing import Any

from dakehu.domains.clients.models import Client, Needs
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation
from dakehu.foundation.records.bulk import load_rows, record_rows
from dakehu.foundation.schema.fields import editable_fields
from dakehu.foundation.schema.parameters import CustomFields


def needs_fields() -> tuple[str, ...]:
    """Return the importable fields of needs."""
    return tuple(name for name in editable_fields("clients.Needs") if name != "client")


def evaluate_needs(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported needs with stored ones: one row per client, a repeated row is another change."""
    fields = tuple(name for name in needs_fields() if name in columns)
    stored = row_matching.stored_by_client(Needs, (), fields, clients)
    row_matching.evaluate(Needs, columns, [(client,) for client in clients], stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Needs, columns, evaluation)
    return row_matching.require_columns(CustomFields("clients.Needs", new=True).parameters(), columns, evaluation)


@action(
    "clients.import_needs",
    needs=Permission.CLIENT_WRITE,
    zh="批量导入需求与偏好",
    en="Import needs and preferences",
    is_public=False,
)
def import_needs(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated needs."""
    today = clock.today()
    noted_days = columns.get("noted_on") or [None] * len(clients)

    def finish(row: Needs, index: int, is_new: bool) -> None:
        """Set the day of a row, today by default."""
        row.noted_on = noted_days[index] or today

    with elevated("needs of clients imported in the same file"):
        row_matching.write_dependents(
            Needs, columns, row_evaluation, needs_fields(), clients, finish, also=("noted_on",)
        )


@action(
    "clients.update_contact_dates_of",
    needs="",
    zh="批量更新联系日期",
    en="Update contact dates of clients",
    is_public=False,
)
def update_contact_dates_of(*, last_on: dict[int, date], next_on: dict[int, date | None]) -> None:
    """Update the dates of last and next contact of many clients; `last_on` only moves forward."""
    changed: list[Any] = []
    clients = load_rows(Client, {*last_on, *next_on})
    for client_id, client in clients.items():
        last = last_on.get(client_id)
        is_later = last is not None and (client.last_contact_on is None or last > client.last_contact_on)
        is_other_next = client_id in next_on and client.next_contact_on != next_on[client_id]
        if is_later:
            client.last_contact_on = last
        if is_other_next:
            client.next_contact_on = next_on[client_id]
        if is_later or is_other_next:
            changed.append(client)
    if changed:
        record_rows(Client, [], changed, ["last_contact_on", "next_contact_on"], client_ids=[row.pk for row in changed])
