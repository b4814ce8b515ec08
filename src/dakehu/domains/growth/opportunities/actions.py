"""Actions on opportunities, their pipelines and goals."""

from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.growth.choices import StageKind
from dakehu.domains.growth.models import Goal, Opportunity, Pipeline, Stage, StageChange
from dakehu.domains.growth.opportunities import pipelines, rules
from dakehu.domains.growth.parameters import OPPORTUNITY, VERSION
from dakehu.domains.growth.prospects.details import check_owner
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

STAGE = Parameter("stage", "growth.Opportunity", "stage")
PIPELINE_ID = Parameter("pipeline_id", kind="integer", spec=FieldSpec("流程编号", "Number of the pipeline"))
STAGE_ID = Parameter("stage_id", kind="integer", spec=FieldSpec("阶段编号", "Number of the stage"))
LOSS = parameters_of("growth.Opportunity", optional=("loss_reason", "loss_note"))


def get_opportunity(pk: int) -> Opportunity:
    """Return a visible opportunity. Raises NotFound."""
    row: Opportunity | None = Opportunity.objects.select_related("stage", "pipeline").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("商机", "opportunity"))
    return row


def enter_stage(row: Opportunity, stage: Stage) -> StageChange:
    """Set the stage of an opportunity without saving it; return the change, not saved."""
    before = row.stage if row.stage_id is not None and row.stage_id != stage.pk else None
    row.pipeline, row.stage, row.stage_since = stage.pipeline, stage, clock.today()
    row.closed_on = None if str(stage.kind) == StageKind.OPEN else clock.today()
    if str(stage.kind) != StageKind.LOST:
        row.loss_reason = row.loss_note = ""
    return StageChange(
        opportunity=row,
        client_id=row.client_id,
        stage=stage,
        came_from=before,
        on=clock.today(),
        by=team.current_user(),
    )


def loss_error(stage: Stage, loss_reason: str | None) -> tuple[str, str, str] | None:
    """Return what is missing to mark an opportunity as lost, None if nothing."""
    if str(stage.kind) == StageKind.LOST and not loss_reason:
        return "loss_reason", "请填写输单原因。", "State why it was lost."
    return None


def starting_stage(pipeline: Pipeline | None, stage: Stage | None) -> Stage:
    """Return the stage of a new opportunity. Raises Refused for a stage of another pipeline."""
    if stage is None:
        return pipelines.first_stage(pipeline or pipelines.default_pipeline())
    if pipeline is not None and stage.pipeline_id != pipeline.pk:
        raise refusal("stage", "该阶段不属于所选流程。", "This stage belongs to another pipeline.")
    return stage


@action(
    "growth.open_opportunity",
    needs=Permission.OPPORTUNITY_WRITE,
    zh="新建商机",
    en="Add an opportunity",
    parameters=(Fields("growth.Opportunity", required=("subject",), new=True),),
)
def open_opportunity(
    *,
    subject: str,
    client: Any = None,
    prospect: Any = None,
    pipeline: Any = None,
    stage: Any = None,
    owner: Any = None,
    loss_reason: str | None = None,
    **values: Any,
) -> Opportunity:
    """Add an opportunity of a client or a prospect, in the first stage of the first pipeline by default."""
    if (client is None) == (prospect is None):
        raise refusal("client", "请填写客户或线索其中之一。", "Name either a client or a prospect.")
    if prospect is not None and prospect.client_id is not None:
        client = prospect.client
    entered = starting_stage(pipeline, stage)
    error = loss_error(entered, loss_reason)
    if error is not None:
        raise refusal(*error)
    given = {name: value for name, value in values.items() if value is not None}
    row = Opportunity(client=client, prospect=prospect, subject=subject, opened_on=clock.today(), **given)
    row.owner = check_owner(owner)
    change = enter_stage(row, entered)
    row.loss_reason = loss_reason or ""
    row.save()
    change.save()
    publish_event("growth.opportunity_opened", opportunity=row.pk)
    return row


@action(
    "growth.change_opportunity",
    needs=Permission.OPPORTUNITY_WRITE,
    zh="修改商机",
    en="Change an opportunity",
    parameters=(
        OPPORTUNITY,
        VERSION,
        Fields("growth.Opportunity", without=("client", "prospect", "pipeline", "stage", "loss_reason", "loss_note")),
    ),
)
def change_opportunity(*, opportunity: int, version: int | None = None, **values: Any) -> Opportunity:
    """Change details of an opportunity; its stage changes by growth.move_opportunity."""
    row = get_opportunity(opportunity)
    check_version(row, version)
    if values.get("owner") is not None:
        check_owner(values["owner"])
    for name, value in values.items():
        if value is not None or Opportunity._meta.get_field(name).null:
            setattr(row, name, value)
    row.save()
    return row


@action(
    "growth.move_opportunity",
    needs=Permission.OPPORTUNITY_WRITE,
    zh="推进商机",
    en="Move an opportunity",
    parameters=(OPPORTUNITY, VERSION, STAGE, LOSS),
)
def move_opportunity(
    *,
    opportunity: int,
    stage: Any,
    version: int | None = None,
    loss_reason: str | None = None,
    loss_note: str | None = None,
) -> Opportunity:
    """Move an opportunity to a stage, possibly of another pipeline. A lost one needs a reason; an ended one can be reopened."""
    row = get_opportunity(opportunity)
    check_version(row, version)
    if row.stage_id == stage.pk:
        return row
    error = loss_error(stage, loss_reason)
    if error is not None:
        raise refusal(*error)
    change = enter_stage(row, stage)
    if str(stage.kind) == StageKind.LOST:
        row.loss_reason, row.loss_note = str(loss_reason), loss_note or ""
    row.save()
    change.save()
    publish_event("growth.opportunity_moved", opportunity=row.pk)
    return row


