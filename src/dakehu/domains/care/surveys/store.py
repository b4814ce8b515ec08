"""Find surveys, their version in force and their batches."""

from typing import Any

from django.db import models

from dakehu.domains.care.models import Survey, SurveyBatch, SurveyVersion
from dakehu.domains.care.surveys.choices import SurveyState
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual


def get_survey(pk: int) -> Survey:
    """Return a survey. Raises NotFound."""
    row: Survey | None = Survey.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("问卷", "survey"), pk)
    return row


def get_open_survey(pk: int) -> Survey:
    """Return a survey that is not closed. Raises NotFound, Refused."""
    row = get_survey(pk)
    if row.state == SurveyState.CLOSED:
        raise refusal("survey", "问卷已结束。", "The survey is closed.")
    return row


def latest_version(survey: Survey) -> SurveyVersion:
    """Return the version of a survey that is sent from now on."""
    version: SurveyVersion = SurveyVersion.objects.filter(survey=survey).order_by("-number")[0]
    return version


def is_begun(survey: Survey) -> bool:
    """Return whether any person was invited; from then on the kind of anonymity is fixed."""
    return bool(SurveyBatch.objects.filter(survey=survey).exists())


def get_batch(pk: int) -> SurveyBatch:
    """Return a batch with its survey. Raises NotFound."""
    row: SurveyBatch | None = SurveyBatch.objects.select_related("survey").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("问卷批次", "batch"), pk)
    return row


def unaudited_rows(model: Any) -> Any:
    """Return all rows of a table whose writes are not audited: answers and links. For actions of surveys."""
    return models.QuerySet(model)
