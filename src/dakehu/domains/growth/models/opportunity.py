"""Opportunities (商机): pipelines and stages as data, the opportunity, its stage history, and goals."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.clients.masks import mask_amount
from dakehu.domains.growth.choices import LossReason, StageKind
from dakehu.domains.growth.models.prospect import Prospect
from dakehu.domains.growth.visibility import Behind, Owned
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

FREE = (MinValueValidator(0),)


class Pipeline(Recorded):
    """A kind of business with stages of its own: new clients, new money, a product, margin trading."""

    names = Names("销售流程", "Pipeline", "Pipelines")
    is_chosen_from_list = True
    lookup_fields = ("name",)

    name = field(
        models.CharField(max_length=80, unique=True), zh="流程名称", en="Name", listed=True, example="新增资产"
    )
    name_en = field(
        models.CharField(max_length=80, blank=True, default=""), zh="英文名称", en="Name in English", listed=True
    )
    position = field(models.PositiveSmallIntegerField(default=10), zh="次序", en="Position", listed=True)
    is_active = field(models.BooleanField(default=True), zh="启用", en="Active", listed=True)

    class Meta(Recorded.Meta):
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Return the name in the reader's language."""
        return str(bilingual(self.name, self.name_en or self.name))


class Stage(Recorded):
    """A stage of a pipeline. `code` is unique in the firm; an opportunity in it for more than `stale_days` is marked."""

    names = Names("销售阶段", "Stage", "Stages")
    is_chosen_from_list = True
    lookup_fields = ("code", "name")

    pipeline = field(models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages"), zh="销售流程", en="Pipeline",
                     listed=True)  # fmt: skip
    code = field(
        models.CharField(max_length=40, unique=True), zh="阶段编号", en="Code", listed=True, example="assets-meeting"
    )
    name = field(models.CharField(max_length=60), zh="阶段名称", en="Name", listed=True, example="已面谈")
    name_en = field(
        models.CharField(max_length=60, blank=True, default=""), zh="英文名称", en="Name in English", listed=True
    )
    kind = field(choice_field(StageKind, default=StageKind.OPEN), zh="阶段性质", en="Kind", listed=True)
    position = field(models.PositiveSmallIntegerField(default=10), zh="次序", en="Position", listed=True)
    stale_days = field(models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3660)]),
                       zh="停留过久天数", en="Stale after days", listed=True)  # fmt: skip

    class Meta(Recorded.Meta):
        ordering = ["pipeline", "position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Return the name in the reader's language."""
        return str(bilingual(self.name, self.name_en or self.name))

    @property
    def choice_label(self) -> str:
        """Return the label of the stage in forms: with its pipeline."""
        return f"{self.pipeline.label} · {self.label}"


class Opportunity(ClientRecorded):
    """Possible business with a client or a prospect: subject, amount, expected close and stage."""

    names = Names("商机", "Opportunity", "Opportunities", aliases=("Deal",))

    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = Owned()

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="opportunities"),
                   zh="客户", en="Client", listed=True, aliases=("客户号", "客户名称"))  # fmt: skip
    prospect = field(models.ForeignKey(Prospect, null=True, blank=True, on_delete=models.CASCADE, related_name="opportunities"),
                     zh="线索", en="Prospect", listed=True)  # fmt: skip
    subject = field(models.CharField(max_length=160), zh="商机名称", en="Subject", listed=True, sensitivity=PERSONAL,
                    aliases=("商机", "机会名称", "deal name"), example="收益凭证 500 万")  # fmt: skip
    pipeline = field(models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="opportunities"), zh="销售流程", en="Pipeline",
                     listed=True)  # fmt: skip
    stage = field(models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="opportunities"), zh="销售阶段", en="Stage", listed=True,
                  aliases=("阶段", "商机阶段"))  # fmt: skip
    stage_since = field(models.DateField(), zh="进入阶段日期", en="In this stage since", listed=True, editable=False)
    amount = field(models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, validators=FREE), zh="预计金额", en="Amount",
                   unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True, aliases=("商机金额", "金额"))  # fmt: skip
    close_on = field(models.DateField(null=True, blank=True), zh="预计成交日期", en="Expected to close on", listed=True,
                     aliases=("预计结单日期", "closing date"))  # fmt: skip
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities"),
                  zh="负责人", en="Owner", listed=True, aliases=("客户经理", "所有人"))  # fmt: skip
    product = field(models.CharField(max_length=160, blank=True, default=""), zh="涉及产品", en="Product", listed=True)
    next_step = field(models.CharField(max_length=200, blank=True, default=""), zh="下一步", en="Next step", sensitivity=PERSONAL,
                      listed=True)  # fmt: skip
    source_stage = field(
        models.CharField(max_length=80, blank=True, default=""), zh="来源系统阶段", en="Stage in the source system"
    )
    remark = field(
        models.TextField(blank=True, default=""), zh="备注", en="Remark", sensitivity=PERSONAL, aliases=("描述", "说明")
    )
    loss_reason = field(choice_field(LossReason, blank=True, default=""), zh="输单原因", en="Reason lost", listed=True)
    loss_note = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="输单说明",
        en="About the loss",
        sensitivity=PERSONAL,
    )
    opened_on = field(models.DateField(), zh="建立日期", en="Opened on", listed=True, editable=False)
    closed_on = field(
        models.DateField(null=True, blank=True), zh="结束日期", en="Closed on", listed=True, editable=False
    )
    extra = custom_fields.store_field()

    class Meta(ClientRecorded.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(client__isnull=False) | models.Q(prospect__isnull=False),
                name="opportunity_of_somebody",
            )
        ]
        indexes = [
            models.Index(fields=["pipeline", "stage", "close_on"], name="opportunities_of_board"),
            models.Index(fields=["pipeline", "closed_on"], name="opportunities_closed"),
        ]


