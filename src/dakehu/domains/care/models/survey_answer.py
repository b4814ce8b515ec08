"""What was answered. None of these rows is written with a time, an address, a browser or a number that counts up."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.domains.care.surveys.choices import AnswerChannel
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def random_number() -> int:
    """Return a random number for a row, small enough for every reader of JSON. On SQLite it is the row's place as well."""
    return secrets.randbelow(2**52) + 1


class SurveyToken(models.Model):
    """A link: the digest of its token. In an anonymous survey there is one only once it is spent, and it names nobody."""

    names = Names("问卷链接", "Survey link", "Survey links")
    client_path = "client"
    retention = TWENTY_YEARS
    derived = True  # not compared with the audit, which must not know it
    objects: Any = scope.Scoped()

    id: Any = models.BigAutoField(primary_key=True, default=random_number)
    digest: Any = models.CharField(max_length=64, unique=True)
    batch: Any = models.ForeignKey("care.SurveyBatch", on_delete=models.CASCADE, related_name="+")
    is_spent: Any = models.BooleanField(default=False)
    client: Any = models.ForeignKey("clients.Client", null=True, on_delete=models.CASCADE, related_name="survey_tokens")
    invitation: Any = models.ForeignKey(
        "care.SurveyInvitation", null=True, on_delete=models.CASCADE, related_name="tokens"
    )

    class Meta:
        base_manager_name = "objects"


class SurveyAnswer(models.Model):
    """One finished survey. `choices`: {question: value}; `texts`: the words, encrypted JSON {question: text}.

    A named one names its invitation and client. A confidential one is named by a SurveyAnswerLink, an anonymous one by nothing; that one
    has no `day` either. `is_attended`: a member of staff was there, so that it never counts in an appraisal.
    """

    names = Names("问卷答卷", "Survey answer", "Survey answers")
    client_path = "client"
    retention = TWENTY_YEARS
    derived = True  # not compared with the audit, which must not know it
    objects: Any = scope.Scoped()

    id: Any = models.BigAutoField(primary_key=True, default=random_number)
    batch: Any = models.ForeignKey("care.SurveyBatch", on_delete=models.CASCADE, related_name="answers")
    channel: Any = models.CharField(max_length=16, default=AnswerChannel.LINK.value)
    choices: Any = models.JSONField(default=dict)
    texts: Any = EncryptedTextField(null=True)
    day: Any = models.DateField(null=True)
    is_attended: Any = models.BooleanField(default=False)
    client: Any = models.ForeignKey(
        "clients.Client", null=True, on_delete=models.CASCADE, related_name="survey_answers"
    )
    invitation: Any = models.OneToOneField(
        "care.SurveyInvitation", null=True, on_delete=models.CASCADE, related_name="answer"
    )

    class Meta:
        base_manager_name = "objects"

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return which answers without a name an actor reads: the survey office alone."""
        return Q() if actor.may("care.survey_office") else Q(pk__in=())


class SurveyAnswerLink(models.Model):
    """Whose a confidential answer is. Read by the survey office only, and every reading is on record."""

    names = Names("答卷对应", "Survey answer link", "Survey answer links")
    client_path = "client"
    derived = True  # not compared with the audit, which must not know it
    objects: Any = scope.Scoped()

    id: Any = models.BigAutoField(primary_key=True, default=random_number)
    answer: Any = models.OneToOneField(SurveyAnswer, on_delete=models.CASCADE, related_name="link")
    client: Any = models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="survey_answer_links")
    invitation: Any = models.OneToOneField(
        "care.SurveyInvitation", on_delete=models.CASCADE, related_name="answer_link"
    )

    class Meta:
        base_manager_name = "objects"


class SurveyAlert(ClientRecorded):
    """Words of distress in an answer that names a client: a person looks at it. Of an anonymous answer there is none."""

    names = Names("答卷警示", "Survey alert", "Survey alerts")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="survey_alerts"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    survey = field(models.ForeignKey("care.Survey", on_delete=models.CASCADE, related_name="alerts"), zh="满意度问卷", en="Survey",
                   listed=True, editable=False)  # fmt: skip
    level = field(models.CharField(max_length=16), zh="警示级别", en="Level", listed=True, editable=False)
    raised_on = field(models.DateField(), zh="警示日期", en="Raised on", listed=True, editable=False)
    is_office_only = field(
        models.BooleanField(default=False), zh="仅问卷管理可见", en="For the office only", editable=False
    )
    settled_on = field(
        models.DateField(null=True, blank=True), zh="处理日期", en="Settled on", listed=True, editable=False
    )
    settled_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="警示处理人",
                       en="Settled by", listed=True, editable=False)  # fmt: skip
    note = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="警示处理说明",
        en="What was done",
        sensitivity=SECRET,
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["raised_on"], condition=Q(settled_on=None), name="survey_alerts_open")]
