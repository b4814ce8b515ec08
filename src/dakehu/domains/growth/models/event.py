"""Client events (活动) and seminars: the invitation, the clients invited, their answers and attendance."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models

from dakehu.domains.growth.choices import EventKind, EventState, InvitationAnswer
from dakehu.domains.growth.visibility import OfStaff
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

FREE = [MinValueValidator(0)]


class Event(Recorded):
    """A client event with the text of its invitation. `edited_by` are the ids of all authors of the invitation."""

    names = Names("客户活动", "Client event", "Client events", aliases=("Seminar",))
    retention = TWENTY_YEARS
    objects: Any = OfStaff()
    field_groups = {
        "event": bilingual("活动", "Event"), "invitation": bilingual("邀请", "Invitation"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    name = field(models.CharField(max_length=120), group="event", zh="客户活动名称", en="Name of the event", listed=True,
                 example="2027 年市场展望研讨会")  # fmt: skip
    kind = field(
        choice_field(EventKind, default=EventKind.SEMINAR),
        group="event",
        zh="活动形式",
        en="Kind of event",
        listed=True,
    )
    starts_at = field(models.DateTimeField(), group="event", zh="活动开始时间", en="Event starts at", listed=True,
                      example="2026-12-18 14:00")  # fmt: skip
    ends_at = field(models.DateTimeField(null=True, blank=True), group="event", zh="活动结束时间", en="Event ends at")
    place = field(models.CharField(max_length=200, blank=True, default=""), group="event", zh="活动地点", en="Place of the event",
                  listed=True)  # fmt: skip
    capacity = field(models.PositiveIntegerField(null=True, blank=True), group="event", zh="名额", en="Places")
    budget = field(models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, validators=FREE), group="event",
                   zh="预算", en="Budget", unit="CNY")  # fmt: skip
    cost = field(models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, validators=FREE), group="event",
                 zh="实际费用", en="Cost", unit="CNY")  # fmt: skip
    subject = field(
        models.CharField(max_length=200, blank=True, default=""),
        group="invitation",
        zh="邀请标题",
        en="Subject of the invitation",
    )
    body = field(models.TextField(blank=True, default=""), group="invitation", zh="邀请正文", en="Text of the invitation",
                 help_zh="可用 {{客户姓名}} 等客户资料字段", help_en="Fields of the client such as {{Client name}} may stand in it")  # fmt: skip
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="client_events"),
                  zh="负责人", en="Owner", listed=True, editable=False)  # fmt: skip
    state = field(
        choice_field(EventState, default=EventState.DRAFT), zh="活动进度", en="State", listed=True, editable=False
    )
    edited_by = models.JSONField(default=list)

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["starts_at"], name="client_events_by_start")]

    def __str__(self) -> str:
        return self.name


class Invitation(ClientRecorded):
    """One client invited to an event. `refused_by` is the rule that refused the invitation at sending.

    `interaction_ref` is the id of the interaction that records the attendance, `follow_up_ref` that of the follow-up.
    """

    names = Names("活动邀请", "Invitation", "Invitations")
    client_path = "client"
    retention = TWENTY_YEARS

    event = field(models.ForeignKey(Event, on_delete=models.CASCADE, related_name="invitations"), zh="客户活动", en="Client event",
                  listed=True, editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="invitations"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    answer = field(
        choice_field(InvitationAnswer, default=InvitationAnswer.OPEN), zh="邀请答复", en="Answer", listed=True
    )
    answered_at = field(models.DateTimeField(null=True, blank=True), zh="答复时间", en="Answered at", editable=False)
    attended_at = field(
        models.DateTimeField(null=True, blank=True), zh="到场时间", en="Attended at", listed=True, editable=False
    )
    refused_by = field(
        models.CharField(max_length=40, blank=True, default=""), zh="邀请拦截规则", en="Refused by rule", editable=False
    )
    delivery_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="送达记录编号", en="Delivery", editable=False
    )
    interaction_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="服务记录编号", en="Interaction", editable=False
    )
    follow_up_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="跟进计划编号", en="Follow-up", editable=False
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["event", "client"], name="invitations_of_event")]
