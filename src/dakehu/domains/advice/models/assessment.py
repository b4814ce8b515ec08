"""Risk questionnaires: the link by which a client fills one in, and the result."""

from django.db import models

from dakehu.domains.advice.choices import AssessmentState, Place
from dakehu.domains.advice.models.kept import KeptRecord
from dakehu.domains.clients.choices import RiskLevel
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _hidden(value: str) -> str:
    """Return the mask shown instead of a secret."""
    return "••••" if value else ""


class QuestionnaireLink(ClientRecorded):
    """A link by which one client fills in one questionnaire once, without sign-in, until it expires."""

    names = Names("测评链接", "Questionnaire link", "Questionnaire links")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="questionnaire_links"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    place = field(choice_field(Place, default=Place.LINK), zh="填写方式", en="Where", listed=True)
    questionnaire = field(models.CharField(max_length=20), zh="问卷版本", en="Version", listed=True, editable=False)
    expires_on = field(models.DateField(), zh="链接到期日", en="Link expires on", listed=True, editable=False)
    is_revoked = field(models.BooleanField(default=False), zh="已停用", en="Revoked", listed=True, editable=False)
    used_at = field(
        models.DateTimeField(null=True, blank=True), zh="填写时间", en="Filled in at", listed=True, editable=False
    )
    sent_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="发出人", en="Sent by",
                    listed=True, editable=False)  # fmt: skip
    secret = field(  # part of the signed address: a new one for each link
        models.CharField(max_length=64),
        zh="链接密钥",
        en="Secret of the link",
        sensitivity=PERSONAL,
        mask=_hidden,
        editable=False,
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "-id"], name="test_links_of_client")]


class Assessment(KeptRecord):
    """A questionnaire as the client filled it in, with score and level. `answers` contain income and assets and are encrypted.

    `conflicts`: codes of answers that contradict one another and that the client confirmed. A level two or more above the one
    before applies only after review by compliance.
    """

    names = Names("风险测评", "Risk assessment", "Risk assessments")
    client_path = "client"
    retention = TWENTY_YEARS
    kept = (
        "questionnaire", "place", "filled_at", "score", "level", "is_minimum", "level_before", "conflicts", "valid_to", "digest",
        "review_reason",
    )  # fmt: skip

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="assessments"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    filled_at = field(models.DateTimeField(), zh="测评时间", en="Filled in at", listed=True, editable=False)
    questionnaire = field(models.CharField(max_length=20), zh="问卷版本", en="Version", listed=True, editable=False)
    place = field(choice_field(Place), zh="填写方式", en="Where", listed=True, editable=False)
    answers = field(
        EncryptedTextField(null=True, blank=True), zh="答卷", en="Answers", sensitivity=SECRET, editable=False
    )
    score = field(models.PositiveSmallIntegerField(), zh="得分", en="Score", listed=True, editable=False)
    level = field(choice_field(RiskLevel), zh="测评等级", en="Level", listed=True, editable=False)
    is_minimum = field(
        models.BooleanField(default=False), zh="最低类别", en="Lowest category", listed=True, editable=False
    )
    level_before = field(
        choice_field(RiskLevel, blank=True, default=""), zh="原等级", en="Level before", listed=True, editable=False
    )
    conflicts = field(models.JSONField(default=list), zh="已确认的矛盾", en="Contradictions confirmed", editable=False)
    valid_to = field(models.DateField(), zh="有效期至", en="Valid to", listed=True, editable=False)
    digest = field(models.CharField(max_length=64), zh="内容摘要", en="Digest", editable=False)
    state = field(choice_field(AssessmentState), zh="测评状态", en="State", listed=True, editable=False)
    review_reason = field(
        models.CharField(max_length=40, blank=True, default=""), zh="复核原因", en="Why reviewed", editable=False
    )
    reviewed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="复核人",
                        en="Reviewed by", listed=True, editable=False)  # fmt: skip
    reviewed_at = field(models.DateTimeField(null=True, blank=True), zh="复核时间", en="Reviewed at", editable=False)
    review_note = field(models.CharField(max_length=300, blank=True, default=""), zh="复核意见", en="Review note")

    class Meta(KeptRecord.Meta):
        indexes = [
            models.Index(fields=["client", "-id"], name="assessments_of_client"),
            models.Index(fields=["state"], name="assessments_by_state"),
        ]
