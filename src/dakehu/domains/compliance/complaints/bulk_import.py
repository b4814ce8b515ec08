"""Import many complaints at once, by the rules of a single one."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.choices import ComplaintEventKind
from dakehu.domains.compliance.complaints import rules, store
from dakehu.domains.compliance.complaints.actions import first_owner
from dakehu.domains.compliance.models import Complaint, ComplaintEvent
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import editable_fields

KEY = ("subject", "received_on")
CLOCKS_STAY = bilingual("已登记投诉的期限不能用表格修改。", "A worksheet moves no clock of a registered complaint.")


def complaint_fields() -> tuple[str, ...]:
    """Return the importable fields of a complaint, custom fields included."""
    return tuple(name for name in editable_fields("compliance.Complaint") if name != "client")


def evaluate_complaints(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported complaints with stored ones. A complaint is recognised by client, subject and day of receipt."""
    count = len(clients)
    subjects, days = (columns.get(name) or [None] * count for name in KEY)
    fields = tuple(name for name in complaint_fields() if name in columns and name not in KEY)
    keys = [
        (client, subject, day or clock.today()) for client, subject, day in zip(clients, subjects, days, strict=True)
    ]
    row_matching.evaluate(Complaint, columns, keys, _stored_complaints(fields), fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Complaint, columns, evaluation)
    row_matching.require_columns(ACTIONS["compliance.register_complaint"].parameters, columns, evaluation)
    _check_rows(columns, clients, evaluation)
    return evaluation


def _stored_complaints(fields: tuple[str, ...]) -> Stored:
    """Return {(client or 0, subject, day of receipt): [(pk, values)]} of the visible complaints."""
    found: Stored = {}
    attnames = [Complaint._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]
    for pk, client, subject, day, *values in Complaint.objects.order_by("pk").values_list(
        "pk", "client_id", *KEY, *attnames
    ):
        found.setdefault((client or 0, subject, day), []).append((pk, tuple(values)))
    return found


def _check_rows(columns: Columns, clients: list[int], evaluation: ImportEvaluation) -> None:
    """Mark as faulty the rows that the action for one complaint would refuse, and deadlines that a worksheet would change."""
    today, outer = clock.today(), store.deadlines().outer

    def value(name: str, row: int) -> Any:
        return (columns.get(name) or [None] * len(clients))[row]

    for row in evaluation.rows(CREATED, UPDATED):
        owner, about = value("owner", row), value("about_staff", row)
        error = rules.owner_error(owner.pk if owner else None, about.pk if about else None)
        if evaluation.verdicts[row] == CREATED and error is None:
            received: date = value("received_on", row) or today
            who = value("complainant", row) or ""
            error = rules.registration_error(bool(clients[row]), who, received, today, value("due_on", row), outer)
        if error is not None:
            evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))
        elif evaluation.verdicts[row] == UPDATED and "due_on" in evaluation.differences.get(row, {}):
            evaluation.fault(row, "due_on", "", CLOCKS_STAY)


@action(
    "compliance.import_complaints",
    needs=Permission.COMPLAINT_HANDLE,
    zh="批量导入投诉",
    en="Import complaints",
    is_public=False,
)
def import_complaints(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated complaints; new ones get their deadlines, and each adds an event to its case."""
    me, days, today = team.current_user(), store.deadlines(), clock.today()

    def finish(row: Complaint, index: int, is_new: bool) -> None:
        if is_new:
            row.received_on, row.registered_by = row.received_on or today, me
            clocks = rules.deadlines_of(row.received_on, days, trading_days.is_trading_day)
            row.acknowledge_by, row.accept_by = clocks[:2]
            row.due_on = row.due_on or clocks[2]
            row.owner = row.owner or first_owner(row, me)

    made, changed = row_matching.write_dependents(
        Complaint, columns, row_evaluation, complaint_fields(), clients, finish
    )
    kinds = ((made, ComplaintEventKind.REGISTERED), (changed, ComplaintEventKind.CHANGED))
    events = [
        ComplaintEvent(complaint=row, client_id=row.client_id, kind=kind.value, by=me)
        for rows, kind in kinds
        for row in rows
    ]
    if events:
        record_rows(ComplaintEvent, events, [], [], client_ids={one.client_id for one in events} - {None})
    for row in made:
        publish_event("complaint.registered", complaint=row.pk)