@action(
    "growth.remove_opportunity",
    needs=Permission.OPPORTUNITY_WRITE,
    zh="删除商机",
    en="Remove an opportunity",
    parameters=(OPPORTUNITY,),
)
def remove_opportunity(*, opportunity: int) -> None:
    """Remove an opportunity that was entered by mistake. Raises Refused for an ended one, which is part of the hit rates."""
    row = get_opportunity(opportunity)
    if row.closed_on is not None:
        raise refusal(
            "opportunity", "已结束的商机计入成交率，不能删除。", "An ended one counts in hit rates and stays."
        )
    row.delete()


@action(
    "growth.ensure_pipelines",
    needs=Permission.OPPORTUNITY_WRITE,
    zh="准备销售流程",
    en="Have pipelines ready",
    is_public=False,
    offers_undo=False,
)
def ensure_pipelines() -> None:
    """Add the default pipelines if there is none, so that imported opportunities have a stage."""
    pipelines.add_defaults()


@action(
    "growth.add_pipeline",
    needs=Permission.PIPELINE_RULES,
    zh="新建销售流程",
    en="Add a pipeline",
    parameters=(Fields("growth.Pipeline", required=("name",), new=True),),
)
def add_pipeline(*, name: str, **values: Any) -> Pipeline:
    """Add a pipeline with a won and a lost stage; further stages are added one by one."""
    if Pipeline.objects.filter(name=name).exists():
        raise refusal("name", "已有同名流程。", "There is a pipeline of this name.")
    row = Pipeline(name=name, **{key: value for key, value in values.items() if value is not None})
    row.save()
    for position, (zh, en, kind, _) in zip((900, 910), pipelines.ENDS, strict=True):
        Stage(
            pipeline=row, code=f"p{row.pk}-{kind.value}", name=zh, name_en=en, kind=kind.value, position=position
        ).save()
    return row


@action(
    "growth.change_pipeline",
    needs=Permission.PIPELINE_RULES,
    zh="修改销售流程",
    en="Change a pipeline",
    parameters=(PIPELINE_ID, VERSION, Fields("growth.Pipeline")),
)
def change_pipeline(*, pipeline_id: int, version: int | None = None, **values: Any) -> Pipeline:
    """Rename, order or switch off a pipeline; its opportunities are kept."""
    row = pipelines.get_pipeline(pipeline_id)
    check_version(row, version)
    for name, value in values.items():
        if value is not None:
            setattr(row, name, value)
    row.save()
    return row


@action(
    "growth.add_stage",
    needs=Permission.PIPELINE_RULES,
    zh="新增销售阶段",
    en="Add a stage",
    parameters=(Fields("growth.Stage", required=("pipeline", "code", "name"), new=True),),
)
def add_stage(*, pipeline: Any, code: str, name: str, **values: Any) -> Stage:
    """Add a stage to a pipeline. Raises Refused for a code that is in use."""
    if Stage.objects.filter(code=code).exists():
        raise refusal("code", "阶段编号已被使用。", "This code is in use.")
    row = Stage(
        pipeline=pipeline, code=code, name=name, **{key: value for key, value in values.items() if value is not None}
    )
    row.save()
    return row


@action(
    "growth.change_stage",
    needs=Permission.PIPELINE_RULES,
    zh="修改销售阶段",
    en="Change a stage",
    parameters=(STAGE_ID, VERSION, Fields("growth.Stage", without=("pipeline", "code", "kind"))),
)
def change_stage(*, stage_id: int, version: int | None = None, **values: Any) -> Stage:
    """Rename or order a stage, or set its stale days; its meaning cannot be changed."""
    row = pipelines.get_stage(stage_id)
    check_version(row, version)
    for name, value in values.items():
        if value is not None or Stage._meta.get_field(name).null:
            setattr(row, name, value)
    row.save()
    return row


@action(
    "growth.remove_stage",
    needs=Permission.PIPELINE_RULES,
    zh="删除销售阶段",
    en="Remove a stage",
    parameters=(STAGE_ID,),
)
def remove_stage(*, stage_id: int) -> None:
    """Remove a stage that no opportunity is or was in."""
    row = pipelines.get_stage(stage_id)
    if Opportunity.objects.filter(stage=row).exists() or StageChange.objects.filter(stage=row).exists():
        raise refusal(
            "stage", "有商机处于或经过这个阶段，不能删除。", "Opportunities are or were in this stage; it stays."
        )
    row.delete()


@action(
    "growth.set_goal",
    needs=Permission.PIPELINE_RULES,
    zh="设置商机目标",
    en="Set a goal",
    parameters=(
        Parameter("pipeline", "growth.Goal", "pipeline"),
        Parameter("on", kind="date", required=False, spec=FieldSpec("季度内任一天", "A day of the quarter")),
        parameters_of("growth.Goal", "amount", optional=("user",)),
    ),
)
def set_goal(*, pipeline: Any, amount: Decimal, on: date | None = None, user: Any = None) -> Goal:
    """Set the goal of a quarter (default: current) for a person, or for the actor's team without one."""
    first_on, _ = rules.quarter_of(on or clock.today())
    me = team.current_user()
    if user is not None:
        check_owner(user)
    own = None if user is not None else (me.team if me is not None else None)
    if user is None and own is None:
        raise refusal("user", "您不属于任何团队，请填写人员。", "You belong to no team; name a person.")
    row = Goal.objects.filter(pipeline=pipeline, user=user, team=own, first_on=first_on).first() or Goal(
        pipeline=pipeline, user=user, team=own, first_on=first_on
    )
    row.amount = amount
    row.save()
    return row
