"""Trials (试点): the design, the clients of both groups, and the decisions of a second person."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.innovation.choices import (
    TrialChannel,
    TrialContact,
    TrialGroup,
    TrialMeasureName,
    TrialOutcome,
    TrialState,
    Varied,
)
from dakehu.domains.innovation.visibility import OfTrial, OfTrials
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

OLDER_FROM = 65  # [D] years; as in calls after a market shock


def _whole(
    default: int, least: int, most: int, zh: str, en: str, help_zh: str = "", help_en: str = "", group: str = "measure"
) -> Any:
    column = models.PositiveIntegerField(
        default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )
    return field(column, group=group, zh=zh, en=en, help_zh=help_zh, help_en=help_en)


class Trial(Recorded):
    """A change tried on a group of clients against a control group.

    `filters` and `text` are those of the client list, in the owner's scope. `plan` holds the counts made at
    submission and again at the start; `result` the measurement after its end (trials/results.py). `seed` and `list_digest` are
    set at the start. `edited_by` are the ids of all its authors: none of them approves it or decides on it.
    """

    names = Names("试点", "Trial", "Trials", aliases=("对照试验", "Experiment"))
    retention = TWENTY_YEARS
    is_chosen_from_list = True
    objects: Any = OfTrials()
    field_groups = {
        "trial": bilingual("试点", "Trial"), "measure": bilingual("分组与衡量", "Groups and measure"),
        "clients": bilingual("客户保护", "Protection of clients"), "": bilingual("进展", "Progress"),
    }  # fmt: skip

    name = field(models.CharField(max_length=120), group="trial", zh="试点名称", en="Name of the trial", listed=True,
                 example="测评到期前一个月电话提醒")  # fmt: skip
    idea = field(models.ForeignKey("innovation.Idea", null=True, blank=True, on_delete=models.PROTECT, related_name="trials"),
                 group="trial", zh="来自创意", en="From the idea")  # fmt: skip
    hypothesis = field(models.TextField(blank=True, default=""), group="trial", zh="假设", en="Hypothesis",
                       help_zh="对哪些客户做什么，会使哪个结果变化多少", help_en="What, done for whom, changes which outcome by how much",
                       example="到期前一个月打电话提醒的客户，一个月后测评有效的比例高 15 个百分点")  # fmt: skip
    varied = field(choice_field(Varied, blank=True, default=""), group="trial", zh="试点改变什么", en="What it varies",
                   help_zh="适当性匹配、风险揭示和法定告知不得用来试点",
                   help_en="Suitability, risk warnings and duty notices are never varied")  # fmt: skip
    treatment = field(models.TextField(blank=True, default=""), group="trial", zh="试点组做法", en="What the trial group gets",
                      help_zh="对照组照常服务", help_en="The control group is served as ever")  # fmt: skip
    cost = field(models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]),
                 group="trial", zh="试点费用", en="Cost", unit="CNY")  # fmt: skip
    measure = field(choice_field(TrialMeasureName, blank=True, default=""), group="measure", zh="主要结果", en="Main outcome", listed=True,
                    help_zh="只有一个，开始后不能更改", help_en="One only; it stays once the trial begins")  # fmt: skip
    days = _whole(30, 1, 366, "试点天数", "Days", "从开始之日起", "From the day it starts")
    hoped_effect = field(models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True,
                                             validators=[MinValueValidator(Decimal("0.01"))]), group="measure", zh="希望的改善",
                         en="Improvement hoped for", help_zh="占比填百分点，金额填元；更好的方向为正",
                         help_en="Points of per cent for shares, yuan for amounts; positive is better")  # fmt: skip
    control_percent = _whole(
        50, 10, 90, "对照组比例（%）", "Control group, %", "按客户级别分层随机抽取", "Drawn by tier"
    )
    why_small = field(models.CharField(max_length=300, blank=True, default=""), group="measure", zh="人数不足仍要做的理由",
                      en="Why it is worth doing with too few", help_zh="两组人数看不出希望的改善时必填",
                      help_en="Needed where these groups cannot show the improvement hoped for")  # fmt: skip
    contact = field(choice_field(TrialContact, default=TrialContact.SERVICE), group="clients", zh="是否联系客户", en="Contact",
                    help_zh="联系客户时，拒绝联系、投诉未结、联系过多的客户不抽取",
                    help_en="With contact, clients who opted out, complain or hear from us too often are not drawn")  # fmt: skip
    channel = field(choice_field(TrialChannel, blank=True, default=""), group="clients", zh="联系渠道", en="Channel")
    older_from = _whole(OLDER_FROM, 0, 120, "不抽取的年龄", "Not drawn from age",
                        "满此年龄或年龄未知的个人客户不抽取；0 或高于 65 须合规批准",
                        "Persons of this age, or of unknown age, are not drawn; 0 or above 65: compliance approves", group="clients")  # fmt: skip
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="trials"),
                  zh="试点负责人", en="Owner", listed=True, editable=False)  # fmt: skip
    state = field(
        choice_field(TrialState, default=TrialState.DRAFT), zh="试点状态", en="State", listed=True, editable=False
    )
    started_on = field(
        models.DateField(null=True, blank=True), zh="开始日期", en="Started on", listed=True, editable=False
    )
    ends_on = field(models.DateField(null=True, blank=True), zh="结束日期", en="Ends on", listed=True, editable=False)
    measured_on = field(models.DateField(null=True, blank=True), zh="测量日期", en="Measured on", editable=False)
    abort_reason = field(
        models.CharField(max_length=500, blank=True, default=""), zh="中止原因", en="Aborted because", editable=False
    )
    filters = models.JSONField(default=dict, blank=True)
    text = models.CharField(max_length=200, blank=True, default="")
    edited_by = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    seed = models.CharField(max_length=40, blank=True, default="")
    list_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta(Recorded.Meta):
        indexes = [
            models.Index(fields=["owner", "-id"], name="trials_of_owner"),
            models.Index(fields=["ends_on"], condition=Q(state="running"), name="trials_running"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def choice_label(self) -> str:
        """Return the name with the state."""
        return str(
            bilingual("{name}（{state}）", "{name} ({state})", name=self.name, state=TrialState.text_of(self.state))
        )


class TrialMember(ClientRecorded):
    """A client in a trial: the group assigned by the draw, and the tier used as stratum ("" without one).

    Clients who were not drawn have no row: only their counts by rule are stored.
    """

    names = Names("试点客户", "Client of a trial", "Clients of trials")
    client_path = "client"
    retention = TWENTY_YEARS
    deduplicate_on_merge = True

    trial = field(models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="members"), zh="试点", en="Trial", listed=True,
                  editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="trials"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    group = field(choice_field(TrialGroup), zh="试点分组", en="Group", listed=True, editable=False)
    stratum = field(
        models.CharField(max_length=8, blank=True, default=""), zh="分层级别", en="Drawn by tier", editable=False
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["trial", "group"], name="members_of_trial")]


class TrialDecision(Recorded):
    """A second person's decision on a trial, with the result they read. An extension sets a new end."""

    names = Names("试点决定", "Decision on a trial", "Decisions on trials")
    retention = TWENTY_YEARS
    objects: Any = OfTrial()

    trial = field(
        models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="decisions"),
        zh="试点",
        en="Trial",
        editable=False,
    )
    outcome = field(choice_field(TrialOutcome), zh="试点决定", en="Decision", listed=True)
    reason = field(models.CharField(max_length=500), zh="理由", en="Reason", listed=True)
    until = field(models.DateField(null=True, blank=True), zh="延长至", en="Extended to", listed=True)
    decided_on = field(models.DateField(), zh="决定日期", en="Decided on", listed=True, editable=False)
    decided_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="决定人",
                       en="Decided by", listed=True, editable=False)  # fmt: skip
    result = models.JSONField(default=dict)
