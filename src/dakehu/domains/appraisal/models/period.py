"""Periods (考核期) and the appraisal of each person: frozen values, scores by revision, notes."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from dakehu.domains.appraisal.choices import NoteKind, PeriodState, ScoreCause
from dakehu.domains.appraisal.models.scheme import Scheme
from dakehu.domains.appraisal.visibility import OfPerson
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


def number_field(zh: str, en: str, **more: Any) -> Any:
    return field(models.DecimalField(max_digits=24, decimal_places=6, null=True), zh=zh, en=en, editable=False, **more)


def person_field(zh: str, en: str, **more: Any) -> Any:
    return field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh=zh, en=en,
                 editable=False, **more)  # fmt: skip


class Period(Recorded):
    """A period of appraisal by one scheme. `digest` covers all frozen scores with their inputs."""

    names = Names("考核期", "Appraisal period", "Appraisal periods")

    name = field(
        models.CharField(max_length=80, unique=True),
        zh="考核期名称",
        en="Name of the period",
        listed=True,
        example="2026 年第三季度",
    )
    scheme = field(
        models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="periods"),
        zh="考核方案",
        en="Scheme",
        listed=True,
    )
    first_on = field(models.DateField(), zh="考核期首日", en="First day", listed=True)
    last_on = field(models.DateField(), zh="考核期末日", en="Last day", listed=True)
    state = field(
        choice_field(PeriodState, default=PeriodState.OPEN), zh="考核期状态", en="State", listed=True, editable=False
    )
    frozen_at = field(models.DateTimeField(null=True, blank=True), zh="冻结时间", en="Frozen at", editable=False)
    talked_on = field(
        models.DateField(null=True, blank=True), zh="面谈完成日期", en="Talks finished on", editable=False
    )
    closed_on = field(models.DateField(null=True, blank=True), zh="关闭日期", en="Closed on", editable=False)
    digest = field(
        models.CharField(max_length=64, blank=True, default=""),
        zh="冻结数据摘要",
        en="Digest of what was frozen",
        editable=False,
    )
    reopen_reason = field(
        models.CharField(max_length=300, blank=True, default=""), zh="重开原因", en="Why reopened", editable=False
    )
    reopened_by = person_field("申请重开人", "Reopening asked by")

    class Meta(Recorded.Meta):
        ordering = ["-last_on", "-pk"]

    def __str__(self) -> str:
        return self.name


class Appraisal(Recorded):
    """The appraisal of one person in one period, with role and team at the time of the freeze."""

    names = Names("考核", "Appraisal", "Appraisals")
    person_path = "user_id"
    objects: Any = OfPerson()

    period = field(
        models.ForeignKey(Period, on_delete=models.CASCADE, related_name="appraisals"),
        zh="考核期",
        en="Period",
        editable=False,
    )
    user = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="appraisals"), zh="被考核人", en="Person", listed=True,
                 editable=False)  # fmt: skip
    role = field(choice_field(RoleName), zh="冻结时角色", en="Role when frozen", listed=True, editable=False)
    team = field(models.ForeignKey("team.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="冻结时团队",
                 en="Team when frozen", listed=True, editable=False)  # fmt: skip
    talked_on = field(
        models.DateField(null=True, blank=True), zh="面谈日期", en="Talked on", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["period", "user"], name="one_appraisal_a_period")]


class MeasureValue(Recorded):
    """A measure of one person as it was read, with its rows; a correction adds a revision and keeps the old one.

    `rows`: [[model, id, value, weight]] in their order, decimals as text. They are keys, not copies: a reader sees
    what their own scope allows. Weight, floor and target are those of the scheme at that time.
    """

    names = Names("考核指标数值", "Value of a measure", "Values of measures")
    person_path = "appraisal__user_id"
    objects: Any = OfPerson()

    appraisal = field(
        models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="values"),
        zh="考核",
        en="Appraisal",
        editable=False,
    )
    measure = field(models.CharField(max_length=40), zh="指标编号", en="Code of the measure", editable=False)
    revision = field(models.PositiveSmallIntegerField(default=1), zh="数值修订号", en="Revision", editable=False)
    definition = field(
        models.CharField(max_length=20, blank=True, default=""),
        zh="口径版本",
        en="Version of the definition",
        editable=False,
    )
    kind = field(models.CharField(max_length=12), zh="计算方式", en="Kind of value", editable=False)
    part = field(models.CharField(max_length=24), zh="所属部分", en="Part", editable=False)
    weight = number_field("权重", "Weight")
    min_n = field(models.PositiveIntegerField(default=0), zh="最小样本量", en="Minimum n", editable=False)
    floor = number_field("下限值", "Floor")
    target = number_field("目标值", "Target")
    branch_rate = number_field("营业部平均", "Rate of the branch")
    has_source = field(models.BooleanField(default=True), zh="有数据来源", en="Has a source", editable=False)
    rows = field(models.JSONField(default=list, encoder=DjangoJSONEncoder), zh="明细", en="Rows", editable=False)
    reason = field(
        models.CharField(max_length=300, blank=True, default=""), zh="更正原因", en="Why corrected", editable=False
    )

    class Meta(Recorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "measure", "revision"], name="one_value_a_revision")
        ]


class Score(Recorded):
    """A revision of a score with its calculation. `computed` is empty for insufficient data; `final` includes adjustments.

    `lines`: [{measure, part, state, k, n, count, raw, low, high, shrunk, points, weight, used_weight, contribution}],
    `conduct`: {violations, warnings, upheld, unsuitable}. `digest` covers its inputs and versions.
    """

    names = Names("考核得分", "Score", "Scores")
    person_path = "appraisal__user_id"
    objects: Any = OfPerson()

    appraisal = field(
        models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="scores"),
        zh="考核",
        en="Appraisal",
        editable=False,
    )
    revision = field(models.PositiveSmallIntegerField(), zh="得分修订号", en="Revision", listed=True, editable=False)
    cause = field(choice_field(ScoreCause), zh="修订原因", en="Cause", listed=True, editable=False)
    reason = field(
        models.CharField(max_length=300, blank=True, default=""), zh="理由", en="Reason", listed=True, editable=False
    )
    rated_share = number_field("可评权重占比", "Share of rated weight")
    total = number_field("加权合计", "Weighted sum")
    deduction = number_field("扣分", "Deduction")
    gate = number_field("门槛系数", "Gate")
    computed = number_field("计算得分", "Computed score", listed=True)
    adjustment = number_field("调整分", "Adjustment", listed=True)
    final = number_field("最终得分", "Final score", listed=True)
    lines = field(models.JSONField(default=list), zh="计算过程", en="Arithmetic", editable=False)
    conduct = field(models.JSONField(default=dict), zh="合规事项", en="Conduct", editable=False)
    digest = field(models.CharField(max_length=64), zh="输入摘要", en="Digest of the inputs", editable=False)
    by = person_field("操作人", "By", listed=True)
    at = field(models.DateTimeField(), zh="时间", en="At", listed=True, editable=False)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["appraisal", "revision"], name="one_score_a_revision")]
        ordering = ["revision"]


class AppraisalNote(Recorded):
    """A note on an appraisal. No one changes another's note: later notes are appended below it."""

    names = Names("考核意见", "Note of an appraisal", "Notes of appraisals")
    person_path = "appraisal__user_id"
    objects: Any = OfPerson()

    appraisal = field(
        models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="notes"),
        zh="考核",
        en="Appraisal",
        editable=False,
    )
    kind = field(choice_field(NoteKind), zh="意见类别", en="Kind", listed=True, editable=False)
    text = field(models.TextField(max_length=2000), zh="意见内容", en="Text", listed=True)
    by = person_field("填写人", "Written by", listed=True)
    at = field(models.DateTimeField(), zh="填写时间", en="Written at", listed=True, editable=False)

    class Meta(Recorded.Meta):
        ordering = ["pk"]
