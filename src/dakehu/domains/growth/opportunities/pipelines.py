"""Pipelines and their stages: look-ups, and the house defaults."""

from dakehu.domains.growth.choices import StageKind
from dakehu.domains.growth.models import Pipeline, Stage
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual

# (name, in English, code, [(stage, in English, kind, stale after days)]): house defaults [D].
OPEN, WON, LOST = StageKind.OPEN, StageKind.WON, StageKind.LOST
ENDS = [("赢单", "Won", WON, None), ("输单", "Lost", LOST, None)]
DEFAULTS = (
    (
        "新客户开发",
        "New clients",
        "new",
        [
            ("初步接触", "First contact", OPEN, 14),
            ("需求确认", "Needs confirmed", OPEN, 14),
            ("方案沟通", "Proposal", OPEN, 21),
            ("开户办理", "Opening the account", OPEN, 10),
            *ENDS,
        ],
    ),
    (
        "新增资产",
        "New assets",
        "assets",
        [
            ("资金线索", "Funds identified", OPEN, 14),
            ("已面谈", "Met", OPEN, 21),
            ("方案确认", "Agreed", OPEN, 14),
            ("等待入金", "Awaiting the transfer", OPEN, 10),
            *ENDS,
        ],
    ),
    (
        "产品配置",
        "Products",
        "products",
        [
            ("产品意向", "Interest", OPEN, 10),
            ("适当性核对", "Suitability check", OPEN, 7),
            ("双录与签约", "Signing", OPEN, 7),
            *ENDS,
        ],
    ),
)


@action(
    "growth.set_up_pipelines", needs=Permission.PIPELINE_RULES, zh="使用默认销售流程", en="Set up the usual pipelines"
)
def set_up_pipelines() -> dict[str, int]:
    """Add the default pipelines with their stages if there is none. Returns {pipelines: number added}."""
    return {"pipelines": add_defaults()}


def add_defaults() -> int:
    """Add the default pipelines inside the open action if there is none; return how many."""
    if Pipeline.objects.exists():
        return 0
    for place, (zh, en, code, stages) in enumerate(DEFAULTS, 1):
        pipeline = Pipeline(name=zh, name_en=en, position=place * 10)
        pipeline.save()
        for number, (name, name_en, kind, stale) in enumerate(stages, 1):
            Stage(
                pipeline=pipeline,
                code=f"{code}-{number}",
                name=name,
                name_en=name_en,
                kind=kind.value,
                position=number * 10,
                stale_days=stale,
            ).save()
    return len(DEFAULTS)


def default_pipeline() -> Pipeline:
    """Return the first active pipeline; the default ones are added inside the open action if there is none."""
    add_defaults()
    pipeline = Pipeline.objects.filter(is_active=True).first()
    if pipeline is None:
        raise NotFound(bilingual("销售流程", "pipeline"))
    return pipeline


def stages_of(pipeline: Pipeline) -> list[Stage]:
    """Return the stages of a pipeline in their order."""
    return list(Stage.objects.filter(pipeline=pipeline).order_by("position", "pk"))


def first_stage(pipeline: Pipeline) -> Stage:
    """Return the stage in which opportunities begin. Raises NotFound for a pipeline without one."""
    stage = Stage.objects.filter(pipeline=pipeline, kind=StageKind.OPEN.value).order_by("position", "pk").first()
    if stage is None:
        raise NotFound(bilingual("销售阶段", "stage"))
    return stage


def get_stage(pk: int) -> Stage:
    """Return a stage. Raises NotFound."""
    stage = Stage.objects.select_related("pipeline").filter(pk=pk).first()
    if stage is None:
        raise NotFound(bilingual("销售阶段", "stage"))
    return stage


def get_pipeline(pk: int) -> Pipeline:
    """Return a pipeline. Raises NotFound."""
    pipeline = Pipeline.objects.filter(pk=pk).first()
    if pipeline is None:
        raise NotFound(bilingual("销售流程", "pipeline"))
    return pipeline
