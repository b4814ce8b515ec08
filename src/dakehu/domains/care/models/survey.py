"""Surveys, their versions and the batches of people who are asked."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.care.surveys.choices import Anonymity, BatchOrigin, Purpose, Stratum, SurveyState
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _hidden(value: str) -> str:
    """Return the text shown instead of a secret."""
    return "••••" if value else ""


class Survey(Recorded):
    """A survey. `anonymity` is frozen with the first invitation; no share is shown for fewer than `min_n` answers."""

    names = Names("满意度问卷", "Survey", "Surveys", aliases=("问卷",))
    retention = TWENTY_YEARS
    field_groups = {"survey": bilingual("问卷", "Survey"), "rules": bilingual("规则", "Rules")}

    title_zh = field(models.CharField(max_length=80), group="survey", zh="问卷标题", en="Title in Chinese", listed=True,
                     example="2026 年服务满意度调查")  # fmt: skip
    title_en = field(
        models.CharField(max_length=120, blank=True, default=""),
        group="survey",
        zh="问卷英文标题",
        en="Title in English",
    )
    intro_zh = field(
        models.CharField(max_length=400, blank=True, default=""), group="survey", zh="问卷说明", en="Introduction"
    )
    intro_en = field(
        models.CharField(max_length=600, blank=True, default=""),
        group="survey",
        zh="问卷英文说明",
        en="Introduction in English",
    )
    anonymity = field(choice_field(Anonymity, default=Anonymity.CONFIDENTIAL), group="rules", zh="匿名方式", en="Anonymity", listed=True,
                      help_zh="首次邀请后不能更改", help_en="Cannot change after the first invitation")  # fmt: skip
    purpose = field(
        choice_field(Purpose, default=Purpose.GENERAL), group="rules", zh="发送时机", en="When it is sent", listed=True
    )
    min_n = field(models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(20)]), group="rules",
                  zh="显示比例的最少答卷数", en="Fewest answers for a share", help_zh="不少于 20", help_en="At least 20")  # fmt: skip
    sample_percent = field(
        models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(1), MaxValueValidator(100)]),
        group="rules",
        zh="办结抽样比例",
        en="Share of closed requests",
        unit="%",
    )
    days_after = field(
        models.PositiveSmallIntegerField(default=7, validators=[MinValueValidator(1), MaxValueValidator(30)]),
        group="rules",
        zh="投诉答复后天数",
        en="Days after the reply to a complaint",
        unit="d",
    )
    days_open = field(
        models.PositiveSmallIntegerField(default=14, validators=[MinValueValidator(1), MaxValueValidator(60)]),
        group="rules",
        zh="链接有效天数",
        en="Days a link works",
    )
    state = field(
        choice_field(SurveyState, default=SurveyState.DRAFT), zh="问卷状态", en="State", listed=True, editable=False
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="问卷负责人",
                  en="Owner", listed=True, editable=False)  # fmt: skip
    closed_on = field(
        models.DateField(null=True, blank=True), zh="问卷结束日期", en="Closed on", listed=True, editable=False
    )

    def __str__(self) -> str:
        return str(bilingual(self.title_zh, self.title_en or self.title_zh))


class SurveyVersion(Recorded):
    """The questions of a survey as plain data (see surveys.questions), frozen when the first invitation is sent."""

    names = Names("问卷版本", "Survey version", "Survey versions")
    retention = TWENTY_YEARS

    survey = field(models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions"), zh="满意度问卷", en="Survey", listed=True,
                   editable=False)  # fmt: skip
    number = field(
        models.PositiveSmallIntegerField(default=1), zh="问卷版本号", en="Version", listed=True, editable=False
    )
    questions: Any = models.JSONField(default=list)
    frozen_on = field(
        models.DateField(null=True, blank=True), zh="冻结日期", en="Frozen on", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="one_survey_version_a_number")]


class SurveyBatch(Recorded):
    """People who are surveyed together: one sending, or one group of it. Strata are fixed here, before sending.

    `in_book` is how many clients of the sender's book belong to the group. `secret` signs the links of the batch. In an
    anonymous survey an answer names its batch but no person.
    """

    names = Names("问卷批次", "Survey batch", "Survey batches")
    retention = TWENTY_YEARS

    survey = field(models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="batches"), zh="满意度问卷", en="Survey", listed=True,
                   editable=False)  # fmt: skip
    version = field(models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="batches"), zh="问卷版本",
                    en="Version", editable=False)  # fmt: skip
    origin = field(choice_field(BatchOrigin), zh="名单来源", en="How chosen", listed=True, editable=False)
    split_by = field(
        choice_field(Stratum, default=Stratum.NONE), zh="分组方式", en="Split by", listed=True, editable=False
    )
    stratum = field(
        models.CharField(max_length=120, blank=True, default=""), zh="分组", en="Group", listed=True, editable=False
    )
    in_book = field(
        models.PositiveIntegerField(default=0), zh="组内客户数", en="Clients in the group", listed=True, editable=False
    )
    invited = field(models.PositiveIntegerField(default=0), zh="邀请数", en="Invited", listed=True, editable=False)
    expires_on = field(models.DateField(), zh="问卷截止日", en="Links expire on", listed=True, editable=False)
    reminders = field(
        models.PositiveSmallIntegerField(default=0), zh="已提醒次数", en="Reminders", listed=True, editable=False
    )
    sent_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="问卷发送人",
                    en="Sent by", editable=False)  # fmt: skip
    event_ref = field(models.BigIntegerField(null=True, blank=True), zh="客户活动编号", en="Event", editable=False)
    secret = field(
        models.CharField(max_length=64), zh="批次密钥", en="Secret", sensitivity=SECRET, mask=_hidden, editable=False
    )
