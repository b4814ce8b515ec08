"""Versions of the risk questionnaire written by the firm."""

from django.db import models

from dakehu.domains.advice.questionnaire_versions.choices import VersionState
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class QuestionnaireVersion(Recorded):
    """One version: its content never changes once it is approved, as tests are interpreted by the version they were taken with.

    `content` has the structure of a version file shipped with the desk; `edited_by` are the users who may not approve it.
    """

    names = Names("测评问卷版本", "Questionnaire version", "Questionnaire versions")

    name = field(models.CharField(max_length=20, unique=True), zh="版本名称", en="Name of the version", listed=True,
                 example="2027-01", help_zh="字母、数字、点或短横", help_en="Letters, digits, dots or hyphens")  # fmt: skip
    effective_from = field(models.DateField(), zh="启用日期", en="Used from", listed=True)
    based_on = field(models.CharField(max_length=20), zh="依据版本", en="Based on", listed=True, editable=False)
    state = field(
        choice_field(VersionState, default=VersionState.DRAFT), zh="版本状态", en="State", listed=True, editable=False
    )
    note = field(
        models.CharField(max_length=300, blank=True, default=""), zh="修订说明", en="Reason of the version", listed=True
    )
    content = field(models.JSONField(default=dict), zh="问卷内容", en="Content", editable=False)
    edited_by = field(models.JSONField(default=list), zh="编写人", en="Written by", editable=False)

    def __str__(self) -> str:
        return self.name
