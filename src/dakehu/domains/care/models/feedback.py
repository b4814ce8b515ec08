"""Feedback of clients (客户意见): suggestions, praise and questions; a complaint is a case of compliance."""

from django.db import models
from django.db.models import Q

from dakehu.domains.care.distress.choices import DistressLevel
from dakehu.domains.care.feedback.choices import (
    FeedbackChannel,
    FeedbackKind,
    FeedbackState,
    SuggestedMood,
)
from dakehu.domains.care.topics.choices import Topic
from dakehu.domains.compliance.choices import Satisfaction
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


class Feedback(ClientRecorded):
    """One thing that a client, or a person who is none (`client` empty, `sender` is the name), said about the firm.

    `mood` is a suggestion of the model, `distress` what the rules of distress found; both are computed once, when it is
    received. `due_on` is set then, so that a later change of the setting does not move it.
    """

    names = Names("客户意见", "Feedback", "Feedback", aliases=("意见建议",))
    client_path = "client"
    retention = TWENTY_YEARS
    searched = {"text": TEXT, "reply": TEXT}

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="feedback"),
                   zh="客户", en="Client", listed=True, aliases=("客户号", "客户姓名"))  # fmt: skip
    sender = field(models.CharField(max_length=120, blank=True, default=""), zh="反映人", en="From", sensitivity=PERSONAL,
                   help_zh="非本系统客户时填写", help_en="Of a person who is no client here")  # fmt: skip
    sender_contact = field(models.CharField(max_length=120, blank=True, default=""), zh="反映人联系方式", en="Contact of the sender",
                           sensitivity=PERSONAL)  # fmt: skip
    kind = field(choice_field(FeedbackKind, default=FeedbackKind.SUGGESTION), zh="意见类别", en="Kind of feedback", listed=True,
                 help_zh="选“投诉”的登记为合规的投诉案件", help_en="“Complaint” registers a case of compliance")  # fmt: skip
    text = field(models.TextField(), zh="意见内容", en="What was said", listed=True, sensitivity=PERSONAL,
                 example="希望月报缩短到一页")  # fmt: skip
    channel = field(
        choice_field(FeedbackChannel, default=FeedbackChannel.PHONE), zh="意见渠道", en="Channel", listed=True
    )
    received_at = field(models.DateTimeField(default=clock.now), zh="收到时间", en="Received at", listed=True)
    topic = field(choice_field(Topic, blank=True, default=""), zh="话题", en="Topic", listed=True,
                  help_zh="留空则按内容识别", help_en="Left empty it is found from the text")  # fmt: skip
    mood = field(choice_field(SuggestedMood, blank=True, default=""), zh="语气（模型提示）", en="Mood (suggested)",
                 sensitivity=PERSONAL, editable=False)  # fmt: skip
    distress = field(choice_field(DistressLevel, blank=True, default=""), zh="痛苦信号", en="Sign of distress",
                     sensitivity=PERSONAL, editable=False)  # fmt: skip
    contacted_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                         zh="痛苦信号接手人", en="Sign of distress handled by", editable=False)  # fmt: skip
    contacted_at = field(
        models.DateTimeField(null=True, blank=True), zh="接手时间", en="Sign of distress handled at", editable=False
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="feedback"),
                  zh="经办人", en="Handled by", listed=True)  # fmt: skip
    due_on = field(models.DateField(), zh="答复期限", en="Reply by", listed=True, editable=False)
    state = field(
        choice_field(FeedbackState, default=FeedbackState.OPEN), zh="处理状态", en="State", listed=True, editable=False
    )
    reply = field(
        models.TextField(blank=True, default=""), zh="答复内容", en="Reply", sensitivity=PERSONAL, editable=False
    )
    replied_on = field(models.DateField(null=True, blank=True), zh="答复日期", en="Replied on", editable=False)
    closed_on = field(models.DateField(null=True, blank=True), zh="办结日期", en="Closed on", editable=False)
    satisfied = field(choice_field(Satisfaction, default=Satisfaction.UNKNOWN), zh="客户是否满意", en="Client satisfied",
                      editable=False)  # fmt: skip
    registered_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                          zh="登记人", en="Registered by", editable=False)  # fmt: skip
    mail = field(models.ForeignKey("service.Mail", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"),
                 zh="来源邮件", en="Mail it came by", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["due_on"], condition=~Q(state="closed"), name="feedback_open"),
            models.Index(fields=["client", "-received_at"], name="feedback_of_client"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the visible feedback of people who are no clients: what the actor or their team handles."""
        people = [*actor.covers, *([actor.user_id] if actor.user_id else [])]
        return Q(owner_id__in=people) | Q(registered_by_id__in=people)
