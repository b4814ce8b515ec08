"""Survey invitations of clients, and the decision for each closed request and each answered complaint."""

from django.db import models

from dakehu.domains.care.surveys.choices import RequestOutcome
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class SurveyInvitation(ClientRecorded):
    """A client who was invited to a survey. It contains no link: that is drawn when the message is sent.

    `served_by` is who served the client then. `delivery_ref` and `reminder_ref` are ids of deliveries.
    """

    names = Names("问卷邀请", "Survey invitation", "Survey invitations")
    client_path = "client"
    retention = TWENTY_YEARS

    batch = field(models.ForeignKey("care.SurveyBatch", on_delete=models.CASCADE, related_name="invitations"), zh="问卷批次",
                  en="Batch", editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="survey_invitations"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    invited_on = field(models.DateField(), zh="邀请日期", en="Invited on", listed=True, editable=False)
    served_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="当时服务人员",
                      en="Served by", listed=True, editable=False)  # fmt: skip
    delivery_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="送达记录编号", en="Delivery", editable=False
    )
    reminder_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="提醒送达编号", en="Reminder", editable=False
    )

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client", "-invited_on"], name="survey_invitations_of_client"),
            models.Index(fields=["batch"], name="survey_invitations_of_batch"),
        ]


class RequestSurvey(ClientRecorded):
    """Why a survey was or was not sent for a closed request: one row a request."""

    names = Names("办结调查", "Request survey", "Request surveys")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="request_surveys"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    request_ref = field(models.BigIntegerField(unique=True), zh="诉求编号", en="Request", listed=True, editable=False)
    survey = field(models.ForeignKey("care.Survey", on_delete=models.CASCADE, related_name="request_surveys"), zh="满意度问卷",
                   en="Survey", listed=True, editable=False)  # fmt: skip
    decided_on = field(models.DateField(), zh="判定日期", en="Decided on", listed=True, editable=False)
    outcome = field(choice_field(RequestOutcome), zh="是否发送", en="Outcome", listed=True, editable=False)
    rule = field(
        models.CharField(max_length=40, blank=True, default=""), zh="不发送规则", en="Rule", listed=True, editable=False
    )
    invitation = field(models.ForeignKey(SurveyInvitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"), zh="问卷邀请",
                       en="Invitation", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["survey", "-id"], name="request_surveys_of_survey")]


class ComplaintSurvey(ClientRecorded):
    """Why a survey was or was not sent after the reply to a complaint: one row a complaint, even if reopened."""

    names = Names("投诉回访", "Complaint survey", "Complaint surveys")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="complaint_surveys"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    complaint_ref = field(
        models.BigIntegerField(unique=True), zh="投诉编号", en="Complaint", listed=True, editable=False
    )
    survey = field(models.ForeignKey("care.Survey", on_delete=models.CASCADE, related_name="complaint_surveys"), zh="满意度问卷",
                   en="Survey", listed=True, editable=False)  # fmt: skip
    decided_on = field(models.DateField(), zh="判定日期", en="Decided on", listed=True, editable=False)
    outcome = field(choice_field(RequestOutcome), zh="是否发送", en="Outcome", listed=True, editable=False)
    rule = field(
        models.CharField(max_length=40, blank=True, default=""), zh="不发送规则", en="Rule", listed=True, editable=False
    )
    invitation = field(models.ForeignKey(SurveyInvitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"), zh="问卷邀请",
                       en="Invitation", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["survey", "-id"], name="complaint_surveys_of_survey")]