class StageChange(ClientRecorded):
    """An opportunity entered a stage."""

    names = Names("商机阶段记录", "Change of stage", "Changes of stage")

    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = Behind("opportunity")

    opportunity = field(models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="changes"), zh="商机", en="Opportunity",
                        listed=True, editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="+"),
                   zh="客户", en="Client", editable=False)  # fmt: skip
    stage = field(models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+"), zh="进入阶段", en="Stage", listed=True,
                  editable=False)  # fmt: skip
    came_from = field(models.ForeignKey(Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="原阶段", en="From",
                      listed=True, editable=False)  # fmt: skip
    on = field(models.DateField(), zh="日期", en="On", listed=True, editable=False)
    by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="操作人", en="By",
               listed=True, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["opportunity", "on"], name="changes_of_opportunity")]


class Goal(Recorded):
    """The target amount of a pipeline in a quarter: of one person, or (without a person) of a team."""

    names = Names("商机目标", "Goal of a pipeline", "Goals of pipelines")

    pipeline = field(
        models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="goals"),
        zh="销售流程",
        en="Pipeline",
        listed=True,
    )
    team = field(models.ForeignKey("team.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="+"), zh="团队", en="Team",
                 listed=True, editable=False)  # fmt: skip
    user = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+"), zh="人员", en="Person",
                 listed=True)  # fmt: skip
    first_on = field(models.DateField(), zh="季度首日", en="First day of the quarter", listed=True)
    amount = field(
        models.DecimalField(max_digits=18, decimal_places=2, validators=FREE),
        zh="目标金额",
        en="Goal",
        unit="CNY",
        listed=True,
    )

    class Meta(Recorded.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "user", "first_on"], condition=models.Q(team=None), name="one_goal_a_person"
            ),
            models.UniqueConstraint(
                fields=["pipeline", "team", "first_on"], condition=models.Q(user=None), name="one_goal_a_team"
            ),
        ]
