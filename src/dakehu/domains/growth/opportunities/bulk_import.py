"""Import many opportunities at once, by the rules of a single one."""

from typing import Any

from dakehu.domains.growth.models import Opportunity, Stage, StageChange
from dakehu.domains.growth.opportunities.actions import enter_stage, loss_error
from dakehu.domains.growth.opportunities.pipelines import add_defaults, default_pipeline, first_stage
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import editable_fields

NOBODY = bilingual(
    "这一行没有写明是哪位客户或哪条线索。", "The row says neither whose client nor which prospect it is about."
)
WRITTEN_ALONG = ("pipeline", "stage_since", "closed_on", "loss_reason", "loss_note")


def opportunity_fields() -> tuple[str, ...]:
    """Return the importable fields of opportunities, custom fields included."""
    return tuple(name for name in editable_fields("growth.Opportunity") if name != "client")


def _column(columns: Columns, name: str, count: int) -> list[Any]:
    """Return a column, or None for every row if it is missing."""
    return columns.get(name) or [None] * count


def evaluate_opportunities(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported opportunities with stored ones and set the outcome of each row.

    An opportunity is recognised by its client or prospect, and its subject. Without a stage, a new row gets the first
    stage of its pipeline, and a stored row keeps its own.
    """
    count = len(clients)
    prospects, subjects = _column(columns, "prospect", count), _column(columns, "subject", count)
    for row in range(count):
        if (
            not clients[row]
            and prospects[row] is None
            and row not in evaluation.anchored
            and not evaluation.verdicts[row]
        ):
            evaluation.fault(row, "client_code", "", NOBODY)
    fields = tuple(name for name in opportunity_fields() if name in columns and name not in ("subject", "prospect"))
    stored = row_matching.stored_by_client(Opportunity, ("subject",), fields, clients)
    stored |= _stored_of_prospects({one.pk for one in prospects if one is not None}, fields)
    keys = [
        (client, subject) if client else (-(prospect.pk if prospect else 0), subject)
        for client, prospect, subject in zip(clients, prospects, subjects, strict=True)
    ]
    row_matching.evaluate(Opportunity, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Opportunity, columns, evaluation)
    row_matching.require_columns(ACTIONS["growth.open_opportunity"].parameters, columns, evaluation)
    _check_stages(columns, evaluation, count)
    return evaluation


def _stored_of_prospects(prospects: set[int], fields: tuple[str, ...]) -> Stored:
    """Return {(-prospect, subject): [(pk, values)]} of opportunities of prospects that are not clients yet."""
    found: Stored = {}
    attnames = [Opportunity._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]
    for some in chunks(sorted(prospects)):
        rows = Opportunity.objects.filter(prospect_id__among=some, client=None).order_by("pk")
        for pk, prospect, subject, *values in rows.values_list("pk", "prospect_id", "subject", *attnames):
            found.setdefault((-prospect, subject), []).append((pk, tuple(values)))
    return found


def _check_stages(columns: Columns, evaluation: ImportEvaluation, count: int) -> None:
    """Mark as faulty the rows with a stage of another pipeline, or lost without a reason."""
    stages, named = _column(columns, "stage", count), _column(columns, "pipeline", count)
    reasons = _column(columns, "loss_reason", count)
    for row in evaluation.rows(CREATED, UPDATED):
        stage: Stage | None = stages[row]
        if stage is None:
            continue
        if named[row] is not None and stage.pipeline_id != named[row].pk:
            evaluation.fault(
                row, "stage", stage.name, bilingual("该阶段不属于所选流程。", "This stage belongs to another pipeline.")
            )
            continue
        enters = evaluation.verdicts[row] == CREATED or "stage" in evaluation.differences.get(row, {})
        error = loss_error(stage, reasons[row]) if enters else None
        if error is not None:
            evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))


@action(
    "growth.import_opportunities",
    needs=Permission.OPPORTUNITY_WRITE,
    zh="批量导入商机",
    en="Import opportunities",
    is_public=False,
)
def import_opportunities(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated opportunities; each stage that a row enters is recorded in its history."""
    add_defaults()
    user_id, today = current_actor().user_id, clock.today()
    changes: list[StageChange] = []

    def finish(row: Opportunity, index: int, is_new: bool) -> None:
        """Set the defaults of a new row, and its stage."""
        differences = row_evaluation.differences.get(index, {})
        if not is_new and "stage" not in differences:
            return
        reason, note = row.loss_reason, row.loss_note
        if is_new:
            row.opened_on = today
            row.owner_id = row.owner_id or user_id
            if row.client_id is None and row.prospect is not None:
                row.client_id = row.prospect.client_id
            stage = row.stage if row.stage_id else first_stage(row.pipeline if row.pipeline_id else default_pipeline())
            row.stage_id = None  # it had no stage before
        else:
            stage = row.stage
            row.stage_id = getattr(differences["stage"][0], "pk", differences["stage"][0])
        changes.append(enter_stage(row, stage))
        row.loss_reason, row.loss_note = (reason, note) if row.loss_reason or reason else ("", "")

    with elevated("opportunities of clients imported in the same file"):
        row_matching.write_dependents(
            Opportunity, columns, row_evaluation, opportunity_fields(), clients, finish, also=WRITTEN_ALONG
        )
        if changes:
            client_ids = {change.opportunity.client_id for change in changes} - {None}
            for change in changes:
                change.opportunity_id = change.opportunity.pk
            record_rows(StageChange, changes, [], [], client_ids=client_ids)
