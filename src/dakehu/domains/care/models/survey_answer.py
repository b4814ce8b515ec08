"""What was answered. None of these rows is written with a time, an address, a browser or a sequential number."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.domains.care.surveys.choices import AnswerChannel
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def random_number() -> int:
    """Return a random number for a row, small enough for every JSON parser. On SQLite it is the rowid as well."""
    return secrets.randbelow(2**52) + 1


class Unrecorded(models.Model):
    """A row that is written without an audit entry, and read through the scope like every row of a client."""

    lookup_fields: tuple[str, ...] = ()
    is_chosen_from_list = False
    former_lookup = ""
    computed_columns: tuple[Any, ...] = ()
    list_filters: dict[str, Any] = {}
    applies_by = ""
    field_groups: dict[str, Any] = {"": ""}
    derived = True  # not compared with the audit, which must not contain it

    id: Any = models.BigAutoField(primary_key=True, default=random_number)

    objects: Any = scope.Scoped()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class SurveyToken(Unrecorded):
    """A link: the digest of its token. In an anonymous survey it exists only once it is spent, and names no person."""

    names = Names("问卷链接", "Survey link", "Survey links")
    client_path = "client"
    retention = TWENTY_YEARS

    digest = field(models.CharField(max_length=64, unique=True), zh="链接摘要", en="Digest of the link", editable=False)
    batch = field(models.ForeignKey("care.SurveyBatch", on_delete=models.CASCADE, related_name="+"), zh="问卷批次", en="Batch",
                  editable=False)  # fmt: skip
    is_spent = field(models.BooleanField(default=False), zh="链接已用", en="Spent", editable=False)
    client = field(models.ForeignKey("clients.Client", null=True, on_delete=models.CASCADE, related_name="survey_tokens"), zh="客户",
                   en="Client", editable=False)  # fmt: skip
    invitation = field(models.ForeignKey("care.SurveyInvitation", null=True, on_delete=models.CASCADE, related_name="tokens"),
                       zh="问卷邀请", en="Invitation", editable=False)  # fmt: skip


class SurveyAnswer(Unrecorded):
    """One finished survey. `choices`: {question: value}; `texts`: the words, encrypted JSON {question: text}.

    A named one has its invitation and client. A confidential one is identified by a SurveyAnswerLink, an anonymous one
    by nothing; it has no `day` either. `is_attended`: a member of staff was present, so it never counts in an
    appraisal.
    """

    names = Names("问卷答卷", "Survey answer", "Survey answers")
    client_path = "client"
    retention = TWENTY_YEARS

    batch = field(models.ForeignKey("care.SurveyBatch", on_delete=models.CASCADE, related_name="answers"), zh="问卷批次", en="Batch",
                  editable=False)  # fmt: skip
    channel = field(
        choice_field(AnswerChannel, default=AnswerChannel.LINK), zh="答卷渠道", en="Channel", editable=False
    )
    choices = field(models.JSONField(default=dict), zh="答卷选项", en="Choices", editable=False)
    texts = field(EncryptedTextField(null=True), zh="答卷文字", en="Words", sensitivity=SECRET, editable=False)
    day = field(models.DateField(null=True), zh="答卷日期", en="Day", editable=False)
    is_attended = field(models.BooleanField(default=False), zh="代填", en="Attended", editable=False)
    client = field(models.ForeignKey("clients.Client", null=True, on_delete=models.CASCADE, related_name="survey_answers"), zh="客户",
                   en="Client", editable=False)  # fmt: skip
    invitation = field(models.OneToOneField("care.SurveyInvitation", null=True, on_delete=models.CASCADE, related_name="answer"),
                       zh="问卷邀请", en="Invitation", editable=False)  # fmt: skip

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the answers without a name that an actor may read: the survey office only."""
        return Q() if actor.may("care.survey_office") else Q(pk__in=())


class SurveyAnswerLink(Unrecorded):
    """The client of a confidential answer. Read by the survey office only, and every read is audited."""

    names = Names("答卷对应", "Survey answer link", "Survey answer links")
    client_path = "client"
    retention = TWENTY_YEARS

    answer = field(models.OneToOneField(SurveyAnswer, on_delete=models.CASCADE, related_name="link"), zh="问卷答卷", en="Answer",
                   editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="survey_answer_links"), zh="客户",
                   en="Client", editable=False)  # fmt: skip
    invitation = field(models.OneToOneField("care.SurveyInvitation", on_delete=models.CASCADE, related_name="answer_link"),
                       zh="问卷邀请", en="Invitation", editable=False)  # fmt: skip


class SurveyAlert(ClientRecorded):
    """Words of distress in an answer, as stored by versions before the register of distress; `case` is its case there.

    No new ones are written (distress.earlier migrates these).
    """

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
        sensitivity=PERSONAL,
        editable=False,
    )
    case = field(models.OneToOneField("care.DistressCase", null=True, blank=True, on_delete=models.SET_NULL, related_name="alert"),
                 zh="情绪个案", en="Case of distress", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["raised_on"], condition=Q(settled_on=None), name="survey_alerts_open")]
