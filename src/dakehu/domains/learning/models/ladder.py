"""The ladder of levels (职级) of a career track as data, the level of each person, and promotions."""

from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.learning.choices import LadderState, PromotionState
from dakehu.domains.learning.visibility import OfLearners
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class Ladder(Recorded):
    """One version of the levels of a career track. A version in force is never changed: a new version is."""

    names = Names("职级体系", "Ladder of levels", "Ladders of levels")

    track = field(models.CharField(max_length=40), zh="职业序列编号", en="Code of the track", listed=True, example="RM")
    name = field(
        models.CharField(max_length=120), zh="职业序列", en="Career track", listed=True, example="客户经理序列"
    )
    number = field(models.PositiveIntegerField(default=1), zh="职级体系版本", en="Version of the ladder", listed=True,
                   editable=False)  # fmt: skip
    state = field(
        choice_field(LadderState, default=LadderState.DRAFT),
        zh="职级体系状态",
        en="State of the ladder",
        listed=True,
        editable=False,
    )
    starts_on = field(
        models.DateField(null=True, blank=True), zh="生效日期", en="In force from", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        ordering = ["track", "-number"]
        constraints = [models.UniqueConstraint(fields=["track", "number"], name="one_version_of_a_ladder")]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class LadderLevel(Recorded):
    """A level of a ladder; the lowest has position 1."""

    names = Names("职级", "Level", "Levels")

    ladder = field(
        models.ForeignKey(Ladder, on_delete=models.CASCADE, related_name="levels"),
        zh="职级体系",
        en="Ladder of levels",
        editable=False,
    )
    position = field(models.PositiveIntegerField(default=1), zh="职级次序", en="Place of the level", editable=False)
    code = field(models.CharField(max_length=20), zh="职级编号", en="Code of the level", listed=True, example="RM2")
    name = field(
        models.CharField(max_length=80), zh="职级名称", en="Name of the level", listed=True, example="高级客户经理"
    )

    class Meta(Recorded.Meta):
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["ladder", "code"], name="one_level_of_a_code")]

    def __str__(self) -> str:
        return self.name


class LevelCondition(Recorded):
    """A condition of a level: a kind measured by the desk, its subject if the kind has one, and the minimum figure."""

    names = Names("晋升条件", "Condition of a level", "Conditions of levels")

    level = field(
        models.ForeignKey(LadderLevel, on_delete=models.CASCADE, related_name="conditions"),
        zh="职级",
        en="Level",
        editable=False,
    )
    kind = field(models.CharField(max_length=40), zh="晋升条件类别", en="Kind of condition", editable=False)
    subject = field(
        models.CharField(max_length=40, blank=True, default=""),
        zh="条件对象",
        en="What it is about",
        help_zh="证书条件填证书类别编号，其他留空",
        help_en="The code of the kind of certificate; empty for other conditions",
    )
    least = field(
        models.DecimalField(
            max_digits=7, decimal_places=1, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1000))]
        ),
        zh="至少达到",
        en="At least",
    )


class StaffLevel(Recorded):
    """The level of a person from a day on; the latest applies, earlier ones are kept."""

    names = Names("人员职级", "Level of a person", "Levels of staff")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="定级人员",
        en="Person of the level",
        listed=True,
    )
    track = field(models.CharField(max_length=40), zh="职业序列编号", en="Code of the track", editable=False)
    code = field(models.CharField(max_length=20), zh="职级编号", en="Code of the level", listed=True)
    name = field(models.CharField(max_length=80), zh="职级名称", en="Name of the level", listed=True, editable=False)
    since = field(models.DateField(), zh="任职级起始", en="In the level since", listed=True)
    reason = field(models.CharField(max_length=300, blank=True, default=""), zh="定级依据", en="Ground of the level")

    class Meta(Recorded.Meta):
        ordering = ["-since", "-pk"]
        indexes = [models.Index(fields=["user", "since"], name="levels_of_staff")]


class Promotion(Recorded):
    """A proposal to promote a person to a level, with the figures at that time; a second person decides.

    `facts`: [{kind, label, wanted, figure, outcome}] as text, frozen on the day of the proposal.
    """

    names = Names("晋升提名", "Proposal of a promotion", "Proposals of promotions")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="提名人员",
        en="Proposed person",
        listed=True,
    )
    level = field(
        models.ForeignKey(LadderLevel, on_delete=models.PROTECT, related_name="+"),
        zh="拟晋升职级",
        en="Level proposed",
        listed=True,
        editable=False,
    )
    from_level = field(models.CharField(max_length=80), zh="现职级", en="Level so far", listed=True, editable=False)
    reason = field(models.CharField(max_length=500), zh="提名理由", en="Why proposed")
    exception = field(
        models.CharField(max_length=500, blank=True, default=""),
        zh="破格理由",
        en="Why in spite of conditions",
        help_zh="有条件未达到或无法衡量时必填",
        help_en="Needed where a condition is not met or cannot be measured",
    )
    facts = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    proposed_by = field(
        models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"),
        zh="提名人",
        en="Proposed by",
        listed=True,
        editable=False,
    )
    proposed_on = field(models.DateField(), zh="提名日期", en="Proposed on", listed=True, editable=False)
    state = field(
        choice_field(PromotionState, default=PromotionState.WAITING),
        zh="提名状态",
        en="State of the proposal",
        listed=True,
        editable=False,
    )
    decided_on = field(
        models.DateField(null=True, blank=True), zh="决定日期", en="Decided on", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        ordering = ["-proposed_on", "-pk"]
