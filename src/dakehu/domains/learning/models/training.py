"""Requirements of roles, credited hours, and start dates in the industry."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.learning.choices import Period, RecordSource, RecordState, RequirementKind, Topic
from dakehu.domains.learning.visibility import OfLearners
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names

HOURS = [MinValueValidator(Decimal("0")), MaxValueValidator(Decimal("500"))]


class Requirement(Recorded):
    """A requirement of a role: hours, a course or a certificate. Without a role it applies to all staff."""

    names = Names("培训要求", "Requirement", "Requirements")

    kind = field(
        choice_field(RequirementKind, default=RequirementKind.COURSE),
        zh="要求类别",
        en="Kind of requirement",
        listed=True,
    )
    role = field(choice_field(RoleName, blank=True, default=""), zh="适用角色", en="Role it holds for", listed=True,
                 help_zh="留空：全体人员", help_en="Empty: all staff")  # fmt: skip
    hours = field(models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True, validators=HOURS), zh="要求学时",
                  en="Hours required", unit="h", listed=True)  # fmt: skip
    course = field(models.ForeignKey("learning.Course", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                   zh="课程", en="Course", listed=True)  # fmt: skip
    certificate_kind = field(models.ForeignKey("learning.CertificateKind", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                             zh="证书类别", en="Kind of certificate", listed=True)  # fmt: skip
    for_new_staff = field(models.BooleanField(default=False), zh="仅新员工", en="New staff only", listed=True)
    period = field(choice_field(Period, default=Period.YEAR), zh="要求周期", en="Period", listed=True)
    days = field(models.PositiveIntegerField(default=30, validators=[MaxValueValidator(365)]), zh="完成天数", en="Days to complete",
                 listed=True)  # fmt: skip
    starts_on = field(models.DateField(), zh="起始日期", en="Starts on", listed=True)
    ends_on = field(models.DateField(null=True, blank=True), zh="终止日期", en="Ends on", listed=True)


class TrainingRecord(Recorded):
    """Training hours of a person on a day. A course is credited once per calendar year."""

    names = Names("学时记录", "Training record", "Training records")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="参训人员",
        en="Trained person",
        listed=True,
    )
    name = field(models.CharField(max_length=160), zh="培训名称", en="Name of the training", listed=True)
    provider = field(
        models.CharField(max_length=120, blank=True, default=""), zh="举办单位", en="Provider", listed=True
    )
    category = field(choice_field(Topic, default=Topic.LAW), zh="培训类别", en="Category", listed=True)
    hours = field(
        models.DecimalField(max_digits=5, decimal_places=1, validators=HOURS),
        zh="学时",
        en="Hours",
        unit="h",
        listed=True,
    )
    held_on = field(models.DateField(), zh="培训日期", en="Held on", listed=True)
    year = field(models.PositiveIntegerField(), zh="计入年度", en="Year it counts in", listed=True, editable=False)
    source = field(choice_field(RecordSource, default=RecordSource.COURSE), zh="学时来源", en="Source of the hours", listed=True,
                   editable=False)  # fmt: skip
    course = field(models.ForeignKey("learning.Course", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="课程",
                   en="Course", editable=False)  # fmt: skip
    state = field(choice_field(RecordState, default=RecordState.WAITING), zh="学时状态", en="State of the hours", listed=True,
                  editable=False)  # fmt: skip
    file_name = field(
        models.CharField(max_length=200, blank=True, default=""), zh="证明文件", en="Evidence", editable=False
    )
    file_key = models.CharField(max_length=64, blank=True, default="")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "course", "year"], name="hours_of_a_course_once_a_year")]
        indexes = [models.Index(fields=["user", "year"], name="training_of_a_year")]

    def __str__(self) -> str:
        return self.name


class StaffTerms(Recorded):
    """The day a person started in the industry, from which years of training are counted."""

    names = Names("从业起始", "Start in the trade", "Starts in the trade")
    objects: Any = OfLearners()

    user = field(
        models.OneToOneField("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="人员",
        en="Staff member",
        listed=True,
    )
    started_on = field(models.DateField(), zh="从业开始日期", en="Started on", listed=True)


class HoursAdjustment(Recorded):
    """Required hours of a person in a year that differ from the rule, with the reason, such as long absence."""

    names = Names("学时调整", "Adjusted hours", "Adjusted hours of staff")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="人员",
        en="Staff member",
        listed=True,
    )
    year = field(models.PositiveIntegerField(validators=[MinValueValidator(2000), MaxValueValidator(2200)]), zh="年度", en="Year",
                 listed=True)  # fmt: skip
    hours = field(models.DecimalField(max_digits=5, decimal_places=1, validators=HOURS), zh="应完成学时", en="Hours required", unit="h",
                  listed=True)  # fmt: skip
    reason = field(models.CharField(max_length=200), zh="调整原因", en="Reason of the adjustment", listed=True)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "year"], name="one_adjustment_a_year")]
