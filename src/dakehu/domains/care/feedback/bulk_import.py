"""Import feedback from a worksheet, by the rules of a single one. Complaints have a worksheet of their own."""

from typing import Any

from dakehu.domains.care.feedback import rules
from dakehu.domains.care.feedback.actions import open_feedback_case
from dakehu.domains.care.feedback.choices import FeedbackKind
from dakehu.domains.care.models import Feedback
from dakehu.domains.compliance.complaints.rules import working_days_after
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.fields import editable_fields

KEY = ("text", "received_at")
OF_CASES = ("about_staff", "category", "severity")
COMPLAINTS = bilingual("投诉请填入“投诉”表。", "Complaints belong in the worksheet of complaints.")


def feedback_fields() -> tuple[str, ...]:
    """Return the importable fields of feedback."""
    return tuple(name for name in editable_fields("care.Feedback") if name != "client")


def evaluate_feedback(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported feedback with what is stored. It is identified by client, text and time of receipt."""
    count = len(clients)
    texts, moments = (columns.get(name) or [None] * count for name in KEY)
    fields = tuple(name for name in feedback_fields() if name in columns and name not in KEY)
    keys = [(client, text, at) for client, text, at in zip(clients, texts, moments, strict=True)]
    row_matching.evaluate(Feedback, columns, keys, _stored_feedback(fields), fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Feedback, columns, evaluation)
    row_matching.require_columns(ACTIONS["care.register_feedback"].parameters, columns, evaluation)
    _check_rows(columns, clients, evaluation)
    return evaluation


def _stored_feedback(fields: tuple[str, ...]) -> Stored:
    """Return {(client or 0, text, time of receipt): [(pk, values)]} of the visible feedback."""
    found: Stored = {}
    attnames = [Feedback._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]
    rows = Feedback.objects.order_by("pk").values_list("pk", "client_id", *KEY, *attnames)
    for pk, client, text, at, *values in rows:
        found.setdefault((client or 0, text, at), []).append((pk, tuple(values)))
    return found


def _check_rows(columns: Columns, clients: list[int], evaluation: ImportEvaluation) -> None:
    """Reject complaints, and rows that the action for a single one would refuse."""

    def value(name: str, row: int) -> Any:
        return (columns.get(name) or [None] * len(clients))[row]

    for row in evaluation.rows(CREATED, UPDATED):
        is_case = value("kind", row) == FeedbackKind.COMPLAINT or any(value(name, row) for name in OF_CASES)
        if is_case:
            evaluation.fault(row, "kind", "", COMPLAINTS)
            continue
        received, text = value("received_at", row) or clock.now(), value("text", row) or ""
        error = rules.registration_error(bool(clients[row]), value("sender", row) or "", text, received, clock.now())
        if error is not None:
            evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))


@action(
    "care.import_feedback",
    needs=Permission.FEEDBACK_WRITE,
    zh="批量导入客户意见",
    en="Import feedback",
    is_public=False,
)
def import_feedback(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated feedback; new rows get topic, mood and deadline, and words of distress open a case."""
    me = team.current_user()

    def finish(row: Feedback, index: int, is_new: bool) -> None:
        if is_new:
            reading = rules.read_text(row.text)
            row.received_at = row.received_at or clock.now()
            row.mood, row.distress, row.topic = reading.mood, reading.distress, row.topic or reading.topic
            row.registered_by, row.owner = me, row.owner or me
            day = clock.local(row.received_at).date()
            row.due_on = working_days_after(day, rules.REPLY_DAYS, trading_days.is_trading_day)

    made, _ = row_matching.write_dependents(Feedback, columns, row_evaluation, feedback_fields(), clients, finish)
    for row in made:
        if row.distress:
            open_feedback_case(row)
